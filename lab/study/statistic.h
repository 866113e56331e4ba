#pragma once
/// The figures a requirement can be about, with their intervals: the subject is the unit.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/stats/verdict.h"

namespace vagus::lab {

/// What a statistic is made from: one recording's counts.
struct Count {
  std::string recording, subject;
  std::int64_t tp = 0, fn = 0, fp = 0;  ///< from the protocol's start
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

/// The parts of a name like "ec57_whole.sensitivity_average_unreadable_wrong".
struct Statistic {
  enum class Of : std::uint8_t { sensitivity, positive_predictivity, unreadable_share } of = Of::sensitivity;
  enum class Over : std::uint8_t { gross, average, worst, worst_record } over = Over::gross;
  bool whole = false;
  bool unreadable_wrong = false;
  std::string name() const;
};

/// Every statistic there is.
const std::vector<Statistic>& statistics();
/// Throws UsageError with the nearest name.
const Statistic& statistic(std::string_view name);
/// "sensitivity, gross, whole record" ...
std::string describe(const Statistic& statistic);

/// The figure over some recordings with its two-sided interval at `confidence`.
///  - gross, average and share: cluster_share by subject, never narrower than exact binomial for gross counts;
///  - worst: the exact binomial interval within that subject or recording, which takes its beats as independent.
/// A subject's figure is that of all its recordings together.
Figure figure(const Statistic& statistic, const std::vector<Count>& counts, double confidence);

/// What each subject adds to a gross or average figure, two methods side by side; subjects in order of first
/// appearance. Both lists hold the same recordings. Throws UsageError for a worst figure.
std::vector<PairedCluster> paired_sums(const Statistic& statistic, const std::vector<Count>& first,
                                       const std::vector<Count>& second);

/// What the recordings show about a bound. `one_sided` of the answer is the two-sided interval at the requirement's
/// confidence: it is what is printed, and it decides alone, which is stricter than one bound at that confidence.
/// No number of subjects is told for a worst figure: it does not narrow with more of them.
Judgement judge(const Statistic& statistic, const Requirement& requirement, const std::vector<Count>& counts);

}  // namespace vagus::lab
