/// `vagus data list` and `vagus data show`: what the store holds.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "apps/cli/data.h"
#include "lab/base/error.h"
#include "lab/store/dataset.h"

namespace vagus::cli::data {
namespace {

using lab::Json;

std::string duration(double seconds) {
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

Json facts(const std::map<std::string, std::string>& of) {
  Json json = Json::object();
  for (const auto& [key, value] : of) json[key] = value;
  return json;
}

Json recording_json(const lab::Store& store, const lab::Entry& entry, bool identifiers) {
  const lab::Recording header = store.header(entry);
  Json channels = Json::array();
  for (std::size_t i = 0; i < header.channels.size(); ++i) {
    const lab::Channel& channel = header.channels[i];
    channels.push_back({{"name", channel.name},
                        {"quantity", name(channel.quantity)},
                        {"unit", channel.unit_text.empty() ? std::string(name(channel.unit)) : channel.unit_text},
                        {"placement", std::string(name(channel.placement))},
                        {"rate_hz", lab::number(channel.time.rate_hz)},
                        {"samples", channel.time.rows()},
                        {"gaps", channel.time.gaps()}});
  }
  Json tracks = Json::array();
  for (const lab::Track& track : header.tracks) {
    Json layers = Json::array();
    const std::vector<std::string>& hashes = entry.item->layers.at(track.name);
    const std::vector<lab::Layer> history = store.history(entry, track.name);
    for (std::size_t i = 0; i < history.size(); ++i)
      layers.push_back({{"hash", hashes.at(i)},
                        {"author", history[i].author},
                        {"time", history[i].time},
                        {"reason", history[i].reason},
                        {"parent", history[i].parent},
                        {"annotations", history[i].annotations.size()}});
    tracks.push_back({{"name", track.name}, {"tick_hz", lab::number(track.tick_hz)}, {"layers", std::move(layers)}});
  }
  Json json{{"set", entry.set},
            {"recording", entry.recording},
            {"subject", entry.subject},
            {"session", entry.session},
            {"start", entry.start.empty() ? Json(nullptr) : Json(entry.start)},
            {"duration_s", lab::number(entry.duration_s)},
            {"signal_hash", entry.signal_hash},
            {"file", (std::filesystem::path("signals") / entry.item->seal.file()).string()},
            {"attributes", facts(entry.attributes)},
            {"channels", std::move(channels)},
            {"tracks", std::move(tracks)}};
  if (identifiers) json["identifiers"] = facts(header.identifiers);
  return json;
}

void print_recording(const Json& r) {
  fmt::print("{}:{}  {}, subject {}{}\n", r["set"].get<std::string>(), r["recording"].get<std::string>(),
             duration(r["duration_s"].is_null() ? 0 : r["duration_s"].get<double>()),
             r["subject"].get<std::string>().empty() ? "unknown" : r["subject"].get<std::string>(),
             r["start"].is_null() ? "" : ", start " + r["start"].get<std::string>());
  fmt::print("  signals  {}\n", r["signal_hash"].get<std::string>());
  for (const Json& c : r["channels"])
    fmt::print("  channel  {:<16} {:<10} {:<6} {:<8} {:>10} Hz {:>10} samples, {} gaps\n", c["name"].get<std::string>(),
               c["quantity"].get<std::string>(), c["unit"].get<std::string>(), c["placement"].get<std::string>(),
               c["rate_hz"].dump(), c["samples"].get<std::int64_t>(), c["gaps"].get<std::int64_t>());
  for (const Json& t : r["tracks"])
    for (const Json& l : t["layers"])
      fmt::print("  layer    {:<16} {}  {} annotations, {}: {}\n", t["name"].get<std::string>(),
                 l["hash"].get<std::string>().substr(0, 16), l["annotations"].get<std::size_t>(),
                 l["author"].get<std::string>(), l["reason"].get<std::string>());
  for (const char* kind : {"attributes", "identifiers"})
    if (r.contains(kind))
      for (const auto& [key, value] : r[kind].items()) fmt::print("  {:<8} {}\n", key, value.get<std::string>());
}

}  // namespace

void print(const Json& json) { fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

std::pair<std::string, std::string> split(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

int list(const Options& options) {
  const lab::Store store = lab::Store::open();
  Json rows = Json::array();
  for (const std::string& set : store.sets()) {
    const lab::Manifest manifest = store.manifest(set);
    double total_s = 0;
    std::int64_t bytes = 0;
    std::map<std::string, int> subjects;
    for (const lab::Item& item : manifest.items) {
      total_s += item.duration_s;
      bytes += static_cast<std::int64_t>(item.seal.file_size);
      if (!item.subject.empty()) ++subjects[item.subject];
    }
    rows.push_back({{"set", set},
                    {"recordings", manifest.items.size()},
                    {"subjects", subjects.size()},
                    {"duration_s", lab::number(total_s)},
                    {"bytes", bytes},
                    {"withdrawn", manifest.tombstones.size()},
                    {"version", manifest.version()},
                    {"title", manifest.dataset.is_object() ? manifest.dataset.value("title", "") : ""},
                    {"in_store", true}});
  }
  if (options.known) {
    for (const lab::KnownDataset& known : lab::known_datasets()) {
      const std::string name(known.name);
      if (store.has(name)) continue;
      const lab::About about = lab::Dataset(known.text, "datasets/" + name + ".toml").about();
      rows.push_back({{"set", name},
                      {"title", about.title},
                      {"licence", about.licence},
                      {"source", about.source},
                      {"in_vagus_data", !lab::in_vagus_data(name).empty()},
                      {"in_store", false}});
    }
  }
  if (options.json) {
    print(rows);
    return 0;
  }
  if (rows.empty()) {
    fmt::print("The store {} is empty. `vagus data list --known` names the sets that the program knows.\n",
               store.folder().string());
    return 0;
  }
  fmt::print("{:<20} {:>10} {:>9} {:>10} {:>10}  {:<16}  {}\n", "set", "recordings", "subjects", "duration", "MB",
             "version", "title");
  for (const Json& row : rows) {
    if (row["in_store"].get<bool>()) {
      fmt::print("{:<20} {:>10} {:>9} {:>10} {:>10.1f}  {:<16}  {}\n", row["set"].get<std::string>(),
                 row["recordings"].get<int>(), row["subjects"].get<int>(), duration(row["duration_s"].get<double>()),
                 row["bytes"].get<double>() / 1e6, row["version"].get<std::string>().substr(0, 16),
                 row["title"].get<std::string>());
    } else {
      fmt::print("{:<20} {:>10} {:>9} {:>10} {:>10}  {:<16}  {}\n", row["set"].get<std::string>(), "-", "-", "-", "-",
                 row["in_vagus_data"].get<bool>() ? "under VAGUS_DATA" : "not here", row["title"].get<std::string>());
    }
  }
  return 0;
}

int show(const Options& options) {
  const lab::Store store = lab::Store::open();
  const auto [set, pattern] = split(options.what);
  const lab::Manifest manifest = store.manifest(set, options.version);
  const std::vector<lab::Entry> entries = store.list_at(set, manifest.version(), pattern);
  if (!pattern.empty()) {
    if (entries.empty()) throw lab::Error("there is no such recording in the set", options.what);
    Json all = Json::array();
    for (const lab::Entry& entry : entries) all.push_back(recording_json(store, entry, options.identifiers));
    if (options.json) {
      print(all.size() == 1 ? all[0] : all);
    } else {
      for (const Json& recording : all) print_recording(recording);
    }
    return 0;
  }
  if (options.json) {
    Json recordings = Json::array();
    for (const lab::Entry& entry : entries) {
      Json layers = Json::object();
      for (const auto& [track, hash] : entry.layer_hashes) layers[track] = hash;
      recordings.push_back({{"recording", entry.recording},
                            {"subject", entry.subject},
                            {"session", entry.session},
                            {"duration_s", lab::number(entry.duration_s)},
                            {"signal_hash", entry.signal_hash},
                            {"layers", std::move(layers)},
                            {"attributes", facts(entry.attributes)}});
    }
    Json withdrawn = Json::array();
    for (const lab::Tombstone& stone : manifest.tombstones)
      withdrawn.push_back({{"recording", stone.recording},
                           {"signal_hash", stone.signal_hash},
                           {"time", stone.time},
                           {"reason", stone.reason}});
    print({{"set", set},
           {"version", manifest.version()},
           {"parent", manifest.parent},
           {"sequence", manifest.sequence},
           {"time", manifest.time},
           {"dataset", manifest.dataset},
           {"recordings", std::move(recordings)},
           {"withdrawn", std::move(withdrawn)}});
    return 0;
  }
  fmt::print("{}  version {}\n", set, manifest.version());
  if (manifest.dataset.is_object())
    for (const char* key : {"title", "licence", "citation", "source"})
      if (const std::string text = manifest.dataset.value(key, ""); !text.empty())
        fmt::print("  {:<9} {}\n", key, text);
  fmt::print("{:<28} {:<14} {:>10}  {}\n", "recording", "subject", "duration", "labels");
  for (const lab::Entry& entry : entries) {
    std::string tracks;
    for (const auto& [track, hash] : entry.layer_hashes)
      tracks += (tracks.empty() ? "" : " ") + track + "@" + hash.substr(0, 8);
    fmt::print("{:<28} {:<14} {:>10}  {}\n", entry.recording, entry.subject, duration(entry.duration_s), tracks);
  }
  for (const lab::Tombstone& stone : manifest.tombstones)
    fmt::print("{:<28} withdrawn {}: {}\n", stone.recording, stone.time, stone.reason);
  return 0;
}

}  // namespace vagus::cli::data
