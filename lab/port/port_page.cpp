#include <fmt/format.h>

#include <algorithm>

#include "lab/port/port_check.h"
#include "lab/report/html.h"
#include "lab/report/packed_wave.h"
#include "lab/report/page_scripts.h"
#include "lab/report/wave.h"

namespace vagus::lab {
namespace {

/// What all drawings together may weigh: the page stays below 5 MB with its tables.
constexpr std::size_t port_drawing_bytes = 3'500'000;

std::string port_head(const PortCheck& check) {
  std::string out;
  if (check.simulated)
    out +=
        "<div class=\"simulated\" role=\"note\">SIMULATED DATA<span>Every signal behind this page was made by a "
        "simulator.</span></div>\n";
  const auto count = static_cast<std::int64_t>(check.recordings.size());
  const bool agrees = check.agrees();
  const auto side = [](const std::string& name, const std::string& version, bool causal) {
    return "<code>" + escaped(name) + "</code> " + escaped(version.substr(0, 16)) + (causal ? "" : " (not causal)");
  };
  out += "<h1>Port check: " + escaped(check.a) + " and " + escaped(check.b) +
         "</h1>\n<p class=\"question\">Does B say what A says? A is " + side(check.a, check.version_a, check.causal_a) +
         ", B is " + side(check.b, check.version_b, check.causal_b) + ".</p>\n";
  out += std::string("<div class=\"verdict ") + (agrees ? "met" : "not-met") + "\" role=\"status\"><strong>" +
         (agrees ? "They agree" : "They part") + "</strong>" +
         escaped(fmt::format("On {} of {} every event of one side has one of the other within {} s; on {} at the same "
                             "samples.",
                             check.agree_within(), plural(count, "recording"), shortest(check.options.tolerance_s),
                             check.agree_exact()));
  if (check.first)
    out += " First difference: " + escaped(check.first->recording) + " at " + clock_time(check.first->t_s, true) +
           (check.first->probe.empty() ? ", in events." : ", in the probe " + escaped(check.first->probe) + ".");
  return out + "</div>\n";
}

std::string score_table(const PortCheck& check) {
  std::string out = "<h2 id=\"scores\">Are the scores the same?</h2>\n";
  if (check.protocol.empty()) return out + "<p>" + escaped(check.why_unscored) + "</p>\n";
  out += "<p>" +
         escaped(fmt::format("Protocol {} from {} s on {}, subjects in pairs: equal where the interval of the "
                             "difference at confidence {} lies within {} points.",
                             check.protocol, shortest(check.score_start_s), plural(check.scored, "recording"),
                             shortest(check.options.confidence), fixed(100 * check.options.margin, 2))) +
         "</p>\n<div class=\"scroll\"><table><thead><tr><th class=\"t\">Statistic</th><th>B less A, points</th>"
         "<th>Interval</th><th>Subjects</th><th class=\"t\">Equal</th></tr></thead><tbody>\n";
  for (const PortScore& score : check.scores) {
    const bool equal = score.difference.change == Change::equal;
    const Interval& interval = score.judgement.estimate.interval;
    out += "<tr><td class=\"t\">" + escaped(describe(statistic(score.statistic))) + "</td><td>" +
           (equal ? "none" : fixed(100 * score.difference.estimate.value, 3)) + "</td><td>" +
           (equal ? "" : fixed(100 * interval.low, 3) + " to " + fixed(100 * interval.high, 3)) + "</td><td>" +
           counted(score.difference.subjects) + "</td><td class=\"t\">" + std::string(name(score.verdict)) +
           "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string recording_table(const PortCheck& check) {
  std::string out =
      "<h2 id=\"recordings\">Recordings, those that disagree most first</h2>\n<div class=\"scroll\"><table "
      "class=\"sortable\"><thead><tr><th class=\"t\">Recording</th><th>In both</th><th>Only A</th><th>Only B</th>"
      "<th>Displaced</th><th>By at most, ms</th><th class=\"t\">Probes that part</th></tr></thead><tbody>\n";
  for (const PortRecording* recording : check.ranked()) {
    out += "<tr><td class=\"t\">" + escaped(recording->item.id()) + "</td>";
    if (recording->failed()) {
      const bool a = !recording->why_a.empty();
      out += "<td></td><td></td><td></td><td></td><td></td><td class=\"w\">" + std::string(a ? "A" : "B") +
             " failed: " + escaped(a ? recording->why_a : recording->why_b) + "</td></tr>\n";
      continue;
    }
    std::string parted;
    for (const ProbeAgreement& probe : recording->probes)
      if (probe.t_s) parted += (parted.empty() ? "" : "; ") + probe.name + " from " + clock_time(*probe.t_s, true);
    out += "<td>" + counted(recording->both) + "</td><td>" + counted(recording->only_a) + "</td><td>" +
           counted(recording->only_b) + "</td><td>" + counted(recording->displaced) + "</td><td>" +
           fixed(1000 * recording->displaced_s, 1) + "</td><td class=\"w\">" + escaped(parted) + "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

/// Above the wave what A says, below it what B says.
std::vector<Mark> marks_of(const PortRecording& recording, const Excerpt& excerpt) {
  std::vector<Mark> marks;
  const auto alone = [&](double t_s, bool in_a) {
    return std::any_of(recording.differences.begin(), recording.differences.end(),
                       [&](const PortDifference& d) { return d.t_s == t_s && d.in_a == in_a && d.in_b != in_a; });
  };
  const auto add = [&](const RunResult& run, bool of_a) {
    for (const Event& event : run.events) {
      if (event.kind != Said::Kind::event) continue;
      const double t_s = event.interval ? event.t_start_s : event.t_s;
      if (t_s < excerpt.t0_s || t_s > excerpt.t1_s) continue;
      const bool one_sided = alone(t_s, of_a);
      const auto kind = of_a ? (one_sided ? Mark::Kind::missed : Mark::Kind::reference)
                             : (one_sided ? Mark::Kind::wrong : Mark::Kind::detected);
      marks.push_back({kind, t_s, one_sided ? (of_a ? "only A" : "only B") : ""});
    }
  };
  add(recording.run_a, true);
  add(recording.run_b, false);
  return marks;
}

/// What parts within a drawn stretch, in words.
std::string parts_within(const PortRecording& recording, const Excerpt& excerpt) {
  constexpr std::size_t most = 4;
  std::string out;
  std::size_t told = 0;
  for (const PortDifference& d : recording.differences) {
    if (d.t_s < excerpt.t0_s || d.t_s > excerpt.t1_s) continue;
    if (++told > most) continue;
    out += (told == 1 ? " Parts: " : ", ") + clock_time(d.t_s, true);
    if (d.in_a && d.in_b) {
      out += d.later_s == 0
                 ? " (ends elsewhere)"
                 : " (B " + fixed(1000 * std::abs(d.later_s), 1) + " ms " + (d.later_s > 0 ? "later)" : "earlier)");
    } else {
      out += d.in_a ? " (only A)" : " (only B)";
    }
  }
  if (told > most) out += ", and " + std::to_string(told - most) + " more";
  return told == 0 ? " Probes alone part." : out + ".";
}

std::string port_key() {
  const auto item = [](const char* id, const char* style, const char* text) {
    return std::string("<li><svg viewBox=\"-14 -14 28 28\" aria-hidden=\"true\"><use href=\"#") + id + "\" class=\"" +
           style + "\"/></svg>" + text + "</li>";
  };
  return "<ul class=\"key\">" + item("sr", "r", "A says it (above the wave)") + item("sm", "m", "A alone says it") +
         item("sd", "d", "B says it (below the wave)") + item("sx", "x", "B alone says it") + "</ul>\n";
}

std::string drawings(const PortCheck& check) {
  std::string out = "<h2 id=\"drawn\">Where they part first</h2>\n";
  if (std::none_of(check.recordings.begin(), check.recordings.end(), [](const auto& r) { return !r.excerpts.empty(); }))
    return out + "<p>Nowhere.</p>\n";
  out += "<p>The first differences of each recording, those that disagree most first.</p>\n" + port_key();
  std::size_t left_out = 0, bytes = 0;
  for (const PortRecording* recording : check.ranked()) {
    if (recording->excerpts.empty()) continue;
    if (bytes > port_drawing_bytes) {
      ++left_out;
      continue;
    }
    out += "<section><h3>" + escaped(recording->item.id()) + "</h3>\n";
    for (const Excerpt& excerpt : recording->excerpts) {
      Wave wave;
      wave.excerpt = &excerpt;
      wave.marks = marks_of(*recording, excerpt);
      const std::string caption = "From " + clock_time(excerpt.t0_s, true) + ", channel " + excerpt.signal.name + "." +
                                  parts_within(*recording, excerpt);
      wave.text = recording->item.id() + ": " + caption;
      const std::string figure = "<figure>" + draw(wave) + "<figcaption>" + escaped(caption) +
                                 "</figcaption><script type=\"application/json\" class=\"wave\">" +
                                 script_json(packed_wave(wave)) + "</script></figure>\n";
      bytes += figure.size();
      out += figure;
    }
    out += "</section>\n";
  }
  if (left_out > 0)
    out += "<p class=\"note\">" + plural(static_cast<std::int64_t>(left_out), "further recording") +
           " with differences not drawn, for the page's size.</p>\n";
  return out;
}

}  // namespace

std::string port_page(const PortCheck& check) {
  const std::string body = port_head(check) + drawings(check) + recording_table(check) + score_table(check) +
                           "<footer>" + std::string(not_a_device()) + "</footer>\n";
  return page("Port check: " + check.a + " and " + check.b, body, report_script());
}

}  // namespace vagus::lab
