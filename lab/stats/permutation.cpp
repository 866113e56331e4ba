#include "lab/stats/permutation.h"

#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_for_all = 16;

struct ExchangedSums {
  Cluster a, b;
  void add(const Cluster& to_a, const Cluster& to_b) {
    a.numerator += to_a.numerator;
    a.denominator += to_a.denominator;
    b.numerator += to_b.numerator;
    b.denominator += to_b.denominator;
  }
  double difference() const {
    if (!(a.denominator > 0 && b.denominator > 0)) return std::numeric_limits<double>::quiet_NaN();
    return a.numerator / a.denominator - b.numerator / b.denominator;
  }
};

/// `exchanged(k)` says of each subject whether its two results change places.
template <class Exchanged>
double difference(std::span<const PairedCluster> clusters, Exchanged exchanged) {
  ExchangedSums sums;
  for (std::size_t k = 0; k < clusters.size(); ++k) {
    const PairedCluster& c = clusters[k];
    const bool other = exchanged(k);
    sums.add(other ? c.b : c.a, other ? c.a : c.b);
  }
  return sums.difference();
}

}  // namespace

PermutationTest paired_permutation(std::span<const PairedCluster> clusters, const PermutationOptions& options) {
  if (options.permutations < 100 || options.permutations > 10'000'000)
    throw UsageError("a permutation test takes 100 to 10,000,000 permutations");
  for (const PairedCluster& c : clusters) {
    if (!(c.a.denominator >= 0 && c.b.denominator >= 0 && std::isfinite(c.a.numerator) && std::isfinite(c.b.numerator)))
      throw UsageError("a cluster needs finite sums and denominators of 0 or more");
  }
  PermutationTest out;
  out.difference = difference(clusters, [](std::size_t) { return false; });
  out.exact = clusters.size() <= most_for_all;
  if (std::isnan(out.difference)) {
    out.p = out.difference;
    return out;
  }
  // ExchangedSums taken in another order may differ by rounding: those are ties.
  const double bar = std::abs(out.difference) * (1 - 1e-10) - 1e-15;
  std::int64_t tried = 0, far = 0;
  const auto count = [&](double d) {
    // An exchange that leaves one method without any trials speaks for nothing, and counts against a difference.
    ++tried;
    far += std::isnan(d) || std::abs(d) >= bar ? 1 : 0;
  };
  if (out.exact) {
    for (std::uint32_t bits = 0; bits < (1U << clusters.size()); ++bits)
      count(difference(clusters, [&](std::size_t k) { return (bits >> k & 1U) != 0; }));
  } else {
    count(out.difference);
    for (int r = 0; r < options.permutations; ++r) {
      SplitMix random = SplitMix::stream(options.seed, static_cast<std::uint64_t>(r));
      count(difference(clusters, [&](std::size_t) { return (random.next() >> 63) != 0; }));
    }
  }
  out.p = static_cast<double>(far) / static_cast<double>(tried);
  return out;
}

}  // namespace vagus::lab
