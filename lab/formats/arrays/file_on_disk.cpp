#include "lab/formats/arrays/file_on_disk.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lab/base/error.h"

namespace vagus::lab {

FileOnDisk::FileOnDisk(const Location& where) : path_(where.shown()) {
  std::error_code ec;
  if (std::filesystem::is_regular_file(path_, ec)) return;
  const Bytes bytes = where.volume->read(where.path);
  copy_ = memfd_create("member", MFD_CLOEXEC);
  std::span<const std::byte> rest = bytes.view();
  while (copy_ >= 0 && !rest.empty()) {
    const ssize_t n = ::write(copy_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    rest = rest.subspan(static_cast<std::size_t>(n));
  }
  if (copy_ < 0 || !rest.empty()) {
    const std::string reason = std::strerror(errno);
    if (copy_ >= 0) close(copy_);
    throw Error("no memory for a copy of it: " + reason, path_);
  }
  path_ = "/proc/self/fd/" + std::to_string(copy_);
}

FileOnDisk::~FileOnDisk() {
  if (copy_ >= 0) close(copy_);
}

}  // namespace vagus::lab
