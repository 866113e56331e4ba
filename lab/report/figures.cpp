#include "lab/report/figures.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/packed_wave.h"
#include "lab/report/wave.h"

namespace vagus::lab {
namespace {

/// What all drawings together may weigh: the page stays below 5 MB with its tables.
constexpr std::size_t gallery_bytes = 4'000'000;
constexpr const char* mistakes_heading = "<h2 id=\"mistakes\">Every miss and false beat</h2>\n";

/// Dots that would lie on one another are stacked.
std::string row_of_dots(const StudyResult& result, bool sensitivity, double low, double top) {
  constexpr double left = 300, right = 1770, radius = 8;
  const auto x = [&](double share) { return left + (right - left) * (std::max(share, low) - low) / (1 - low); };
  std::string out;
  const Figure& figure =
      result.groups.front().figures.at(sensitivity ? "ec57.sensitivity_gross" : "ec57.positive_predictivity_gross");
  const Interval& interval = figure.estimate.interval;
  const double x0 = x(interval.low), x1 = x(interval.high);
  out += "<rect class=\"band\" x=\"" + fixed(x0, 1) + "\" y=\"" + fixed(top, 0) + "\" width=\"" +
         fixed(std::max(x1 - x0, 2.0), 1) + "\" height=\"110\"/>";
  if (std::isfinite(figure.estimate.value))
    out += "<path class=\"mean\" d=\"M" + fixed(x(figure.estimate.value), 1) + " " + fixed(top, 0) + "v110\"/>";
  out += "<text x=\"10\" y=\"" + fixed(top + 62, 0) + "\">" + (sensitivity ? "Sensitivity" : "Positive predictivity") +
         "</text>";
  std::vector<std::pair<double, const RecordResult*>> dots;
  for (const auto& record : result.records) {
    const double share = sensitivity ? record.scored.se() : record.scored.ppv();
    if (std::isfinite(share)) dots.emplace_back(share, &record);
  }
  std::sort(dots.begin(), dots.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<double, int>> placed;
  for (const auto& [share, record] : dots) {
    const double at = x(share);
    int level = 0;
    const auto taken = [&](int l) {
      return std::any_of(placed.begin(), placed.end(),
                         [&](const auto& p) { return p.second == l && std::abs(p.first - at) < 2 * radius; });
    };
    while (level < 5 && taken(level)) ++level;
    placed.emplace_back(at, level);
    out += "<circle class=\"dot\" cx=\"" + fixed(at, 1) + "\" cy=\"" + fixed(top + 100 - level * 2 * radius, 0) +
           "\" r=\"8\"><title>" + escaped(record->item.id()) + " " + percent(share) + "</title></circle>";
  }
  return out;
}

std::vector<Mark> marks_of(const RecordResult& record, const Excerpt& excerpt) {
  std::vector<Mark> marks;
  const auto inside = [&](double t_s) { return t_s >= excerpt.t0_s && t_s <= excerpt.t1_s; };
  const double hz = record.whole.clock_hz;
  const auto among = [&](const std::vector<std::int64_t>& ticks, double t_s) {
    return std::any_of(ticks.begin(), ticks.end(),
                       [&](std::int64_t tick) { return std::abs(static_cast<double>(tick) / hz - t_s) < 1.01 / hz; });
  };
  for (const Annotation& annotation : record.reference.annotations) {
    const double t_s = static_cast<double>(annotation.tick) / record.reference.tick_hz;
    if (!inside(t_s)) continue;
    const char beat = beat_class(annotation.label, BeatMap::bxb);
    if (beat == 0 || beat == 'O') continue;
    marks.push_back(
        {among(record.whole.missed, t_s) ? Mark::Kind::missed : Mark::Kind::reference, t_s, annotation.label});
  }
  for (const Event& event : record.run.events) {
    if (event.kind != Said::Kind::event || !inside(event.t_s)) continue;
    marks.push_back({among(record.whole.extra, event.t_s) ? Mark::Kind::wrong : Mark::Kind::detected, event.t_s, {}});
  }
  for (const ProbePoint& candidate : excerpt.candidates) marks.push_back({Mark::Kind::candidate, candidate.t_s, {}});
  return marks;
}

/// "2 beats missed (31:04.2, 31:05.0) and 1 false (31:06.1)".
std::string told(const std::vector<Mistake>& mistakes, const Excerpt& excerpt) {
  std::string missed, wrong;
  std::int64_t missed_count = 0, wrong_count = 0;
  bool learning = false;
  for (const Mistake& mistake : mistakes) {
    if (mistake.t_s < excerpt.t0_s || mistake.t_s > excerpt.t1_s) continue;
    std::string& list = mistake.missed ? missed : wrong;
    list += (list.empty() ? "" : ", ") + clock_time(mistake.t_s, true);
    ++(mistake.missed ? missed_count : wrong_count);
    learning = learning || mistake.learning;
  }
  std::string text;
  if (missed_count > 0) text += plural(missed_count, "beat") + " missed (" + missed + ")";
  if (wrong_count > 0) text += (text.empty() ? "" : " and ") + plural(wrong_count, "false beat") + " (" + wrong + ")";
  if (learning) text += ", in the learning period";
  return text;
}

std::string figure_of(const RecordResult& record, const std::vector<Mistake>& mistakes, const Excerpt& excerpt) {
  Wave wave;
  wave.excerpt = &excerpt;
  wave.marks = marks_of(record, excerpt);
  for (const Event& event : record.run.events) {
    if (event.kind == Said::Kind::unreadable && event.t_end_s > excerpt.t0_s && event.t_start_s < excerpt.t1_s)
      wave.shades.push_back({event.t_start_s, event.t_end_s, event.reason});
  }
  const std::string what = told(mistakes, excerpt);
  std::string caption = what + ". From " + clock_time(excerpt.t0_s, true) + ", lead " + excerpt.signal.name + ".";
  for (const Shade& shade : wave.shades)
    caption += " Unreadable from " + clock_time(shade.t0_s, true) + " to " + clock_time(shade.t1_s, true) + ": " +
               shade.reason + ".";
  wave.text = "Recording " + record.item.id() + ": " + caption;
  return "<figure>" + draw(wave) + "<figcaption>" + escaped(caption) +
         "</figcaption><script type=\"application/json\" class=\"wave\">" + script_json(packed_wave(wave)) +
         "</script></figure>\n";
}

}  // namespace

std::string dot_plot(const StudyResult& result) {
  if (result.records.empty()) return {};
  double least = 1;
  std::string lowest;
  for (const auto& record : result.records) {
    for (const double share : {record.scored.se(), record.scored.ppv()}) {
      if (std::isfinite(share) && share < least) {
        least = share;
        lowest = record.item.id();
      }
    }
  }
  // The axis begins at a round value below the worst figure.
  double low = 0.99;
  for (const double begin : {0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0.0}) {
    low = begin;
    if (least >= begin) break;
  }
  std::string text = "Sensitivity and positive predictivity of " +
                     plural(static_cast<std::int64_t>(result.records.size()), "recording") + ", from " + percent(low) +
                     " to 100 %. ";
  text += lowest.empty() ? "All are 100 %." : "The lowest figure is " + percent(least) + ", of " + lowest + ".";
  std::string out = "<figure><svg viewBox=\"0 0 1800 300\" role=\"img\" aria-label=\"" + escaped(text) + "\">";
  for (int i = 0; i <= 5; ++i) {
    const double share = low + (1 - low) * i / 5, x = 300 + (1770 - 300) * i / 5.0;
    out += "<path class=\"g\" d=\"M" + fixed(x, 0) + " 10v250\"/><text text-anchor=\"middle\" x=\"" +
           fixed(std::min(x, 1750.0), 0) + "\" y=\"290\">" + fixed(100 * share, 1) + "</text>";
  }
  out += row_of_dots(result, true, low, 14);
  out += row_of_dots(result, false, low, 146);
  return out + "</svg><figcaption>One dot a recording, in per cent; the line and band are the gross figure of \"" +
         escaped(result.groups.front().name) + "\" with its 95&#8239;% interval. " + escaped(text) +
         "</figcaption></figure>\n";
}

std::string gallery(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts) {
  std::size_t mistakes = 0, kept = 0;
  for (const auto& record : excerpts) mistakes += record.mistakes;
  std::string out;
  std::vector<ProbeTrace> probes;
  for (const auto& entry : excerpts) {
    if (entry.excerpts.empty() || out.size() > gallery_bytes) continue;
    const RecordResult& record = result.records[entry.record];
    const auto all = mistakes_of(record, result.spec.score.start_s);
    std::string figures;
    std::size_t drawn = 0, shown = 0;
    for (const Excerpt& excerpt : entry.excerpts) {
      if (out.size() + figures.size() > gallery_bytes) break;
      if (excerpt.probes.size() > probes.size()) probes = excerpt.probes;
      figures += figure_of(record, all, excerpt);
      ++drawn;
    }
    for (const Mistake& mistake : all) {
      shown += std::any_of(entry.excerpts.begin(), entry.excerpts.begin() + static_cast<std::ptrdiff_t>(drawn),
                           [&](const Excerpt& e) { return mistake.t_s >= e.t0_s && mistake.t_s <= e.t1_s; })
                   ? 1U
                   : 0U;
    }
    kept += shown;
    out +=
        "<section><h3 id=\"r" + std::to_string(entry.record) + "\">" + escaped(record.item.id()) + ": " +
        plural(record.scored.fn, "beat") + " missed, " + plural(record.scored.fp, "false beat") +
        "</h3>\n<p class=\"note\">" + plural(static_cast<std::int64_t>(all.size()), "mistake") +
        " over the whole record, " +
        (shown == all.size() ? "all drawn"
                             : counted(static_cast<std::int64_t>(shown)) + " drawn, those of the scored part first") +
        ".</p>\n" + figures + "</section>\n";
  }
  std::string head = mistakes_heading;
  if (mistakes == 0) return head + "<p>There is none.</p>\n";
  head += "<p>" + counted(static_cast<std::int64_t>(kept)) + " of " +
          plural(static_cast<std::int64_t>(mistakes), "mistake") +
          " over whole recordings are drawn below, the learning period included, worst recordings first. The upper "
          "wave is the "
          "signal as recorded; below it is what the detector saw. Zoom opens a drawing into its samples.</p>\n" +
          key_of_waves(Key::compared, probes);
  return head + out;
}

std::string mistake_list(const StudyResult& result, const std::vector<RecordExcerpts>& excerpts) {
  constexpr std::size_t most = 200;
  std::string out = mistakes_heading;
  out += "<p>Waveforms were left out of this page (<code>--no-waveforms</code>): these are the times alone.</p>\n";
  for (const auto& entry : excerpts) {
    const RecordResult& record = result.records[entry.record];
    const auto all = mistakes_of(record, result.spec.score.start_s);
    if (all.empty()) continue;
    std::string missed, wrong;
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
      std::string& list = all[i].missed ? missed : wrong;
      list += (list.empty() ? "" : ", ") + clock_time(all[i].t_s, true);
    }
    out += "<h3 id=\"r" + std::to_string(entry.record) + "\">" + escaped(record.item.id()) + "</h3>\n<p>";
    if (!missed.empty()) out += "Missed: " + missed + ". ";
    if (!wrong.empty()) out += "False: " + wrong + ".";
    if (all.size() > most)
      out += " The first " + counted(most) + " of " + counted(static_cast<std::int64_t>(all.size())) + ".";
    out += "</p>\n";
  }
  return out;
}

}  // namespace vagus::lab
