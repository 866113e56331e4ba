#include "lab/store/store.h"

#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "lab/base/error.h"
#include "lab/base/places.h"
#include "lab/store/dataset.h"
#include "lab/store/hash.h"
#include "lab/store/layer_file.h"
#include "lab/store/shared.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

Entry entry_of(const std::string& set, std::shared_ptr<const Item> item) {
  Entry entry;
  entry.set = set;
  entry.recording = item->recording;
  entry.subject = item->subject;
  entry.session = item->session;
  entry.start = item->start;
  entry.signal_hash = item->seal.signal_hash;
  entry.duration_s = item->duration_s;
  entry.attributes = item->attributes;
  for (const auto& [track, layers] : item->layers)
    if (!layers.empty()) entry.layer_hashes[track] = layers.back();
  entry.item = std::move(item);
  return entry;
}

const Item& item_of(const Entry& entry) {
  if (entry.item == nullptr) throw Error("an entry that no store listed", entry.set + ":" + entry.recording);
  return *entry.item;
}

}  // namespace

std::shared_ptr<const SignalFile> Store::Shared::file(const fs::path& path, const Entry& entry) {
  const std::string key = path.string();
  {
    const std::scoped_lock lock(mutex_);
    if (const auto it = files_.find(key); it != files_.end()) {
      recent_.splice(recent_.begin(), recent_, it->second.second);
      return it->second.first;
    }
  }
  auto file = std::make_shared<const SignalFile>(path, item_of(entry).seal, entry.set + ":" + entry.recording);
  const std::scoped_lock lock(mutex_);
  if (files_.contains(key)) return files_.at(key).first;
  recent_.push_front(key);
  files_.emplace(key, std::pair(file, recent_.begin()));
  if (recent_.size() > kept) {
    files_.erase(recent_.back());
    recent_.pop_back();
  }
  return file;
}

Store Store::open() {
  fs::path folder = environment("VAGUS_STORE");
  if (folder.empty()) folder = data_home() / "vagus";
  if (const std::string overlay = environment("VAGUS_STORE_OVERLAY"); !overlay.empty()) return Store(overlay, folder);
  std::error_code code;
  if (!fs::exists(folder, code) || access(folder.c_str(), W_OK) == 0) return Store(folder);
  const std::string name = folder.filename().string() + "-" + blake2b_256(fs::absolute(folder).string()).substr(0, 12);
  return Store(data_home() / "vagus-overlays" / name, folder);
}

Store::Store(fs::path folder, fs::path base) : folder_(std::move(folder)), base_(std::move(base)) {
  std::error_code code;
  shared_ = std::make_shared<Shared>(fs::is_directory(folder_, code) ? folder_ / "catalogue.sqlite" : fs::path());
}

fs::path Store::found(const std::string& relative) const {
  std::error_code code;
  if (!base_.empty() && !fs::exists(folder_ / relative, code)) return base_ / relative;
  return folder_ / relative;
}

fs::path Store::newest_manifest(const std::string& set) const {
  for (const fs::path& store : {folder_, base_}) {
    if (store.empty()) continue;
    if (const auto sequences = manifest_sequences(store / "sets" / set); !sequences.empty())
      return store / "sets" / set / manifest_name(sequences.back());
  }
  return {};
}

std::vector<std::string> Store::sets() const {
  std::vector<std::string> names;
  for (const fs::path& store : {folder_, base_}) {
    if (store.empty()) continue;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(store / "sets", code))
      if (!manifest_sequences(entry.path()).empty()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end(), natural_less);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool Store::has(const std::string& set) const { return !newest_manifest(set).empty(); }

Manifest Store::manifest(const std::string& set, const std::string& version) const {
  for (const fs::path& store : {folder_, base_}) {
    if (store.empty()) continue;
    const fs::path folder = store / "sets" / set;
    std::vector<std::int64_t> sequences = manifest_sequences(folder);
    std::reverse(sequences.begin(), sequences.end());
    for (const std::int64_t sequence : sequences) {
      Manifest manifest = read_manifest(folder, sequence);
      if (version.empty() || manifest.version() == version) return manifest;
    }
  }
  if (!version.empty()) throw Error("the store has no version " + version + " of it", "set " + set);
  throw Error("there is no such set in the store", "set " + set,
              "`vagus data list` names those that are; `vagus data get " + set + "`");
}

std::vector<Entry> Store::list(const std::string& set, const std::string& pattern) const {
  const fs::path path = newest_manifest(set);
  if (path.empty()) manifest(set);  // throws, saying what can be done
  std::vector<Entry> entries;
  for (Item& item : shared_->catalogue.items(set, path, pattern))
    entries.push_back(entry_of(set, std::make_shared<const Item>(std::move(item))));
  return entries;
}

std::vector<Entry> Store::list_at(const std::string& set, const std::string& version,
                                  const std::string& pattern) const {
  Manifest of = manifest(set, version);
  std::vector<Entry> entries;
  for (Item& item : of.items)
    if (matches(item.recording, pattern))
      entries.push_back(entry_of(set, std::make_shared<const Item>(std::move(item))));
  return entries;
}

namespace {

LayerFile read_layer(const fs::path& path, const std::string& hash, const std::string& shown) {
  const std::string text = read_text(path);
  if (blake2b_256(text) != hash)
    throw Error("a label layer is damaged", shown + " (" + path.string() + ")", "`vagus data check` lists all damage");
  return layer_from_text(text);
}

}  // namespace

Recording Store::header(const Entry& entry) const {
  const Item& item = item_of(entry);
  Recording recording = shared_->file(found(("signals" / item.seal.file()).string()), entry)->header();
  for (const auto& [track, hash] : entry.layer_hashes) {
    LayerFile file = read_layer(found(layer_path(hash)), hash, entry.set + ":" + entry.recording);
    recording.tracks.push_back({track, file.tick_hz, {std::move(file.layer)}});
  }
  return recording;
}

Recording Store::load(const Entry& entry) const {
  Recording recording = shared_->file(found(("signals" / item_of(entry).seal.file()).string()), entry)->load();
  recording.tracks = header(entry).tracks;
  return recording;
}

std::vector<Layer> Store::history(const Entry& entry, const std::string& track) const {
  std::vector<Layer> layers;
  const auto it = item_of(entry).layers.find(track);
  if (it == item_of(entry).layers.end()) return layers;
  for (const std::string& hash : it->second)
    layers.push_back(read_layer(found(layer_path(hash)), hash, entry.set + ":" + entry.recording).layer);
  return layers;
}

std::vector<float> Store::window(const Entry& entry, const std::string& channel, double t0_s, double t1_s) const {
  const auto file = shared_->file(found(("signals" / item_of(entry).seal.file()).string()), entry);
  const Recording& header = file->header();
  const Channel* of = header.find(channel);
  if (of == nullptr) throw Error("there is no channel " + channel, entry.set + ":" + entry.recording);
  t0_s = std::max(t0_s, 0.0);
  t1_s = std::min(t1_s, header.duration_s());
  const double rate = of->time.rate_hz;
  // A millionth of a sample: what binary fractions of a second leave over.
  constexpr double slack = 1e-6;
  if (!(t1_s > t0_s) || !(rate > 0)) return {};
  std::vector<float> values(static_cast<std::size_t>(std::ceil((t1_s - t0_s) * rate - slack)),
                            std::numeric_limits<float>::quiet_NaN());
  const auto size = static_cast<std::int64_t>(values.size());
  for (const Stretch& stretch : of->time.stretches) {
    const auto row_at = [&](double t) {
      return std::clamp(static_cast<std::int64_t>(std::ceil((t - stretch.t_start_s) * stretch.rate_hz - slack)),
                        std::int64_t{0}, stretch.rows);
    };
    const std::int64_t first = row_at(t0_s);
    const std::int64_t last = row_at(t1_s);
    if (first >= last) continue;
    const double t = stretch.t_start_s + static_cast<double>(first) / stretch.rate_hz;
    const auto place = static_cast<std::int64_t>(std::floor((t - t0_s) * rate + slack));
    if (place >= size) continue;
    const std::int64_t rows = std::min(last - first, size - place);
    file->read(static_cast<std::size_t>(of - header.channels.data()), stretch.first_row + first,
               std::span(values).subspan(static_cast<std::size_t>(place), static_cast<std::size_t>(rows)));
  }
  return values;
}

void Store::scan(std::span<const Entry> entries, const std::function<void(const Block&)>& visit) const {
  tbb::parallel_for(std::size_t{0}, entries.size(), [&](std::size_t e) {
    const Entry& entry = entries[e];
    // Opened apart from the files kept for windows: a scan would throw all of those out.
    const SignalFile file(found(("signals" / item_of(entry).seal.file()).string()), item_of(entry).seal,
                          entry.set + ":" + entry.recording);
    for (std::size_t c = 0; c < file.header().channels.size(); ++c) {
      const Channel& channel = file.header().channels[c];
      const SignalSeal::Channel& seal = file.sealed(c);
      const std::size_t value_size = size_of(seal.type);
      tbb::parallel_for(std::size_t{0}, seal.spans.size(), [&](std::size_t i) {
        thread_local std::vector<std::byte> buffer;
        std::vector<std::byte> own;  // taken out of the thread's keeping: a visitor may itself wait for tasks of a scan
        own.swap(buffer);
        own.resize(std::max(own.size(), seal.chunk_rows * value_size));
        const std::span<std::byte> chunk = std::span(own).first(seal.chunk_rows * value_size);
        file.chunk(c, i, chunk);
        const std::uint64_t first = i * seal.chunk_rows;
        const std::size_t rows = std::min(seal.chunk_rows, seal.rows - first);
        visit({entry, channel, seal.type, static_cast<std::int64_t>(first), chunk.first(rows * value_size)});
        own.swap(buffer);
      });
    }
  });
}

std::vector<std::string> Store::settle() const {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder_ / "sets", code)) {
    const std::vector<std::int64_t> sequences = manifest_sequences(entry.path());
    if (sequences.empty()) continue;
    const Manifest newest = read_manifest(entry.path(), sequences.back());
    std::set<std::string> withdrawn;
    for (const Tombstone& stone : newest.tombstones) withdrawn.insert(stone.recording + "\n" + stone.signal_hash);
    for (const std::int64_t sequence : sequences) {
      const Manifest manifest = sequence == newest.sequence ? newest : read_manifest(entry.path(), sequence);
      // A version that holds what was withdrawn since could not be derived again, and would keep what was known of the
      // subject.
      if (std::any_of(manifest.items.begin(), manifest.items.end(), [&](const Item& item) {
            return withdrawn.contains(item.recording + "\n" + item.seal.signal_hash);
          })) {
        fs::remove(entry.path() / manifest_name(sequence), code);
        continue;
      }
      for (const Item& item : manifest.items) {
        names.push_back(("signals" / item.seal.file()).string());
        for (const auto& [track, layers] : item.layers)
          for (const std::string& hash : layers) names.push_back(layer_path(hash));
      }
    }
  }
  return names;
}

}  // namespace vagus::lab
