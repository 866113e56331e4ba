#include "lab/study/event_wave.h"

#include <algorithm>
#include <cmath>

#include "lab/signal/recording.h"
#include "lab/study/excerpt.h"

namespace vagus::lab {
namespace {

/// The axes over a stretch, in g, and their magnitude before them.
std::vector<Trace> acceleration_traces(const std::vector<const Channel*>& axes, const Recording& recording, double t0_s,
                                       double t1_s) {
  constexpr const char* names[] = {"x", "y", "z"};
  std::vector<Trace> traces(1);
  for (const Channel* axis : axes) {
    Trace trace = trace_of(recording, axis->name, t0_s, t1_s);
    const auto to_g = static_cast<float>(conversion(axis->unit, Unit::g)->factor);
    for (float& value : trace.values) value *= to_g;
    trace.name = names[traces.size() - 1];
    trace.unit = name(Unit::g);
    traces.push_back(std::move(trace));
  }
  Trace& magnitude = traces.front();
  magnitude = traces[1];
  magnitude.name = "magnitude";
  for (std::size_t i = 0; i < magnitude.values.size(); ++i)
    magnitude.values[i] = std::hypot(traces[1].values[i], traces[2].values[i], traces[3].values[i]);
  return traces;
}

ProbeTrace as_probe(const Trace& trace) {
  ProbeTrace probe{trace.name, trace.unit, {}};
  probe.points.reserve(trace.values.size());
  for (std::size_t i = 0; i < trace.values.size(); ++i)
    probe.points.push_back({trace.t0_s + static_cast<double>(i) / trace.rate_hz, trace.values[i]});
  return probe;
}

}  // namespace

std::vector<const Channel*> acceleration_axes(const Recording& recording) {
  std::vector<const Channel*> axes;
  for (const vagus::Quantity axis : {vagus::Quantity::acc_x, vagus::Quantity::acc_y, vagus::Quantity::acc_z}) {
    const auto at = std::find_if(recording.channels.begin(), recording.channels.end(),
                                 [&](const Channel& c) { return c.quantity == axis; });
    if (at == recording.channels.end() || !conversion(at->unit, Unit::g)) return {};
    if (!axes.empty() && !(at->time == axes.front()->time)) return {};
    axes.push_back(&*at);
  }
  return axes;
}

Excerpt event_excerpt(const Recording& recording, double t0_s, double t1_s) {
  Excerpt excerpt;
  excerpt.t0_s = t0_s;
  excerpt.t1_s = t1_s;
  const auto axes = acceleration_axes(recording);
  if (axes.empty()) {
    if (!recording.channels.empty()) excerpt.signal = trace_of(recording, recording.channels.front().name, t0_s, t1_s);
    return excerpt;
  }
  std::vector<Trace> traces = acceleration_traces(axes, recording, t0_s, t1_s);
  if (traces.front().values.empty()) return excerpt;
  for (std::size_t k = 1; k < traces.size(); ++k) excerpt.probes.push_back(as_probe(traces[k]));
  excerpt.signal = std::move(traces.front());
  return excerpt;
}

double greatest_moment_s(const Recording& recording, double from_s, double to_s) {
  const auto axes = acceleration_axes(recording);
  if (axes.empty() || !(to_s > from_s)) return from_s;
  const Trace magnitude = acceleration_traces(axes, recording, from_s, to_s).front();
  double greatest_s = from_s;
  float greatest = -1;
  for (std::size_t i = 0; i < magnitude.values.size(); ++i) {
    if (!(magnitude.values[i] > greatest)) continue;
    greatest = magnitude.values[i];
    greatest_s = from_s + static_cast<double>(i) / magnitude.rate_hz;
  }
  return greatest_s;
}

}  // namespace vagus::lab
