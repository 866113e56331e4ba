#pragma once
/// A progress line with time left, on standard error, for whatever takes longer than a second.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace vagus::lab {

/// Draws "label  37 %  12/48  8 s left" once a second has passed, at most ten times a second, and only on a terminal
/// (elsewhere one line each ten seconds). Thread-safe. Erased on destruction.
class Progress {
 public:
  Progress(std::string label, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// `n` more of `total` are done.
  void advance(std::int64_t n = 1);
  /// No progress is drawn by anything in this process (for --json into pipes, tests, Python).
  static void silence();

 private:
  void draw();
  std::string label_;
  std::int64_t total_;
  std::atomic<std::int64_t> done_{0};
  std::chrono::steady_clock::time_point start_, drawn_;
  std::mutex mutex_;
  bool terminal_, shown_ = false;
};

}  // namespace vagus::lab
