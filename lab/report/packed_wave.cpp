#include "lab/report/packed_wave.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vagus::lab {
namespace {

void append_word(std::vector<std::uint8_t>& bytes, std::uint32_t word) {
  bytes.push_back(static_cast<std::uint8_t>(word & 0xFFU));
  bytes.push_back(static_cast<std::uint8_t>((word >> 8U) & 0xFFU));
}

constexpr const char* mark_names[] = {"reference", "missed", "detected", "false", "candidate"};

/// Six significant digits: a page draws no more.
Json short_number(double value) {
  if (!std::isfinite(value) || value == 0) return number(value);
  const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  return number(static_cast<float>(std::round(value * scale) / scale));
}

/// To a tenth of a millisecond.
Json moment(double t_s) { return number(std::round(t_s * 1e4) / 1e4); }

/// Without the points that say nothing new: those that lie in a run of one value.
std::vector<ProbePoint> changes(const std::vector<ProbePoint>& points) {
  std::vector<ProbePoint> kept;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool inside = i > 0 && i + 1 < points.size() && points[i].value == points[i - 1].value &&
                        points[i].value == points[i + 1].value;
    if (!inside) kept.push_back(points[i]);
  }
  return kept;
}

/// The step between points that are a millisecond or less off an even grid; 0 where they are not.
double even_step(const std::vector<ProbePoint>& points) {
  if (points.size() < 3) return 0;
  const double step = (points.back().t_s - points.front().t_s) / static_cast<double>(points.size() - 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (std::abs(points[i].t_s - points.front().t_s - static_cast<double>(i) * step) > 1e-3) return 0;
  }
  return step;
}

Json packed_probe(const ProbeTrace& probe, const Excerpt& excerpt) {
  std::vector<ProbePoint> points = changes(probe.points);
  double step = 0;
  if (2 * points.size() > probe.points.size()) {
    step = even_step(probe.points);
    if (step > 0) points = probe.points;
  }
  std::vector<float> values;
  std::vector<std::uint8_t> times;
  const double span = excerpt.t1_s - excerpt.t0_s;
  for (const ProbePoint& point : points) {
    const double share = std::clamp((point.t_s - excerpt.t0_s) / span, 0.0, 1.0);
    append_word(times, static_cast<std::uint32_t>(std::lround(65535 * share)));
    values.push_back(point.value);
  }
  Json json = packed_samples(values);
  json["name"] = probe.name;
  json["unit"] = probe.unit;
  if (step > 0) {
    json["first"] = moment(points.front().t_s);
    json["rate"] = short_number(1 / step);
  } else {
    json["times"] = base64(times);
  }
  return json;
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = static_cast<std::uint32_t>(bytes[i]) << 16U;
    if (left > 1) word |= static_cast<std::uint32_t>(bytes[i + 1]) << 8U;
    if (left > 2) word |= bytes[i + 2];
    for (std::size_t k = 0; k < 4; ++k) out += k <= left ? digits[(word >> (18U - 6U * k)) & 63U] : '=';
  }
  return out;
}

Json packed_samples(std::span<const float> values) {
  double low = 0, high = 0;
  bool any = false;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = any ? std::min(low, static_cast<double>(value)) : static_cast<double>(value);
    high = any ? std::max(high, static_cast<double>(value)) : static_cast<double>(value);
    any = true;
  }
  // What is written is what the page computes with: both are taken as rounded.
  const Json offset_json = short_number((low + high) / 2);
  const double offset = offset_json.get<double>();
  const Json scale_json = short_number(std::max({high - offset, offset - low, 1e-30}) / 32760);
  const double scale = scale_json.get<double>();
  std::vector<std::uint8_t> bytes;
  bytes.reserve(2 * values.size());
  for (const float value : values) {
    std::int32_t n = -32768;
    if (std::isfinite(value))
      n = static_cast<std::int32_t>(
          std::clamp(std::round((static_cast<double>(value) - offset) / scale), -32767.0, 32767.0));
    append_word(bytes, static_cast<std::uint32_t>(n) & 0xFFFFU);
  }
  return {{"scale", scale_json}, {"offset", offset_json}, {"data", base64(bytes)}};
}

Json packed_wave(const Wave& wave) {
  const Excerpt& excerpt = *wave.excerpt;
  Json signal = packed_samples(excerpt.signal.values);
  signal["name"] = excerpt.signal.name;
  signal["unit"] = excerpt.signal.unit;
  signal["rate"] = number(excerpt.signal.rate_hz);
  Json probes = Json::array(), marks = Json::array(), shades = Json::array();
  for (const ProbeTrace& probe : excerpt.probes) probes.push_back(packed_probe(probe, excerpt));
  for (const Mark& mark : wave.marks)
    marks.push_back({mark_names[static_cast<std::size_t>(mark.kind)], moment(mark.t_s), mark.text});
  for (const Shade& shade : wave.shades) shades.push_back({moment(shade.t0_s), moment(shade.t1_s), shade.reason});
  return {{"t0", moment(excerpt.t0_s)},
          {"t1", moment(excerpt.t1_s)},
          {"signal", signal},
          {"probes", probes},
          {"marks", marks},
          {"shades", shades}};
}

std::string script_json(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  // Inside JSON a '<' can only be within a text.
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace vagus::lab
