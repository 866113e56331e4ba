#include "lab/report/release_page.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/packed_wave.h"
#include "lab/report/page_scripts.h"
#include "lab/report/wave.h"
#include "lab/study/results.h"

namespace vagus::lab {
namespace {

/// What all drawings together may weigh: the page stays below 5 MB with its tables.
constexpr std::size_t release_drawing_bytes = 3'500'000;
constexpr std::size_t told_per_recording = 200, told_recordings = 400;

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
  card("Events lost", gate.lost, "of " + counted(gate.events) + " of the release");
  card("Events gained", gate.gained, "that the release does not have");
  card("Events moved", gate.moved, gate.of_events ? "by up to 10 s" : "by up to 150 ms");
  card("Events as they were", gate.same, counted(gate.rescored) + " of them with another score");
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

std::string in_words(const EventChange& change, bool of_events) {
  const char* right = of_events ? "one of an event" : "a beat";
  std::string text = clock_time(change.t_s, true) + " ";
  const auto score = [](const std::optional<float>& value) {
    return value ? " at " + fixed(static_cast<double>(*value), 2) : std::string();
  };
  switch (change.kind) {
    case EventChange::Kind::lost:
      text += std::string(change.right_before ? right : "a false one") + " lost, it had been reported" +
              score(change.before);
      break;
    case EventChange::Kind::gained:
      text += std::string(change.right_after ? right : "a false one") + " gained" + score(change.after);
      if (change.weighed) text += ", which the release had weighed" + score(change.weighed);
      break;
    default:
      text += "moved by " + (of_events ? fixed(change.moved_s, 1) + " s" : fixed(1000 * change.moved_s, 0) + " ms");
      if (change.right_before != change.right_after)
        text += change.right_after ? ", and is right now" : ", and is false now";
  }
  return text + (change.judged ? "" : " (before the protocol's start)");
}

std::string of_stretch(const StretchChange& stretch) {
  return clock_time(stretch.t_start_s, true) + " to " + clock_time(stretch.t_end_s, true) +
         (stretch.gained ? " called unreadable now: " : " no longer called unreadable: ") + stretch.reason;
}

/// What changed in a stretch: in full where it is little, else kind by kind with the times.
std::string changes_between(const RecordChanges& changes, double t0_s, double t1_s) {
  constexpr std::size_t in_full = 3;
  std::vector<const EventChange*> inside;
  for (const EventChange& change : changes.events) {
    if (change.t_s >= t0_s && change.t_s <= t1_s) inside.push_back(&change);
  }
  std::string text;
  if (inside.size() <= in_full) {
    for (const EventChange* change : inside) text += (text.empty() ? "" : "; ") + in_words(*change, false);
  } else {
    for (const auto kind : {EventChange::Kind::lost, EventChange::Kind::gained, EventChange::Kind::moved}) {
      std::string times;
      std::int64_t count = 0;
      for (const EventChange* change : inside) {
        if (change->kind != kind) continue;
        times += (times.empty() ? "" : ", ") + clock_time(change->t_s, true);
        ++count;
      }
      if (count > 0)
        text += (text.empty() ? "" : "; ") + counted(count) + " " + std::string(name(kind)) + " (" + times + ")";
    }
  }
  for (const StretchChange& stretch : changes.stretches) {
    if (stretch.t_end_s > t0_s && stretch.t_start_s < t1_s) text += (text.empty() ? "" : "; ") + of_stretch(stretch);
  }
  return text;
}

/// Above what the release said, below what the candidate says.
std::vector<Mark> change_marks(const FrozenRecord& frozen, const RecordResult& candidate, const RecordChanges& changes,
                               const Excerpt& excerpt) {
  std::vector<Mark> marks;
  const auto inside = [&](double t_s) { return t_s >= excerpt.t0_s && t_s <= excerpt.t1_s; };
  const auto change_at = [&](double t_s, bool of_candidate) -> const EventChange* {
    for (const EventChange& change : changes.events) {
      const bool moved = change.kind == EventChange::Kind::moved;
      const bool theirs = of_candidate ? change.after.has_value() : change.before.has_value();
      if (theirs && (of_candidate && moved ? change.t_s + change.moved_s : change.t_s) == t_s) return &change;
    }
    return nullptr;
  };
  for (const FrozenEvent& event : frozen.events) {
    if (!inside(event.t_s)) continue;
    const EventChange* change = change_at(event.t_s, false);
    const bool lost = change != nullptr && change->kind == EventChange::Kind::lost;
    marks.push_back({lost ? Mark::Kind::missed : Mark::Kind::reference, event.t_s,
                     lost ? (change->right_before ? "lost" : "lost, was false") : ""});
  }
  for (const Event& event : candidate.run.events) {
    if (event.kind != Said::Kind::event || !inside(event.t_s)) continue;
    const EventChange* change = change_at(event.t_s, true);
    const bool moved = change != nullptr && change->kind == EventChange::Kind::moved;
    std::string text;
    if (moved) text = fixed(1000 * change->moved_s, 0) + " ms";
    if (change != nullptr && !moved) text = change->right_after ? "gained" : "gained, false";
    marks.push_back({change != nullptr ? Mark::Kind::wrong : Mark::Kind::detected, event.t_s, text});
  }
  for (const ProbePoint& weighed : excerpt.candidates) marks.push_back({Mark::Kind::candidate, weighed.t_s, {}});
  return marks;
}

std::string change_figure(const FrozenRecord& frozen, const RecordResult& candidate, const RecordChanges& changes,
                          const Excerpt& excerpt) {
  Wave wave;
  wave.excerpt = &excerpt;
  wave.marks = change_marks(frozen, candidate, changes, excerpt);
  for (const Event& event : candidate.run.events) {
    if (event.kind == Said::Kind::unreadable && event.t_end_s > excerpt.t0_s && event.t_start_s < excerpt.t1_s)
      wave.shades.push_back({event.t_start_s, event.t_end_s, event.reason});
  }
  const std::string caption =
      changes_between(changes, excerpt.t0_s, excerpt.t1_s) + ". Lead " + excerpt.signal.name + ".";
  wave.text = "Recording " + candidate.item.id() + ": " + caption;
  return "<figure>" + draw(wave) + "<figcaption>" + escaped(caption) +
         "</figcaption><script type=\"application/json\" class=\"wave\">" + script_json(packed_wave(wave)) +
         "</script></figure>\n";
}

std::string change_key() {
  const auto item = [](const char* id, const char* style, const char* text) {
    return std::string("<li><svg viewBox=\"-14 -14 28 28\" aria-hidden=\"true\"><use href=\"#") + id + "\" class=\"" +
           style + "\"/></svg>" + text + "</li>";
  };
  return "<ul class=\"key\">" + item("sr", "r", "the release reports it (above the wave)") +
         item("sm", "m", "the release does, the candidate does not: lost") +
         item("sd", "d", "the candidate reports it as well (below the wave)") +
         item("sx", "x", "the candidate reports it here, the release does not: gained or moved") +
         item("sc", "c", "the candidate weighed it and does not report it") + "</ul>\n";
}

std::string change_text(const RecordChanges& changes, bool of_events) {
  std::string out = "<ul>";
  std::size_t told = 0;
  for (const EventChange& change : changes.events) {
    if (told++ >= told_per_recording) break;
    out += "<li>" + escaped(in_words(change, of_events)) + "</li>";
  }
  for (const StretchChange& stretch : changes.stretches) {
    if (told++ >= told_per_recording) break;
    out += "<li>" + escaped(of_stretch(stretch)) + "</li>";
  }
  out += "</ul>";
  const auto all = changes.events.size() + changes.stretches.size();
  if (all > told_per_recording)
    out += "<p class=\"note\">The first " + counted(static_cast<std::int64_t>(told_per_recording)) + " of " +
           counted(static_cast<std::int64_t>(all)) + "; <code>check.json</code> holds all.</p>";
  return out + "\n";
}

std::string change_section(const Gate& gate, const Frozen& frozen, const StudyResult& candidate,
                           const ReleaseWaves& waves) {
  std::string out = "<h2 id=\"changes\">Every event gained, lost or moved</h2>\n";
  std::vector<std::size_t> order;
  std::vector<std::int64_t> bad(gate.recordings.size());
  for (std::size_t i = 0; i < gate.recordings.size(); ++i) {
    if (gate.changes[i].none()) continue;
    bad[i] = std::count_if(gate.changes[i].events.begin(), gate.changes[i].events.end(), harmful);
    order.push_back(i);
  }
  if (order.empty()) return out + "<p>There is none.</p>\n";
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return bad[a] > bad[b]; });
  out += "<p>Recordings with most right ones lost and most false ones gained come first.";
  if (gate.of_events) out += " Waveforms are drawn of beats alone.";
  if (!waves.waveforms && !gate.of_events)
    out += " Waveforms were left out of this page (<code>--no-waveforms</code>).";
  if (!waves.not_at_hand.empty()) out += " Not every signal is at hand: " + escaped(waves.not_at_hand) + ".";
  out += "</p>\n" + (waves.waveforms && !gate.of_events ? change_key() : std::string());
  std::map<std::string, const FrozenRecord*> kept;
  for (const FrozenRecord& record : frozen.records) kept[record.recording] = &record;
  std::size_t drawn = 0, told = 0;
  for (const std::size_t i : order) {
    if (told++ >= told_recordings) break;
    const RecordChanges& changes = gate.changes[i];
    const auto of_kind = [&](EventChange::Kind kind) {
      return counted(std::count_if(changes.events.begin(), changes.events.end(),
                                   [&](const EventChange& change) { return change.kind == kind; }));
    };
    out += "<section><h3>" + escaped(gate.recordings[i]) + ": " + of_kind(EventChange::Kind::lost) + " lost, " +
           of_kind(EventChange::Kind::gained) + " gained, " + of_kind(EventChange::Kind::moved) + " moved of " +
           counted(static_cast<std::int64_t>(kept.at(gate.recordings[i])->events.size())) + "</h3>\n";
    if (i < waves.of_recording.size()) {
      for (const Excerpt& excerpt : waves.of_recording[i]) {
        if (drawn > release_drawing_bytes) break;
        const std::string figure =
            change_figure(*kept.at(gate.recordings[i]), candidate.records[gate.records[i]], changes, excerpt);
        drawn += figure.size();
        out += figure;
      }
    }
    out += "<details><summary>All of them in words</summary>" + change_text(changes, gate.of_events) +
           "</details></section>\n";
  }
  if (order.size() > told_recordings)
    out += "<p class=\"note\">" + counted(static_cast<std::int64_t>(told_recordings)) + " of " +
           counted(static_cast<std::int64_t>(order.size())) +
           " recordings with changes are told here; <code>check.json</code> holds all.</p>\n";
  return out;
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
