#include "lab/report/trial_section.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "lab/report/html.h"
#include "lab/report/wave.h"
#include "lab/stats/distributions.h"
#include "lab/stats/predictive_value.h"
#include "lab/study/operating/answered.h"
#include "lab/study/operating/curve.h"

namespace vagus::lab {
namespace {

constexpr double trial_left = 130, trial_right = 1740, trial_top = 40, trial_bottom = 520;

/// An axis of shares: where a share lies, and which of them are marked.
struct ShareAxis {
  std::string name;
  bool deviate = false;  ///< by normal deviates, as a detection-error plot has it
  double low = 0, high = 1;
  std::vector<double> marks;

  double scaled(double share) const { return deviate ? normal_quantile(share) : share; }
  double place(double share) const {
    return (scaled(std::clamp(share, low, high)) - scaled(low)) / (scaled(high) - scaled(low));
  }
};

ShareAxis even_axis(std::string name, double least) {
  ShareAxis axis{std::move(name), false, 0, 1, {}};
  for (const double begin : {0.0, 0.5, 0.8, 0.9, 0.95})
    if (least >= begin) axis.low = begin;
  for (int i = 0; i <= 5; ++i) axis.marks.push_back(axis.low + (1 - axis.low) * i / 5);
  return axis;
}

/// From half a trial of so many to its complement.
ShareAxis deviate_axis(std::string name, double of) {
  ShareAxis axis{std::move(name), true, std::min(0.5 / of, 0.01), 0.5, {}};
  axis.high = std::max(1 - 0.5 / of, 0.99);
  for (const double mark : {0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999})
    if (mark >= axis.low && mark <= axis.high) axis.marks.push_back(mark);
  return axis;
}

std::string tick(double share) {
  std::string text = fixed(100 * share, 1);
  return (text.ends_with(".0") ? text.substr(0, text.size() - 2) : text) + " %";
}

/// A curve over two axes of shares, in words too.
std::string curve_figure(const std::string& words, const ShareAxis& across, const ShareAxis& up,
                         const std::vector<std::pair<double, double>>& points) {
  const auto x = [&](double v) { return trial_left + (trial_right - trial_left) * across.place(v); };
  const auto y = [&](double v) { return trial_bottom - (trial_bottom - trial_top) * up.place(v); };
  std::string out = "<figure><svg viewBox=\"0 0 1800 600\" role=\"img\" aria-label=\"" + escaped(words) + "\">";
  for (const double mark : up.marks)
    out += "<path class=\"g\" d=\"M" + fixed(trial_left, 0) + " " + fixed(y(mark), 1) + "H" + fixed(trial_right, 0) +
           "\"/><text text-anchor=\"end\" x=\"" + fixed(trial_left - 10, 0) + "\" y=\"" + fixed(y(mark) + 8, 1) +
           "\">" + tick(mark) + "</text>";
  for (const double mark : across.marks)
    out += "<path class=\"g\" d=\"M" + fixed(x(mark), 1) + " " + fixed(trial_top, 0) + "V" + fixed(trial_bottom, 0) +
           "\"/><text text-anchor=\"middle\" x=\"" + fixed(x(mark), 1) + "\" y=\"" + fixed(trial_bottom + 30, 0) +
           "\">" + tick(mark) + "</text>";
  std::string path;
  for (const auto& [a, u] : points) path += (path.empty() ? "M" : "L") + fixed(x(a), 1) + " " + fixed(y(u), 1);
  out += "<path class=\"q0\" d=\"" + path + "\"/><text text-anchor=\"middle\" x=\"" +
         fixed((trial_left + trial_right) / 2, 0) + "\" y=\"" + fixed(trial_bottom + 64, 0) + "\">" +
         escaped(across.name) + "</text><text x=\"" + fixed(trial_left, 0) + "\" y=\"" + fixed(trial_top - 14, 0) +
         "\">" + escaped(up.name) + "</text></svg><figcaption>" + escaped(words) + "</figcaption></figure>\n";
  return out;
}

/// So many of them, first and last among them, evenly by their number.
template <class Point>
std::vector<Point> some_of(const std::vector<Point>& points, std::size_t most) {
  if (points.size() <= most) return points;
  std::vector<Point> out;
  for (std::size_t i = 0; i < most; ++i) out.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return out;
}

std::string table(const std::string& caption, const std::vector<std::string>& heads,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"scroll\"><table><caption>" + escaped(caption) + "</caption><thead><tr>";
  for (std::size_t i = 0; i < heads.size(); ++i)
    out += std::string("<th scope=\"col\"") + (i == 0 ? " class=\"t\"" : "") + ">" + escaped(heads[i]) + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    out += "<tr><th class=\"t\" scope=\"row\">" + escaped(row.front()) + "</th>";
    for (std::size_t i = 1; i < row.size(); ++i) out += "<td>" + escaped(row[i]) + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

constexpr const char* heading =
    "<h2 id=\"trials\">Operating points of trials</h2>\n<p>Every threshold on the scores, over what is judged. The "
    "verdict is about the locked point alone; every other is exploratory.</p>\n";

std::string of_event_trials(const StudyResult& result) {
  operating::Cohort cohort;
  for (const RecordResult& record : result.records) {
    if (record.role != Role::judged || !record.events || record.events->reference.trials.empty()) continue;
    const auto& weighed = record.events->weighed;
    if (std::any_of(weighed.begin(), weighed.end(), [](const auto& one) { return !std::isfinite(one.score); }))
      return {};
    cohort.add(record.item.subject, EventMatcher(record.events->reference, result.spec.score.rule), weighed);
  }
  if (cohort.moments().empty()) return {};
  const operating::OperatingCurve curve(cohort);
  const auto falls = curve.total().fall_trials, activities = curve.total().activity_trials;
  if (falls == 0 || activities == 0) return {};
  const operating::TrialCurve trials = operating::trial_curve(curve);
  if (trials.points.empty()) return {};
  const auto points = some_of(trials.points, 400);
  std::vector<std::pair<double, double>> errors, recalls;
  double least = 1;
  for (const auto& one : points) {
    errors.emplace_back(one.false_positive_rate, one.miss_rate);
    recalls.emplace_back(1 - one.miss_rate, one.precision);
    least = std::min(least, one.precision);
  }
  const std::string over =
      " Over " + plural(falls, "trial") + " with a fall and " + plural(activities, "trial") + " of daily activity.";
  std::string out = heading;
  out += curve_figure(
      "Detection error: trials with a fall that are missed against trials of daily activity with an "
      "alarm, both by normal deviates. Equal error rate " +
          percent(trials.equal_error_rate) + ", area under the receiver operating curve " + fixed(trials.roc_area, 4) +
          "." + over,
      deviate_axis("activity trials with an alarm", static_cast<double>(activities)),
      deviate_axis("fall trials missed", static_cast<double>(falls)), errors);
  out += curve_figure(
      "Precision against recall of trials, at their own mix of falls and activities. Average precision " +
          fixed(trials.average_precision, 4) + "." + over,
      even_axis("recall: fall trials found", 0), even_axis("precision: alarmed trials with a fall", least), recalls);
  const auto ceiling = curve.ceiling();
  if (ceiling.trials_weighed < ceiling.trials_of)
    out += "<p>A gate before the score let only " + counted(ceiling.trials_weighed) + " of " +
           plural(ceiling.trials_of, "fall trial") + " through: no threshold finds more.</p>\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : some_of(trials.points, 10))
    rows.push_back({fixed(one.threshold, 4), percent(1 - one.miss_rate), percent(one.false_positive_rate),
                    percent(one.precision)});
  return out + table("The same as numbers, the highest threshold first.",
                     {"Threshold", "Fall trials found", "Activity trials with an alarm", "Precision"}, rows);
}

/// Each scored window with how sure its answer was; none where an answer has no score.
std::vector<operating::Answer> answers_of(const StudyResult& result) {
  std::vector<operating::Answer> all;
  std::map<std::string, std::uint32_t> subjects;
  for (const RecordResult& record : result.records) {
    if (record.role != Role::judged || !record.windows) continue;
    const std::uint32_t subject =
        subjects.emplace(record.item.subject, static_cast<std::uint32_t>(subjects.size())).first->second;
    std::map<std::pair<double, double>, double> sure;
    for (const TestWindow& one : record.windows->answers) sure[{one.at.start_s, one.at.end_s}] = one.score;
    for (const WindowOutcome& one : record.windows->each) {
      const bool given = one.answer != no_answer;
      const auto at = sure.find({one.at.start_s, one.at.end_s});
      if (given && (at == sure.end() || !std::isfinite(at->second))) return {};
      all.push_back({subject, given ? static_cast<float>(at->second) : 0.0F, one.right(), given});
    }
  }
  return all;
}

std::string of_windows(const StudyResult& result) {
  const auto answers = answers_of(result);
  if (std::none_of(answers.begin(), answers.end(), [](const auto& one) { return one.given; })) return {};
  const operating::AnswerCurve curve = operating::answer_curve(answers);
  std::vector<std::pair<double, double>> drawn;
  double least = 1;
  for (const auto& one : some_of(curve.points, 400)) {
    drawn.emplace_back(one.share, one.accuracy);
    least = std::min(least, one.accuracy);
  }
  const auto& last = curve.points.back();
  std::string out = heading;
  out += curve_figure("Accuracy against the share of windows answered, the surest first: " + percent(last.accuracy) +
                          " right where " + percent(last.share) +
                          " are answered, which is all that was; mean accuracy over all shares " + percent(curve.area) +
                          ". Over " + plural(curve.all, "window") + ".",
                      even_axis("share answered", 0), even_axis("accuracy of what is answered", least), drawn);
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : some_of(curve.points, 10))
    rows.push_back({fixed(one.quality, 4), percent(one.share), percent(one.accuracy), percent(one.accuracy_of_all)});
  return out + table("The same as numbers, the surest first.",
                     {"Score of at least", "Answered", "Right of these", "Right of all"}, rows);
}

}  // namespace

std::string trial_section(const StudyResult& result) {
  if (result.spec.score.protocol == "events") return of_event_trials(result);
  if (result.spec.score.protocol == "windows") return of_windows(result);
  return {};
}

std::string predictive_value_section(const StudyResult& result) {
  if (result.spec.score.protocol != "events" || result.groups.empty()) return {};
  const GroupResult& group = result.groups.front();
  const auto found = group.figures.find("events.sensitivity"), wrong = group.figures.find("events.alarms_per_day");
  if (found == group.figures.end() || wrong == group.figures.end()) return {};
  const Estimate &sensitivity = found->second.estimate, &alarms = wrong->second.estimate;
  if (!std::isfinite(sensitivity.value) || !std::isfinite(alarms.value)) return {};
  constexpr std::pair<double, const char*> incidences[] = {
      {1.0, "one a day"}, {1.0 / 7, "one a week"}, {12 / 365.25, "one a month"}, {1 / 365.25, "one a year"}};
  std::vector<std::vector<std::string>> rows;
  for (const auto& [events_per_day, words] : incidences) {
    const Estimate worth = event_predictive_value(sensitivity, alarms, events_per_day);
    rows.push_back(
        {words, percent(worth.value),
         std::isnan(worth.value) ? std::string("unknown") : percent_range(worth.interval.low, worth.interval.high),
         worth.untrusted});
  }
  return "<h2 id=\"worth\">What an alarm is worth</h2>\n" +
         table("The share of alarms that are true where events come so often, of " + group.name +
                   ": by its sensitivity and false alarms a day, the interval from theirs (95 %).",
               {"Events", "True alarms", "Interval", "Note"}, rows);
}

}  // namespace vagus::lab
