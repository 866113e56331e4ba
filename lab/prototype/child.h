#pragma once
/// A program that is talked to: bytes in, lines out, neither end waiting for the other, with a limit on time and
/// memory.
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

struct ChildLimits {
  double answer_s = 60;        ///< for one answer; a child that takes longer is killed
  std::int64_t memory_mb = 0;  ///< of address space; 0: no limit
  double total_s = 0;          ///< from its start to the end of its answers; 0: no limit
};

class Child {
 public:
  /// Starts `command` (the program first, looked for on PATH). Throws Error where it cannot be started.
  Child(const std::vector<std::string>& command, const ChildLimits& limits);
  ~Child();  ///< kills it if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Hands bytes over, taking in what it says meanwhile. Throws Error where it has ended or takes nothing for longer
  /// than the limit.
  void write(std::string_view bytes);
  /// The same, but false where it has closed its input or ended.
  bool offer(std::string_view bytes);
  /// The next line that it says, without its newline; nothing once it has closed its output. Waits up to the limit.
  std::optional<std::string> line();
  /// The next line of what has been taken in; nothing where none is whole yet. Never waits.
  std::optional<std::string> ready_line() { return cut_line(); }
  /// Bytes taken in that no line was made of yet.
  std::size_t unread() const { return said_.size() - read_; }
  bool output_ended() const { return out_ < 0; }
  /// Closes its input.
  void end_input();
  /// Waits for its end; its exit status, or 128 + the signal.
  int wait();
  /// Why nothing more is to be had of it: "ended with status 1: ValueError: no", "killed by signal 9".
  std::string last_words();

 private:
  bool exchange(std::string_view& left, double wait_s);
  void take_in(int& from, std::string& into);
  std::optional<std::string> cut_line();
  /// When a wait that begins now ends, at most.
  std::chrono::steady_clock::time_point patience() const;
  [[noreturn]] void fail_of_time(const std::string& what);
  void end_it(const std::string& why);

  ChildLimits limits_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  pid_t process_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  std::string said_, complained_;
  std::size_t read_ = 0;  ///< of `said_`
  std::optional<int> status_;
  std::string late_;  ///< why it was killed here
};

}  // namespace vagus::lab
