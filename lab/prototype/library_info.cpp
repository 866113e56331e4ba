#include "lab/prototype/library_info.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace vagus::lab {
namespace {

using Json = nlohmann::ordered_json;

/// The double that prints as the float does.
double tidy(float value) {
  char text[32];
  *std::to_chars(text, text + sizeof text - 1, value).ptr = 0;
  return std::strtod(text, nullptr);
}

const char* text_or_empty(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

std::string fault_of(const vagus_detector_info* info) {
  if (info == nullptr) return "vagus_detector() returns nothing";
  if (info->interface_version != VAGUS_DETECTOR_INTERFACE)
    return "it is of interface version " + std::to_string(info->interface_version) + ", and this is version " +
           std::to_string(VAGUS_DETECTOR_INTERFACE);
  if (info->name == nullptr || *info->name == 0) return "it has no name";
  if (info->version == nullptr || *info->version == 0) return "it has no version";
  if (info->channels == nullptr || info->channel_count < 1) return "it reads no channel";
  if (info->setting_count < 0 || info->field_count < 0 || info->probe_count < 0) return "a count is negative";
  if ((info->setting_count > 0 && info->settings == nullptr) || (info->field_count > 0 && info->fields == nullptr) ||
      (info->probe_count > 0 && info->probes == nullptr))
    return "a table is missing";
  if (info->state_bytes == 0 || info->state_bytes > (std::size_t{1} << 30U)) return "its state must be 1 byte to 1 GiB";
  if (info->state_align == 0 || (info->state_align & (info->state_align - 1)) != 0 || info->state_align > 4096)
    return "its alignment must be a power of two, 4096 at most";
  if (info->init == nullptr || info->push == nullptr) return "init or push is missing";
  return {};
}

nlohmann::ordered_json described(const vagus_detector_info& info, const std::string& version) {
  Json reads = Json::array(), config = Json::array(), emits = Json::array(), probes = Json::array();
  float low_hz = 0.01F, high_hz = 1e6F;
  for (const auto& channel : std::span(info.channels, static_cast<std::size_t>(info.channel_count))) {
    reads.push_back({{"column", text_or_empty(channel.column)},
                     {"min_rate_hz", tidy(channel.min_rate_hz)},
                     {"max_rate_hz", tidy(channel.max_rate_hz)},
                     {"optional", channel.optional != 0}});
    low_hz = std::max(low_hz, channel.min_rate_hz);
    high_hz = std::min(high_hz, channel.max_rate_hz);
  }
  config.push_back({{"name", "rate_hz"},
                    {"type", "float"},
                    {"unit", "Hz"},
                    {"low", tidy(low_hz)},
                    {"high", tidy(high_hz)},
                    {"default", tidy(std::min(std::max(250.0F, low_hz), high_hz))},
                    {"meaning", "sampling rate"}});
  for (const auto& setting : std::span(info.settings, static_cast<std::size_t>(info.setting_count)))
    config.push_back({{"name", text_or_empty(setting.name)},
                      {"type", "float"},
                      {"unit", text_or_empty(setting.unit)},
                      {"low", tidy(setting.low)},
                      {"high", tidy(setting.high)},
                      {"default", tidy(setting.standard)},
                      {"meaning", text_or_empty(setting.meaning)}});
  for (const char* place : {"sample", "start_sample", "end_sample"})
    if ((info.stretches == 0) == (std::string_view(place) == "sample"))
      emits.push_back({{"name", place}, {"type", "int"}});
  for (const auto& field : std::span(info.fields, static_cast<std::size_t>(info.field_count)))
    emits.push_back({{"name", text_or_empty(field.name)},
                     {"type", field.labels == nullptr ? "float" : "str"},
                     {"unit", text_or_empty(field.unit)}});
  for (const char* probe : std::span(info.probes, static_cast<std::size_t>(info.probe_count)))
    probes.push_back(text_or_empty(probe));
  return {{"name", info.name},
          {"version", std::string(info.version) + version},
          {"summary", text_or_empty(info.summary)},
          {"event", info.event == nullptr ? "events" : info.event},
          {"causal", true},
          {"moment", info.stretches == 0},
          {"reads", reads},
          {"probes", probes},
          {"config", config},
          {"emits", emits}};
}

}  // namespace vagus::lab
