#include "lab/deploy/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace vagus::lab {
namespace {

constexpr int not_started = 127;

/// What a program prints: a file without a name, so that neither end waits for the other.
class Printed {
 public:
  Printed() : file_(std::tmpfile()) {}
  ~Printed() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;

  bool ok() const { return file_ != nullptr; }
  int descriptor() const { return fileno(file_); }
  std::string text() const {
    std::string all;
    std::array<char, 65536> piece{};
    std::rewind(file_);
    while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), file_)) all.append(piece.data(), n);
    return all;
  }

 private:
  std::FILE* file_;
};

int wait_for(pid_t process, double limit_s) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(limit_s);
  int status = 0;
  for (;;) {
    const pid_t done = waitpid(process, &status, WNOHANG);
    if (done == process) break;
    if (done < 0 && errno != EINTR) return not_started;
    if (Clock::now() > end) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Ran run_program(const std::vector<std::string>& command, const std::filesystem::path& folder, double limit_s) {
  Printed out, err;
  if (!out.ok() || !err.ok()) return {not_started, "", "no place for temporary files"};
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t process = 0;
  const int failed = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {not_started, "", std::strerror(failed)};  // NOLINT(concurrency-mt-unsafe): a message
  const int status = wait_for(process, limit_s);
  return {status, out.text(), err.text()};
}

bool has_program(const std::string& name) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nothing here writes the environment
  const std::string folders = path == nullptr ? "" : path;
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    if (access((std::filesystem::path(folders.substr(at, end - at)) / name).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace vagus::lab
