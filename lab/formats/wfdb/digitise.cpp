#include "lab/formats/wfdb/digitise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/wfdb/packing.h"

namespace vagus::lab::wfdb {
namespace {

constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();

/// The largest digital value of a format; the least is its negative, one above the missing code.
double greatest_of(int format) { return std::ldexp(1.0, range_bits(format) - 1) - 1; }

[[noreturn]] void refuse(const Channel& channel, const std::string& what) {
  throw Error(what, "channel " + channel.name);
}

int narrowest(const Channel& channel, double least, double greatest) {
  for (const int format : {16, 24, 32}) {
    if (least >= -greatest_of(format) && greatest <= greatest_of(format)) return format;
  }
  refuse(channel, "values that do not fit in 32 bits");
}

/// Integers with a whole baseline go as they are.
bool keeps_digits(const Samples& samples) {
  const double b = samples.baseline();
  return samples.is_integer() && std::isfinite(samples.gain()) && samples.gain() != 0 && b == std::floor(b) &&
         std::abs(b) <= std::numeric_limits<std::int32_t>::max();
}

Digital kept(const Channel& channel, int format) {
  Digital out;
  out.gain = channel.samples.gain();
  out.baseline = static_cast<std::int64_t>(channel.samples.baseline());
  if (const auto* narrow = std::get_if<SampleColumn<std::int16_t>>(&channel.samples.storage())) {
    out.values.reserve(narrow->size());
    for (const std::int16_t v : *narrow) {
      out.values.push_back(v == std::numeric_limits<std::int16_t>::min() ? missing : v);
    }
  } else {
    const auto& wide = std::get<SampleColumn<std::int32_t>>(channel.samples.storage());
    out.values.assign(wide.begin(), wide.end());
  }
  const Tally sums = tally(out.values);
  const double least = sums.least <= sums.greatest ? sums.least : 0;
  const double greatest = sums.least <= sums.greatest ? sums.greatest : 0;
  out.format = format != 0 ? format : narrowest(channel, least, greatest);
  if (least < -greatest_of(out.format) || greatest > greatest_of(out.format)) {
    refuse(channel, "values from " + shortest(least) + " to " + shortest(greatest) + " do not fit in format " +
                        std::to_string(out.format));
  }
  return out;
}

struct Range {
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();
};

/// Gain and baseline that use a format's range well.
void choose_scale(const Channel& channel, const Range& range, double room, Digital& out) {
  if (range.least > range.greatest) {  // nothing but missing ones
    out.gain = 200;
    return;
  }
  const double magnitude = std::max(std::abs(range.least), std::abs(range.greatest));
  const double half = (range.greatest - range.least) / 2;
  if (magnitude == 0) {
    out.gain = 200;
    return;
  }
  if (magnitude > 1e30 || magnitude < 1e-30) refuse(channel, "values of an absurd size (" + shortest(magnitude) + ")");
  out.gain = round_down_125(room / magnitude);
  if (half <= 0 || magnitude < 4 * half) return;
  const double middle = (range.greatest + range.least) / 2;
  // The baseline is a 32-bit number, too.
  const double finer = std::min(round_down_125(room / half), round_down_125(1e9 / magnitude));
  if (finer <= out.gain) return;
  out.gain = finer;
  out.baseline = -std::llround(middle * finer);
}

Digital rounded(const Channel& channel, int format, double gain) {
  std::vector<double> physical(channel.samples.size());
  channel.samples.read(0, std::span<double>(physical));
  Range range;
  for (const double v : physical) {
    if (!std::isfinite(v)) continue;
    range.least = std::min(range.least, v);
    range.greatest = std::max(range.greatest, v);
  }
  Digital out;
  out.rounded = true;
  out.format = format != 0 ? format : 16;
  if (gain != 0) {
    if (!std::isfinite(gain)) refuse(channel, "a gain that is not a number");
    out.gain = gain;
    const double a = std::min(range.least * gain, range.greatest * gain);
    const double b = std::max(range.least * gain, range.greatest * gain);
    if (format == 0 && range.least <= range.greatest) out.format = narrowest(channel, std::round(a), std::round(b));
  } else {
    // A little room is left, as digital ends read as saturation: 32000 of 32767.
    choose_scale(channel, range, std::floor(greatest_of(out.format) * 0.9766), out);
  }
  const double limit = greatest_of(out.format);
  const auto baseline = static_cast<double>(out.baseline);
  out.values.resize(physical.size(), missing);
  for (std::size_t i = 0; i < physical.size(); ++i) {
    if (!std::isfinite(physical[i])) continue;
    const double digital = std::nearbyint(physical[i] * out.gain + baseline);
    if (std::abs(digital) > limit) {
      refuse(channel, "the value " + shortest(physical[i]) + " at gain " + shortest(out.gain) +
                          " does not fit in format " + std::to_string(out.format));
    }
    out.values[i] = static_cast<std::int32_t>(digital);
    out.largest_error = std::max(out.largest_error, std::abs((digital - baseline) / out.gain - physical[i]));
  }
  return out;
}

}  // namespace

double round_down_125(double value) {
  const double decade = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {5.0, 2.0, 1.0}) {
    if (step * decade <= value) return step * decade;
  }
  return decade / 2;  // log10 rounded up
}

Digital digitise(const Channel& channel, int format, double gain) {
  if (format != 0 && !known_format(format)) {
    throw UsageError("WFDB has no signal format " + std::to_string(format),
                     "8 16 24 32 61 80 160 212 310 311 508 516 524");
  }
  return keeps_digits(channel.samples) ? kept(channel, format) : rounded(channel, format, gain);
}

}  // namespace vagus::lab::wfdb
