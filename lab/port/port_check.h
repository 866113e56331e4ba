#pragma once
/// A prototype and its port on the same recordings: how far they agree, where they part first, and whether their scores
/// are the same.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/port/align.h"
#include "lab/study/compare.h"
#include "lab/study/study.h"

namespace vagus::lab {

struct PortOptions {
  double tolerance_s = 0.05;       ///< events no further apart are the same
  double probe_tolerance = 0.001;  ///< of probes: a difference above this share of the signal's RMS is one
  double margin = 0.005;           ///< within which scores are equal, as a share
  double confidence = 0.95;        ///< of the claim that they are
  int threads = 0;                 ///< 0: all cores
  std::size_t drawn = 3;           ///< stretches kept of each recording that differs
};

/// A probe that both sides have, on one recording.
struct ProbeAgreement {
  std::string name;
  std::int64_t compared = 0, differing = 0;  ///< samples
  std::optional<double> t_s;                 ///< the first that differs
  float a = 0, b = 0;                        ///< its values
  double rms = 0;                            ///< of A's values that were compared
};

/// An event of one side alone, or (both true) one that both have at different samples.
struct PortDifference {
  double t_s = 0;
  bool in_a = false, in_b = false;
  double later_s = 0;  ///< by how much B's is later, where both have it
};

struct PortRecording {
  StudyItem item;
  std::string why_a, why_b;  ///< why a side has no answer; "" it has
  RunResult run_a, run_b;
  std::int64_t both = 0, only_a = 0, only_b = 0;
  std::int64_t displaced = 0;               ///< of `both`, those not at the same sample
  double displaced_s = 0;                   ///< the largest distance among them
  std::vector<PortDifference> differences;  ///< in order of time
  std::vector<ProbeAgreement> probes;       ///< in the order of A's contract
  std::vector<Excerpt> excerpts;            ///< around the first differences; probes of both sides, named "x (A)"
  bool failed() const { return !why_a.empty() || !why_b.empty(); }
  bool exact() const { return within() && displaced == 0; }
  bool within() const { return !failed() && only_a == 0 && only_b == 0; }
  /// Share of all events that are on one side alone; 0 where there are none.
  double disagreement() const;
};

/// The first place where the two part.
struct FirstDifference {
  std::string recording;
  double t_s = 0;
  std::string probe;  ///< "": events differ there
};

/// Scores side by side, by one statistic.
struct PortScore {
  std::string statistic;
  Difference difference;  ///< B less A, subjects in pairs
  Judgement judgement;    ///< of equivalence within the margin
  Verdict verdict = Verdict::not_shown;
};

struct PortCheck {
  std::string a, b, version_a, version_b;
  bool causal_a = true, causal_b = true, simulated = false;
  PortOptions options;
  std::vector<PortRecording> recordings;  ///< in natural order
  std::vector<std::string> shared_probes;
  std::optional<FirstDifference> first;
  std::string protocol;      ///< that both are scored by; "" none applies
  std::int64_t scored = 0;   ///< recordings
  double score_start_s = 0;  ///< from where
  std::string why_unscored;  ///< one sentence
  std::vector<PortScore> scores;
  std::int64_t agree_exact() const;
  std::int64_t agree_within() const;
  bool agrees() const { return agree_within() == static_cast<std::int64_t>(recordings.size()); }
  /// Recordings, those that disagree most first: failed ones, then by their share of one-sided events.
  std::vector<const PortRecording*> ranked() const;
};

/// Runs both detectors over `items` of the source. A recording on which one fails is named and does not end the check.
/// Throws Error where there is no recording, UsageError where one detector says moments and the other intervals.
PortCheck check_port(const DetectorInfo& a, const DetectorInfo& b, const Source& source,
                     const std::vector<StudyItem>& items, const Cache& cache, const PortOptions& options);

/// The contract's keys (recordings, agree_exact, agree_within, tolerance_s, events, first_difference), then the rest.
Json as_json(const PortCheck& check);
/// One self-contained HTML page. No path and no time of day.
std::string port_page(const PortCheck& check);

}  // namespace vagus::lab
