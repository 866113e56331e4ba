#pragma once
/// Writing to a store so that a kill at any moment, a full disk or a second writer leaves it whole.
///
/// Files are first written (and synced) into an own folder `staging/ID`, whose lock tells others that its writer lives.
/// `commit` takes the store's lock, renames the files to their content addresses and lets the caller write the one
/// manifest that makes them visible. What a dead writer left is removed by the next one. Readers take no lock at all.
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace vagus::lab {

class Transaction {
 public:
  /// Creates the store's folders if need be and clears what dead writers left; `referenced` names every file (relative
  /// to the store) that manifests speak of; it is asked, under the lock, only when a dead writer was found. Throws
  /// Error if the folder cannot be written.
  Transaction(const std::filesystem::path& store, const std::function<std::vector<std::string>()>& referenced);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Writes and syncs a file that `commit` will put at `relative` below the store. Thread-safe. Throws Error (a full
  /// disk).
  void stage(const std::string& relative, std::span<const std::byte> content);
  void stage(const std::string& relative, std::string_view content);
  /// Under the store's lock: renames what was staged, then calls `make_visible`, which must end in one rename.
  void commit(const std::function<void()>& make_visible);

 private:
  void clear_stale(const std::function<std::vector<std::string>()>& referenced) const;
  std::filesystem::path store_, folder_;
  int lock_ = -1;
  std::mutex mutex_;
  std::set<std::string> staged_;  // one content may be staged twice: two recordings may bear the same labels
};

/// Makes renames in a folder last.
void sync_folder(const std::filesystem::path& folder);

}  // namespace vagus::lab
