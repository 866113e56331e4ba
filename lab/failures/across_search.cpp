#include "lab/failures/across_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "lab/stats/interval.h"
#include "lab/stats/random.h"
#include "lab/study/study.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_exchanged = 500;
/// Subjects are few, and conditions on them fewer: two conditions at most.
constexpr double subject_weight[] = {0.7, 0.3};
constexpr double second_adds = 2.5;

struct People {
  std::vector<std::size_t> conditions;
  std::vector<std::uint32_t> members;  ///< indices into `rates`
  double scale = 0;                    ///< 1 / SD of the sum by chance
};

class AllPeople {
 public:
  AllPeople(const SubjectTable& subjects, std::span<const SubjectRate> rates) : subjects_(subjects), rates_(rates) {
    std::map<std::uint32_t, std::pair<double, double>> sums;
    for (const SubjectRate& one : rates) {
      auto& [sum, n] = sums[one.stratum];
      sum += one.root_rate;
      n += 1;
    }
    for (const SubjectRate& one : rates) {
      const auto& [sum, n] = sums[one.stratum];
      centred_.push_back(one.root_rate - sum / n);
      size_[one.stratum] = n;
      square_sum_[one.stratum] += centred_.back() * centred_.back();
    }
    const std::size_t count = subjects.conditions.size();
    for (std::size_t a = 0; a < count; ++a) add({a});
    singles_ = groups_.size();
    for (std::size_t i = 0; i < singles_; ++i)
      for (std::size_t k = i + 1; k < singles_; ++k) add({groups_[i].conditions[0], groups_[k].conditions[0]});
  }
  const std::vector<People>& groups() const { return groups_; }
  const std::vector<double>& centred() const { return centred_; }
  std::size_t singles() const { return singles_; }
  double z(const People& group, const std::vector<double>& values) const {
    double sum = 0;
    for (const std::uint32_t i : group.members) sum += values[i];
    return sum * group.scale;
  }

 private:
  void add(std::vector<std::size_t> conditions) {
    People group{std::move(conditions), {}, 0};
    std::map<std::uint32_t, double> in;
    for (std::uint32_t i = 0; i < rates_.size(); ++i) {
      const bool meets = std::all_of(group.conditions.begin(), group.conditions.end(), [&](std::size_t k) {
        const Condition& condition = subjects_.conditions[k];
        return condition.holds(subjects_.values[condition.column][rates_[i].subject]);
      });
      if (!meets) continue;
      group.members.push_back(i);
      in[rates_[i].stratum] += 1;
    }
    const std::size_t least = rates_.size() > most_exchanged ? 20 : 2;
    if (group.members.size() < least || group.members.size() + least > rates_.size()) return;
    if (group.conditions.size() == 2) {
      for (const std::size_t k : group.conditions)
        for (std::size_t i = 0; i < singles_; ++i)
          if (groups_[i].conditions[0] == k && groups_[i].members.size() == group.members.size()) return;
    }
    // Variance of a sum of n of N values drawn without replacement.
    double variance = 0;
    for (const auto& [stratum, n] : in) {
      const double all = size_.at(stratum);
      if (all > 1) variance += square_sum_.at(stratum) * n * (all - n) / (all * (all - 1));
    }
    if (!(variance > 0)) return;
    group.scale = 1 / std::sqrt(variance);
    groups_.push_back(std::move(group));
  }

  const SubjectTable& subjects_;
  std::span<const SubjectRate> rates_;
  std::vector<double> centred_;
  std::map<std::uint32_t, double> size_, square_sum_;
  std::vector<People> groups_;
  std::size_t singles_ = 0;
};

/// The centred rates, exchanged within strata.
std::vector<double> exchanged(const std::vector<double>& centred, std::span<const SubjectRate> rates, SplitMix random) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t i = 0; i < rates.size(); ++i) members[rates[i].stratum].push_back(i);
  std::vector<double> values = centred;
  for (const auto& [stratum, all] : members)
    for (std::size_t left = all.size(); left > 1; --left)
      std::swap(values[all[left - 1]], values[all[random.below(static_cast<std::uint32_t>(left))]]);
  return values;
}

}  // namespace

SubjectTable subject_table(const ErrorTable& table) {
  SubjectTable out;
  std::vector<std::size_t> begin;  // rows of a subject stand together
  for (std::size_t i = 0; i < table.rows(); ++i)
    if (i == 0 || table.subject[i] != table.subject[i - 1]) begin.push_back(i);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const ErrorColumn& column = table.columns[c];
    std::vector<float> of_subject(table.subjects.size(), unknown_value);
    for (std::size_t b = 0; b < begin.size(); ++b) {
      const std::size_t end = b + 1 < begin.size() ? begin[b + 1] : table.rows();
      std::vector<float> known;
      for (std::size_t i = begin[b]; i < end; ++i)
        if (!std::isnan(column.values[i])) known.push_back(column.values[i]);
      const bool changes = std::any_of(known.begin(), known.end(), [&](float v) { return v != known.front(); });
      of_subject[table.subject[begin[b]]] = column.is_word() && changes ? unknown_value : median(known);
    }
    for (const Condition& condition : conditions_on(column, c, of_subject)) out.conditions.push_back(condition);
    out.values.push_back(std::move(of_subject));
  }
  return out;
}

std::optional<Found> search_across(const SubjectTable& subjects, std::span<const SubjectRate> rates,
                                   const WithinOptions& options) {
  const AllPeople all(subjects, rates);
  const auto& groups = all.groups();
  if (groups.empty()) return std::nullopt;
  std::array<double, 2> best_z{};
  std::array<const People*, 2> best{};
  for (const People& group : groups) {
    const std::size_t depth = group.conditions.size() - 1;
    const double z = all.z(group, all.centred());
    if (z > best_z[depth]) best_z[depth] = z, best[depth] = &group;
  }
  const bool exchange = rates.size() <= most_exchanged;
  const std::size_t draws = exchange ? 2 * options.draws + 1 : 0;
  std::vector<std::array<double, 2>> by_chance(draws);
  on_cores(draws, options.threads, [&](std::size_t d) {
    const auto values = exchanged(all.centred(), rates, SplitMix::stream(options.seed, d));
    for (const People& group : groups) {
      double& most = by_chance[d][group.conditions.size() - 1];
      most = std::max(most, all.z(group, values));
    }
  });
  const auto p_of = [&](std::size_t depth, double z) {
    if (!exchange) {
      const auto tried = static_cast<double>(depth == 0 ? all.singles() : groups.size() - all.singles());
      return std::min(1.0, tried * normal_cdf(-z) / subject_weight[depth]);
    }
    const auto above =
        std::count_if(by_chance.begin(), by_chance.end(), [&](const auto& one) { return one[depth] >= z; });
    return std::min(1.0, static_cast<double>(above + 1) / static_cast<double>(draws + 1) / subject_weight[depth]);
  };
  std::optional<Found> found;
  for (std::size_t depth = 0; depth < 2; ++depth) {
    if (best[depth] == nullptr) continue;
    const Found one{best[depth]->conditions, best_z[depth], p_of(depth, best_z[depth]), 0, 0};
    // Two conditions must say clearly more than one.
    if (!found ||
        (found->p > options.sure ? one.p < found->p : one.p <= options.sure && one.z > found->z + second_adds))
      found = one;
  }
  return found;
}

}  // namespace vagus::lab
