/// What changes a store: adding, mending labels, withdrawing.
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/places.h"
#include "lab/base/progress.h"
#include "lab/store/dataset.h"
#include "lab/store/hash.h"
#include "lab/store/layer_file.h"
#include "lab/store/shared.h"
#include "lab/store/transaction.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

void check_set_name(const std::string& set) {
  const bool good =
      !set.empty() && set.size() <= 100 && set.front() != '.' && std::all_of(set.begin(), set.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
      });
  if (!good)
    throw UsageError("\"" + set + "\" is no name for a set", "letters, digits, - _ . make one; --as NAME gives it");
}

void check_recording_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '*';
  });
  if (!good) throw Error("a recording's name is empty, too long, or holds * or control characters", name);
}

/// Packs and stages one recording with its layers; the item that will stand in the manifest.
Item stage(Transaction& transaction, const std::string& set, const Recording& recording) {
  check_recording_name(recording.name);
  PackedSignals packed = pack(recording);
  Item item;
  item.recording = recording.name;
  item.subject = recording.subject;
  item.session = recording.session;
  item.start = recording.start ? iso(*recording.start) : "";
  item.duration_s = recording.duration_s();
  item.attributes = recording.attributes;
  item.seal = std::move(packed.seal);
  transaction.stage(("signals" / item.seal.file()).string(), packed.bytes);
  for (const Track& track : recording.tracks) {
    std::string parent;
    for (const Layer& layer : track.layers) {
      LayerFile file{track.name, track.tick_hz, item.seal.signal_hash, layer};
      if (file.layer.author.empty()) file.layer.author = set;
      if (file.layer.reason.empty()) file.layer.reason = "as published";
      file.layer.parent = parent;
      const std::string text = to_text(file);
      parent = blake2b_256(text);
      transaction.stage(layer_path(parent), text);
      item.layers[track.name].push_back(parent);
    }
  }
  return item;
}

/// Writes the next version of a set. Called under the store's lock.
void write_next(const fs::path& store, Manifest manifest, const std::string& parent, const std::string& reason) {
  manifest.sequence += 1;
  manifest.parent = parent;
  manifest.time = now_utc();
  manifest.reason = reason;
  std::sort(manifest.items.begin(), manifest.items.end(),
            [](const Item& a, const Item& b) { return natural_less(a.recording, b.recording); });
  const fs::path folder = store / "sets" / manifest.set;
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) throw Error("the store cannot be written: " + code.message(), folder.string());
  write_whole(folder / manifest_name(manifest.sequence), to_text(manifest));
  sync_folder(folder);
}

struct Source {
  std::string set;
  Json dataset = Json::object();
  std::size_t size = 0;
  std::function<Recording(std::size_t)> read;
  std::function<bool(std::size_t)> alone = [](std::size_t) { return false; };  ///< SourceItem::alone
};

/// Every tombstone of the store by signal, of other sets too: a withdrawn recording must not come back under another
/// name.
std::set<std::string> withdrawn_signals(const Store& store) {
  std::set<std::string> hashes;
  for (const std::string& set : store.sets())
    for (const Tombstone& stone : store.manifest(set).tombstones) hashes.insert(stone.signal_hash);
  return hashes;
}

/// Puts fresh items into a manifest; how many were new. Throws Error where one may not come in.
std::int64_t merge(Manifest& manifest, std::vector<Item>& fresh, const std::set<std::string>& withdrawn, bool readmit) {
  std::int64_t added = 0;
  for (Item& item : fresh) {
    const std::string shown = manifest.set + ":" + item.recording;
    if (const Item* there = manifest.find(item.recording)) {
      if (there->seal.signal_hash == item.seal.signal_hash) continue;
      throw Error("the set holds another recording of this name", shown,
                  "withdraw it first, or add these under another set with --as");
    }
    const auto stone = std::find_if(manifest.tombstones.begin(), manifest.tombstones.end(),
                                    [&](const Tombstone& t) { return t.recording == item.recording; });
    const bool known = withdrawn.contains(item.seal.signal_hash);
    if ((stone != manifest.tombstones.end() || known) && !readmit)
      throw Error("this recording was withdrawn" + (stone == manifest.tombstones.end() ? "" : ": " + stone->reason),
                  shown, "--readmit takes it back");
    if (stone != manifest.tombstones.end()) manifest.tombstones.erase(stone);
    manifest.items.push_back(std::move(item));
    ++added;
  }
  return added;
}

AddReport add_all(Store& store, const Source& source, const AddOptions& options,
                  const std::function<std::vector<std::string>()>& referenced) {
  check_set_name(source.set);
  if (source.size == 0) throw Error("there is no recording in it", source.set);
  Transaction transaction(store.folder(), referenced);
  AddReport report;
  report.set = source.set;
  std::vector<Item> items(source.size);
  std::mutex mutex;
  std::shared_mutex gate;
  {
    Progress progress("adding " + source.set, static_cast<std::int64_t>(source.size));
    tbb::parallel_for(std::size_t{0}, source.size, [&](std::size_t i) {
      Recording recording;
      // Isolated: a thread that waits for its chunks must not begin another recording while it holds the gate.
      tbb::this_task_arena::isolate([&] {
        if (source.alone(i)) {
          const std::unique_lock closed(gate);
          recording = source.read(i);
        }
        const std::shared_lock open(gate);
        if (!source.alone(i)) recording = source.read(i);
        if (options.deidentify) {
          recording.identifiers.clear();
          recording.start.reset();  // a date of admission or birth hides in it
        }
        items[i] = stage(transaction, source.set, recording);
      });
      const std::scoped_lock lock(mutex);
      for (const auto& [what, count] : recording.repairs) report.repairs[what] += count;
      progress.advance();
    });
  }
  std::set<std::string> names;
  for (const Item& item : items)
    if (!names.insert(item.recording).second)
      throw Error("two recordings have one name", source.set + ":" + item.recording);
  const auto count = static_cast<std::int64_t>(items.size());
  transaction.commit([&] {
    Manifest manifest;
    if (store.has(source.set)) manifest = store.manifest(source.set);
    manifest.set = source.set;
    const std::string parent = manifest.sequence == 0 ? "" : manifest.version();
    report.added = merge(manifest, items, withdrawn_signals(store), options.readmit);
    report.already_there = count - report.added;
    if (!source.dataset.empty()) manifest.dataset = source.dataset;
    if (report.added > 0) write_next(store.folder(), manifest, parent, "add");
    report.version = manifest.version();
  });
  return report;
}

}  // namespace

AddReport Store::add(const std::string& path, const AddOptions& options) {
  SourceSet source = open_source(path, options);
  Source of{source.name, source.dataset, source.items.size(), [&](std::size_t i) { return source.items[i].read(); },
            [&](std::size_t i) { return source.items[i].alone; }};
  AddReport report = add_all(*this, of, options, [this] { return settle(); });
  report.notes = std::move(source.notes);
  return report;
}

AddReport Store::add(const std::string& set, std::vector<Recording> recordings, const AddOptions& options) {
  Source of{set, Json::object(), recordings.size(), [&](std::size_t i) { return std::move(recordings[i]); }};
  return add_all(*this, of, options, [this] { return settle(); });
}

std::string Store::apply(const Entry& entry, const Mend& mend) {
  const std::string shown = entry.set + ":" + entry.recording;
  if (mend.track.empty() || mend.author.empty() || mend.reason.empty())
    throw UsageError("a layer needs a track, an author and a reason");
  Transaction transaction(folder_, [this] { return settle(); });
  std::string hash;
  // The newest version is looked at under the lock, so the layer is written there too: it is one small file.
  transaction.commit([&] {
    Manifest manifest = this->manifest(entry.set);
    const std::string parent_version = manifest.version();
    const auto item = std::find_if(manifest.items.begin(), manifest.items.end(),
                                   [&](const Item& i) { return i.recording == entry.recording; });
    if (item == manifest.items.end() || item->seal.signal_hash != entry.signal_hash)
      throw Error("the recording is no longer in the set", shown);
    std::vector<std::string>& layers = item->layers[mend.track];
    LayerFile file{mend.track,
                   mend.tick_hz,
                   entry.signal_hash,
                   {mend.author, mend.time.empty() ? now_utc() : mend.time, mend.reason, "", mend.annotations}};
    std::stable_sort(file.layer.annotations.begin(), file.layer.annotations.end(),
                     [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
    if (!layers.empty()) {
      file.layer.parent = layers.back();
      const std::string text = read_text(found(layer_path(layers.back())));
      if (blake2b_256(text) != layers.back())
        throw Error("the layer in force is damaged", shown + " track " + mend.track);
      const LayerFile now = layer_from_text(text);
      if (!mend.parent.empty() && mend.parent != layers.back())
        throw Error("the layer that was mended is no longer the one in force", shown + " track " + mend.track,
                    "export it again and mend that");
      if (file.tick_hz == 0) file.tick_hz = now.tick_hz;
      if (file.tick_hz == now.tick_hz && file.layer.annotations == now.layer.annotations) {
        hash = layers.back();
        return;
      }
    }
    if (!(file.tick_hz > 0)) throw Error("a new track needs its clock", shown + " track " + mend.track);
    const std::string text = to_text(file);
    hash = blake2b_256(text);
    const fs::path path = folder_ / layer_path(hash);
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (code) throw Error("the store cannot be written: " + code.message(), path.string());
    try {
      write_whole(path, text);
      sync_folder(path.parent_path());
      layers.push_back(hash);
      write_next(folder_, manifest, parent_version, "label " + mend.track + " of " + entry.recording);
    } catch (...) {
      fs::remove(path, code);
      throw;
    }
  });
  return hash;
}

Withdrawal Store::withdraw(const std::string& set, const std::string& pattern, const std::string& reason) {
  if (reason.empty()) throw UsageError("a withdrawal needs a reason");
  Withdrawal done;
  Transaction transaction(folder_, [this] { return settle(); });
  transaction.commit([&] {
    Manifest manifest = this->manifest(set);
    const std::string parent = manifest.version();
    std::vector<Item> gone;
    std::erase_if(manifest.items, [&](const Item& item) {
      if (!matches(item.recording, pattern)) return false;
      gone.push_back(item);
      return true;
    });
    if (gone.empty()) throw Error("there is no such recording", set + ":" + pattern);
    for (const Item& item : gone)
      manifest.tombstones.push_back({item.recording, item.seal.signal_hash, now_utc(), reason});
    // The tombstone first: from here on the recording is withdrawn, whatever happens to the rest.
    write_next(folder_, manifest, parent, "withdraw");
    std::error_code code;
    const std::vector<std::string> names = settle();
    const std::set<std::string> kept(names.begin(), names.end());
    const auto remove = [&](const std::string& relative) {
      if (!kept.contains(relative) && fs::remove(folder_ / relative, code)) ++done.files;
    };
    for (const Item& item : gone) {
      remove(("signals" / item.seal.file()).string());
      for (const auto& [track, layers] : item.layers)
        for (const std::string& hash : layers) remove(layer_path(hash));
      // Where the study keeps what it computed from these signals (lab/study/cache.h).
      const fs::path cache = cache_folder();
      if (!cache.empty()) {
        const auto removed = fs::remove_all(cache / "steps" / item.seal.signal_hash, code);
        if (!code && removed > 0) ++done.cached;
      }
    }
    // The catalogue holds lines about the subject; it is rebuilt from what is left.
    fs::remove(folder_ / "catalogue.sqlite", code);
    done.recordings = static_cast<std::int64_t>(gone.size());
  });
  shared_ = std::make_shared<Shared>(folder_ / "catalogue.sqlite");
  return done;
}

}  // namespace vagus::lab
