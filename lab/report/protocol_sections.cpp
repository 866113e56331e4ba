#include "lab/report/protocol_sections.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/study/study_groups.h"

namespace vagus::lab {
namespace {

std::string td(std::string_view content, std::string_view style = {}) {
  return (style.empty() ? "<td>" : "<td class=\"" + std::string(style) + "\">") + std::string(content) + "</td>";
}

std::string as_printed(const Statistic& about, double value) {
  return quantity(about) == Quantity::share ? percent(value) : escaped(printed(about, value));
}

}  // namespace

std::string claims_section(const StudyResult& result) {
  std::string out;
  const auto verdict_cell = [](Verdict verdict, const std::string& why) {
    const std::string word(name(verdict));
    std::string style = word;
    std::replace(style.begin(), style.end(), ' ', '-');
    return "<td class=\"w\"><span class=\"v-" + style + "\">" + word + "</span><small>" + escaped(why) +
           "</small></td>";
  };
  if (!result.hypotheses.empty()) {
    out +=
        "<h2 id=\"hypotheses\">Hypotheses</h2>\n<div class=\"scroll\"><table><caption>Differences are this study's "
        "figure less the other's, subjects in pairs; p is one-sided, adjusted over all hypotheses by Holm."
        "</caption><thead><tr><th class=\"t\">Claim</th><th class=\"t\">Against</th><th>Here</th><th>There</th>"
        "<th>Difference</th><th>Margin</th><th>p</th><th>Subjects</th><th "
        "class=\"t\">Verdict</th></tr></thead><tbody>\n";
    for (const HypothesisResult& one : result.hypotheses) {
      const Statistic& about = statistic(one.asked.statistic);
      const auto apart = [&](double value) {
        return quantity(about) == Quantity::share ? fixed(100 * value, 3) + " points" : escaped(printed(about, value));
      };
      out += "<tr>" +
             td(escaped(one.asked.name) + "<small><code>" + escaped(one.asked.statistic) + "</code></small>", "w") +
             td(escaped(one.against), "w") + td(escaped(printed(about, one.second))) +
             td(escaped(printed(about, one.first))) +
             td(apart(one.estimate.value) + "<small>" + apart(one.estimate.interval.low) + " to " +
                apart(one.estimate.interval.high) + "</small>") +
             td(one.asked.margin > 0 ? apart(one.asked.margin) : "none") + td(escaped(p_value(one.p_holm))) +
             td(counted(one.subjects)) + verdict_cell(one.verdict, one.why) + "</tr>\n";
    }
    out += "</tbody></table></div>\n";
  }
  if (!result.costs.empty()) {
    out +=
        "<h2 id=\"budget\">Cost against budget</h2>\n<div class=\"scroll\"><table><thead><tr><th "
        "class=\"t\">Core</th><th class=\"t\">Metric</th><th>Allowed</th><th>Known</th><th class=\"t\">Verdict</th>"
        "</tr></thead><tbody>\n";
    for (const CostResult& one : result.costs)
      out += "<tr>" + td(escaped(one.asked.core), "t") + td(escaped(one.asked.metric), "t") +
             td(shortest(one.asked.limit)) + td(one.measured ? "at most " + shortest(one.measured->high) : "unknown") +
             verdict_cell(one.verdict, one.why) + "</tr>\n";
    out += "</tbody></table></div>\n";
  }
  return out;
}

std::string as_stated(const Statistic& about, double value) {
  return quantity(about) == Quantity::share ? percent_as_stated(value) : escaped(printed(about, value));
}

std::string value_with_interval(const Statistic& about, double value, const Interval& interval) {
  if (std::isnan(value)) return "unknown";
  return as_printed(about, value) + "<small>" + as_printed(about, interval.low) + " to " +
         as_printed(about, interval.high) + "</small>";
}

std::string figure_rows(const StudyResult& result) {
  const auto names = headline_figures(result.spec.score.protocol);
  std::string out = "<h2 id=\"figures\">Figures, part by part</h2>\n<div class=\"scroll\"><table><caption>Protocol " +
                    result.spec.score.protocol +
                    "; under each estimate its 95&#8239;% interval, by subject.</caption><thead><tr><th "
                    "class=\"t\">Figure</th>";
  for (const GroupResult& group : result.groups)
    out += "<th>" + escaped(group.name) + "<small>" + plural(group.records, "recording") + ", " +
           plural(group.subjects, "subject") + "</small></th>";
  out += "</tr></thead><tbody>\n";
  for (const char* name_of : names) {
    const Statistic& about = statistic(name_of);
    const bool known = std::any_of(result.groups.begin(), result.groups.end(), [&](const GroupResult& group) {
      return !std::isnan(group.figures.at(name_of).estimate.value);
    });
    if (!known) continue;
    out += "<tr><td class=\"w\">" + escaped(describe(about)) + "<small><code>" + name_of + "</code></small></td>";
    for (const GroupResult& group : result.groups) {
      const Figure& figure = group.figures.at(name_of);
      out += td(value_with_interval(about, figure.estimate.value, figure.estimate.interval) +
                (figure.who.empty() ? "" : "<small>" + escaped(figure.who) + "</small>"));
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string worst_recordings(const StudyResult& result) {
  constexpr std::size_t most = 50;
  std::vector<std::pair<std::int64_t, const RecordResult*>> order;
  for (const RecordResult& record : result.records) {
    std::int64_t wrong = 0;
    if (record.events) wrong = record.events->counts.missed + record.events->counts.false_alarms;
    if (record.windows) {
      const WindowFigures figures = window_figures(record.windows->all(), true);
      wrong = figures.windows - figures.correct;
    }
    order.emplace_back(wrong, &record);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const bool events = result.spec.score.protocol == "events";
  std::string out =
      "<h2 id=\"records\">Recordings, most errors first</h2>\n<div class=\"scroll\"><table "
      "class=\"sortable\"><thead><tr>";
  const std::vector<std::string> heads =
      events ? std::vector<std::string>{"Recording", "Subject", "Part", "Events", "Missed", "False alarms", "Worn, h"}
             : std::vector<std::string>{"Recording", "Subject", "Part", "Windows", "Wrong", "Macro F1", "Unreadable"};
  for (std::size_t i = 0; i < heads.size(); ++i)
    out += std::string("<th") + (i < 3 ? " class=\"t\"" : "") + " scope=\"col\"><button type=\"button\">" + heads[i] +
           "</button></th>";
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    const RecordResult& record = *order[i].second;
    out += "<tr>" + td(escaped(record.item.id()), "t") + td(escaped(record.item.subject), "t") +
           td(std::string(name(record.role)), "t");
    if (record.events) {
      const EventCounts& counts = record.events->counts;
      out += td(counted(counts.detected + counts.missed)) + td(counted(counts.missed)) +
             td(counted(counts.false_alarms)) + td(fixed(counts.worn_s / 3600, 1));
    } else if (record.windows) {
      const WindowFigures figures = window_figures(record.windows->all(), true);
      out += td(counted(figures.windows)) + td(counted(figures.windows - figures.correct)) +
             td(std::isnan(figures.macro_f1) ? "unknown" : fixed(figures.macro_f1, 3)) +
             td(counted(record.windows->unreadable()));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (order.size() > most)
    out += "<p class=\"note\">" + plural(static_cast<std::int64_t>(order.size() - most), "recording") +
           " with fewer errors are in results.json.</p>\n";
  return out;
}

}  // namespace vagus::lab
