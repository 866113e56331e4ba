#include "lab/failures/shifts.h"

#include <algorithm>
#include <unordered_map>

#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

/// Errors in rows this near to one another, oftener than chance would have it, belong to one episode.
constexpr std::uint32_t longest_episode = 3;
constexpr double oftener = 2;

/// How many rows after an error another one stands more than twice as often as it would by chance; 0 to 3. Only how
/// errors stand to each other is looked at, which moving them does not change.
std::uint32_t episode(const std::vector<std::uint32_t>& rows, const std::vector<std::uint32_t>& stratum) {
  const auto errors_of = [&](std::size_t begin) {
    std::size_t end = begin;
    while (end < rows.size() && stratum[rows[end]] == stratum[rows[begin]]) ++end;
    return end;
  };
  std::unordered_map<std::uint32_t, double> length;
  for (const std::uint32_t s : stratum) length[s] += 1;
  for (std::uint32_t lag = 1; lag <= longest_episode; ++lag) {
    double pairs = 0, expected = 0;
    for (std::size_t begin = 0; begin < rows.size();) {
      const std::size_t end = errors_of(begin);
      const auto n = static_cast<double>(end - begin);
      expected += n * n / length.at(stratum[rows[begin]]);
      for (std::size_t e = begin, later = begin; e < end; ++e) {
        while (later < end && rows[later] < rows[e] + lag) ++later;
        for (std::size_t k = later; k < end && rows[k] == rows[e] + lag; ++k) pairs += 1;
      }
      begin = end;
    }
    if (pairs <= oftener * expected) return lag - 1;
  }
  return longest_episode;
}

/// Of errors that follow one another within an episode's reach the first row's alone are kept.
std::vector<std::uint32_t> first_of_episodes(std::vector<std::uint32_t> rows,
                                             const std::vector<std::uint32_t>& stratum) {
  std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) { return stratum[a] < stratum[b]; });
  const std::uint32_t reach = episode(rows, stratum);
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t row : rows) {
    const bool follows =
        !kept.empty() && stratum[kept.back()] == stratum[row] && row != kept.back() && row - kept.back() <= reach;
    if (!follows) kept.push_back(row);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace

Shifts::Shifts(const ErrorTable& table, const ErrorKind& kind, const std::vector<std::uint32_t>& stratum,
               std::uint64_t seed)
    : seed_(seed) {
  std::unordered_map<std::uint32_t, std::uint32_t> circle_of;
  std::vector<std::uint32_t> rows;  // one entry an error
  for (std::uint32_t i = 0; i < table.rows(); ++i) {
    if (stratum[i] != left_out && kind.exposure[i] > 0) rows.insert(rows.end(), kind.errors[i], i);
  }
  rows = first_of_episodes(rows, stratum);
  SplitMix random = SplitMix::stream(seed, UINT64_MAX);
  if (rows.size() > most_errors) {
    for (std::size_t i = 0; i < most_errors; ++i)
      std::swap(rows[i], rows[i + random.below(static_cast<std::uint32_t>(rows.size() - i))]);
    rows.resize(most_errors);
    std::sort(rows.begin(), rows.end());
  }
  for (const std::uint32_t row : rows) circle_of.emplace(stratum[row], 0);
  for (std::uint32_t i = 0; i < table.rows(); ++i) {
    if (stratum[i] == left_out || kind.exposure[i] <= 0) continue;
    const auto at = circle_of.find(stratum[i]);
    if (at == circle_of.end()) continue;
    if (at->second == 0) {
      circles_.emplace_back();
      at->second = static_cast<std::uint32_t>(circles_.size());
    }
    Circle& circle = circles_[at->second - 1];
    circle.rows.push_back(i);
    circle.until.push_back((circle.until.empty() ? 0.0 : circle.until.back()) + static_cast<double>(kind.exposure[i]));
  }
  for (const std::uint32_t row : rows) {
    const std::uint32_t circle = circle_of.at(stratum[row]) - 1;
    const auto& all = circles_[circle].rows;
    const auto k = static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), row) - all.begin());
    // Somewhere in its row: several errors of one row part when rows differ in exposure.
    errors_.push_back({circle, circles_[circle].until[k] - random.uniform() * static_cast<double>(kind.exposure[row])});
    observed_.push_back(row);
  }
}

void Shifts::draw(std::uint64_t index, std::span<std::uint32_t> rows) const {
  SplitMix random = SplitMix::stream(seed_, index);
  std::vector<double> by(circles_.size());
  for (std::size_t c = 0; c < circles_.size(); ++c) by[c] = random.uniform() * circles_[c].until.back();
  for (std::size_t e = 0; e < errors_.size(); ++e) {
    const Circle& circle = circles_[errors_[e].circle];
    double at = errors_[e].at + by[errors_[e].circle];
    if (at >= circle.until.back()) at -= circle.until.back();
    const auto found = std::upper_bound(circle.until.begin(), circle.until.end(), at) - circle.until.begin();
    rows[e] = circle.rows[std::min(static_cast<std::size_t>(found), circle.rows.size() - 1)];
  }
}

}  // namespace vagus::lab
