#include "lab/score/protocol.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "lab/base/error.h"
#include "lab/score/share_text.h"
#include "lab/score/windows.h"

namespace vagus::lab {
namespace {

std::string text(const char* format, double a, double b = 0, double c = 0) {
  char buffer[128];
  std::snprintf(buffer, sizeof buffer, format, a, b, c);
  return buffer;
}

std::string matrix_text(const Ec57& e) {
  std::string out = "           n      s      v      f      q      o      x\n";
  for (const char row : std::string_view("NSVFQOX")) {
    out += std::string("  ") + row + " |";
    for (const char column : std::string_view("nsvfqox"))
      if (const auto cell = e.matrix.find({row, column}); cell != e.matrix.end()) {
        const std::string n = std::to_string(cell->second);
        out += std::string(n.size() < 7 ? 7 - n.size() : 1, ' ') + n;
      }
    out += "\n";
  }
  return out;
}

std::string ec57_text(const Ec57& e, const Marks& reference, const Marks& test, const Ec57Options& options) {
  std::string out =
      "ec57: beats of " + test.shown + " against " + reference.shown + ", from " + shortest(options.from_s) + " s to " +
      (options.to_s >= 0 ? shortest(options.to_s) + " s" : std::string("the end")) + ", window 150 ms\n\n";
  out += std::string(26, ' ') + "  share     95 % exact binomial\n";
  out += share_line("QRS sensitivity", e.sensitivity());
  out += share_line("QRS predictivity", e.predictivity());
  for (const char beat : {'V', 'S'}) {
    const std::string name(1, beat);
    if (e.class_sensitivity(beat).of == 0 && e.class_predictivity(beat).of == 0) continue;
    out += share_line(name + " sensitivity", e.class_sensitivity(beat));
    out += share_line(name + " predictivity", e.class_predictivity(beat));
  }
  out += "RR error                  " + (e.rr_pairs > 0
                                             ? text("%7.2f ms rms over ", e.rr_rms_ms()) + std::to_string(e.rr_pairs) +
                                                   " intervals between matched pairs\n"
                                             : std::string("      -\n"));
  out += "Unreadable                " + text("%7.0f s", e.shutdown_s) + "\n\n" + matrix_text(e);
  out += "\nRows: reference, columns: test; o missed or extra, x in an unreadable stretch.\nMap " +
         std::string(name(e.map)) + ": " + std::string(describe(e.map)) + "\n";
  return out;
}

Scored score_ec57(const Marks& reference, const Marks& test, const ScoreOptions& options) {
  Ec57Options ec;
  if (options.from_s) ec.from_s = *options.from_s;
  if (options.to_s) ec.to_s = *options.to_s;
  ec.map = options.map;
  const Ec57 e = ec57(reference, test, ec);
  return {e.json(), ec57_text(e, reference, test, ec)};
}

Scored score_event_tables(const MarkedTable& reference, const MarkedTable& test, const ScoreOptions& options) {
  EventOptions how;
  how.rule = options.rule;
  if (options.from_s) how.from_s = *options.from_s;
  if (options.to_s) how.to_s = *options.to_s;
  const EventCounts counts = score_events(event_reference(reference), event_test(test), how);
  return {counts.json(), events_text(counts, reference.shown, test.shown, how)};
}

Scored score_window_tables(const MarkedTable& reference, const MarkedTable& test, const ScoreOptions& options) {
  WindowOptions how;
  if (options.from_s) how.from_s = *options.from_s;
  if (options.to_s) how.to_s = *options.to_s;
  const WindowCounts counts = score_windows(window_reference(reference), window_test(test, options.window_s), how);
  return {counts.json(), windows_text(counts, reference.shown, test.shown)};
}

constexpr Protocol all[] = {
    {"ec57", "beats, by ANSI/AAMI EC57: the counts of the WFDB program bxb", 300, score_ec57, nullptr},
    {"events", "falls, crashes: found by type, alarms per hour and day, latency", 0, nullptr, score_event_tables},
    {"windows", "activity, a label a window: macro F1 and the confusion matrix", 0, nullptr, score_window_tables},
};

}  // namespace

std::span<const Protocol> protocols() { return all; }

const Protocol& protocol(const std::string& name) {
  std::vector<std::string> names;
  for (const Protocol& p : all) {
    if (p.name == name) return p;
    names.emplace_back(p.name);
  }
  const std::string near = nearest(name, names);
  std::string known;
  for (const std::string& n : names) known += (known.empty() ? "" : ", ") + n;
  throw UsageError("there is no protocol \"" + name + "\"",
                   near.empty() ? "there is: " + known : "did you mean \"" + near + "\"?");
}

Ec57 ec57(const Marks& reference, const Marks& test, Ec57Options options) {
  double clock = options.clock_hz;
  for (const double hz : {reference.record_hz, test.record_hz, std::max(reference.tick_hz, test.tick_hz), 250.})
    if (!(clock > 0)) clock = hz;
  options.clock_hz = clock;
  if (options.duration_s < 0) options.duration_s = reference.duration_s >= 0 ? reference.duration_s : test.duration_s;
  const auto rate = [clock](const Marks& marks) { return marks.tick_hz > 0 ? marks.tick_hz : clock; };
  return ec57(reference.annotations, rate(reference), test.annotations, rate(test), options);
}

}  // namespace vagus::lab
