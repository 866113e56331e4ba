#include "lab/store/manifest.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

#include "lab/base/error.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

constexpr std::string_view mark = ",\"line_hash\":\"";
constexpr std::size_t hash_digits = 16;
constexpr std::size_t tail = mark.size() + hash_digits + 2;  // ..."}

/// The line with its own hash as the last member.
std::string sealed(const Json& json) {
  std::string line = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string hash = blake2b_256(line).substr(0, hash_digits);
  line.pop_back();
  line += mark;
  line += hash;
  line += "\"}";
  return line;
}

Json opened(std::string_view line) {
  if (!line_is_intact(line)) throw Error("a line of the set's manifest is damaged");
  try {
    return Json::parse(line);
  } catch (const Json::exception& error) {
    throw Error(std::string("a line of the set's manifest cannot be read: ") + error.what());
  }
}

Json facts(const std::map<std::string, std::string>& of) {
  Json json = Json::object();
  for (const auto& [key, value] : of) json[key] = value;
  return json;
}

}  // namespace

bool line_is_intact(std::string_view line) {
  if (line.size() < tail + 2 || line.substr(line.size() - tail, mark.size()) != mark || !line.ends_with("\"}"))
    return false;
  std::string bare(line.substr(0, line.size() - tail));
  bare += '}';
  return blake2b_256(bare).substr(0, hash_digits) == line.substr(line.size() - hash_digits - 2, hash_digits);
}

std::string Manifest::version() const {
  Hasher hash;
  hash.field("vagus dataset version 1").field(set);
  for (const Item& item : items) {
    hash.field(item.recording).field(item.seal.signal_hash).field(static_cast<std::int64_t>(item.layers.size()));
    for (const auto& [track, layers] : item.layers) hash.field(track).field(layers.empty() ? "" : layers.back());
  }
  return hash.hex();
}

const Item* Manifest::find(std::string_view recording) const {
  const auto it = std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.recording == recording; });
  return it == items.end() ? nullptr : &*it;
}

std::string to_line(const Item& item) {
  Json layers = Json::object();
  for (const auto& [track, hashes] : item.layers) layers[track] = hashes;
  return sealed({{"recording", item.recording},
                 {"subject", item.subject},
                 {"session", item.session},
                 {"start", item.start},
                 {"duration_s", item.duration_s},
                 {"attributes", facts(item.attributes)},
                 {"layers", std::move(layers)},
                 {"seal", to_json(item.seal)}});
}

namespace {

Item item_from(const Json& json) {
  Item item;
  item.recording = json.at("recording").get<std::string>();
  item.subject = json.at("subject").get<std::string>();
  item.session = json.at("session").get<std::string>();
  item.start = json.at("start").get<std::string>();
  item.duration_s = json.at("duration_s").get<double>();
  item.attributes = json.at("attributes").get<std::map<std::string, std::string>>();
  item.layers = json.at("layers").get<std::map<std::string, std::vector<std::string>>>();
  item.seal = seal_from_json(json.at("seal"));
  return item;
}

}  // namespace

Item item_from_line(std::string_view line) {
  try {
    return item_from(opened(line));
  } catch (const Json::exception& error) {
    throw Error(std::string("a line of the set's manifest cannot be read: ") + error.what());
  }
}

std::string to_text(const Manifest& manifest) {
  std::string text = sealed({{"vagus", "set 1"},
                             {"set", manifest.set},
                             {"sequence", manifest.sequence},
                             {"version", manifest.version()},
                             {"parent", manifest.parent},
                             {"time", manifest.time},
                             {"reason", manifest.reason},
                             {"recordings", manifest.items.size()},
                             {"withdrawn", manifest.tombstones.size()},
                             {"dataset", manifest.dataset}});
  text += '\n';
  for (const Item& item : manifest.items) text += to_line(item) + '\n';
  for (const Tombstone& stone : manifest.tombstones)
    text += sealed({{"withdrawn", stone.recording},
                    {"signal", stone.signal_hash},
                    {"time", stone.time},
                    {"reason", stone.reason}}) +
            '\n';
  return text;
}

Manifest manifest_from_text(std::string_view text) {
  Manifest manifest;
  std::int64_t number = 0;
  std::size_t recordings = 0;
  std::size_t withdrawn = 0;
  std::string version;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    ++number;
    try {
      const Json json = opened(line);
      if (number == 1) {
        manifest.set = json.at("set").get<std::string>();
        manifest.sequence = json.at("sequence").get<std::int64_t>();
        manifest.parent = json.at("parent").get<std::string>();
        manifest.time = json.at("time").get<std::string>();
        manifest.reason = json.at("reason").get<std::string>();
        manifest.dataset = json.at("dataset");
        recordings = json.at("recordings").get<std::size_t>();
        withdrawn = json.at("withdrawn").get<std::size_t>();
        version = json.at("version").get<std::string>();
      } else if (json.contains("withdrawn")) {
        manifest.tombstones.push_back({json.at("withdrawn").get<std::string>(), json.at("signal").get<std::string>(),
                                       json.at("time").get<std::string>(), json.at("reason").get<std::string>()});
      } else {
        manifest.items.push_back(item_from(json));
      }
    } catch (const std::exception& error) {
      // The name is read out of the damaged text as far as it goes: better a hint than none.
      std::string_view name = line;
      const std::size_t at = name.find("\"recording\":\"");
      name = at == std::string_view::npos ? "" : name.substr(at + 13, name.substr(at + 13).find('"'));
      const auto* what = dynamic_cast<const Error*>(&error);
      throw Error(what != nullptr ? "a line of the set's manifest is damaged" : error.what(),
                  "line " + std::to_string(number) + (name.empty() ? "" : " (recording " + std::string(name) + ")"),
                  "`vagus data check` lists all damage");
    }
  }
  if (manifest.items.size() != recordings || manifest.tombstones.size() != withdrawn || manifest.version() != version)
    throw Error("the set's manifest lacks lines or has too many", "line " + std::to_string(number));
  return manifest;
}

std::string manifest_name(std::int64_t sequence) {
  std::string digits = std::to_string(sequence);
  digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
  return digits + ".jsonl";
}

std::vector<std::int64_t> manifest_sequences(const std::filesystem::path& folder) {
  std::vector<std::int64_t> sequences;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    std::int64_t sequence = 0;
    if (name.ends_with(".jsonl") && parse_int(std::string_view(name).substr(0, name.size() - 6), sequence) &&
        sequence > 0)
      sequences.push_back(sequence);
  }
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Error(std::string("cannot be read: ") + std::strerror(errno), path.string());
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

Manifest read_manifest(const std::filesystem::path& folder, std::int64_t sequence) {
  const std::filesystem::path path = folder / manifest_name(sequence);
  try {
    return manifest_from_text(read_text(path));
  } catch (const Error& error) {
    throw error.within(path.string() + " ");
  }
}

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace vagus::lab
