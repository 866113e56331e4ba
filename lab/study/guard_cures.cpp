#include "lab/study/guard_cures.h"

#include <algorithm>

#include "lab/base/numbers.h"
#include "lab/study/guard_study.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_tried = 8;
constexpr double part_of_whole = 0.6;

/// What a run had said by `known_s`, as lines.
std::vector<std::string> said_by(const RunResult& run, double known_s) {
  std::vector<std::string> lines;
  for (const Event& event : run.events) {
    if (event.at_end || event.t_known_s >= known_s) continue;
    std::string line;
    event.append_line(line);
    lines.push_back(std::move(line));
  }
  return lines;
}

/// Why the detector could see the length; "" if it could not.
std::string sees_length(const GuardedStudy& study, const Recording& recording) {
  RunOptions options;
  options.config = study.config;
  const double duration_s = recording.duration_s();
  DataSpec cut;
  cut.length_s = part_of_whole * duration_s;
  const RunResult whole = run(*study.detector, recording, options);
  const RunResult part = run(*study.detector, prepared(recording, cut), options);
  for (const Event& event : whole.events) {
    if (event.at_end && event.kind == Said::Kind::event)
      return recording.name + ": it decides at " + shortest(event.t_s) + " s because the signal ends";
  }
  // The last samples of the part may have waited for a block to fill.
  const double known_s = cut.length_s - 0.1;
  if (said_by(whole, known_s) != said_by(part, known_s))
    return recording.name + ": what it says of the first " + shortest(std::round(cut.length_s)) +
           " s depends on what follows";
  return {};
}

CureLook causal_cure(const GuardedStudy& study, const std::vector<const Planned*>& trials) {
  CureLook look{"causal detector", "length", false, ""};
  if (study.detector == nullptr) {
    look.why = "the detector ran elsewhere: that it cannot see the length cannot be tried";
    return look;
  }
  const std::size_t step = std::max<std::size_t>(1, trials.size() / most_tried);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < trials.size() && tried < most_tried; i += step, ++tried) {
    const DataSpec& data = study.spec.data;
    look.why = sees_length(study, resampled(study.source.load(trials[i]->item), data.resample_hz));
    if (!look.why.empty()) return look;
  }
  look.cured = true;
  look.why = "tried on " + std::to_string(tried) + " recordings: what it says does not depend on what follows";
  return look;
}

}  // namespace

Cures cures_of(const GuardedStudy& study, const std::vector<const Planned*>& trials) {
  const DataSpec& data = study.spec.data;
  Cures cures;
  const auto add = [&](const std::string& cure, const char* property) {
    cures.all.push_back({cure, property, false, ""});
  };
  if (data.length_s > 0) add("equal length of " + shortest(data.length_s) + " s", "length");
  if (data.resample_hz > 0) add("common rate of " + shortest(data.resample_hz) + " Hz", "true_rate");
  if (data.lowpass_hz > 0) add("common band up to " + shortest(data.lowpass_hz) + " Hz", "bandwidth");
  if (study.detector != nullptr) {
    // The front end hands over values and gaps of the channels asked for: no clock, no other channel.
    cures.hidden = {"start_time", "channels"};
  }
  if (study.spec.detector.causal) {
    cures.all.push_back(causal_cure(study, trials));
    if (cures.all.back().cured) cures.hidden.insert("length");
  }
  return cures;
}

std::vector<CureLook> judged_cures(const Cures& cures, const std::vector<PropertyLook>& before,
                                   const std::vector<PropertyLook>& after) {
  const auto area = [](const std::vector<PropertyLook>& looks, const std::string& property) {
    double most = 0.5;
    for (const PropertyLook& look : looks) {
      if (look.property == property && look.area.value > most) most = look.area.value;
    }
    return shortest(std::round(100 * most) / 100);
  };
  std::vector<CureLook> all = cures.all;
  for (CureLook& cure : all) {
    if (!cure.why.empty()) continue;
    cure.cured = std::none_of(after.begin(), after.end(), [&](const PropertyLook& look) {
      return look.property == cure.property && look.state == GuardState::refused;
    });
    cure.why = "area " + area(before, cure.property) + " as recorded, " + area(after, cure.property) +
               " as the detector sees it";
  }
  return all;
}

}  // namespace vagus::lab
