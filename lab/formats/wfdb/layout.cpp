#include "lab/formats/wfdb/layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab::wfdb {
namespace {

constexpr std::int64_t most_per_frame = 4096;
constexpr double most_positions = 1e12;
constexpr std::size_t most_spans = 400;  // two files each are open until all are complete
constexpr std::int64_t most_filled = std::int64_t{1} << 28;

/// The frame rate: the lowest rate, or that over a small number, of which every rate is a whole multiple.
double common_rate(const std::vector<double>& rates) {
  const double lowest = *std::min_element(rates.begin(), rates.end());
  for (int part = 1; part <= 64; ++part) {
    const double frame = lowest / part;
    const bool fits = std::all_of(rates.begin(), rates.end(), [&](double rate) {
      const double ratio = rate / frame;
      return std::abs(ratio - std::round(ratio)) <= 1e-9 * ratio && ratio <= static_cast<double>(most_per_frame);
    });
    if (fits) return frame;
  }
  std::string all;
  for (const double rate : std::set<double>(rates.begin(), rates.end()))
    all += (all.empty() ? "" : ", ") + shortest(rate);
  throw Error("the rates " + all + " Hz have no common WFDB frame", {}, "write CSV, or resample to one rate");
}

std::int64_t ceiling_of(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

bool has_samples(const Frames& frames, std::size_t channel, std::int64_t first, std::int64_t end) {
  const std::int64_t spf = frames.samples_per_frame[channel];
  return std::any_of(frames.runs[channel].begin(), frames.runs[channel].end(),
                     [&](const Run& run) { return run.position < end * spf && run.position + run.rows > first * spf; });
}

}  // namespace

Frames frames_of(const Recording& recording) {
  Frames frames;
  if (recording.channels.empty()) return frames;
  std::vector<double> rates;
  for (const Channel& channel : recording.channels) {
    if (!(channel.time.rate_hz > 0) || !std::isfinite(channel.time.rate_hz)) {
      throw Error("a channel without a rate cannot be written as WFDB", "channel " + channel.name);
    }
    rates.push_back(channel.time.rate_hz);
  }
  frames.rate_hz = common_rate(rates);
  for (std::size_t c = 0; c < rates.size(); ++c) {
    const Channel& channel = recording.channels[c];
    const auto spf = static_cast<std::int64_t>(std::llround(rates[c] / frames.rate_hz));
    frames.samples_per_frame.push_back(spf);
    std::vector<Run>& runs = frames.runs.emplace_back();
    std::int64_t free_from = 0;
    for (const Stretch& stretch : channel.time.stretches) {
      const double place = stretch.t_start_s * rates[c];
      if (!(place > -0.5 && place < most_positions)) {
        throw Error("a stretch that begins at " + shortest(stretch.t_start_s) + " s", "channel " + channel.name);
      }
      // A stretch whose true rate is a little above the channel's may reach into the next: that one is moved up.
      const std::int64_t position = std::max<std::int64_t>(free_from, std::llround(place));
      runs.push_back({stretch.first_row, stretch.rows, position});
      free_from = position + stretch.rows;
    }
    frames.count = std::max(frames.count, ceiling_of(free_from, spf));
  }
  return frames;
}

std::vector<Span> spans_of(const Frames& frames) {
  Span all{.first = 0, .count = frames.count, .channels = std::vector<std::size_t>(frames.runs.size())};
  std::iota(all.channels.begin(), all.channels.end(), std::size_t{0});
  std::int64_t rows = 0;
  std::int64_t room = 0;
  std::set<std::int64_t> cuts = {0, frames.count};
  for (std::size_t c = 0; c < frames.runs.size(); ++c) {
    const std::int64_t spf = frames.samples_per_frame[c];
    room += frames.count * spf;
    for (const Run& run : frames.runs[c]) {
      rows += run.rows;
      cuts.insert(run.position / spf);
      cuts.insert(ceiling_of(run.position + run.rows, spf));
    }
  }
  if (room - rows <= std::max<std::int64_t>(rows / 10, 65536)) return {all};

  std::vector<Span> spans;
  for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
    Span span{.first = *cut, .count = *std::next(cut) - *cut, .channels = {}};
    for (const std::size_t c : all.channels) {
      if (has_samples(frames, c, span.first, span.first + span.count)) span.channels.push_back(c);
    }
    if (!spans.empty() && spans.back().channels == span.channels) {
      spans.back().count += span.count;
    } else {
      spans.push_back(std::move(span));
    }
  }
  if (spans.size() <= most_spans) return spans;
  if (room <= most_filled) return {all};
  throw Error("more than " + std::to_string(most_spans) + " stretches, too far apart to fill what lies between", {},
              "write CSV");
}

}  // namespace vagus::lab::wfdb
