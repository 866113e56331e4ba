#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/formats/arrays/array.h"
#include "lab/formats/arrays/file_on_disk.h"
#include "lab/formats/arrays/mat_parcel.h"
#include "lab/formats/arrays/mat_variable.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_bytes = std::size_t{512} << 20;
constexpr unsigned most_s = 20;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void close_now() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

bool write_all(int fd, const void* data, std::size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::write(fd, at, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

bool write_number(int fd, std::uint64_t value) { return write_all(fd, &value, sizeof value); }

/// The child's whole life: variables down the pipe, then an exit code.
[[noreturn]] void child(ReadMat read, const std::string& path, int out) {
  // Whatever a damaged file makes the libraries do ends here, quietly.
  alarm(most_s);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDERR_FILENO);
  int code = 1;
  try {
    const bool opened = read(path.c_str(), [&](const MatVariable& v) {
      bool ok = write_number(out, v.name.size()) && write_all(out, v.name.data(), v.name.size());
      ok = ok && write_number(out, static_cast<std::uint64_t>(v.type)) && write_number(out, v.shape.size());
      for (const std::size_t n : v.shape) ok = ok && write_number(out, n);
      ok = ok && write_number(out, v.bytes) && write_all(out, v.data, v.bytes);
      if (!ok) _exit(3);
    });
    code = opened ? 0 : 2;
  } catch (...) {
    code = 1;
  }
  _exit(code);
}

}  // namespace

Arrays read_mat(const Location& where) {
  const std::string shown = where.shown();
  const auto read = reinterpret_cast<ReadMat>(module_entry("vagus-mat", "vagus_read_mat"));
  const FileOnDisk file(where);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Error(std::string("no pipe: ") + std::strerror(errno), shown);
  Descriptor in(ends[0]);
  Descriptor out(ends[1]);
  const pid_t process = fork();
  if (process < 0) throw Error(std::string("no process: ") + std::strerror(errno), shown);
  if (process == 0) child(read, file.path(), out.get());
  out.close_now();
  std::vector<std::byte> content;
  bool too_large = false;
  for (;;) {
    const std::size_t before = content.size();
    content.resize(before + (std::size_t{1} << 16));
    const ssize_t n = ::read(in.get(), content.data() + before, content.size() - before);
    content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0 && errno == EINTR) continue;
    too_large = content.size() > most_bytes;
    if (n <= 0 || too_large) break;
  }
  in.close_now();  // a child that still writes ends by it
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (too_large) throw Error("more than 512 MiB of arrays", shown);
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 1) throw Error("damaged: the MATLAB reader gave up on it", shown);
  if (WEXITSTATUS(status) != 0) throw Error("no MATLAB file of version 4, 5 or 7.3", shown);
  Arrays arrays = arrays_of_parcel(Bytes::holding(std::move(content)), shown);
  if (arrays.empty()) throw Error("no array in it that can be read", shown);
  return arrays;
}

}  // namespace vagus::lab
