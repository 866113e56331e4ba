#include "lab/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lab/base/error.h"

namespace vagus::lab {

FileLock::FileLock(const std::filesystem::path& path, const std::string& what, Wait wait)
    : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (fd_ < 0) throw Error(what + " cannot be written: " + std::strerror(errno), path.string());
  const int operation = wait == Wait::no ? LOCK_EX | LOCK_NB : LOCK_EX;
  int result = 0;
  do {
    result = flock(fd_, operation);
  } while (result != 0 && errno == EINTR);
  held_ = result == 0;
  if (!held_ && errno != EWOULDBLOCK) {
    const int reason = errno;
    close(fd_);
    throw Error(what + " cannot be locked: " + std::strerror(reason), path.string());
  }
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

int FileLock::release() { return std::exchange(fd_, -1); }

}  // namespace vagus::lab
