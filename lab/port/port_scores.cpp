#include <algorithm>

#include "lab/base/error.h"
#include "lab/port/port_parts.h"
#include "lab/study/score_record.h"

namespace vagus::lab {
namespace {

/// The track of reference beats, as studies name it unless told otherwise.
constexpr const char* reference_track = "atr";
/// From here on EC57 counts; recordings shorter than twice that are scored whole.
constexpr double ec57_start_s = 300;

PortScore score_of(const std::string& name, const std::vector<Count>& a, const std::vector<Count>& b,
                   const PortOptions& options) {
  PortScore out;
  out.statistic = name;
  const Statistic& about = statistic(name);
  constexpr std::uint64_t seed = 1;
  out.difference = difference(about, a, b, {options.confidence, 0, seed});
  if (out.difference.change == Change::equal) {
    out.verdict = Verdict::met;
    return out;
  }
  DifferenceOf paired = difference_of(about, a, b, seed);
  out.judgement = equivalence(
      options.margin, [&](double confidence) { return paired.at(confidence); }, options.confidence);
  out.verdict = out.judgement.verdict;
  return out;
}

}  // namespace

void compare_scores(PortCheck& check, const DetectorInfo& a, const DetectorInfo& b, const Source& source) {
  const auto says_beats = [](const DetectorInfo& info) { return std::string_view(info.contract->event) == "beats"; };
  if (!says_beats(a) || !says_beats(b)) {
    check.why_unscored =
        "Protocol ec57 scores beats; another protocol needs a study of each side (vagus study compare).";
    return;
  }
  ScoreSpec how;
  how.reference = reference_track;
  how.start_s = ec57_start_s;
  for (const PortRecording& recording : check.recordings)
    if (!recording.failed() && recording.item.duration_s < 2 * ec57_start_s) how.start_s = 0;
  std::vector<Count> counts_a, counts_b;
  for (const PortRecording& recording : check.recordings) {
    if (recording.failed()) continue;
    const Recording header = source.header(recording.item);
    const Track* track = header.track(how.reference);
    if (track == nullptr || track->layers.empty()) continue;
    for (const bool of_a : {true, false}) {
      RecordResult record;
      record.item = recording.item;
      record.run = of_a ? recording.run_a : recording.run_b;
      record.reference = {track->current(), track->tick_hz};
      score_beats(how, record);
      (of_a ? counts_a : counts_b).push_back(count_of(record));
    }
  }
  check.scored = static_cast<std::int64_t>(counts_a.size());
  if (counts_a.empty()) {
    check.why_unscored = "No recording has reference beats (track atr).";
    return;
  }
  check.protocol = "ec57";
  check.score_start_s = how.start_s;
  for (const char* name : {"ec57.sensitivity_gross", "ec57.positive_predictivity_gross"})
    check.scores.push_back(score_of(name, counts_a, counts_b, check.options));
}

}  // namespace vagus::lab
