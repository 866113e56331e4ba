#pragma once
/// Files that appear whole or not at all.
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace vagus::lab {

/// Writes `content` to `path` by a temporary file beside it, fsync and rename. On any failure the temporary is removed,
/// an existing file is left as it was, and Error names the path and the system's reason (a full disk, say).
void write_whole(const std::filesystem::path& path, std::string_view content);
void write_whole(const std::filesystem::path& path, std::span<const std::byte> content);

/// A file being written piece by piece; `commit` makes it appear, destruction without it removes every trace.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(std::string_view piece);
  void write(std::span<const std::byte> piece);
  void commit();
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  void fail(const char* doing) const;
  std::filesystem::path path_, temporary_;
  int fd_ = -1;
};

}  // namespace vagus::lab
