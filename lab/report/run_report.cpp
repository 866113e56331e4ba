#include "lab/report/run_report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "lab/report/html.h"
#include "lab/report/wave.h"
#include "lab/score/ec57.h"

namespace vagus::lab {
namespace {

constexpr double strip_s = 10;
/// Half an hour in strips is some 3 MB; of what is longer the first ten minutes are drawn, and what was unreadable.
constexpr std::size_t most_strips = 200, first_strips = 60;
constexpr std::size_t page_bytes = 4'500'000;

const Track* reference_of(const Recording& recording) {
  const Track* track = recording.track("atr");
  return track != nullptr && !track->layers.empty() ? track : nullptr;
}

Trace signal_of(const Channel& channel, double t0_s, double t1_s) {
  Trace trace;
  trace.name = channel.name;
  trace.unit = name(channel.unit);
  trace.t0_s = t0_s;
  trace.rate_hz = channel.time.rate_hz;
  trace.values.assign(static_cast<std::size_t>(std::ceil((t1_s - t0_s) * trace.rate_hz)),
                      std::numeric_limits<float>::quiet_NaN());
  for (const Stretch& stretch : channel.time.stretches) {
    if (stretch.t_start_s >= t1_s || stretch.time_of(stretch.first_row + stretch.rows) <= t0_s) continue;
    for (std::size_t i = 0; i < trace.values.size(); ++i) {
      const double t_s = t0_s + static_cast<double>(i) / trace.rate_hz;
      const auto row = static_cast<std::int64_t>(std::llround((t_s - stretch.t_start_s) * stretch.rate_hz));
      if (row >= 0 && row < stretch.rows)
        trace.values[i] = static_cast<float>(channel.samples.at(static_cast<std::size_t>(stretch.first_row + row)));
    }
  }
  return trace;
}

/// What a run said, cut into strips once, so that a strip costs what it holds.
struct Strip {
  std::vector<const Event*> moments;
  std::vector<ProbeTrace> probes;
  std::vector<ProbePoint> candidates;
  std::vector<Shade> shades;
};

/// "" where the detector is not one of the registry or does not say.
std::string unit_of_probe(const std::string& detector_name, const std::string& probe) {
  for (const DetectorInfo& info : detectors()) {
    if (detector_name != info.contract->name) continue;
    for (const ProbeInfo& one : info.contract->probes) {
      if (probe == one.name) return one.unit;
    }
  }
  return {};
}

void add_probe(std::vector<ProbeTrace>& probes, const Event& event, const std::string& detector_name) {
  auto found = std::find_if(probes.begin(), probes.end(), [&](const ProbeTrace& p) { return p.name == event.probe; });
  if (found == probes.end())
    found = probes.insert(probes.end(), ProbeTrace{event.probe, unit_of_probe(detector_name, event.probe), {}});
  found->points.push_back({event.t_s, event.value});
}

std::vector<Strip> strips_of(const RunResult& result, std::size_t count) {
  std::vector<Strip> strips(count);
  const auto index = [&](double t_s) {
    return static_cast<std::size_t>(std::clamp(std::floor(t_s / strip_s), 0.0, static_cast<double>(count - 1)));
  };
  for (const Event& event : result.events) {
    if (event.interval) {
      if (event.kind != Said::Kind::unreadable) continue;
      for (std::size_t i = index(event.t_start_s); i <= index(event.t_end_s); ++i)
        strips[i].shades.push_back({event.t_start_s, event.t_end_s, event.reason});
      continue;
    }
    Strip& strip = strips[index(event.t_s)];
    if (event.kind == Said::Kind::event) strip.moments.push_back(&event);
    if (event.kind == Said::Kind::candidate) strip.candidates.push_back({event.t_s, event.value});
    if (event.kind == Said::Kind::probe) add_probe(strip.probes, event, result.detector);
  }
  return strips;
}

std::string strip_figure(const Recording& recording, const Channel& channel, Strip& strip, std::size_t index,
                         double duration_s) {
  Excerpt excerpt;
  excerpt.t0_s = static_cast<double>(index) * strip_s;
  excerpt.t1_s = excerpt.t0_s + strip_s;
  excerpt.signal = signal_of(channel, excerpt.t0_s, std::min(excerpt.t1_s, duration_s));
  excerpt.probes = std::move(strip.probes);
  excerpt.candidates = std::move(strip.candidates);
  Wave wave;
  wave.excerpt = &excerpt;
  wave.shades = std::move(strip.shades);
  const Track* reference = reference_of(recording);
  wave.reference = reference != nullptr;
  if (reference != nullptr) {
    for (const Annotation& annotation : reference->current()) {
      const double t_s = reference->time_of(annotation.tick);
      if (t_s >= excerpt.t0_s && t_s < excerpt.t1_s && beat_class(annotation.label, BeatMap::bxb) != 0)
        wave.marks.push_back({Mark::Kind::reference, t_s, annotation.label});
    }
  }
  for (const Event* event : strip.moments) wave.marks.push_back({Mark::Kind::detected, event->t_s, {}});
  for (const ProbePoint& point : excerpt.candidates) wave.marks.push_back({Mark::Kind::candidate, point.t_s, {}});
  const std::string caption = clock_time(excerpt.t0_s) + " to " + clock_time(std::min(excerpt.t1_s, duration_s)) +
                              ": " + plural(static_cast<std::int64_t>(strip.moments.size()), "event") +
                              (wave.shades.empty() ? "" : ", in part unreadable: " + wave.shades.front().reason);
  wave.text = caption;
  return "<figure>" + draw(wave) + "<figcaption>" + escaped(caption) + "</figcaption></figure>\n";
}

/// Rate from one event to the next over the whole recording, where events are beats.
std::string rate_figure(const RunResult& result, double duration_s) {
  std::vector<ProbePoint> rates;
  double last = -1;
  for (const Event& event : result.events) {
    if (event.kind != Said::Kind::event || event.interval) continue;
    const double rr_s = event.t_s - last;
    // Beyond 20 to 300 bpm lies a gap or a doubled mark, no rate.
    rates.push_back({event.t_s, last >= 0 && rr_s >= 0.2 && rr_s <= 3 ? static_cast<float>(60 / rr_s)
                                                                      : std::numeric_limits<float>::quiet_NaN()});
    last = event.t_s;
  }
  if (rates.size() < 3) return {};
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (const ProbePoint& rate : rates) {
    if (!std::isfinite(rate.value)) continue;
    low = std::min(low, rate.value);
    high = std::max(high, rate.value);
  }
  if (!(low <= high)) return {};
  const double floor_bpm = std::floor(static_cast<double>(low) / 20) * 20,
               top_bpm = std::max(std::ceil(static_cast<double>(high) / 20) * 20, floor_bpm + 20);
  const auto x = [&](double t_s) { return 96 + 1690 * t_s / std::max(duration_s, 1e-9); };
  const auto y = [&](double bpm) { return 10 + 200 * (top_bpm - bpm) / (top_bpm - floor_bpm); };
  std::string grid, labels;
  const double step = top_bpm - floor_bpm > 120 ? 40 : 20;
  for (int i = 0; floor_bpm + i * step <= top_bpm; ++i) {
    const double bpm = floor_bpm + i * step;
    grid += "M96 " + fixed(y(bpm), 0) + "H1786";
    labels += "<text x=\"88\" y=\"" + fixed(std::min(y(bpm) + 7, 214.0), 0) + "\" text-anchor=\"end\">" +
              fixed(bpm, 0) + "</text>";
  }
  for (int i = 0; i <= 6; ++i)
    labels += "<text text-anchor=\"middle\" x=\"" + fixed(std::min(x(duration_s * i / 6), 1760.0), 0) +
              "\" y=\"240\">" + clock_time(duration_s * i / 6) + "</text>";
  Path path;
  for (const ProbePoint& rate : rates) path.add(x(rate.t_s), y(static_cast<double>(rate.value)));
  const std::string text = "Rate from one beat to the next, " + fixed(static_cast<double>(low), 0) + " to " +
                           fixed(static_cast<double>(high), 0) + " per minute.";
  return "<h2>Rate</h2>\n<figure><svg viewBox=\"0 0 1800 250\" role=\"img\" aria-label=\"" + escaped(text) +
         "\"><path class=\"g\" d=\"" + grid + "\"/>" + labels + "<path class=\"p0\" d=\"" + path.take() +
         "\"/></svg><figcaption>" + escaped(text) + "</figcaption></figure>\n";
}

std::string summary_of(const RunResult& result) {
  std::string out = "<dl>\n";
  for (const auto& [key, value] : result.summary.items()) {
    if (key == "summary" || value.is_null()) continue;
    std::string text;
    if (value.is_string()) {
      text = value.get<std::string>();
    } else if (value.is_number_float()) {
      text = shortest(value.get<double>());
    } else {
      text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    out += "<dt>" + escaped(key) + "</dt><dd>" + escaped(text) + "</dd>\n";
  }
  return out + "</dl>\n";
}

}  // namespace

std::string run_report(const Recording& recording, const RunResult& result) {
  const auto simulated = recording.attributes.find("simulated");
  std::string body;
  if (simulated != recording.attributes.end() && simulated->second == "true")
    body +=
        "<div class=\"simulated\" role=\"note\">SIMULATED DATA<span>This signal was made by a simulator. It says "
        "nothing about a "
        "person.</span></div>\n";
  body += "<h1>" + escaped(recording.name.empty() ? "Recording" : recording.name) +
          "</h1>\n<p class=\"question\">What <code>" + escaped(result.detector) + "</code> " + escaped(result.version) +
          " found in lead " + escaped(result.channel) + "</p>\n";
  body += std::string(not_a_device());
  body += "<h2>Summary</h2>\n" + summary_of(result);
  const Channel* channel = recording.find(result.channel);
  const double duration_s = channel != nullptr ? channel->time.time_of(channel->time.rows()) : result.duration_s;
  body += rate_figure(result, duration_s);
  if (channel != nullptr && duration_s > 0) {
    const auto count = static_cast<std::size_t>(std::ceil(duration_s / strip_s));
    auto strips = strips_of(result, count);
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < count && shown.size() < most_strips; ++i) {
      if (count <= most_strips || i < first_strips || !strips[i].shades.empty()) shown.push_back(i);
    }
    std::vector<ProbeTrace> probes;
    for (const auto& strip : strips) {
      if (strip.probes.size() > probes.size()) probes = strip.probes;
    }
    std::string figures;
    std::size_t drawn = 0;
    for (const std::size_t i : shown) {
      if (body.size() + figures.size() > page_bytes) break;
      figures += strip_figure(recording, *channel, strips[i], i, duration_s);
      ++drawn;
    }
    body += "<h2>Signal</h2>\n<p>" +
            (drawn == count ? "All of it, " + clock_time(duration_s) + "."
                            : counted(static_cast<std::int64_t>(drawn)) + " of " +
                                  plural(static_cast<std::int64_t>(count), "strip") +
                                  " of ten seconds: from the beginning, and where it could not be read.") +
            "</p>\n" + key_of_waves(reference_of(recording) != nullptr ? Key::beside : Key::detected, probes) + figures;
  }
  body += "<footer>" + std::string(not_a_device()) + "</footer>\n";
  return page((recording.name.empty() ? "Recording" : recording.name) + ": " + result.detector, body);
}

}  // namespace vagus::lab
