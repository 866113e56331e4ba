#pragma once
/// The store: immutable, checksummed recordings in HDF5 files, append-only label layers beside them, and a catalogue that
/// is only a cache. Lies under VAGUS_STORE, else $XDG_DATA_HOME/vagus.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab {

/// One recording of a set, as the catalogue knows it.
struct Entry {
  std::string set, recording, subject, session;
  std::string signal_hash;                          ///< BLAKE2b-256, hex, of the signals' content
  std::map<std::string, std::string> layer_hashes;  ///< track -> hash of the layer in force
  double duration_s = 0;
  std::map<std::string, std::string> attributes;
};

struct AddOptions {
  std::string as;                  ///< name of the set; "" the archive's or folder's name
  std::string layout;              ///< a dataset file (TOML); "" a known set's own, or dataset.csv in the folder
  bool deidentify = false;         ///< identifiers are dropped
};

struct AddReport {
  std::string set;
  std::int64_t added = 0, already_there = 0;
  std::map<std::string, std::int64_t> repairs;
};

class Store {
 public:
  /// The user's store (created on the first write). A read-only shared store is used with a private overlay.
  static Store open();
  explicit Store(std::filesystem::path folder);

  /// Adds a known set, a file, an archive or somebody's folder. All or nothing.
  AddReport add(const std::string& path, const AddOptions& options = {});
  /// Adds the set from VAGUS_DATA (archive or unpacked copy) if it is not in the store; Error if neither has it.
  void ensure(const std::string& set);

  std::vector<std::string> sets() const;
  /// Recordings of a set whose names match a pattern with `*` ("1*"; "" or "*" for all), in natural order.
  std::vector<Entry> list(const std::string& set, const std::string& pattern = "") const;
  /// The whole recording, with the label layers in force.
  Recording load(const Entry& entry) const;
  /// A window [t0, t1) of one channel, physical values, without reading the rest.
  std::vector<float> window(const Entry& entry, const std::string& channel, double t0_s, double t1_s) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// "mitdb:100", "mitdb:1*", "mitdb:" -> entries (the set is added first if it is not in the store); nothing if `text`
/// is not of that form.
std::optional<std::vector<Entry>> resolve(Store& store, const std::string& text);

}  // namespace vagus::lab
