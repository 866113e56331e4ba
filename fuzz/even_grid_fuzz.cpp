// Any stamps: an Error, or stretches in order of row and time that hold every row kept exactly once.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "lab/base/error.h"
#include "lab/signal/even_grid.h"

using namespace vagus::lab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::vector<double> stamps;
  double t = 0;
  if (data[0] % 2 == 0) {
    // Bytes as steps: what clocks do.
    for (std::size_t i = 1; i < size; ++i) {
      const int step = data[i];
      t += step == 255 ? -3 : step == 254 ? 9.7 : step == 253 ? 0 : 0.001 * step;
      stamps.push_back(step == 252 ? std::nan("") : t);
    }
  } else {
    stamps.resize((size - 1) / sizeof(double));
    if (stamps.empty()) return 0;
    std::memcpy(stamps.data(), data + 1, stamps.size() * sizeof(double));
  }
  try {
    const Grid grid = even_grid(stamps);
    std::int64_t row = 0;
    double time = -std::numeric_limits<double>::infinity();
    for (const Stretch& stretch : grid.time.stretches) {
      if (stretch.first_row != row || stretch.rows < 1 || !(stretch.rate_hz > 0) || !(stretch.t_start_s > time))
        std::abort();
      row += stretch.rows;
      time = stretch.time_of(row - 1);
    }
    const std::size_t kept = grid.kept_rows.empty() ? stamps.size() : grid.kept_rows.size();
    if (row != static_cast<std::int64_t>(kept)) std::abort();
    std::vector<bool> seen(stamps.size(), false);
    for (const std::int64_t k : grid.kept_rows) {
      if (seen.at(static_cast<std::size_t>(k))) std::abort();
      seen[static_cast<std::size_t>(k)] = true;
    }
  } catch (const Error&) {
  }
  return 0;
}
