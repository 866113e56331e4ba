#include "lab/base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace vagus::lab {
namespace {
std::atomic<bool> silent{false};
}

Progress::Progress(std::string label, std::int64_t total)
    : label_(std::move(label)),
      total_(std::max<std::int64_t>(total, 1)),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_),
      terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_ && terminal_) std::fputs("\r\033[K", stderr);
}

void Progress::silence() { silent = true; }

void Progress::advance(std::int64_t n) {
  done_ += n;
  if (silent) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock()) draw();
}

void Progress::draw() {
  using seconds = std::chrono::duration<double>;
  const auto now = std::chrono::steady_clock::now();
  const double elapsed = seconds(now - start_).count();
  if (elapsed < 1.0 || seconds(now - drawn_).count() < (terminal_ ? 0.1 : 10.0)) return;
  drawn_ = now;
  shown_ = true;
  const auto done = static_cast<double>(done_.load());
  const auto total = static_cast<double>(total_);
  const double left = done > 0 ? elapsed * std::max(total - done, 0.0) / done : 0;
  std::fprintf(stderr, "%s%s  %3.0f %%  %.0f s left%s", terminal_ ? "\r" : "", label_.c_str(), 100 * done / total, left,
               terminal_ ? "\033[K" : "\n");
}

}  // namespace vagus::lab
