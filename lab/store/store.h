#pragma once
/// The store: immutable, checksummed recordings in HDF5 files, append-only label layers beside them, and a catalogue
/// that is only a cache. Lies under VAGUS_STORE, else $XDG_DATA_HOME/vagus (else ~/.local/share/vagus).
///
///     signals/ab/HASH.FILE.h5     one recording's signals (signal_file.h), immutable, content-addressed
///     layers/ab/HASH.layer        one layer of one track (layer_file.h), immutable, content-addressed
///     sets/SET/000001.jsonl       a version of a set (manifest.h): which signals, which layers, which tombstones
///     staging/ID/                 what a writer has not committed yet (transaction.h)
///     catalogue.sqlite            a cache of the manifests (catalogue.h)
///
/// Readers take no lock. A store that may not be written (a shared one) is used with a private overlay: what is written
/// goes there, what is read is looked for there first. The overlay lies under VAGUS_STORE_OVERLAY, else (for a store in
/// which this process may not write) under $XDG_DATA_HOME/vagus-overlays/NAME.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/signal/recording.h"
#include "lab/store/manifest.h"

namespace vagus::lab {

/// One recording of a set, as a version of the set knows it.
struct Entry {
  std::string set, recording, subject, session;
  std::string start;                                ///< ISO 8601, "" unknown
  std::string signal_hash;                          ///< BLAKE2b-256, hex, of the signals' content
  std::map<std::string, std::string> layer_hashes;  ///< track -> hash of the layer in force
  double duration_s = 0;
  std::map<std::string, std::string> attributes;
  std::shared_ptr<const Item> item;  ///< what the manifest says in full
};

struct AddOptions {
  std::string as;           ///< name of the set; "" the archive's or folder's name
  std::string layout;       ///< a dataset file (TOML); "" a known set's own, or dataset.csv in the folder
  bool deidentify = false;  ///< identifiers and the start are dropped
  bool readmit = false;     ///< takes back what was withdrawn
};

struct AddReport {
  std::string set;
  std::string version;  ///< hash of the dataset version that holds them
  std::int64_t added = 0, already_there = 0;
  std::map<std::string, std::int64_t> repairs;
  std::vector<std::string>
      notes;  ///< what the user should know: "the archive is not the one that the dataset file names"
};

/// A mended track: what becomes its next layer.
struct Mend {
  std::string track;
  double tick_hz = 0;                ///< of a new track; 0: the track's own
  std::string author, reason, time;  ///< `time` "" now
  std::string parent;                ///< the layer it was made from; "" the one in force; another one is refused
  std::vector<Annotation> annotations;
};

struct Withdrawal {
  std::int64_t recordings = 0, files = 0, cached = 0;  ///< how many of each went
};

struct Problem {
  std::string set, recording, channel, what, file;  ///< any but `what` may be ""
};

struct CheckReport {
  std::int64_t sets = 0, recordings = 0, layers = 0;
  std::int64_t bytes = 0;
  std::vector<Problem> problems;  ///< in order of set and recording
};

/// A run of samples as stored, handed out by `scan`.
struct Block {
  const Entry& entry;
  const Channel& channel;  ///< without its samples; gain, baseline, unit and time axis are there
  SampleType type;
  std::int64_t first_row;
  std::span<const std::byte> bytes;  ///< valid during the call
};

class Store {
 public:
  /// The user's store (created on the first write). A read-only shared store is used with a private overlay.
  static Store open();
  /// `base`: a store that is only read, under `folder`.
  explicit Store(std::filesystem::path folder, std::filesystem::path base = {});

  /// Adds a known set, a file, an archive or somebody's folder. All or nothing. Throws Error naming the file and place.
  AddReport add(const std::string& path, const AddOptions& options = {});
  /// Adds recordings that are already read (a simulated cohort, say). All or nothing.
  AddReport add(const std::string& set, std::vector<Recording> recordings, const AddOptions& options = {});
  /// Adds the set from VAGUS_DATA (archive or unpacked copy) if it is not in the store; Error if neither has it.
  void ensure(const std::string& set);

  std::vector<std::string> sets() const;
  bool has(const std::string& set) const;
  /// The set's newest version, or the one of that hash. Throws Error if there is none.
  Manifest manifest(const std::string& set, const std::string& version = {}) const;
  /// Recordings of a set whose names match a pattern with `*` ("1*"; "" or "*" for all), in natural order.
  std::vector<Entry> list(const std::string& set, const std::string& pattern = "") const;
  /// The same of an earlier version of the set.
  std::vector<Entry> list_at(const std::string& set, const std::string& version, const std::string& pattern = "") const;

  /// The whole recording, with the label layers in force.
  Recording load(const Entry& entry) const;
  /// The same without samples.
  Recording header(const Entry& entry) const;
  /// Every layer of a track, oldest first; nothing if it has no such track.
  std::vector<Layer> history(const Entry& entry, const std::string& track) const;
  /// A window [t0, t1) of one channel, physical values, without reading the rest; cut to [0, duration). Value k is the
  /// sample at t0 + k / rate (the first at or after it), NaN in gaps.
  std::vector<float> window(const Entry& entry, const std::string& channel, double t0_s, double t1_s) const;
  /// Visits every sample of the recordings, in parallel and in no order.
  void scan(std::span<const Entry> entries, const std::function<void(const Block&)>& visit) const;

  /// Puts a new layer on a track (a new track if there is none) and returns its hash; the one in force if nothing
  /// changes.
  std::string apply(const Entry& entry, const Mend& mend);
  /// Removes recordings for good: signals, layers, versions that hold them and what was cached of them. Tombstones
  /// stay.
  Withdrawal withdraw(const std::string& set, const std::string& pattern, const std::string& reason);
  /// Proves every byte. A damaged catalogue is deleted (it is rebuilt on the next read), and named.
  CheckReport check(const std::string& set = {}) const;

  const std::filesystem::path& folder() const { return folder_; }
  /// The shared store that is only read, below the folder; "" without one.
  const std::filesystem::path& base() const { return base_; }

 private:
  struct Shared;
  std::filesystem::path found(const std::string& relative) const;
  std::filesystem::path newest_manifest(const std::string& set) const;
  /// Finishes withdrawals that a dead writer began, and names every file that the manifests speak of. Under the store's
  /// lock.
  std::vector<std::string> settle() const;
  std::filesystem::path folder_, base_;
  std::shared_ptr<Shared> shared_;
};

/// "mitdb:100", "mitdb:1*", "mitdb:" -> entries (the set is added first if it is not in the store); nothing if `text`
/// is not of that form. Throws Error if there is no such set or recording.
std::optional<std::vector<Entry>> resolve(Store& store, const std::string& text);

/// The archive or folder of a set under VAGUS_DATA; "" if it is not there.
std::string in_vagus_data(const std::string& set);

/// Downloads the set's archive from the address that its dataset file (`layout`; "" the program's own) names into
/// `folder` and proves its checksum where the dataset file has one; returns the path. Throws Error where no address is
/// known, the network fails or the checksum is another; what `folder` holds then is of no use.
std::string download(const std::string& set, const std::string& layout, const std::filesystem::path& folder);

}  // namespace vagus::lab
