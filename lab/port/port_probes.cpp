#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/port/port_parts.h"
#include "lab/study/excerpt.h"

namespace vagus::lab {
namespace {

/// Every stretch is as long, so that all are drawn on one scale; what differs lies a quarter into it.
constexpr double before_s = 1.5, stretch_s = 6;

/// Calls `each(a, b)` for the points of both series on one row.
template <class Each>
void on_common_rows(const ProbeSeries& a, const ProbeSeries& b, const Each& each) {
  auto at = b.points.begin();
  for (const auto& point : a.points) {
    while (at != b.points.end() && at->row < point.row) ++at;
    if (at == b.points.end()) return;
    if (at->row == point.row) each(point, *at++);
  }
}

std::vector<ProbePoint> between(const ProbeSeries& series, double t0_s, double t1_s) {
  const auto earlier = [](const ProbeSeries::Point& p, double t_s) { return p.t_s < t_s; };
  const auto first = std::lower_bound(series.points.begin(), series.points.end(), t0_s, earlier);
  std::vector<ProbePoint> out;
  for (auto at = first; at != series.points.end() && at->t_s <= t1_s; ++at) out.push_back({at->t_s, at->value});
  return out;
}

}  // namespace

ProbeAgreement compare_probe(const std::string& name, const ProbeSeries& a, const ProbeSeries& b, double tolerance) {
  ProbeAgreement out;
  out.name = name;
  double squares = 0;
  std::int64_t finite = 0;
  on_common_rows(a, b, [&](const auto& p, const auto&) {
    if (!std::isfinite(p.value)) return;
    squares += static_cast<double>(p.value) * static_cast<double>(p.value);
    ++finite;
  });
  out.rms = finite > 0 ? std::sqrt(squares / static_cast<double>(finite)) : 0;
  const double allowed = tolerance * out.rms;
  on_common_rows(a, b, [&](const auto& p, const auto& q) {
    ++out.compared;
    const bool same = p.value == q.value || (std::isnan(p.value) && std::isnan(q.value)) ||
                      std::abs(static_cast<double>(p.value) - static_cast<double>(q.value)) <= allowed;
    if (same) return;
    if (out.differing++ == 0) {
      out.t_s = p.t_s;
      out.a = p.value;
      out.b = q.value;
    }
  });
  return out;
}

std::vector<Excerpt> excerpts_of(const PortRecording& recording, const Recording& signal,
                                 const std::vector<std::string>& probes, const std::vector<ProbeSeries>& a,
                                 const std::vector<ProbeSeries>& b, std::size_t most) {
  // What weighs most comes first: events of one side, then probes, then events that are only displaced.
  std::vector<double> moments;
  const auto of_events = [&](bool one_sided) {
    for (const PortDifference& difference : recording.differences)
      if ((difference.in_a != difference.in_b) == one_sided) moments.push_back(difference.t_s);
  };
  of_events(true);
  if (moments.size() > most) moments.resize(most);
  for (const ProbeAgreement& probe : recording.probes)
    if (probe.t_s) moments.push_back(*probe.t_s);
  of_events(false);
  std::vector<Excerpt> out;
  for (const double t_s : moments) {
    const bool shown =
        std::any_of(out.begin(), out.end(), [&](const Excerpt& e) { return t_s >= e.t0_s && t_s < e.t1_s; });
    if (shown) continue;
    if (out.size() >= most) break;
    Excerpt excerpt;
    excerpt.t0_s = std::max(0.0, std::min(t_s - before_s, recording.run_a.duration_s - stretch_s));
    excerpt.t1_s = excerpt.t0_s + stretch_s;
    excerpt.signal = trace_of(signal, recording.run_a.channel, excerpt.t0_s, excerpt.t1_s);
    for (std::size_t i = 0; i < probes.size(); ++i) {
      excerpt.probes.push_back({probes[i] + " (A)", "", between(a[i], excerpt.t0_s, excerpt.t1_s)});
      excerpt.probes.push_back({probes[i] + " (B)", "", between(b[i], excerpt.t0_s, excerpt.t1_s)});
    }
    out.push_back(std::move(excerpt));
  }
  std::sort(out.begin(), out.end(), [](const Excerpt& x, const Excerpt& y) { return x.t0_s < y.t0_s; });
  return out;
}

}  // namespace vagus::lab
