#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "lab/simulate/faults.h"

namespace vagus::lab::sim {
namespace {

constexpr double hidden_margin_s = 0.02;  ///< a QRS this close to a lost stretch is not visible

/// The sample of the first lead's QRS extremum in the clean wave, neighbours' waves included.
std::int64_t peak_row(const Rhythm& rhythm, std::size_t beat, double rate_hz) {
  const DrawnBeat& drawn = rhythm.beats[beat];
  const Morphology& shape = morphologies()[static_cast<std::size_t>(drawn.shape)];
  const double sign = shape.upright == (drawn.size > 0) ? 1 : -1;
  const std::size_t first = beat < 3 ? 0 : beat - 3;
  const std::size_t last = std::min(beat + 4, rhythm.beats.size());
  const auto height = [&](std::int64_t row) {
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += value_at(rhythm.beats[i], static_cast<double>(row) / rate_hz);
    return sign * sum;
  };
  const auto from = static_cast<std::int64_t>(std::ceil((drawn.t_s - shape.search_ms * 1e-3) * rate_hz));
  const auto to = static_cast<std::int64_t>(std::floor((drawn.t_s + shape.search_ms * 1e-3) * rate_hz));
  std::int64_t best = from;
  double best_height = height(from);
  for (std::int64_t row = from + 1; row <= to; ++row) {
    const double h = height(row);
    if (h > best_height) {
      best = row;
      best_height = h;
    }
  }
  return best;
}

}  // namespace

std::vector<Annotation> annotate(const EcgSpec& spec, const Rhythm& rhythm, const Faults& faults, std::int64_t rows) {
  std::vector<Annotation> all;
  const auto row_of = [&](double t) { return static_cast<std::int64_t>(std::ceil(t * spec.rate_hz)); };
  const auto add = [&](std::int64_t tick, std::string_view label, std::string_view text, std::int32_t subtype) {
    Annotation a;
    a.tick = a.end_tick = tick;
    a.label = label;
    a.text = text;
    a.subtype = subtype;
    if (tick >= 0 && tick < rows) all.push_back(std::move(a));
  };
  for (const RhythmMark& mark : rhythm.marks) add(row_of(mark.t_s), "+", mark.text, 0);
  const auto lost = [&](double t) {
    const auto within = [t](const Span& s) { return t > s.start_s - hidden_margin_s && t < s.end_s + hidden_margin_s; };
    return std::any_of(faults.gaps.begin(), faults.gaps.end(), within) ||
           std::any_of(faults.off.begin(), faults.off.end(), [&](const LeadOff& off) { return within(off.span); });
  };
  for (std::size_t i = 0; i < rhythm.beats.size(); ++i) {
    const DrawnBeat& beat = rhythm.beats[i];
    if (beat.t_s < -0.1 || static_cast<double>(rows) + 0.1 * spec.rate_hz < beat.t_s * spec.rate_hz) continue;
    const std::int64_t row = peak_row(rhythm, i, spec.rate_hz);
    if (!lost(static_cast<double>(row) / spec.rate_hz))
      add(row, morphologies()[static_cast<std::size_t>(beat.shape)].label, "", 0);
  }
  // Signal quality: bits of the noisy leads, or -1 where nothing can be read; said where it changes.
  struct Edge {
    std::int64_t row;
    int noisy, lost;
  };
  std::vector<Edge> edges;
  if (faults.bouts_marked) {
    for (const Span& s : faults.bouts)
      edges.insert(edges.end(), {{std::max<std::int64_t>(row_of(s.start_s), 0), 1, 0}, {row_of(s.end_s), -1, 0}});
  }
  for (const Span& s : faults.gaps) edges.insert(edges.end(), {{row_of(s.start_s), 0, 1}, {row_of(s.end_s), 0, -1}});
  for (const LeadOff& off : faults.off)
    edges.insert(edges.end(), {{row_of(off.span.start_s), 0, 1}, {row_of(off.span.end_s), 0, -1}});
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.row < b.row; });
  int noisy = 0;
  int unreadable = 0;
  std::int32_t said = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    noisy += edges[i].noisy;
    unreadable += edges[i].lost;
    if (i + 1 < edges.size() && edges[i + 1].row == edges[i].row) continue;
    const std::int32_t now = unreadable > 0 ? -1 : (noisy > 0 ? (1 << spec.leads) - 1 : 0);
    if (now != said) add(edges[i].row, "~", "", now);
    said = now;
  }
  std::stable_sort(all.begin(), all.end(), [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
  return all;
}

}  // namespace vagus::lab::sim
