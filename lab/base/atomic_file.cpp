#include "lab/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "lab/base/error.h"

namespace vagus::lab {

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  static std::atomic<unsigned> serial{0};
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  temporary_ = folder / ("." + path_.filename().string() + "." + std::to_string(getpid()) + "." +
                         std::to_string(serial++) + ".part");
  fd_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("be created");
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* doing) const {
  const int reason = errno;
  if (!temporary_.empty()) unlink(temporary_.c_str());
  throw Error(std::string("cannot ") + doing + ": " + std::strerror(reason), path_.string());
}

void AtomicFile::write(std::span<const std::byte> piece) {
  while (!piece.empty()) {
    const ssize_t n = ::write(fd_, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("be written");
    piece = piece.subspan(static_cast<std::size_t>(n));
  }
}

void AtomicFile::write(std::string_view piece) { write(std::as_bytes(std::span(piece))); }

void AtomicFile::commit() {
  if (fsync(fd_) != 0 && errno != EINVAL) fail("be written");
  const int closing = fd_;
  fd_ = -1;
  if (close(closing) != 0) fail("be written");
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("be renamed into place");
  temporary_.clear();
}

void write_whole(const std::filesystem::path& path, std::span<const std::byte> content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

void write_whole(const std::filesystem::path& path, std::string_view content) {
  write_whole(path, std::as_bytes(std::span(content)));
}

}  // namespace vagus::lab
