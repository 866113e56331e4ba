#pragma once
/// SQLite behind plain types: the module `vagus-sqlite` (entry `vagus_sqlite`). Lines of manifests by set and
/// recording.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vagus::lab {

/// Every call answers false (or nothing) on any failure: who asks falls back on the manifests. Not thread-safe.
class CatalogueFile {
 public:
  CatalogueFile() = default;
  virtual ~CatalogueFile() = default;
  CatalogueFile(const CatalogueFile&) = delete;
  CatalogueFile& operator=(const CatalogueFile&) = delete;
  /// The stamp under which a set was last entered.
  virtual std::optional<std::string> stamp(const std::string& set) = 0;
  /// Recording and line of one recording ("" for all), in order.
  virtual bool lines(const std::string& set, const std::string& recording,
                     std::vector<std::pair<std::string, std::string>>& out) = 0;
  /// Replaces all that is known of a set, in one transaction.
  virtual bool enter(const std::string& set, const std::string& stamp,
                     const std::vector<std::pair<std::string, std::string>>& lines) = 0;
};

class Sqlite {
 public:
  Sqlite() = default;
  virtual ~Sqlite() = default;
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  /// Opens or creates; nothing if that fails (then it may be deleted and tried again).
  virtual std::unique_ptr<CatalogueFile> open(const std::string& path) const = 0;
};

}  // namespace vagus::lab

extern "C" {
/// The module's entry.
const vagus::lab::Sqlite* vagus_sqlite();
}
