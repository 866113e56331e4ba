#include "lab/study/operating/decision.h"

#include <algorithm>
#include <cmath>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/study/operating/cores.h"

namespace vagus::lab::operating {
namespace {

constexpr double forever_s = std::numeric_limits<double>::infinity();

double quantile_of(std::vector<double>& latencies, double share, std::int64_t of) {
  if (of == 0) return std::nan("");
  const auto wanted = static_cast<std::size_t>(std::max(1., std::ceil(share * static_cast<double>(of))));
  if (wanted > latencies.size()) return forever_s;
  const auto at = latencies.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::nth_element(latencies.begin(), at, latencies.end());
  return *at;
}

/// Counts what a rule reports.
struct Counting {
  const Cohort& cohort;
  RuleResult out;
  std::vector<float> earliest;  // of each event's reports
  std::vector<bool> found, alarmed;
  std::vector<std::int32_t> to_find;

  explicit Counting(const Cohort& c)
      : cohort(c),
        earliest(c.events().size(), 0),
        found(c.events().size(), false),
        alarmed(c.trials().size(), false),
        to_find(c.trials().size(), 0) {
    out.subjects.resize(c.subjects().size());
    for (const CohortEvent& event : c.events())
      if (event.trial >= 0) ++to_find[static_cast<std::size_t>(event.trial)];
  }

  void report(const Moment& moment, std::uint32_t subject) {
    Tally& tally = out.subjects[subject];
    if (moment.event >= 0)
      report_event(moment, tally);
    else
      report_alarm(moment, tally);
  }
  void report_event(const Moment& moment, Tally& tally) {
    const auto e = static_cast<std::size_t>(moment.event);
    if (found[e]) {
      earliest[e] = std::min(earliest[e], moment.latency_s);
      return;
    }
    found[e] = true;
    earliest[e] = moment.latency_s;
    ++tally.detected;
    const CohortEvent& event = cohort.events()[e];
    if (event.trial < 0) return;
    const auto k = static_cast<std::size_t>(event.trial);
    if (--to_find[k] == 0 && cohort.trials()[k].fall) ++tally.trials_detected;
  }
  void report_alarm(const Moment& moment, Tally& tally) {
    ++(moment.place == EventPlace::wear       ? tally.wear_alarms
       : moment.place == EventPlace::activity ? tally.activity_alarms
                                              : tally.other_alarms);
    if (moment.trial < 0) return;
    const auto k = static_cast<std::size_t>(moment.trial);
    if (cohort.trials()[k].fall || alarmed[k]) return;
    alarmed[k] = true;
    ++tally.trials_alarmed;
  }
  void close() {
    for (const Tally& tally : out.subjects) out.tally += tally;
    std::vector<double> latencies;
    std::int64_t timed = 0;
    for (std::size_t e = 0; e < found.size(); ++e) {
      if (!cohort.events()[e].timed) continue;
      ++timed;
      if (found[e]) latencies.push_back(static_cast<double>(earliest[e]));
    }
    out.latency_median_s = quantile_of(latencies, 0.5, timed);
    out.latency_p90_s = quantile_of(latencies, 0.9, timed);
  }
};

}  // namespace

std::string DecisionRule::name() const {
  std::string out = "on " + shortest(on);
  if (!std::isnan(off)) out += ", off " + shortest(off);
  if (n > 1) out += ", " + std::to_string(m) + " of " + std::to_string(n);
  if (n > 1 && within_s < forever_s) out += " within " + shortest(within_s) + " s";
  if (refractory_s > 0) out += ", refractory " + shortest(refractory_s) + " s";
  if (edges) out += ", as it begins";
  return out;
}

void check(const DecisionRule& rule) {
  if (!std::isfinite(rule.on)) throw UsageError("a rule needs a threshold");
  if (rule.off > rule.on) throw UsageError("a rule's off must not lie above its on");
  if (rule.m < 1 || rule.m > rule.n || rule.n > 64) throw UsageError("m of n takes 1 <= m <= n <= 64");
  if (!(rule.within_s > 0) || !(rule.refractory_s >= 0) || std::isinf(rule.refractory_s))
    throw UsageError("a rule's times must not be below 0");
}

bool Decider::operator()(double t_s, double score) {
  const double off = std::isnan(rule_.off) ? rule_.on : rule_.off;
  was_high_ = score >= (was_high_ ? off : rule_.on);
  high_ = (high_ << 1) | (was_high_ ? 1u : 0u);
  const auto n = static_cast<std::size_t>(rule_.n);
  if (when_.size() < n) when_.resize(n);
  when_[count_ % n] = t_s;
  ++count_;
  int highs = 0;
  for (std::size_t k = 0; k < std::min(n, count_); ++k)
    if ((high_ >> k & 1) != 0 && t_s - when_[(count_ - 1 - k) % n] <= rule_.within_s) ++highs;
  const bool confirmed = was_high_ && highs >= rule_.m;
  const bool begins = confirmed && !was_confirmed_;
  was_confirmed_ = confirmed;
  if (!(rule_.edges ? begins : confirmed) || t_s < last_alarm_s_ + rule_.refractory_s) return false;
  last_alarm_s_ = t_s;
  return true;
}

RuleResult apply(const DecisionRule& rule, const Cohort& cohort) {
  check(rule);
  Counting counting(cohort);
  for (const CohortRecording& recording : cohort.recordings()) {
    Decider decider(rule);
    for (const Moment& moment : cohort.moments().subspan(recording.first_moment, recording.moments))
      if (decider(moment.t_s, static_cast<double>(moment.score))) counting.report(moment, recording.subject);
  }
  counting.close();
  return std::move(counting.out);
}

std::vector<RuleResult> sweep(std::span<const DecisionRule> rules, const Cohort& cohort, int threads) {
  for (const DecisionRule& rule : rules) check(rule);
  std::vector<RuleResult> out(rules.size());
  on_cores(rules.size(), threads, [&](std::size_t k) { out[k] = apply(rules[k], cohort); });
  return out;
}

}  // namespace vagus::lab::operating
