#pragma once
/// What the data can show about a requirement.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "lab/stats/cluster_share.h"

namespace vagus::lab {

enum class Verdict : std::uint8_t { met, not_met, not_shown };
std::string_view name(Verdict verdict);  ///< "met", "not met", "not shown"
/// The verdict over several requirements: not met if one is not, else not shown if one is not, else met.
Verdict worse(Verdict a, Verdict b);

enum class Direction : std::uint8_t { at_least, at_most };

struct Requirement {
  Direction direction = Direction::at_least;
  double bound = 0;
  double confidence = 0.95;  ///< of the one-sided statement
};

struct Judgement {
  Estimate estimate;   ///< value, and the two-sided interval at the requirement's confidence
  Interval one_sided;  ///< lower and upper bound, each at the requirement's confidence by itself
  Verdict verdict = Verdict::not_shown;
  /// Units at which the requirement would be shown with 80 % power if the truth were the estimate and clusters varied
  /// as these do; nothing if the estimate itself is on the wrong side or undefined.
  std::optional<std::int64_t> subjects_needed;
};

/// Met: the one-sided bound on the requirement's side satisfies it. Not met: the bound on the other side fails it. Else
/// not shown; nor is anything shown by an estimate that is not trusted. `estimate` is called with the confidence wanted
/// (cluster_ratio and its like with their options filled in).
Judgement judge(const Requirement& requirement, const std::function<Estimate(double confidence)>& estimate);
/// The same of a share over clusters, by cluster_share.
Judgement judge(const Requirement& requirement, std::span<const Cluster> clusters, ShareOptions options = {});

/// Verdict on a bound alone, from one-sided bounds.
Verdict verdict(const Requirement& requirement, Interval one_sided);

}  // namespace vagus::lab
