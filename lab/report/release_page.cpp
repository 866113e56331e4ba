#include "lab/report/release_page.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/page_scripts.h"
#include "lab/report/release_changes.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

constexpr std::size_t told_recordings = 400;

const char* style_of(GateOutcome outcome) {
  return outcome == GateOutcome::passed ? "met" : outcome == GateOutcome::refused ? "not-met" : "not-shown";
}

std::string outcome_cell(GateOutcome outcome, const std::string& why) {
  return std::string("<td class=\"w\"><span class=\"v-") + style_of(outcome) + "\">" + std::string(name(outcome)) +
         "</span><small>" + escaped(why) + "</small></td>";
}

/// A difference: of shares in points, "-0.12"; of others in their unit.
std::string difference_text(const Statistic& about, double value) {
  if (!std::isfinite(value)) return "unknown";
  const bool share = quantity(about) == Quantity::share;
  return (value > 0 ? "+" : "") + (share ? fixed(100 * value, 3) : fixed(value, 4));
}
std::string allowed_text(const Statistic& about, double margin) {
  return quantity(about) == Quantity::share ? fixed(100 * margin, 3) : printed(about, margin);
}
std::string figure_text(const Statistic& about, double value) {
  return quantity(about) == Quantity::share ? percent(value) : printed(about, value);
}

std::string head_of(const Gate& gate) {
  std::string out;
  if (gate.simulated)
    out +=
        "<div class=\"simulated\" role=\"note\">SIMULATED DATA<span>Every signal and label behind this page was made "
        "by a simulator. It says nothing about people.</span></div>\n";
  out += "<h1>Release gate: " + escaped(gate.name) + "</h1>\n<p class=\"question\">May " + escaped(gate.detector) +
         " " + escaped(gate.version) + " take the place of " + escaped(gate.frozen_detector) + " " +
         escaped(gate.frozen_version) + "?</p>\n";
  out += std::string("<div class=\"verdict ") + style_of(gate.outcome) + "\" role=\"status\"><strong>" +
         std::string(verdict_name(gate.outcome)) + "</strong>" + escaped(gate.sentence) +
         "</div>\n<div class=\"cards\">";
  const auto card = [&](const char* title, std::int64_t count, const std::string& under) {
    out += std::string("<div class=\"card\"><small>") + title + "</small><b>" + counted(count) + "</b><small>" + under +
           "</small></div>\n";
  };
  const std::string of_release = "of " + counted(gate.events) + " of the release";
  const std::string rescored = counted(gate.rescored) + " of them with another score";
  if (gate.of_windows) {
    card("Right answers lost", gate.lost, of_release + "'s windows");
    card("Right answers gained", gate.gained, "where the release was wrong");
    card("Answered otherwise", gate.moved, "as wrong as before, or unlabelled");
    card("Windows as they were", gate.same, rescored);
    return out + "</div>\n";
  }
  card("Events lost", gate.lost, of_release);
  card("Events gained", gate.gained, "that the release does not have");
  card("Events moved", gate.moved, gate.of_events ? "by up to 10 s" : "by up to 150 ms");
  card("Events as they were", gate.same, rescored);
  return out + "</div>\n";
}

std::string test_table(const Gate& gate) {
  std::string out =
      "<h2 id=\"tests\">Is anything worse than allowed?</h2>\n<p>Each line compares the same recordings before and "
      "after, subject by subject. It passes where the whole interval lies above the loss allowed, is refused where all "
      "of it lies below, and else shows nothing; a part in which nothing changed passes without an interval. All have "
      "to pass, each at its own confidence.</p>\n";
  if (gate.tests.empty()) return out + "<p>The specification states no requirement.</p>\n";
  out +=
      "<div class=\"scroll\"><table class=\"sortable\"><thead><tr><th class=\"t\">Requirement</th><th "
      "class=\"t\">Part</th><th>Release</th><th>Candidate</th><th>Difference (shares: points)</th><th>May lose</th>"
      "<th>Subjects</th><th>Lost, gained, moved</th><th class=\"t\">Outcome</th></tr></thead><tbody>\n";
  for (const GateTest& test : gate.tests) {
    const Statistic& about = statistic(test.statistic);
    out += "<tr><td class=\"w\">" + escaped(test.requirement) + "<small><code>" + escaped(test.statistic) +
           "</code></small></td><td class=\"w\">" + escaped(test.part) + "</td><td>" + figure_text(about, test.frozen) +
           "</td><td>" + figure_text(about, test.candidate) +
           (test.who.empty() ? "" : "<small>" + escaped(test.who) + "</small>") + "</td><td>";
    out += test.identical ? "none"
                          : difference_text(about, test.estimate.value) + "<small>" +
                                difference_text(about, test.estimate.interval.low) + " to " +
                                difference_text(about, test.estimate.interval.high) + ", " +
                                percent_as_stated(test.confidence) + "</small>";
    out += "</td><td>" + allowed_text(about, test.margin) + "</td><td>" + counted(test.subjects) + "<small>" +
           plural(test.recordings, "recording") + "</small>" +
           (test.subjects_needed ? "<small>" + counted(*test.subjects_needed) + " would do</small>" : "") +
           "</td><td>" + counted(test.lost) + ", " + counted(test.gained) + ", " + counted(test.moved) + "</td>" +
           outcome_cell(test.outcome, test.why) + "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string bound_table(const Gate& gate) {
  if (gate.bounds.empty()) return {};
  std::string out =
      "<h2 id=\"requirements\">The requirements themselves</h2>\n<div class=\"scroll\"><table><caption>What the "
      "release meets, the candidate has to meet; both on the labels of today.</caption><thead><tr><th "
      "class=\"t\">Requirement</th><th>Release</th><th>Candidate</th><th "
      "class=\"t\">Outcome</th></tr></thead><tbody>\n";
  for (const GateRequirement& bound : gate.bounds)
    out += "<tr><td class=\"w\">" + escaped(bound.name) + "</td><td>" +
           figure_text(statistic(bound.statistic), bound.frozen_figure) + "<small>" + std::string(name(bound.frozen)) +
           "</small></td><td>" + figure_text(statistic(bound.statistic), bound.candidate_figure) + "<small>" +
           std::string(name(bound.candidate)) + "</small></td>" + outcome_cell(bound.outcome, bound.why) + "</tr>\n";
  return out + "</tbody></table></div>\n";
}

std::string cost_table(const Gate& gate) {
  std::string out = "<h2 id=\"cost\">Cost</h2>\n<p><span class=\"v-" + std::string(style_of(gate.cost.outcome)) +
                    "\">" + std::string(name(gate.cost.outcome)) + "</span>: " + escaped(gate.cost.why) + "</p>\n";
  if (!gate.budget.empty()) {
    out += "<p>The specification's own budget:</p>\n<ul>";
    for (const GateCostLine& line : gate.budget)
      out += "<li><span class=\"v-" + std::string(style_of(line.outcome)) + "\">" + std::string(name(line.outcome)) +
             "</span>: " + escaped(line.why) + "</li>";
    out += "</ul>\n";
  }
  if (gate.cost.lines.empty()) return out;
  out +=
      "<div class=\"scroll\"><table><thead><tr><th class=\"t\">Core</th><th "
      "class=\"t\">Figure</th><th>Release</th><th>Candidate</th><th>Limit</th><th "
      "class=\"t\">Outcome</th></tr></thead><tbody>\n";
  const auto figure = [](const std::optional<double>& value) {
    return value ? shortest(std::round(*value * 10) / 10) : std::string("unknown");
  };
  for (const GateCostLine& line : gate.cost.lines) {
    std::string metric = line.metric;
    std::replace(metric.begin(), metric.end(), '_', ' ');
    out += "<tr><td class=\"t\">" + escaped(line.core) + "</td><td class=\"t\">" + metric + "</td><td>" +
           figure(line.frozen) + "</td><td>" + figure(line.candidate) + "</td><td>" +
           (line.limit ? figure(line.limit) : std::string("none")) + "</td>" + outcome_cell(line.outcome, line.why) +
           "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string left_open(const Gate& gate) {
  std::string out;
  const auto list = [&](const char* title, const std::vector<std::string>& all) {
    if (all.empty()) return;
    out += std::string("<h2>") + title + "</h2>\n<ul>";
    for (std::size_t i = 0; i < std::min(all.size(), told_recordings); ++i) out += "<li>" + escaped(all[i]) + "</li>";
    if (all.size() > told_recordings) out += "<li>and others; <code>check.json</code> holds all</li>";
    out += "</ul>\n";
  };
  std::vector<std::string> failed;
  for (const Failure& failure : gate.failed) failed.push_back(failure.recording + ": " + failure.why);
  list("Recordings on which the candidate failed", failed);
  list("Recordings of the release that could not be compared", gate.missing);
  list("Worth knowing", gate.notes);
  return out;
}

std::string gate_limits(const Gate& gate) {
  std::string out = "<h2 id=\"limits\">Limits</h2>\n<ul>\n";
  const auto one = [&](const std::string& text) { out += "<li>" + escaped(text) + "</li>\n"; };
  if (gate.of_events)
    one("Latencies are held to the release's figure as a fixed mark: how well that is known is not in their interval.");
  if (gate.simulated) one("The signals are simulated: nothing here is about people.");
  one("Compared are the recordings of the release. People, devices and placements that are not among them, and parts "
      "of "
      "the data that no group names, were not examined.");
  one("A part in which nothing changed passes because the candidate answers there as the release does. That says "
      "nothing "
      "of people who are not in it.");
  one("The reference is taken as true, and today's labels are used for both versions.");
  one("Looks at this test data, this one included: " + std::to_string(gate.looks) +
      ". A candidate that was mended until it passed has learned from these data.");
  return out + "</ul>\n";
}

std::string gate_provenance(const Frozen& frozen, const StudyResult& candidate) {
  std::string out = "<h2 id=\"provenance\">Where it comes from</h2>\n<dl>\n";
  const auto row = [&](const char* what, const std::string& value) {
    out += std::string("<dt>") + what + "</dt><dd>" + value + "</dd>\n";
  };
  const auto config_text = [](const Config& config) {
    std::string text;
    for (const auto& [key, value] : config) text += (text.empty() ? "" : ", ") + escaped(key) + " = " + shortest(value);
    return text.empty() ? std::string("defaults") : text;
  };
  row("Release", escaped(frozen.detector()) + " " + escaped(frozen.version()) + ", " + config_text(frozen.config()) +
                     ", sources <code>" + escaped(frozen.code()) + "</code>, by vagus " + escaped(frozen.vagus()) +
                     ", verdict of its study: " + escaped(frozen.verdict()));
  row("Candidate", escaped(candidate.contract.name) + " " + escaped(candidate.contract.version) + ", " +
                       config_text(candidate.config) + ", sources <code>" + candidate.code + "</code>, by vagus " +
                       escaped(vagus_version()));
  row("Specification", "<code>" + escaped(frozen.result.value("specification", std::string())) + "</code>");
  row("Candidate's data", "<code>" + candidate.data_hash + "</code> (every signal and every label)");
  return out + "</dl>\n";
}

}  // namespace

std::string release_page(const Gate& gate, const Frozen& frozen, const StudyResult& candidate,
                         const ReleaseWaves& waves) {
  std::string body = head_of(gate) + test_table(gate) + bound_table(gate) + cost_table(gate) + left_open(gate);
  body += change_section(gate, frozen, candidate, waves) + gate_limits(gate) + gate_provenance(frozen, candidate);
  body += "<footer>" + std::string(not_a_device()) + "</footer>\n";
  return page("Release gate " + gate.name + ": " + std::string(verdict_name(gate.outcome)) +
                  (gate.simulated ? " (simulated data)" : ""),
              body, report_script());
}

}  // namespace vagus::lab
