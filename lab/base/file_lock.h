#pragma once
/// Advisory locks between processes.
#include <filesystem>
#include <string>

namespace vagus::lab {

/// An advisory lock (flock) on a file, which is made where it is missing; held until destruction. Others that lock the
/// same file wait, in this process and in others.
class FileLock {
 public:
  enum class Wait { until_held, no };

  /// `what` names what the file guards, for messages: "the store". Throws Error where the file cannot be written or
  /// locked; with `Wait::no` a lock that somebody else has is not an error, see held().
  FileLock(const std::filesystem::path& path, const std::string& what, Wait wait = Wait::until_held);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool held() const { return held_; }
  /// The locked file, open to read and write.
  int fd() const { return fd_; }
  /// Hands the file, and with it the lock, to the caller: who closes it, lets go.
  int release();

 private:
  int fd_ = -1;
  bool held_ = false;
};

}  // namespace vagus::lab
