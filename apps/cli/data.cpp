/// `vagus data`: the store of recordings.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "apps/cli/command.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/store/dataset.h"
#include "lab/store/label_csv.h"
#include "lab/store/store.h"

namespace vagus::cli {
namespace {

using lab::Json;

struct Options {
  std::string what;  ///< path, set or SET:RECORDING
  lab::AddOptions add;
  std::string reason, author, time, parent, track = "atr", file, output, version;
  bool json = false, known = false, identifiers = false;
};

void print(const Json& json) { fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

/// "mitdb:1*" -> set and pattern; a set alone is all of it.
std::pair<std::string, std::string> split(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string duration(double seconds) {
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

int report_added(const lab::AddReport& report, bool json) {
  for (const std::string& note : report.notes) fmt::print(stderr, "vagus: {}\n", note);
  if (json) {
    Json repairs = Json::object();
    for (const auto& [what, count] : report.repairs) repairs[what] = count;
    print({{"set", report.set},
           {"added", report.added},
           {"already_there", report.already_there},
           {"version", report.version},
           {"repairs", std::move(repairs)}});
    return 0;
  }
  std::string all;
  for (const auto& [what, count] : report.repairs)
    all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", what, count);
  if (!all.empty()) fmt::print(stderr, "vagus: mended while reading: {}\n", all);
  fmt::print("{}: {} recordings added, {} already there; version {}\n", report.set, report.added, report.already_there,
             report.version.substr(0, 16));
  return 0;
}

int add(const Options& options) {
  return report_added(lab::Store::open().add(options.what, options.add), options.json);
}

int get(const Options& options) {
  lab::Store store = lab::Store::open();
  if (store.has(options.what)) {
    const lab::Manifest manifest = store.manifest(options.what);
    lab::AddReport report;
    report.set = options.what;
    report.version = manifest.version();
    report.already_there = static_cast<std::int64_t>(manifest.items.size());
    return report_added(report, options.json);
  }
  lab::AddOptions how = options.add;
  how.as = options.what;
  std::string path = lab::in_vagus_data(options.what);
  if (!path.empty()) return report_added(store.add(path, how), options.json);
  // An archive is needed only until its recordings are in the store.
  struct Scratch {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("vagus-get-" + std::to_string(getpid()));
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
      std::error_code code;
      std::filesystem::remove_all(folder, code);
    }
  } scratch;
  return report_added(store.add(lab::download(options.what, scratch.folder), how), options.json);
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

int check(const Options& options) {
  const lab::CheckReport report = lab::Store::open().check(options.what);
  if (options.json) {
    Json problems = Json::array();
    for (const lab::Problem& p : report.problems)
      problems.push_back(
          {{"set", p.set}, {"recording", p.recording}, {"channel", p.channel}, {"what", p.what}, {"file", p.file}});
    print({{"intact", report.problems.empty()},
           {"sets", report.sets},
           {"recordings", report.recordings},
           {"layers", report.layers},
           {"bytes", report.bytes},
           {"problems", std::move(problems)}});
  } else {
    for (const lab::Problem& p : report.problems)
      fmt::print("{}{}{}: {} ({})\n", p.set, p.recording.empty() ? "" : ":" + p.recording,
                 p.channel.empty() ? "" : " channel " + p.channel, p.what, p.file);
    fmt::print("{} sets, {} recordings, {} label layers, {:.1f} MB: {}\n", report.sets, report.recordings,
               report.layers, static_cast<double>(report.bytes) / 1e6,
               report.problems.empty() ? "every byte as written" : fmt::format("{} problems", report.problems.size()));
  }
  return report.problems.empty() ? 0 : 1;
}

int withdraw(const Options& options) {
  const auto [set, pattern] = split(options.what);
  if (options.what.find(':') == std::string::npos)
    throw lab::UsageError("name the recordings as SET:RECORDING", "all of a set are \"" + set + ":*\"");
  lab::Store store = lab::Store::open();
  const lab::Withdrawal done = store.withdraw(set, pattern, options.reason);
  if (options.json) {
    print({{"set", set},
           {"recordings", done.recordings},
           {"files", done.files},
           {"cached", done.cached},
           {"version", store.manifest(set).version()}});
  } else {
    fmt::print(
        "{} recordings withdrawn: {} files removed, cached steps of {} signals removed. Reports already written are "
        "not "
        "the store's to change.\n",
        done.recordings, done.files, done.cached);
  }
  return 0;
}

lab::Entry the_one(lab::Store& store, const std::string& text) {
  const auto entries = lab::resolve(store, text);
  if (!entries) throw lab::UsageError("\"" + text + "\" is not of the form SET:RECORDING");
  if (entries->size() != 1)
    throw lab::UsageError("\"" + text + "\" names " + std::to_string(entries->size()) + " recordings, one is needed");
  return entries->front();
}

int label_export(const Options& options) {
  lab::Store store = lab::Store::open();
  const lab::Entry entry = the_one(store, options.what);
  const lab::Recording header = store.header(entry);
  const lab::Track* track = header.track(options.track);
  if (track == nullptr) {
    std::string known;
    for (const lab::Track& of : header.tracks) known += (known.empty() ? "" : ", ") + of.name;
    throw lab::Error("there is no track \"" + options.track + "\"", options.what,
                     known.empty() ? "it has none" : "it has " + known);
  }
  const std::string text = lab::label_csv(*track);
  if (options.json) {
    print({{"recording", entry.recording},
           {"track", track->name},
           {"layer", entry.layer_hashes.at(track->name)},
           {"csv", text}});
  } else if (options.output.empty()) {
    fmt::print("{}", text);
  } else {
    lab::write_whole(options.output, text);
  }
  return 0;
}

int label_apply(const Options& options) {
  lab::Store store = lab::Store::open();
  const lab::Entry entry = the_one(store, options.what);
  const lab::Recording header = store.header(entry);
  const lab::Track* now = header.track(options.track);
  lab::Mend mend{options.track,
                 now != nullptr ? now->tick_hz : 1e6,
                 options.author,
                 options.reason,
                 options.time,
                 options.parent,
                 {}};
  mend.annotations = lab::labels_from_csv(lab::read_text(options.file), mend.track, mend.tick_hz, options.file);
  const std::string hash = store.apply(entry, mend);
  const bool changed = now == nullptr || hash != entry.layer_hashes.at(options.track);
  const std::string version = store.manifest(entry.set).version();
  if (options.json) {
    print({{"recording", entry.recording},
           {"track", options.track},
           {"layer", hash},
           {"changed", changed},
           {"version", version}});
  } else {
    fmt::print("{}:{} {}: {} {}; version {}\n", entry.set, entry.recording, options.track,
               changed ? "new layer" : "nothing changed, still layer", hash.substr(0, 16), version.substr(0, 16));
  }
  return 0;
}

}  // namespace

void declare_data(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto command = [&](CLI::App& in, const char* name, const char* what, int (*run)(const Options&)) {
    CLI::App* sub = in.add_subcommand(name, what);
    sub->add_flag("--json", options->json, "one JSON value");
    sub->callback([options, run, &action] { action = [options, run] { return run(*options); }; });
    return sub;
  };
  CLI::App* sub = command(app, "add", "take a known set, an archive, a folder or a file into the store", add);
  sub->add_option("PATH", options->what, "file, folder, archive, or the name of a known set under VAGUS_DATA")
      ->required();
  sub->add_option("--as", options->add.as, "name of the set (default the folder's or archive's)");
  sub->add_option("--layout", options->add.layout,
                  "dataset file (TOML) that maps folders, names and columns: docs/own-data.md");
  sub->add_flag("--deidentify", options->add.deidentify, "drop names, birth dates and other identifiers");
  sub->add_flag("--readmit", options->add.readmit, "take back what was withdrawn");
  sub = command(app, "get", "take a known set into the store: from VAGUS_DATA, else from the network", get);
  sub->add_option("SET", options->what, "name of the set")->required();
  sub->add_flag("--deidentify", options->add.deidentify, "drop names, birth dates and other identifiers");
  sub = command(app, "list", "the sets of the store", list);
  sub->add_flag("--known", options->known, "the sets that the program knows, too");
  sub = command(app, "show", "a set or its recordings: hashes, channels, labels, attributes", show);
  sub->add_option("SET[:RECORDING]", options->what, "a set, or recordings of it (with * for any run of characters)")
      ->required();
  sub->add_option("--version", options->version, "an earlier version of the set, by its hash");
  sub->add_flag("--identifiers", options->identifiers, "print what may identify a person");
  sub = command(app, "check", "prove every byte of the store, and name what is damaged (exit 1)", check);
  sub->add_option("SET", options->what, "only this set");
  sub = command(app, "withdraw", "remove recordings for good; a tombstone stays", withdraw);
  sub->add_option("SET:RECORDING", options->what, "which (with * for any run of characters)")->required();
  sub->add_option("--reason", options->reason, "why, for the tombstone")->required();
  CLI::App* label = app.add_subcommand("label", "take labels out as a table, put mended ones in as a new layer");
  label->require_subcommand(1);
  sub = command(*label, "export", "a track as CSV", label_export);
  sub->add_option("SET:RECORDING", options->what, "which")->required();
  sub->add_option("--track", options->track, "which track")->capture_default_str();
  sub->add_option("-o,--output", options->output, "file (default standard output)");
  sub = command(*label, "apply", "mended labels as a new layer; the signal and its hash stay", label_apply);
  sub->add_option("SET:RECORDING", options->what, "which")->required();
  sub->add_option("FILE", options->file, "CSV as `label export` writes it")->required();
  sub->add_option("--track", options->track, "which track")->capture_default_str();
  sub->add_option("--author", options->author, "who mended them")->required();
  sub->add_option("--reason", options->reason, "why")->required();
  sub->add_option("--time", options->time, "when, ISO 8601 (default now)");
  sub->add_option("--parent", options->parent,
                  "hash of the layer that was mended; refused if it is no longer in force");
  app.footer(
      "Examples:\n"
      "  vagus data add mitdb                        a known set, from the folder VAGUS_DATA\n"
      "  vagus data add recordings/ --as pilot       somebody's own folder with dataset.csv\n"
      "  vagus data add recordings/ --layout my.toml the same with a dataset file that maps names and columns\n"
      "  vagus data list --known\n"
      "  vagus data show mitdb:1*                    recordings, with hashes of signals and label layers\n"
      "  vagus data label export mitdb:100 -o 100.csv\n"
      "  vagus data label apply mitdb:100 100.csv --author me --reason \"beat at 3.1 s is a V\"\n"
      "  vagus data check                            prove every byte");
}

}  // namespace vagus::cli
