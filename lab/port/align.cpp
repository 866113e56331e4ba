#include "lab/port/align.h"

#include <algorithm>
#include <cmath>

namespace vagus::lab {
namespace {

/// Events that follow one another within the tolerance, on either side: they are matched among themselves.
struct Chain {
  std::size_t a_first = 0, a_end = 0, b_first = 0, b_end = 0;
};

class Aligner {
 public:
  Aligner(const std::vector<PortEvent>& a, const std::vector<PortEvent>& b, double tolerance_s)
      : a_(a), b_(b), tolerance_s_(tolerance_s) {}

  std::vector<PortPair> pairs() {
    Chain next;
    while (next.a_end < a_.size() || next.b_end < b_.size()) {
      next = chain_from(next.a_end, next.b_end);
      const std::size_t rows = next.a_end - next.a_first, columns = next.b_end - next.b_first;
      constexpr std::size_t most = 4000;
      rows > most&& columns > most ? first_come(next) : best(next);
    }
    return std::move(out_);
  }

 private:
  Chain chain_from(std::size_t a, std::size_t b) const {
    Chain found{a, a, b, b};
    double last = 0;
    bool begun = false;
    for (;;) {
      const bool has_a = found.a_end < a_.size(), has_b = found.b_end < b_.size();
      if (!has_a && !has_b) return found;
      const bool take_a = has_a && (!has_b || a_[found.a_end].t_s <= b_[found.b_end].t_s);
      const double t = take_a ? a_[found.a_end].t_s : b_[found.b_end].t_s;
      if (begun && t - last > tolerance_s_) return found;
      last = t;
      begun = true;
      ++(take_a ? found.a_end : found.b_end);
    }
  }

  bool fits(std::size_t a, std::size_t b) const {
    return a_[a].says == b_[b].says && apart_s(a_[a], b_[b]) <= tolerance_s_;
  }
  void alone_a(std::size_t a) { out_.push_back({static_cast<std::int64_t>(a), -1}); }
  void alone_b(std::size_t b) { out_.push_back({-1, static_cast<std::int64_t>(b)}); }
  void together(std::size_t a, std::size_t b) {
    out_.push_back({static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)});
  }

  void first_come(const Chain& c) {
    std::size_t a = c.a_first, b = c.b_first;
    while (a < c.a_end && b < c.b_end) {
      if (fits(a, b)) {
        together(a++, b++);
      } else {
        a_[a].t_s <= b_[b].t_s ? alone_a(a++) : alone_b(b++);
      }
    }
    while (a < c.a_end) alone_a(a++);
    while (b < c.b_end) alone_b(b++);
  }

  /// The alignment of least cost: an event alone costs 1, a pair next to nothing but its distance.
  void best(const Chain& c) {
    const std::size_t rows = c.a_end - c.a_first, columns = c.b_end - c.b_first;
    if (rows == 1 && columns == 1 && fits(c.a_first, c.b_first)) return together(c.a_first, c.b_first);
    const std::size_t width = columns + 1;
    // A sum of distances never outweighs a pair.
    const double weight = 0.5 / (std::max(tolerance_s_, 1e-9) * static_cast<double>(rows + columns));
    const auto pair_cost = [&](std::size_t a, std::size_t b) { return weight * apart_s(a_[a], b_[b]); };
    std::vector<double> cost((rows + 1) * width);
    for (std::size_t i = rows + 1; i-- > 0;) {
      for (std::size_t j = columns + 1; j-- > 0;) {
        double& here = cost[i * width + j];
        if (i == rows || j == columns) {
          here = static_cast<double>(rows - i + columns - j);
          continue;
        }
        here = 1 + std::min(cost[(i + 1) * width + j], cost[i * width + j + 1]);
        if (fits(c.a_first + i, c.b_first + j))
          here = std::min(here, pair_cost(c.a_first + i, c.b_first + j) + cost[(i + 1) * width + j + 1]);
      }
    }
    std::size_t i = 0, j = 0;
    while (i < rows && j < columns) {
      const std::size_t a = c.a_first + i, b = c.b_first + j;
      const double skip_a = 1 + cost[(i + 1) * width + j], skip_b = 1 + cost[i * width + j + 1];
      if (fits(a, b) && pair_cost(a, b) + cost[(i + 1) * width + j + 1] <= std::min(skip_a, skip_b)) {
        together(a, b);
        ++i;
        ++j;
      } else if (skip_a < skip_b || (skip_a == skip_b && a_[a].t_s <= b_[b].t_s)) {
        alone_a(a);
        ++i;
      } else {
        alone_b(b);
        ++j;
      }
    }
    for (; i < rows; ++i) alone_a(c.a_first + i);
    for (; j < columns; ++j) alone_b(c.b_first + j);
  }

  const std::vector<PortEvent>&a_, &b_;
  double tolerance_s_;
  std::vector<PortPair> out_;
};

}  // namespace

double apart_s(const PortEvent& a, const PortEvent& b) {
  return std::max(std::abs(a.t_s - b.t_s), std::abs(a.end_s - b.end_s));
}

std::vector<PortPair> align(const std::vector<PortEvent>& a, const std::vector<PortEvent>& b, double tolerance_s) {
  return Aligner(a, b, tolerance_s).pairs();
}

}  // namespace vagus::lab
