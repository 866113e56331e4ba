#include "lab/failures/within_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "lab/base/error.h"
#include "lab/study/study.h"

namespace vagus::lab {
namespace {

constexpr std::size_t pilot_draws = 100;  ///< from which the mean and spread of each count are known
constexpr std::size_t batch = 100;
constexpr double least_expected = 0.5;  ///< errors by chance; slices with less are not tried
constexpr int least_errors = 5;         ///< fewer are looked at one by one
constexpr double least_share = 0.002, most_share = 0.5;
constexpr double nearly_as_well = 0.8;
constexpr double smaller_than_part = 0.9;  ///< a conjunction that is not this much smaller says the same as its part
/// What a condition must add to the others, as a z: the greatest of some hundred by chance is below.
constexpr double adds = 3.7;

/// For each condition, a bit an error: whether it stands where the condition holds.
struct ErrorBits {
  std::size_t words = 0;
  std::vector<std::uint64_t> bits;
  const std::uint64_t* of(std::size_t condition) const { return bits.data() + condition * words; }
};

void fill(ErrorBits& out, const RowBits& rows, std::span<const std::uint32_t> errors) {
  out.words = (errors.size() + 63) / 64;
  out.bits.assign(out.words * rows.conditions().size(), 0);
  for (std::size_t e = 0; e < errors.size(); ++e) {
    const auto mask = rows.row(errors[e]);
    for (std::size_t w = 0; w < mask.size(); ++w) {
      for (std::uint64_t left = mask[w]; left != 0; left &= left - 1) {
        const std::size_t condition = 64 * w + static_cast<std::size_t>(std::countr_zero(left));
        out.bits[condition * out.words + e / 64] |= std::uint64_t{1} << (e % 64);
      }
    }
  }
}

int count(const std::uint64_t* a, std::size_t words) {
  int sum = 0;
  for (std::size_t w = 0; w < words; ++w) sum += std::popcount(a[w]);
  return sum;
}
int count(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  int sum = 0;
  for (std::size_t w = 0; w < words; ++w) sum += std::popcount(a[w] & b[w]);
  return sum;
}

/// What chance does to the count of one slice.
struct Chance {
  float expected = 0;
  float slope = 0;  ///< 1 / (root of expected x spread): Pearson's z of one error more
  float spread = 1;
};

Chance chance_of(double sum, double square_sum) {
  const double mean = sum / pilot_draws;
  const double variance = std::max(0.0, square_sum / pilot_draws - mean * mean);
  // Of few errors the spread is known badly, and is not taken for less than that of a Poisson count.
  const double spread = std::sqrt(std::max(variance / mean, mean < 5 ? 1.0 : 0.2));
  return {static_cast<float>(mean), static_cast<float>(1 / (std::sqrt(mean) * spread)), static_cast<float>(spread)};
}

double z_of(double errors, const Chance& chance) {
  const auto expected = static_cast<double>(chance.expected);
  if (errors <= expected) return 0;
  return std::sqrt(2 * (errors * std::log(errors / expected) - (errors - expected))) /
         static_cast<double>(chance.spread);
}

struct Triple {
  std::uint32_t third;
  Chance chance;
};
struct Pair {
  std::uint32_t first, second;
  Chance chance;
  std::vector<Triple> triples;
};
struct Single {
  std::uint32_t condition;
  Chance chance;
};
struct Space {
  std::vector<Single> singles;
  std::vector<Pair> pairs;
  std::vector<std::uint32_t> pair_at;  ///< of (first, second): index + 1; 0 none
  std::size_t conditions = 0;
  const Pair* pair(std::size_t a, std::size_t b) const {
    const std::uint32_t at = pair_at[a * conditions + b];
    return at == 0 ? nullptr : &pairs[at - 1];
  }
};

struct Pilot {
  std::vector<ErrorBits> draws;
  std::size_t errors = 0;
  bool supported(double sum) const {
    const double expected = sum / pilot_draws, all = static_cast<double>(errors);
    return expected >= least_expected && expected >= least_share * all && expected <= most_share * all;
  }
};

void find_triples(Pair& pair, const Space& space, const Pilot& pilot) {
  const std::size_t words = pilot.draws[0].words;
  std::vector<std::uint64_t> both(words * pilot_draws);
  for (std::size_t d = 0; d < pilot_draws; ++d) {
    const auto *a = pilot.draws[d].of(pair.first), *b = pilot.draws[d].of(pair.second);
    for (std::size_t w = 0; w < words; ++w) both[d * words + w] = a[w] & b[w];
  }
  for (const Single& single : space.singles) {
    if (single.condition <= pair.second) continue;
    const Pair *other = space.pair(pair.first, single.condition), *another = space.pair(pair.second, single.condition);
    if (other == nullptr || another == nullptr) continue;
    double sum = 0, square_sum = 0;
    for (std::size_t d = 0; d < pilot_draws; ++d) {
      const double n = count(both.data() + d * words, pilot.draws[d].of(single.condition), words);
      sum += n;
      square_sum += n * n;
    }
    const float part = std::min({pair.chance.expected, other->chance.expected, another->chance.expected});
    if (!pilot.supported(sum) || sum > smaller_than_part * pilot_draws * static_cast<double>(part)) continue;
    pair.triples.push_back({single.condition, chance_of(sum, square_sum)});
  }
}

/// The slices that can be tried, by what chance alone puts into them: the errors as observed are not looked at.
Space make_space(const RowBits& bits, const Pilot& pilot, int threads) {
  Space space;
  space.conditions = bits.conditions().size();
  const std::size_t words = pilot.draws[0].words;
  for (std::uint32_t a = 0; a < space.conditions; ++a) {
    double sum = 0, square_sum = 0;
    for (const ErrorBits& draw : pilot.draws) {
      const double n = count(draw.of(a), words);
      sum += n;
      square_sum += n * n;
    }
    if (pilot.supported(sum)) space.singles.push_back({a, chance_of(sum, square_sum)});
  }
  std::vector<std::vector<Pair>> found(space.singles.size());
  on_cores(space.singles.size(), threads, [&](std::size_t i) {
    for (std::size_t k = i + 1; k < space.singles.size(); ++k) {
      const Single &a = space.singles[i], &b = space.singles[k];
      double sum = 0, square_sum = 0;
      for (const ErrorBits& draw : pilot.draws) {
        const double n = count(draw.of(a.condition), draw.of(b.condition), words);
        sum += n;
        square_sum += n * n;
      }
      const float part = std::min(a.chance.expected, b.chance.expected);
      if (!pilot.supported(sum) || sum > smaller_than_part * pilot_draws * static_cast<double>(part)) continue;
      found[i].push_back({a.condition, b.condition, chance_of(sum, square_sum), {}});
    }
  });
  space.pair_at.assign(space.conditions * space.conditions, 0);
  for (auto& some : found) {
    for (Pair& pair : some) {
      space.pairs.push_back(std::move(pair));
      const Pair& kept = space.pairs.back();
      space.pair_at[kept.first * space.conditions + kept.second] = static_cast<std::uint32_t>(space.pairs.size());
    }
  }
  on_cores(space.pairs.size(), threads, [&](std::size_t i) { find_triples(space.pairs[i], space, pilot); });
  return space;
}

/// The greatest z of a depth, and where.
struct Greatest {
  double z = 0;
  std::array<std::uint32_t, 3> at{};
};

Greatest offered(const Greatest& so_far, int errors, const Chance& chance, std::array<std::uint32_t, 3> at) {
  if (errors < least_errors) return so_far;
  // Pearson's z is never below the root of the deviance, and saves most of the logarithms.
  if (static_cast<double>((static_cast<float>(errors) - chance.expected) * chance.slope) <= so_far.z) return so_far;
  const double z = z_of(errors, chance);
  return z > so_far.z ? Greatest{z, at} : so_far;
}

/// @param allowed  by condition; empty: all are
std::array<Greatest, 3> greatest(const Space& space, const ErrorBits& draw, const std::vector<bool>& allowed = {}) {
  std::array<Greatest, 3> best;
  const auto out = [&](std::uint32_t condition) { return !allowed.empty() && !allowed[condition]; };
  const std::size_t words = draw.words;
  for (const Single& single : space.singles) {
    if (out(single.condition)) continue;
    best[0] = offered(best[0], count(draw.of(single.condition), words), single.chance, {single.condition, 0, 0});
  }
  std::vector<std::uint64_t> both(words);
  for (const Pair& pair : space.pairs) {
    if (out(pair.first) || out(pair.second)) continue;
    const auto *a = draw.of(pair.first), *b = draw.of(pair.second);
    for (std::size_t w = 0; w < words; ++w) both[w] = a[w] & b[w];
    const int errors = count(both.data(), words);
    best[1] = offered(best[1], errors, pair.chance, {pair.first, pair.second, 0});
    if (errors == 0) continue;
    for (const Triple& triple : pair.triples) {
      if (out(triple.third)) continue;
      best[2] = offered(best[2], count(both.data(), draw.of(triple.third), words), triple.chance,
                        {pair.first, pair.second, triple.third});
    }
  }
  return best;
}

/// One slice as observed.
struct Seen {
  std::vector<std::size_t> conditions;
  Chance chance;
  int errors = 0;
  double z() const { return z_of(errors, chance); }
};

std::optional<Seen> seen(const Space& space, const ErrorBits& observed, const std::vector<std::size_t>& at) {
  Seen slice{at, {}, 0};
  std::vector<std::uint64_t> all(observed.of(at[0]), observed.of(at[0]) + observed.words);
  for (std::size_t k = 1; k < at.size(); ++k)
    for (std::size_t w = 0; w < observed.words; ++w) all[w] &= observed.of(at[k])[w];
  slice.errors = count(all.data(), observed.words);
  if (at.size() == 1) {
    for (const Single& single : space.singles)
      if (single.condition == at[0]) return slice.chance = single.chance, slice;
    return std::nullopt;
  }
  const Pair* pair = space.pair(at[0], at[1]);
  if (pair == nullptr) return std::nullopt;
  slice.chance = pair->chance;
  if (at.size() == 2) return slice;
  for (const Triple& triple : pair->triples)
    if (triple.third == at[2]) return slice.chance = triple.chance, slice;
  return std::nullopt;
}

/// By how much the errors of `part` gather in `slice`, as a z: a binomial deviance.
double added(const Seen& slice, const Seen& part) {
  const double n = part.errors, k = slice.errors;
  const double q =
      std::min(static_cast<double>(slice.chance.expected) / static_cast<double>(part.chance.expected), 0.999);
  if (k <= n * q) return 0;
  const double deviance = 2 * (k * std::log(k / (n * q)) + (n > k ? (n - k) * std::log((n - k) / (n * (1 - q))) : 0));
  return std::sqrt(std::max(deviance, 0.0)) / std::max(1.0, static_cast<double>(slice.chance.spread));
}

/// Conditions that add nothing to the others are dropped, one after the other.
Seen without_ornament(Seen slice, const Space& space, const ErrorBits& observed) {
  while (slice.conditions.size() > 1) {
    std::optional<Seen> better;
    for (std::size_t drop = 0; drop < slice.conditions.size(); ++drop) {
      std::vector<std::size_t> rest = slice.conditions;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(drop));
      auto part = seen(space, observed, rest);
      if (!part || added(slice, *part) >= adds) continue;
      if (!better || part->z() > better->z()) better = std::move(part);
    }
    if (!better) break;
    slice = *std::move(better);
  }
  return slice;
}

}  // namespace

RowBits::RowBits(const ErrorTable& table, std::vector<Condition> conditions)
    : conditions_(std::move(conditions)), words_((conditions_.size() + 63) / 64) {
  bits_.assign(table.rows() * words_, 0);
  for (const Condition& condition : conditions_) primary_.push_back(!table.columns[condition.column].secondary);
  for (std::size_t k = 0; k < conditions_.size(); ++k) {
    const Condition& condition = conditions_[k];
    const auto& values = table.columns[condition.column].values;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (condition.holds(values[i])) bits_[i * words_ + k / 64] |= std::uint64_t{1} << (k % 64);
  }
}

std::optional<Found> search_within(const RowBits& bits, const Shifts& shifts, const WithinOptions& options) {
  if (shifts.errors() == 0 || bits.conditions().empty()) return std::nullopt;
  const auto drawn = [&](std::uint64_t index) {
    std::vector<std::uint32_t> rows(shifts.errors());
    shifts.draw(index, rows);
    ErrorBits draw;
    fill(draw, bits, rows);
    return draw;
  };
  Pilot pilot;
  pilot.errors = shifts.errors();
  pilot.draws.resize(pilot_draws);
  on_cores(pilot_draws, options.threads, [&](std::size_t d) { pilot.draws[d] = drawn(d); });
  const Space space = make_space(bits, pilot, options.threads);
  pilot.draws.clear();

  ErrorBits observed;
  fill(observed, bits, shifts.observed());
  const auto best = greatest(space, observed);
  std::vector<bool> primary;
  for (std::size_t k = 0; k < bits.conditions().size(); ++k) primary.push_back(bits.primary(k));
  const auto best_primary = greatest(space, observed, primary);
  std::array<std::vector<double>, 3> by_chance;
  std::size_t done = 0;
  const auto p_of = [&](std::size_t depth, double z) {
    const auto& all = by_chance[depth];
    const auto above = std::count_if(all.begin(), all.end(), [&](double one) { return one >= z; });
    return std::min(1.0, static_cast<double>(above + 1) / static_cast<double>(done + 1) / depth_weight[depth]);
  };
  while (done < options.draws) {
    const std::size_t more = std::min(batch, options.draws - done);
    std::vector<std::array<Greatest, 3>> some(more);
    on_cores(more, options.threads, [&](std::size_t i) { some[i] = greatest(space, drawn(pilot_draws + done + i)); });
    for (const auto& one : some)
      for (std::size_t depth = 0; depth < 3; ++depth) by_chance[depth].push_back(one[depth].z);
    done += more;
    // Three standard errors above: what is left to draw cannot bring it down any more.
    bool hopeless = true;
    for (std::size_t depth = 0; depth < 3; ++depth) {
      const double p = p_of(depth, best[depth].z) * depth_weight[depth];
      hopeless =
          hopeless && p - 3 * std::sqrt(p / static_cast<double>(done)) > options.give_up_at * depth_weight[depth];
    }
    if (hopeless) break;
  }
  const auto best_of = [&](const std::array<Greatest, 3>& offers) {
    std::optional<Found> found;
    for (std::size_t depth = 0; depth < 3; ++depth) {
      if (offers[depth].z <= 0) continue;
      const auto* at = offers[depth].at.data();
      const auto slice = seen(space, observed, std::vector<std::size_t>(at, at + depth + 1));
      const double own_p = p_of(depth, slice->z());
      const Seen plain = without_ornament(*slice, space, observed);
      const double plain_p = p_of(plain.conditions.size() - 1, plain.z());
      const bool keeps = plain_p <= std::max(own_p, options.sure);
      const Seen& kept = keeps ? plain : *slice;
      const Found one{kept.conditions, kept.z(), keeps ? plain_p : own_p, static_cast<double>(kept.chance.expected),
                      kept.errors};
      const bool both_sure = found && found->p <= options.sure && one.p <= options.sure;
      if (!found || (both_sure ? one.z > found->z : one.p < found->p)) found = one;
    }
    return found;
  };
  std::optional<Found> found = best_of(best);
  const auto measured = best_of(best_primary);
  const bool as_well = measured && measured->p <= options.sure && measured->z >= nearly_as_well * found->z;
  return as_well ? measured : found;
}

}  // namespace vagus::lab
