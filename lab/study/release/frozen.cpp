#include "lab/study/release/frozen.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "lab/base/error.h"
#include "lab/store/hash.h"
#include "lab/study/packed.h"

namespace vagus::lab {
namespace {

constexpr std::string_view release_magic = "vagus-release\n";
constexpr const char* release_schema = "vagus.release/1";
constexpr std::size_t header_bytes = 14 + 2 + 8, block_head_bytes = 8 + 8;

/// The first eight bytes of the content's hash.
std::string check_of(std::string_view content) {
  const std::string hex = blake2b_256(content).substr(0, 16);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// Seven bits a byte, the last with its top bit clear.
void pack_short(Packer& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.number(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7U;
  }
  out.number(static_cast<std::uint8_t>(value));
}

std::uint64_t unpack_short(Unpacker& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = in.number<std::uint8_t>();
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  return value;
}

/// Times lie on the samples of the recording nearly always: then they are kept as steps between samples.
/// Where any has an impact, times and impacts are kept in seconds.
enum class Times : std::uint8_t { samples, seconds, impacts };

bool on_samples(const std::vector<FrozenEvent>& events, double rate_hz) {
  if (!(rate_hz > 0)) return false;
  double last = 0;
  for (const FrozenEvent& event : events) {
    const double sample = std::round(event.t_s * rate_hz);
    if (!(sample >= last && sample < 0x1p53) || sample / rate_hz != event.t_s || std::signbit(event.t_s)) return false;
    last = sample;
  }
  return true;
}

bool any_impact(const std::vector<FrozenEvent>& events) {
  return std::any_of(events.begin(), events.end(), [](const FrozenEvent& e) { return e.t_impact_s >= 0; });
}

void pack_events(Packer& out, const std::vector<FrozenEvent>& events, double rate_hz) {
  out.number(static_cast<std::uint64_t>(events.size()));
  const Times times = any_impact(events)            ? Times::impacts
                      : on_samples(events, rate_hz) ? Times::samples
                                                    : Times::seconds;
  out.number(times);
  std::uint64_t last = 0;
  for (const FrozenEvent& event : events) {
    if (times != Times::samples) {
      out.number(event.t_s);
      if (times == Times::impacts) out.number(event.t_impact_s);
      continue;
    }
    const auto sample = static_cast<std::uint64_t>(std::round(event.t_s * rate_hz));
    pack_short(out, sample - last);
    last = sample;
  }
  out.column(events, [](const FrozenEvent& e) { return e.score; });
}

std::vector<FrozenEvent> unpack_events(Unpacker& in, double rate_hz) {
  std::vector<FrozenEvent> events(in.size(5));
  const auto times = in.number<Times>();
  std::uint64_t sample = 0;
  for (FrozenEvent& event : events) {
    if (times == Times::seconds || times == Times::impacts) {
      event.t_s = in.number<double>();
      if (times == Times::impacts) event.t_impact_s = in.number<double>();
    } else if (times == Times::samples) {
      sample += unpack_short(in);
      event.t_s = static_cast<double>(sample) / rate_hz;
    } else {
      event.t_s = std::nan("");
    }
  }
  in.column<float>(events, [](FrozenEvent& e, float v) { e.score = v; });
  return events;
}

bool sound(const std::vector<FrozenEvent>& events, double duration_s) {
  double last = 0;
  for (const FrozenEvent& event : events) {
    // A beat may be said to lie a sample past the last one.
    if (!(event.t_s >= last && event.t_s <= duration_s + 60)) return false;
    if (!std::isfinite(event.t_impact_s) || event.t_impact_s > duration_s + 60) return false;
    last = event.t_s;
  }
  return true;
}

void pack_windows(Packer& out, const std::vector<FrozenWindow>& windows) {
  std::vector<std::string> labels;
  for (const FrozenWindow& window : windows)
    if (std::find(labels.begin(), labels.end(), window.label) == labels.end()) labels.push_back(window.label);
  out.number(static_cast<std::uint64_t>(labels.size()));
  for (const std::string& label : labels) out.text(label);
  out.number(static_cast<std::uint64_t>(windows.size()));
  for (const FrozenWindow& window : windows) {
    out.number(window.t_start_s);
    out.number(window.t_end_s);
    pack_short(out, static_cast<std::uint64_t>(std::find(labels.begin(), labels.end(), window.label) - labels.begin()));
  }
  out.column(windows, [](const FrozenWindow& w) { return w.score; });
}

std::vector<FrozenWindow> unpack_windows(Unpacker& in) {
  std::vector<std::string> labels(in.size(8));
  for (std::string& label : labels) label = in.text();
  std::vector<FrozenWindow> windows(in.size(21));
  for (FrozenWindow& window : windows) {
    window.t_start_s = in.number<double>();
    window.t_end_s = in.number<double>();
    const std::uint64_t label = unpack_short(in);
    if (label < labels.size())
      window.label = labels[static_cast<std::size_t>(label)];
    else
      window.t_end_s = std::nan("");  // told as unsound
  }
  in.column<float>(windows, [](FrozenWindow& w, float v) { w.score = v; });
  return windows;
}

bool sound(const FrozenRecord& record) {
  for (const FrozenWindow& window : record.windows) {
    const bool ordered = window.t_end_s > window.t_start_s && std::abs(window.t_start_s) <= 1e12;
    if (!ordered || window.t_end_s > 1e12) return false;
  }
  for (const double value : {record.rate_hz, record.duration_s, record.unreadable_s}) {
    if (!(std::isfinite(value) && value >= 0 && value <= 1e12)) return false;
  }
  for (const FrozenStretch& stretch : record.unreadable) {
    if (!(stretch.t_start_s >= 0 && stretch.t_end_s >= stretch.t_start_s && stretch.t_end_s <= 1e12)) return false;
  }
  return !record.recording.empty() && sound(record.events, record.duration_s) &&
         sound(record.weighed, record.duration_s);
}

void unpack_about(std::string_view text, Frozen& frozen, const std::string& where) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    if (json.is_discarded() || json.at("schema").get<std::string>() != release_schema)
      throw Error("this is not what a release begins with", where);
    frozen.name = json.at("name").get<std::string>();
    frozen.result = json.at("result");
    frozen.cost = json.at("cost");
    frozen.cost_missing = json.at("cost_missing").get<std::string>();
    const auto requirements = frozen.result.at("requirements").size();
    const std::size_t said = frozen.specification().size() + frozen.detector().size() + frozen.version().size() +
                             frozen.code().size() + frozen.vagus().size() + frozen.verdict().size() + requirements;
    if (said == 0 || frozen.config().size() > 10'000) throw Error("it says nothing", where);
  } catch (const Json::exception&) {
    throw Error("what is known of the release lacks a key, or one is not of its type", where);
  }
}

}  // namespace

Config Frozen::config() const {
  Config config;
  for (const auto& [key, value] : result.at("detector").at("config").items()) config[key] = value.get<double>();
  return config;
}

std::string pack(const FrozenRecord& record) {
  Packer out;
  for (const auto* text :
       {&record.recording, &record.subject, &record.signal_hash, &record.labels_hash, &record.channel})
    out.text(*text);
  for (const double value : {record.rate_hz, record.duration_s, record.unreadable_s}) out.number(value);
  pack_events(out, record.events, record.rate_hz);
  pack_events(out, record.weighed, record.rate_hz);
  out.number(static_cast<std::uint64_t>(record.unreadable.size()));
  for (const FrozenStretch& stretch : record.unreadable) {
    out.number(stretch.t_start_s);
    out.number(stretch.t_end_s);
    out.text(stretch.reason);
  }
  if (!record.windows.empty()) pack_windows(out, record.windows);
  return out.take();
}

FrozenRecord unpack_frozen_record(std::string_view bytes, const std::string& where) {
  Unpacker in(bytes);
  FrozenRecord record;
  for (auto* text : {&record.recording, &record.subject, &record.signal_hash, &record.labels_hash, &record.channel})
    *text = in.text();
  for (auto* value : {&record.rate_hz, &record.duration_s, &record.unreadable_s}) *value = in.number<double>();
  record.events = unpack_events(in, record.rate_hz);
  record.weighed = unpack_events(in, record.rate_hz);
  record.unreadable.resize(in.size(24));
  for (FrozenStretch& stretch : record.unreadable) {
    stretch.t_start_s = in.number<double>();
    stretch.t_end_s = in.number<double>();
    stretch.reason = in.text();
  }
  if (in.good() && !in.whole()) record.windows = unpack_windows(in);
  if (!in.whole() || !sound(record))
    throw Error("the recording" + (in.good() && !record.recording.empty() ? " " + record.recording : std::string()) +
                    " is damaged: its parts do not fit together",
                where);
  return record;
}

std::string pack(const Frozen& frozen) {
  Packer out;
  for (const char c : release_magic) out.number(c);
  const bool impacts = std::any_of(frozen.records.begin(), frozen.records.end(),
                                   [](const FrozenRecord& r) { return any_impact(r.events) || any_impact(r.weighed); });
  const bool windows = std::any_of(frozen.records.begin(), frozen.records.end(),
                                   [](const FrozenRecord& r) { return !r.windows.empty(); });
  out.number(windows ? release_format_with_windows : impacts ? release_format_with_impacts : release_format);
  out.number(static_cast<std::uint64_t>(frozen.records.size()));
  std::string file = out.take();
  const auto block = [&](const std::string& content) {
    Packer head;
    head.number(static_cast<std::uint64_t>(content.size()));
    file += head.take() + check_of(content) + content;
  };
  const Json about = {{"schema", release_schema},
                      {"name", frozen.name},
                      {"result", frozen.result},
                      {"cost", frozen.cost},
                      {"cost_missing", frozen.cost_missing}};
  block(about.dump(-1, ' ', false, Json::error_handler_t::replace));
  for (const FrozenRecord& record : frozen.records) block(pack(record));
  return file;
}

Frozen unpack_frozen(std::string_view bytes, const std::string& where) {
  if (!bytes.starts_with(release_magic))
    throw Error("this is no frozen release", where + " byte 0", "`vagus release freeze NAME SPEC` makes one");
  if (bytes.size() < header_bytes)
    throw Error("the file is cut short", where + " byte " + std::to_string(bytes.size()));
  Unpacker header(bytes.substr(release_magic.size()));
  const auto format = header.number<std::uint16_t>();
  if (format < release_format || format > release_format_with_windows)
    throw Error(
        "a release of format " + std::to_string(format) + ", which this version does not read",
        where + " byte " + std::to_string(release_magic.size()),
        "it reads formats " + std::to_string(release_format) + " to " + std::to_string(release_format_with_windows));
  const auto count = header.number<std::uint64_t>();
  Frozen frozen;
  std::set<std::string> names;
  std::size_t at = header_bytes;
  for (std::uint64_t index = 0; index <= count; ++index) {
    const std::string place =
        where + (index == 0 ? " byte " : " recording " + std::to_string(index) + ", byte ") + std::to_string(at);
    if (bytes.size() - at < block_head_bytes) throw Error("the file is cut short", place);
    const auto length = Unpacker(bytes.substr(at)).number<std::uint64_t>();
    if (length > bytes.size() - at - block_head_bytes) throw Error("the file is cut short", place);
    const auto content = bytes.substr(at + block_head_bytes, static_cast<std::size_t>(length));
    if (check_of(content) != bytes.substr(at + 8, 8))
      throw Error("the checksum is another: the file was damaged or changed after it was written", place);
    if (index == 0) {
      unpack_about(content, frozen, place);
    } else {
      frozen.records.push_back(unpack_frozen_record(content, place));
      if (!names.insert(frozen.records.back().recording).second)
        throw Error("recording " + frozen.records.back().recording + " stands there twice", place);
    }
    at += block_head_bytes + static_cast<std::size_t>(length);
  }
  if (at != bytes.size()) throw Error("there is more in the file than it says", where + " byte " + std::to_string(at));
  return frozen;
}

std::string release_digest(std::string_view bytes) { return blake2b_256(bytes); }

std::filesystem::path find_release(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code code;
  for (const fs::path& at : {fs::path(name), fs::path("releases") / name}) {
    if (fs::is_regular_file(at, code)) return at;
    if (fs::is_regular_file(at / release_file, code)) return at / release_file;
  }
  throw Error("there is no release '" + name + "' here", (fs::path("releases") / name / release_file).string(),
              "`vagus release freeze NAME SPEC` makes one; a folder or a file may be named as well");
}

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream all;
  all << stream.rdbuf();
  if (!stream) throw Error("the file cannot be read", file.string());
  return std::move(all).str();
}

}  // namespace vagus::lab
