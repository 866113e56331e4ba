#pragma once
/// The figures a requirement can be about, with their intervals: the subject is the unit.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/score/events.h"
#include "lab/score/windows.h"
#include "lab/stats/verdict.h"

namespace vagus::lab {

/// What a statistic is made from: one recording's counts, by the protocol that made them.
struct Count {
  std::string recording, subject;
  std::shared_ptr<const EventCounts> events;    ///< protocol events; null of another
  std::shared_ptr<const WindowCounts> windows;  ///< protocol windows; null of another
  std::int64_t tp = 0, fn = 0, fp = 0;          ///< from the protocol's start
  std::int64_t whole_tp = 0, whole_fn = 0, whole_fp = 0;
  std::int64_t wrong_tp = 0, wrong_fn = 0;  ///< as `tp`, `fn`, with unreadable counted as wrong
  std::int64_t whole_wrong_tp = 0, whole_wrong_fn = 0;
  double unreadable_s = 0, duration_s = 0;
};

/// A figure with its interval, and of a worst figure whose it is.
struct Figure {
  Estimate estimate;
  std::string who;
};

/// The parts of a name like "ec57_whole.sensitivity_average_unreadable_wrong" or "events.alarms_per_day".
struct Statistic {
  enum class Of : std::uint8_t {
    sensitivity,
    positive_predictivity,
    unreadable_share,
    // protocol events
    event_sensitivity,
    event_sensitivity_readable,
    event_predictivity,
    trial_sensitivity,
    trial_specificity,
    trial_specificity_unreadable_wrong,
    alarms_per_day,
    alarms_per_readable_day,
    alarms_per_hour,
    people_with_alarms,
    latency_median,
    latency_p90,
    event_unreadable_share,
    // protocol windows; of each class with unreadable windows counted as missed unless `readable`
    accuracy,
    accuracy_readable,
    accuracy_pure,
    macro_f1,
    macro_f1_readable,
    macro_f1_pure
  } of = Of::sensitivity;
  enum class Over : std::uint8_t { gross, average, worst, worst_record } over = Over::gross;
  bool whole = false;             ///< ec57: the whole record
  bool unreadable_wrong = false;  ///< ec57: with unreadable counted as wrong
  std::string name() const;
};

/// What kind of number a statistic is.
enum class Quantity : std::uint8_t {
  share,    ///< of trials, 0 to 1
  rate,     ///< per day or hour, 0 or more
  seconds,  ///< infinity: never
  score     ///< 0 to 1, a function of sums that is no ratio of them (macro F1)
};
Quantity quantity(const Statistic& statistic);
bool more_is_better(const Statistic& statistic);
/// "ec57", "events", "windows".
std::string_view protocol_of(const Statistic& statistic);
/// A value as it is printed: "99.85 %", "0.412 per day", "4.1 s", "never".
std::string printed(const Statistic& statistic, double value);

/// Every statistic there is.
const std::vector<Statistic>& statistics();
/// Throws UsageError with the nearest name.
const Statistic& statistic(std::string_view name);
/// "sensitivity, gross, whole record" ...
std::string describe(const Statistic& statistic);

/// The figure over some recordings with its two-sided interval at `confidence`.
///  - rates: alarm_rate over people; seconds: cluster_latency_quantile, misses being never; scores: cluster bootstrap;
///  - gross, average and share: cluster_share by subject, never narrower than exact binomial for gross counts;
///  - worst: the exact binomial interval within that subject or recording, which takes its beats as independent.
/// A subject's figure is that of all its recordings together.
Figure figure(const Statistic& statistic, const std::vector<Count>& counts, double confidence);

/// What each subject adds to a gross or average figure, two methods side by side; subjects in order of first
/// appearance. Both lists hold the same recordings. Throws UsageError for a worst figure, and for one that is no ratio
/// of sums (seconds, scores).
std::vector<PairedCluster> paired_sums(const Statistic& statistic, const std::vector<Count>& first,
                                       const std::vector<Count>& second);

/// What the recordings show about a bound. `one_sided` of the answer is the two-sided interval at the requirement's
/// confidence: it is what is printed, and it decides alone, which is stricter than one bound at that confidence.
/// No number of subjects is told for a worst figure: it does not narrow with more of them.
Judgement judge(const Statistic& statistic, const Requirement& requirement, const std::vector<Count>& counts);

}  // namespace vagus::lab
