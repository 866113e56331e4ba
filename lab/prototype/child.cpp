#include "lab/prototype/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int not_started = 127;
constexpr std::size_t most_complaints = 16384;

void close_one(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

/// In the child: nothing but calls that are safe between fork and exec.
[[noreturn]] void become(char* const* arguments, const std::array<int, 3>& ends, std::int64_t memory_mb) {
  for (int i = 0; i < 3; ++i) dup2(ends[static_cast<std::size_t>(i)], i);
  setpgid(0, 0);
  if (memory_mb > 0) {
    const rlimit most{static_cast<rlim_t>(memory_mb) << 20, static_cast<rlim_t>(memory_mb) << 20};
    setrlimit(RLIMIT_AS, &most);
  }
  signal(SIGPIPE, SIG_DFL);
  execvp(arguments[0], arguments);
  _exit(not_started);
}

}  // namespace

Child::Child(const std::vector<std::string>& command, const ChildLimits& limits) : limits_(limits) {
  // A child that ends early is told by `write`, not by a signal to this process.
  static const auto ignored = signal(SIGPIPE, SIG_IGN);
  (void)ignored;
  std::array<int, 2> in{}, out{}, err{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
    throw Error("no pipe to a program can be made", command.at(0));
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  process_ = fork();
  if (process_ == 0) become(arguments.data(), {in[0], out[1], err[1]}, limits.memory_mb);
  close(in[0]);
  close(out[1]);
  close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
  if (process_ < 0) throw Error("the program cannot be started", command.at(0));
  for (const int descriptor : {in_, out_, err_}) fcntl(descriptor, F_SETFL, O_NONBLOCK);
  fcntl(in_, F_SETPIPE_SZ, 1 << 20);  // where it may be: fewer turns of the two
}

Child::~Child() {
  close_one(in_);
  if (process_ > 0 && !status_) {
    kill(-process_, SIGKILL);
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close_one(out_);
  close_one(err_);
}

void Child::take_in(int& from, std::string& into) {
  std::array<char, 65536> piece;
  const ssize_t n = read(from, piece.data(), piece.size());
  if (n > 0) into.append(piece.data(), static_cast<std::size_t>(n));
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) close_one(from);
  if (&into == &complained_ && into.size() > most_complaints) into.erase(0, into.size() - most_complaints);
}

/// Moves what can be moved; false where nothing could within `wait_s`.
bool Child::exchange(std::string_view& left, double wait_s) {
  std::array<pollfd, 3> ends{pollfd{left.empty() ? -1 : in_, POLLOUT, 0}, pollfd{out_, POLLIN, 0},
                             pollfd{err_, POLLIN, 0}};
  if (poll(ends.data(), ends.size(), static_cast<int>(wait_s * 1000)) <= 0) return false;
  if (ends[1].revents != 0) take_in(out_, said_);
  if (ends[2].revents != 0) take_in(err_, complained_);
  if (ends[0].revents != 0 && in_ >= 0) {
    const ssize_t n = ::write(in_, left.data(), left.size());
    if (n > 0) left.remove_prefix(static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) close_one(in_);
  }
  return true;
}

Clock::time_point Child::patience() const {
  const auto after = [](Clock::time_point from, double s) {
    return from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  const auto end = after(Clock::now(), limits_.answer_s);
  return limits_.total_s > 0 ? std::min(end, after(started_, limits_.total_s)) : end;
}

void Child::fail_of_time(const std::string& what) {
  const double ran_s = std::chrono::duration<double>(Clock::now() - started_).count();
  const bool whole = limits_.total_s > 0 && ran_s >= limits_.total_s;
  end_it(whole ? "has not come to an end within " + shortest(limits_.total_s) + " s"
               : what + " for " + shortest(limits_.answer_s) + " s");
  throw Error("the program " + late_);
}

void Child::write(std::string_view bytes) {
  if (!offer(bytes)) throw Error("the program " + last_words());
}

bool Child::offer(std::string_view bytes) {
  auto end = patience();
  while (!bytes.empty()) {
    if (in_ < 0) return false;
    const std::size_t before = bytes.size();
    exchange(bytes, 0.1);
    if (bytes.size() < before) end = patience();
    if (Clock::now() > end) fail_of_time("has taken no input");
  }
  return true;
}

std::optional<std::string> Child::cut_line() {
  const std::size_t end = said_.find('\n', read_);
  if (end == std::string::npos) {
    if (out_ >= 0 || read_ == said_.size()) return std::nullopt;
    std::string rest = said_.substr(read_);
    read_ = said_.size();
    return rest;
  }
  std::string line = said_.substr(read_, end - read_);
  read_ = end + 1;
  if (read_ > (std::size_t{1} << 20)) {
    said_.erase(0, read_);
    read_ = 0;
  }
  return line;
}

std::optional<std::string> Child::line() {
  const auto end = patience();
  std::string_view nothing;
  for (;;) {
    if (auto line = cut_line()) return line;
    if (out_ < 0) return std::nullopt;
    if (Clock::now() > end) fail_of_time("has not answered");
    exchange(nothing, 0.1);
  }
}

void Child::end_input() { close_one(in_); }

int Child::wait() {
  const auto end = patience();
  std::string_view nothing;
  while (!status_) {
    if (out_ >= 0 || err_ >= 0) exchange(nothing, 0.005);
    int status = 0;
    const pid_t done = waitpid(process_, &status, WNOHANG);
    if (done == process_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (done == 0 && Clock::now() > end && late_.empty()) end_it("has not come to an end in its time");
    if (done == 0 && out_ < 0 && err_ < 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (done < 0 && errno != EINTR) status_ = not_started;
  }
  while (err_ >= 0 && exchange(nothing, 0)) {
  }
  return *status_;
}

std::string Child::last_words() {
  const int status = wait();
  if (!late_.empty()) return late_;
  std::string text = status > 128            ? "was ended by signal " + std::to_string(status - 128)
                     : status == not_started ? "could not be started"
                                             : "ended with status " + std::to_string(status);
  while (!complained_.empty() && complained_.back() == '\n') complained_.pop_back();
  const std::size_t line = complained_.rfind('\n');
  const std::string last = complained_.substr(line == std::string::npos ? 0 : line + 1);
  if (!last.empty()) text += ": " + last.substr(0, 300);
  return text;
}

void Child::end_it(const std::string& why) {
  late_ = why + ", and was killed";
  if (process_ > 0) kill(-process_, SIGKILL);
  (void)wait();
}

}  // namespace vagus::lab
