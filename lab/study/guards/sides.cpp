#include "lab/study/guards/sides.h"

#include <algorithm>
#include <map>

#include "lab/base/numbers.h"
#include "lab/base/text.h"

namespace vagus::lab::guards {
namespace {

bool names(const std::string& pattern, const Sided& recording) {
  constexpr std::string_view of_subject = "subject:";
  if (pattern.starts_with(of_subject)) return matches(recording.subject, pattern.substr(of_subject.size()));
  if (matches(recording.recording, pattern)) return true;
  const auto colon = recording.recording.find(':');
  return colon != std::string::npos && pattern.find(':') == std::string::npos &&
         matches(recording.recording.substr(colon + 1), pattern);
}

}  // namespace

std::vector<std::string> fit_on_test(std::span<const FittedOn> fitted, std::span<const Sided> recordings) {
  std::vector<std::string> found;
  for (const FittedOn& one : fitted) {
    std::map<std::string, std::string> subjects;  // fitted on -> by which recording
    for (const Sided& recording : recordings) {
      if (std::any_of(one.recordings.begin(), one.recordings.end(),
                      [&](const auto& pattern) { return !pattern.empty() && names(pattern, recording); }))
        subjects.emplace(recording.subject, recording.recording);
    }
    for (const Sided& recording : recordings) {
      const auto known = subjects.find(recording.subject);
      if (recording.side != Side::judged || known == subjects.end()) continue;
      found.push_back(
          recording.recording + " is judged, and " + one.what + " was fitted on " +
          (known->second == recording.recording ? "it" : "subject " + recording.subject + " (" + known->second + ")"));
    }
  }
  return found;
}

std::vector<std::string> out_of_order(std::span<const Sided> recordings, std::vector<std::string>& unknown) {
  std::map<std::string, const Sided*> last;  // place -> what ended last of all that was learned from
  for (const Sided& recording : recordings) {
    if (!recording.start_s) {
      unknown.push_back(recording.recording);
      continue;
    }
    if (recording.side != Side::learned) continue;
    const Sided*& latest = last[recording.place];
    if (latest == nullptr || *latest->start_s + latest->duration_s < *recording.start_s + recording.duration_s)
      latest = &recording;
  }
  std::vector<std::string> found;
  for (const Sided& recording : recordings) {
    const auto learned = last.find(recording.place);
    if (recording.side != Side::judged || !recording.start_s || learned == last.end()) continue;
    const Sided& latest = *learned->second;
    const double end_s = *latest.start_s + latest.duration_s;
    if (*recording.start_s >= end_s) continue;
    const bool overlaps = *recording.start_s + recording.duration_s > *latest.start_s;
    found.push_back(recording.recording + " is judged and " + (overlaps ? "overlaps " : "was taken before ") +
                    latest.recording + ", which is learned from (" + recording.place + ")");
  }
  return found;
}

}  // namespace vagus::lab::guards
