// What a detector in C (vagus_detector.h) says of itself, read on the core that it was compiled for: one JSON object.
// Numbers with a fraction go out as their bits, functions as addresses.
#include <bit>

#include "apps/firmware/board/board.h"
#include "lab/prototype/vagus_detector.h"

namespace {

using namespace vagus;

void key(const char* name) {
  board::print(",\"");
  board::print(name);
  board::print("\":");
}
void number(const char* name, std::uint64_t value) {
  key(name);
  board::print(value);
}
void number(const char* name, float value) { number(name, std::uint64_t{std::bit_cast<std::uint32_t>(value)}); }
void count(const char* name, int value) {
  key(name);
  if (value < 0) board::print("-");
  board::print(static_cast<std::uint64_t>(value < 0 ? -static_cast<std::int64_t>(value) : value));
}
void text(const char* value) {
  if (value == nullptr) return board::print("null");
  board::print("\"");
  for (; *value != 0; ++value) {
    const auto byte = static_cast<unsigned char>(*value);
    if (byte < 0x20U) {
      board::print(" ");
      continue;
    }
    if (*value == '"' || *value == '\\') board::print("\\");
    board::write(value, 1);
  }
  board::print("\"");
}
void text(const char* name, const char* value) {
  key(name);
  text(value);
}
/// "NAME":[...], or null where there is no such table.
template <class T, class F>
void table(const char* name, const T* entries, int entry_count, const F& print_one) {
  key(name);
  if (entries == nullptr) return board::print("null");
  board::print("[");
  for (int i = 0; i < entry_count; ++i) {
    if (i > 0) board::print(",");
    print_one(entries[i]);
  }
  board::print("]");
}

void print_channel(const vagus_detector_channel& channel) {
  board::print("{\"kind\":\"channel\"");
  text("column", channel.column);
  number("min_rate_hz", channel.min_rate_hz);
  number("max_rate_hz", channel.max_rate_hz);
  count("optional", channel.optional);
  board::print("}");
}
void print_setting(const vagus_detector_setting& setting) {
  board::print("{\"kind\":\"setting\"");
  text("name", setting.name);
  text("unit", setting.unit);
  text("meaning", setting.meaning);
  number("standard", setting.standard);
  number("low", setting.low);
  number("high", setting.high);
  board::print("}");
}
void print_field(const vagus_detector_field& field) {
  board::print("{\"kind\":\"field\"");
  text("name", field.name);
  text("unit", field.unit);
  count("labelled", field.labels == nullptr ? 0 : 1);
  board::print("}");
}
void print_info(const vagus_detector_info& info) {
  text("name", info.name);
  text("version", info.version);
  text("summary", info.summary);
  text("event", info.event);
  count("stretches", info.stretches);
  count("channel_count", info.channel_count);
  table("channels", info.channels, info.channel_count, print_channel);
  count("setting_count", info.setting_count);
  table("settings", info.settings, info.setting_count, print_setting);
  count("field_count", info.field_count);
  table("fields", info.fields, info.field_count, print_field);
  count("probe_count", info.probe_count);
  table("probes", info.probes, info.probe_count, [](const char* probe) { text(probe); });
  number("state_bytes", std::uint64_t{info.state_bytes});
  number("state_align", std::uint64_t{info.state_align});
  count("has_init", info.init != nullptr ? 1 : 0);
  count("has_push", info.push != nullptr ? 1 : 0);
}

}  // namespace

int main() {
  board::print("{\"pass\":true");
  const vagus_detector_info* info = vagus_detector();
  count("there", info == nullptr ? 0 : 1);
  if (info != nullptr) {
    number("interface_version", std::uint64_t{info->interface_version});
    // What lies behind another version's number is not known.
    if (info->interface_version == VAGUS_DETECTOR_INTERFACE) print_info(*info);
  }
  board::print("}\n");
  return 0;
}
