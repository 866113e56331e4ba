#include <algorithm>
#include <cmath>
#include <memory>

#include "device/dsp/resampler.h"
#include "lab/base/error.h"
#include "lab/study/study.h"

namespace vagus::lab {
namespace {

/// Long enough for 16 crossings of the sinc at a sixteenth of the rate; every ratio of the usual rates has its own
/// phases.
using Resampler = dsp::Resampler<float, 512, 64>;

/// One run of values without a gap, brought to the new rate; its first sample stays where it is.
void resample_run(std::vector<float> run, double t_start_s, double from_hz, double to_hz, std::vector<float>& out,
                  TimeAxis& time, const std::string& where) {
  if (run.empty()) return;
  const auto ratio = dsp::rate_ratio(static_cast<float>(from_hz), static_cast<float>(to_hz));
  dsp::ResamplerDesign design;
  design.zeros = 16;
  const auto made = ratio ? Resampler::make(ratio.value(), design) : Result<Resampler>(ratio.error());
  if (!made) throw Error(std::string("cannot be resampled: ") + sentence(made.error()), where);
  const auto resampler = std::make_unique<Resampler>(made.value());
  resampler->reset(run.front());
  const std::size_t first = out.size();
  const auto keep = [&](float value) { out.push_back(value); };
  for (const float value : run) resampler->push(value, keep);
  resampler->finish(keep);
  time.stretches.push_back(
      {static_cast<std::int64_t>(first), static_cast<std::int64_t>(out.size() - first), t_start_s, to_hz});
}

void resample(Channel& channel, double hz, const std::string& recording) {
  std::vector<float> out;
  TimeAxis time;
  for (const Stretch& stretch : channel.time.stretches) {
    // What is missing cannot be filtered: it parts a stretch in two.
    std::vector<float> run;
    std::int64_t begin = stretch.first_row;
    const std::int64_t end = stretch.first_row + stretch.rows;
    for (std::int64_t row = begin; row <= end; ++row) {
      const float value = row < end ? static_cast<float>(channel.samples.at(static_cast<std::size_t>(row))) : NAN;
      if (std::isfinite(value)) {
        run.push_back(value);
        continue;
      }
      resample_run(std::move(run), stretch.time_of(begin), stretch.rate_hz, hz, out, time,
                   recording + " channel " + channel.name);
      run.clear();
      begin = row + 1;
    }
  }
  time.rate_hz = hz;
  time.jitter_ms = channel.time.jitter_ms;
  channel.samples = Samples(std::move(out));
  channel.time = std::move(time);
}

}  // namespace

Recording resampled(Recording recording, double hz) {
  if (hz == 0) return recording;
  for (Channel& channel : recording.channels) {
    if (channel.time.rate_hz != hz) resample(channel, hz, recording.name);
  }
  return recording;
}

}  // namespace vagus::lab
