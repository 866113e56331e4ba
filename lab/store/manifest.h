#pragma once
/// What a set consists of: an append-only sequence of manifests `sets/SET/000001.jsonl`, each a whole version of the
/// set. A version appears by one rename; that rename is what adds, mends or withdraws recordings.
///
/// The first line is about the set, each further line one recording or tombstone. Every line ends in its own hash, so
/// that damage is found and named without the rest.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/base/text.h"
#include "lab/store/signal_file.h"

namespace vagus::lab {

/// One recording of a version.
struct Item {
  std::string recording, subject, session;
  std::string start;  ///< ISO 8601, "" unknown
  double duration_s = 0;
  std::map<std::string, std::string> attributes;
  SignalSeal seal;
  std::map<std::string, std::vector<std::string>> layers;  ///< track -> hashes, oldest first; the last is in force
};

/// What stays of a withdrawn recording.
struct Tombstone {
  std::string recording, signal_hash, time, reason;
};

struct Manifest {
  std::string set;
  std::int64_t sequence = 0;  ///< 0: the set does not exist yet
  std::string parent;         ///< version before this one
  std::string time;           ///< when it was written, ISO 8601 in UTC
  std::string reason;         ///< "add", "label", "withdraw" ...
  Json dataset;               ///< title, licence, citation, source of the set, where a dataset file says so
  std::vector<Item> items;    ///< in natural order of `recording`
  std::vector<Tombstone> tombstones;

  /// Hash of the dataset version: over the list of (recording, signal hash, hashes of the layers in force).
  std::string version() const;
  const Item* find(std::string_view recording) const;
};

std::string to_line(const Item& item);
/// Throws Error if the line is damaged or not an item.
Item item_from_line(std::string_view line);
/// False if a line does not carry its own hash.
bool line_is_intact(std::string_view line);

std::string to_text(const Manifest& manifest);
/// Throws Error with the place "line N (recording X)".
Manifest manifest_from_text(std::string_view text);

/// Sequence numbers of the manifests in `folder` (`sets/SET`), ascending; none if it does not exist.
std::vector<std::int64_t> manifest_sequences(const std::filesystem::path& folder);
std::string manifest_name(std::int64_t sequence);
Manifest read_manifest(const std::filesystem::path& folder, std::int64_t sequence);

/// A file's whole content. Throws Error naming it.
std::string read_text(const std::filesystem::path& path);

/// Now, ISO 8601 in UTC to the second.
std::string now_utc();

}  // namespace vagus::lab
