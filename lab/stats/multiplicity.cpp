#include "lab/stats/multiplicity.h"

#include <algorithm>
#include <numeric>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// Places of the values, from the smallest up.
std::vector<std::size_t> order(std::span<const double> p) {
  for (const double one : p)
    if (!(one >= 0 && one <= 1)) throw UsageError("a p-value lies between 0 and 1");
  std::vector<std::size_t> places(p.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return places;
}

}  // namespace

std::vector<double> holm(std::span<const double> p) {
  const auto places = order(p);
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    least = std::max(least, std::min(1., static_cast<double>(p.size() - i) * p[places[i]]));
    adjusted[places[i]] = least;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  const auto places = order(p);
  std::vector<double> adjusted(p.size());
  double most = 1;
  for (std::size_t i = p.size(); i-- > 0;) {
    most = std::min(most, p[places[i]] * static_cast<double>(p.size()) / static_cast<double>(i + 1));
    adjusted[places[i]] = most;
  }
  return adjusted;
}

}  // namespace vagus::lab
