#pragma once
/// The SQLite catalogue: lines of manifests by set and recording, so that one recording of a large set is found without
/// reading the set's whole manifest. A cache: it is believed only as far as each line proves itself and its stamp is
/// that of the manifest on disk; deleted, stale or damaged it is rebuilt, and where it cannot be, the manifests are
/// read instead.
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lab/store/manifest.h"

namespace vagus::lab {

class CatalogueFile;

class Catalogue {
 public:
  /// `path`: the SQLite file; "" for none.
  explicit Catalogue(std::filesystem::path path);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// Items of the set whose newest manifest is `manifest`, whose names match the pattern, in order. Thread-safe.
  std::vector<Item> items(const std::string& set, const std::filesystem::path& manifest, const std::string& pattern);
  /// False if what it says of the newest manifest of a set is not what that manifest says; then it is deleted.
  bool agrees(const std::vector<Manifest>& manifests,
              const std::function<std::filesystem::path(const std::string&)>& newest);

 private:
  CatalogueFile* file();
  void discard();
  std::filesystem::path path_;
  std::mutex mutex_;
  std::unique_ptr<CatalogueFile> file_;
  bool tried_ = false;
};

}  // namespace vagus::lab
