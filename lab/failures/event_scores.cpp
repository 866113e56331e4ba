#include "lab/failures/event_scores.h"

#include <algorithm>
#include <cmath>

namespace vagus::lab {

EventScores::EventScores(const StudyResult& result, const RecordResult& record)
    : events_(*record.events), matcher_(events_.reference, result.spec.score.rule) {
  const auto at = result.config.find("threshold");
  if (at != result.config.end()) threshold_ = at->second;
}

void EventScores::explain(Exemplar& one) const {
  if (one.kind == 0) {
    for (const EventOutcome& outcome : events_.counts.events) {
      if (outcome.moment_s != one.t_s || outcome.detected) continue;
      for (const EventDetection& weighed : events_.weighed)
        if (matcher_(weighed).event == static_cast<std::int32_t>(outcome.event) && std::isfinite(weighed.score))
          one.score = std::max(one.score.value_or(weighed.score), weighed.score);
      break;
    }
  } else {
    const auto& all = events_.counts.false_at;
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const EventDetection& d) { return d.moment_s() == one.t_s; });
    if (at != all.end() && std::isfinite(at->score)) one.score = at->score;
  }
  if (one.score) one.threshold = threshold_;
}

std::vector<double> EventScores::found() const {
  std::vector<double> moments;
  for (const EventOutcome& outcome : events_.counts.events)
    if (outcome.detected) moments.push_back(outcome.moment_s);
  std::sort(moments.begin(), moments.end());
  return moments;
}

std::vector<double> right_windows(const WindowCounts& windows) {
  std::vector<double> moments;
  for (const WindowOutcome& one : windows.each)
    if (one.right()) moments.push_back((one.at.start_s + one.at.end_s) / 2);
  std::sort(moments.begin(), moments.end());
  return moments;
}

}  // namespace vagus::lab
