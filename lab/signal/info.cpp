#include "lab/signal/info.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace vagus::lab {

Extent extent_of(const Channel& channel) {
  constexpr std::size_t at_once = 65536;
  Extent extent;
  const std::size_t size = channel.samples.size();
  std::vector<float> values(std::min(size, at_once));
  for (std::size_t first = 0; first < size; first += at_once) {
    const std::span<float> piece = std::span(values).first(std::min(at_once, size - first));
    channel.samples.read(first, piece);
    for (const float value : piece) {
      if (std::isnan(value)) {
        ++extent.missing;
      } else {
        extent.low = std::fmin(extent.low, value);
        extent.high = std::fmax(extent.high, value);
      }
    }
  }
  return extent;
}

std::string unit_text_of(const Channel& channel) {
  return channel.unit == Unit::none ? channel.unit_text : std::string(name(channel.unit));
}

std::map<std::string, std::int64_t> label_counts(const Track& track) {
  std::map<std::string, std::int64_t> counts;
  for (const Annotation& annotation : track.current()) ++counts[annotation.label];
  return counts;
}

namespace {

Json describe(const Channel& channel) {
  const Extent extent = extent_of(channel);
  const TimeAxis& time = channel.time;
  Json out = {{"name", channel.name},
              {"quantity", name(channel.quantity)},
              {"unit", unit_text_of(channel)},
              {"placement", channel.placement == Placement::unknown ? Json(nullptr) : Json(name(channel.placement))},
              {"rate_hz", number(time.rate_hz)},
              {"samples", channel.samples.size()},
              {"t_start_s", time.stretches.empty() ? Json(nullptr) : number(time.stretches.front().t_start_s)},
              {"duration_s", number(time.duration_s())},
              {"gaps", time.gaps()},
              {"jitter_ms", number(time.jitter_ms)},
              {"missing", extent.missing},
              {"low", number(extent.low)},
              {"high", number(extent.high)},
              {"resolution_bits", channel.resolution_bits > 0 ? Json(channel.resolution_bits) : Json(nullptr)}};
  out["stretches"] = Json::array();
  for (const Stretch& stretch : time.stretches) {
    out["stretches"].push_back({{"first_row", stretch.first_row},
                                {"rows", stretch.rows},
                                {"t_start_s", number(stretch.t_start_s)},
                                {"rate_hz", number(stretch.rate_hz)}});
  }
  return out;
}

Json describe(const Track& track) {
  Json labels = Json::object();
  for (const auto& [label, count] : label_counts(track)) labels[label] = count;
  const auto& marks = track.current();
  const bool timed = track.tick_hz > 0 && !marks.empty();
  return {{"name", track.name},
          {"marks", marks.size()},
          {"tick_hz", track.tick_hz > 0 ? number(track.tick_hz) : Json(nullptr)},
          {"t_first_s", timed ? number(track.time_of(marks.front().tick)) : Json(nullptr)},
          {"t_last_s", timed ? number(track.time_of(marks.back().tick)) : Json(nullptr)},
          {"layers", track.layers.size()},
          {"labels", labels}};
}

}  // namespace

Json info_json(const Recording& recording, bool identifiers) {
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  Json out = {{"recording", recording.name},
              {"subject", text(recording.subject)},
              {"session", text(recording.session)},
              {"start", recording.start ? Json(iso(*recording.start)) : Json(nullptr)},
              {"zone_minutes",
               recording.start && recording.start->zone_minutes ? Json(*recording.start->zone_minutes) : Json(nullptr)},
              {"duration_s", number(recording.duration_s())}};
  out["channels"] = Json::array();
  for (const Channel& channel : recording.channels) out["channels"].push_back(describe(channel));
  out["tracks"] = Json::array();
  for (const Track& track : recording.tracks) out["tracks"].push_back(describe(track));
  out["attributes"] = recording.attributes;
  if (identifiers) out["identifiers"] = recording.identifiers;
  out["repairs"] = recording.repairs;
  return out;
}

}  // namespace vagus::lab
