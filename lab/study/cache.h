#pragma once
/// What was computed once: steps kept by the hash of all their inputs under $XDG_CACHE_HOME/vagus. Nothing in it is
/// needed: it may be deleted at any time, and what is damaged in it is computed again.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vagus::lab {

/// Steps lie in `steps/SOURCE/KEY`, where SOURCE is the hash of the signal they were computed from: who withdraws a
/// recording removes that one folder.
class Cache {
 public:
  /// $XDG_CACHE_HOME/vagus, else ~/.cache/vagus; one that keeps nothing where neither variable is set.
  static Cache open();
  /// An empty path: a cache that keeps nothing.
  explicit Cache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The content of a step; nothing if it is not there or does not have the bytes that were put.
  std::optional<std::string> get(const std::string& source, const std::string& key) const;
  /// Whether there is such a step, sound or not.
  bool has(const std::string& source, const std::string& key) const;
  /// Keeps a step, whole or not at all. A cache that cannot be written (full disk, read-only folder) keeps nothing and
  /// says nothing: the next run computes again.
  void put(const std::string& source, const std::string& key, std::string_view content) const;
  /// Removes every step computed from a signal.
  void forget(const std::string& source) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path file(const std::string& source, const std::string& key) const;
  std::filesystem::path folder_;
};

}  // namespace vagus::lab
