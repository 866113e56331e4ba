#pragma once
/// Decision rules over streams of scores, as parts that can be swept: threshold with hysteresis, confirmation by m of
/// n, refractory time. A rule sees the past alone.
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "lab/study/operating/curve.h"

namespace vagus::lab::operating {

struct DecisionRule {
  double on = 0;                                          ///< a score of this or more is high
  double off = std::numeric_limits<double>::quiet_NaN();  ///< once high, it stays high down to this; NaN: `on`
  int m = 1, n = 1;                                       ///< m of the last n scores must be high, 1 <= m <= n <= 64
  double within_s = std::numeric_limits<double>::infinity();  ///< and those n no older than this
  double refractory_s = 0;                                    ///< after an alarm none for so long
  bool edges = false;        ///< an alarm only as the confirmed state begins; else at each confirmed score
  std::string name() const;  ///< "on 0.8, off 0.6, 2 of 3 within 5 s, refractory 60 s"
};
/// Throws UsageError for a rule that cannot be: off above on, m or n out of range, times below 0.
void check(const DecisionRule& rule);

/// The rule's state for one stream.
class Decider {
 public:
  explicit Decider(const DecisionRule& rule) : rule_(rule) { check(rule); }
  /// Whether the score at `t_s` raises an alarm. Times must not decrease.
  bool operator()(double t_s, double score);

 private:
  DecisionRule rule_;
  std::uint64_t high_ = 0;    // the last 64 scores' states, the newest lowest
  std::vector<double> when_;  // of the last n, as a ring
  std::size_t count_ = 0;
  bool was_high_ = false, was_confirmed_ = false;
  double last_alarm_s_ = -std::numeric_limits<double>::infinity();
};

/// What a rule gives over a cohort.
struct RuleResult {
  std::vector<Tally> subjects;
  Tally tally;
  double latency_median_s = 0;  ///< as OperatingPoint has it
  double latency_p90_s = 0;
};
/// Each recording's moments go through the rule, in time; then they count as at a threshold.
RuleResult apply(const DecisionRule& rule, const Cohort& cohort);
/// The same for several rules, each on a core.
std::vector<RuleResult> sweep(std::span<const DecisionRule> rules, const Cohort& cohort, int threads = 0);

}  // namespace vagus::lab::operating
