#include "lab/failures/slice_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "lab/base/error.h"
#include "lab/failures/held_out.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

/// Share of the family-wise error probability of a search within subjects, and of one across them.
constexpr double within_weight = 0.75, across_weight = 0.25;
/// What one half of the subjects may offer to the other: the other half decides.
constexpr double nomination = 0.2;
constexpr std::size_t nomination_draws = 199;
/// Slices whose exposure overlaps by half or more of what either covers are taken for one.
constexpr double same_overlap = 0.5;
/// A slice that holds nearly the errors of an earlier one is another word for it.
constexpr double same_errors = 0.8;

/// A slice as the search knows it.
struct Raw {
  std::vector<Condition> conditions;
  bool of_subjects = false;
  double z = 0, p = 1;
};

struct Asked {
  double family_wise;
  double kinds;  ///< how many searches share it
  std::size_t draws;
  std::uint64_t seed;
};

class KindSearch {
 public:
  KindSearch(const ErrorTable& table, std::size_t kind, const SubjectTable& subjects, const SliceOptions& options)
      : table_(table),
        kind_(table.kinds[kind]),
        kind_index_(kind),
        subjects_(subjects),
        options_(options),
        bits_(table, row_conditions(table)) {}

  /// Everything that is found in some of the subjects.
  std::vector<Raw> search(const std::vector<bool>& takes_part, const Asked& asked) const;
  Slice described(const Raw& raw) const;
  /// What is found in all subjects, each part told once.
  std::vector<Slice> told(const Asked& asked) const {
    std::vector<Slice> slices;
    for (const Raw& raw : search(std::vector<bool>(table_.subjects.size(), true), asked)) {
      Slice slice = described(raw);
      if (!same_errors_as(slices, slice)) slices.push_back(std::move(slice));
    }
    return slices;
  }
  void confirm(std::vector<Slice>& slices) const;

 private:
  static std::vector<Condition> row_conditions(const ErrorTable& table) {
    std::vector<Condition> all;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      for (const Condition& one : conditions_on(table.columns[c], c, table.columns[c].values)) all.push_back(one);
    return all;
  }
  std::vector<bool> members(const Slice& slice) const {
    std::vector<bool> in(table_.rows());
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = contains(slice, table_, subjects_, i);
    return in;
  }
  std::vector<SubjectRate> rates(const std::vector<bool>& takes_part, const std::vector<bool>& set_aside,
                                 const std::vector<std::uint32_t>& strata) const;
  double overlap(const std::vector<bool>& a, const std::vector<bool>& b) const;
  bool same_errors_as(const std::vector<Slice>& earlier, const Slice& slice) const;
  HeldOut held_out(const Slice& slice, const std::vector<std::vector<Slice>>& nominated,
                   const std::vector<int>& half) const;
  std::vector<int> halves() const;

  const ErrorTable& table_;
  const ErrorKind& kind_;
  std::size_t kind_index_;
  const SubjectTable& subjects_;
  const SliceOptions& options_;
  RowBits bits_;
};

std::vector<SubjectRate> KindSearch::rates(const std::vector<bool>& takes_part, const std::vector<bool>& set_aside,
                                           const std::vector<std::uint32_t>& strata) const {
  std::vector<double> errors(table_.subjects.size(), 0), exposure(table_.subjects.size(), 0);
  for (std::size_t i = 0; i < table_.rows(); ++i) {
    if (set_aside[i]) continue;
    errors[table_.subject[i]] += kind_.errors[i];
    exposure[table_.subject[i]] += static_cast<double>(kind_.exposure[i]);
  }
  std::vector<SubjectRate> all;
  for (std::uint32_t s = 0; s < takes_part.size(); ++s)
    if (takes_part[s] && exposure[s] > 0) all.push_back({s, std::sqrt(errors[s] / exposure[s]), strata[s]});
  return all;
}

std::vector<Raw> KindSearch::search(const std::vector<bool>& takes_part, const Asked& asked) const {
  std::vector<std::uint32_t> stratum(table_.rows());
  for (std::size_t i = 0; i < stratum.size(); ++i)
    stratum[i] = takes_part[table_.subject[i]] ? table_.subject[i] : Shifts::left_out;
  std::vector<std::uint32_t> subject_stratum(table_.subjects.size(), 0);
  std::vector<bool> set_aside(table_.rows(), false);
  std::vector<Raw> found;
  std::optional<Found> within;
  for (bool look_within = true; found.size() < options_.most_slices;) {
    WithinOptions how;
    how.draws = asked.draws;
    how.threads = options_.threads;
    how.seed = SplitMix::stream(asked.seed, found.size()).next();
    if (look_within) {
      how.sure = asked.family_wise * within_weight / asked.kinds;
      how.give_up_at = std::max(0.05, 4 * how.sure);
      within = search_within(bits_, Shifts(table_, kind_, stratum, how.seed), how);
    }
    how.sure = asked.family_wise * across_weight / asked.kinds;
    const auto across = search_across(subjects_, rates(takes_part, set_aside, subject_stratum), how);
    const auto corrected = [&](const std::optional<Found>& one, double weight) {
      return one ? std::min(1.0, one->p * asked.kinds / weight) : 1.0;
    };
    const double p_within = corrected(within, within_weight), p_across = corrected(across, across_weight);
    const bool is_within = p_within <= asked.family_wise, is_across = p_across <= asked.family_wise;
    if (!is_within && !is_across) break;
    const bool take_across = is_across && (!is_within || across->z > within->z);
    Raw raw;
    raw.of_subjects = take_across;
    raw.z = take_across ? across->z : within->z;
    raw.p = take_across ? p_across : p_within;
    for (const std::size_t k : take_across ? across->conditions : within->conditions)
      raw.conditions.push_back(take_across ? subjects_.conditions[k] : bits_.conditions()[k]);
    Slice slice;
    slice.conditions = raw.conditions;
    slice.of_subjects = raw.of_subjects;
    const std::vector<bool> in = members(slice);
    const auto bit = std::uint32_t{1} << found.size();
    if (take_across) {
      for (std::size_t i = 0; i < in.size(); ++i)
        if (in[i]) subject_stratum[table_.subject[i]] |= bit;
    } else {
      const auto count = static_cast<std::uint32_t>(table_.subjects.size());
      for (std::size_t i = 0; i < in.size(); ++i) {
        if (!in[i]) continue;
        set_aside[i] = true;
        if (stratum[i] != Shifts::left_out) stratum[i] += bit * count;
      }
    }
    look_within = !take_across;
    found.push_back(std::move(raw));
  }
  return found;
}

Slice KindSearch::described(const Raw& raw) const {
  Slice slice;
  slice.kind = kind_index_;
  slice.conditions = raw.conditions;
  slice.of_subjects = raw.of_subjects;
  slice.p_corrected = raw.p;
  slice.z = raw.z;
  struct Sums {
    double in = 0, exposed_in = 0, all = 0, exposed = 0;
  };
  std::map<std::uint32_t, Sums> by_subject;
  Sums sums;
  for (std::size_t i = 0; i < table_.rows(); ++i) {
    const bool in = contains(slice, table_, subjects_, i);
    const double errors = kind_.errors[i], exposed = static_cast<double>(kind_.exposure[i]);
    for (Sums* to : {&sums, &by_subject[table_.subject[i]]}) {
      to->all += errors;
      to->exposed += exposed;
      if (in) to->in += errors, to->exposed_in += exposed;
    }
  }
  slice.errors = static_cast<std::int64_t>(sums.in);
  slice.all_errors = static_cast<std::int64_t>(sums.all);
  slice.share_of_errors = sums.in / sums.all;
  slice.share_of_signal = sums.exposed_in / sums.exposed;
  const auto ratio = [](double in, double exposed_in, double out, double exposed_out) {
    return out > 0 ? in * exposed_out / (out * exposed_in) : std::numeric_limits<double>::infinity();
  };
  slice.ratio = ratio(sums.in, sums.exposed_in, sums.all - sums.in, sums.exposed - sums.exposed_in);
  double above = 0, below = 0;
  for (const auto& [subject, s] : by_subject) {
    if (s.in > 0) ++slice.subjects;
    if (s.exposed <= 0) continue;
    above += s.in * (s.exposed - s.exposed_in) / s.exposed;
    below += (s.all - s.in) * s.exposed_in / s.exposed;
  }
  if (below > 0) slice.ratio_within = above / below;
  slice.sentence = sentence(slice, table_);
  return slice;
}

double KindSearch::overlap(const std::vector<bool>& a, const std::vector<bool>& b) const {
  double both = 0, either = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto exposed = static_cast<double>(kind_.exposure[i]);
    if (a[i] && b[i]) both += exposed;
    if (a[i] || b[i]) either += exposed;
  }
  return either > 0 ? both / either : 0;
}

bool KindSearch::same_errors_as(const std::vector<Slice>& earlier, const Slice& slice) const {
  return std::any_of(earlier.begin(), earlier.end(), [&](const Slice& other) {
    double both = 0, either = 0;
    for (std::size_t i = 0; i < table_.rows(); ++i) {
      if (kind_.errors[i] == 0) continue;
      const bool a = contains(slice, table_, subjects_, i), b = contains(other, table_, subjects_, i);
      both += a && b ? kind_.errors[i] : 0;
      either += a || b ? kind_.errors[i] : 0;
    }
    return both >= same_errors * either;
  });
}

/// 0 or 1 for each subject: those with most errors are dealt out in pairs.
std::vector<int> KindSearch::halves() const {
  std::vector<std::uint64_t> errors(table_.subjects.size(), 0);
  for (std::size_t i = 0; i < table_.rows(); ++i) errors[table_.subject[i]] += kind_.errors[i];
  std::vector<std::size_t> order(errors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return errors[a] > errors[b]; });
  std::vector<int> half(errors.size(), 0);
  SplitMix random = SplitMix::stream(options_.seed, 0xA11F);
  for (std::size_t i = 0; i < order.size(); i += 2) {
    const int first = static_cast<int>(random.below(2));
    half[order[i]] = first;
    if (i + 1 < order.size()) half[order[i + 1]] = 1 - first;
  }
  return half;
}

HeldOut KindSearch::held_out(const Slice& slice, const std::vector<std::vector<Slice>>& nominated,
                             const std::vector<int>& half) const {
  const std::vector<bool> in = members(slice);
  std::vector<std::vector<bool>> judged(2);  // what each half is judged by: the other half's slice
  for (std::size_t h = 0; h < 2; ++h) {
    for (const Slice& other : nominated[1 - h]) {
      if (other.of_subjects != slice.of_subjects) continue;
      std::vector<bool> rows = members(other);
      if (overlap(in, rows) < same_overlap) continue;
      judged[h] = std::move(rows);
      break;
    }
  }
  const bool found_by_half = !judged[0].empty() || !judged[1].empty();
  // Found by neither: one half stands for what the other could have shown.
  if (!found_by_half) judged[0] = in;
  std::vector<double> errors(half.size(), 0), exposed(errors), inside(errors), exposed_inside(errors);
  for (std::size_t i = 0; i < table_.rows(); ++i) {
    const std::uint32_t s = table_.subject[i];
    const auto& rows = judged[static_cast<std::size_t>(half[s])];
    if (rows.empty()) continue;
    errors[s] += kind_.errors[i];
    exposed[s] += static_cast<double>(kind_.exposure[i]);
    if (!rows[i]) continue;
    inside[s] += kind_.errors[i];
    exposed_inside[s] += static_cast<double>(kind_.exposure[i]);
  }
  std::vector<HeldOutSubject> subjects;
  std::vector<double> rate_inside, rate_outside;
  for (std::size_t s = 0; s < half.size(); ++s) {
    if (exposed[s] <= 0) continue;
    subjects.push_back({errors[s], inside[s], exposed_inside[s] / exposed[s]});
    (exposed_inside[s] > 0 ? rate_inside : rate_outside).push_back(std::sqrt(errors[s] / exposed[s]));
  }
  return slice.of_subjects ? held_out_subjects(rate_inside, rate_outside, found_by_half)
                           : held_out_rows(subjects, found_by_half);
}

void KindSearch::confirm(std::vector<Slice>& slices) const {
  if (slices.empty()) return;
  const std::vector<int> half = halves();
  std::vector<std::vector<Slice>> nominated(2);
  for (int h = 0; h < 2; ++h) {
    std::vector<bool> takes_part(half.size());
    for (std::size_t s = 0; s < half.size(); ++s) takes_part[s] = half[s] == h;
    const Asked asked{nomination, 1, nomination_draws,
                      SplitMix::stream(options_.seed, 17 + static_cast<std::uint64_t>(h)).next()};
    for (const Raw& raw : search(takes_part, asked)) {
      Slice slice;
      slice.conditions = raw.conditions;
      slice.of_subjects = raw.of_subjects;
      nominated[static_cast<std::size_t>(h)].push_back(std::move(slice));
    }
  }
  for (Slice& slice : slices) {
    const HeldOut held = held_out(slice, nominated, half);
    const double ratio = slice.of_subjects ? slice.ratio : slice.ratio_within.value_or(slice.ratio);
    slice.smallest_ratio = held.smallest_ratio;
    slice.confirmed = held.p <= 0.05                                         ? Confirmed::yes
                      : held.smallest_ratio && *held.smallest_ratio <= ratio ? Confirmed::no
                                                                             : Confirmed::too_few;
  }
}

}  // namespace

std::string_view name(Confirmed confirmed) {
  return confirmed == Confirmed::yes ? "yes" : confirmed == Confirmed::no ? "no" : "too few";
}

bool contains(const Slice& slice, const ErrorTable& table, const SubjectTable& subjects, std::size_t i) {
  return std::all_of(slice.conditions.begin(), slice.conditions.end(), [&](const Condition& condition) {
    return condition.holds(slice.of_subjects ? subjects.values[condition.column][table.subject[i]]
                                             : table.columns[condition.column].values[i]);
  });
}

std::vector<Slice> find_slices(const ErrorTable& table, const SliceOptions& options) {
  check(table);
  const SubjectTable subjects = subject_table(table);
  std::vector<Slice> all;
  for (std::size_t kind = 0; kind < table.kinds.size(); ++kind) {
    const KindSearch search(table, kind, subjects, options);
    const Asked asked{options.family_wise, static_cast<double>(table.kinds.size()), options.draws,
                      SplitMix::stream(options.seed, kind).next()};
    std::vector<Slice> slices = search.told(asked);
    if (options.confirm) search.confirm(slices);
    for (Slice& slice : slices) all.push_back(std::move(slice));
  }
  std::stable_sort(all.begin(), all.end(), [](const Slice& a, const Slice& b) { return a.z > b.z; });
  return all;
}

}  // namespace vagus::lab
