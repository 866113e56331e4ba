#pragma once
/// Samples on their way to another program: canonical CSV, or blocks of numbers that NumPy reads.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vagus::lab {

enum class Frames : std::uint8_t {
  csv,  ///< a header line `t_s,COLUMN...`, a line a sample; a missing value is an empty cell
  npy,  ///< .npy files one behind the other, each a one-dimensional structured array: `t_s` as float64, then each
        ///< column as float32 (NaN where missing), little-endian, packed; the last has no rows
};

/// Writes rows of one sampling grid.
class FrameWriter {
 public:
  /// `columns`: names as in canonical CSV, without `t_s`.
  FrameWriter(Frames frames, std::vector<std::string> columns);

  /// The next row is at `t_s`, and the next at every 1 / `rate_hz` after it.
  void begin(double t_s, double rate_hz);
  /// Appends rows; `values[i]` holds `count` values of the i-th column, null where it is absent.
  void rows(std::span<const float* const> values, std::size_t count, std::string& out);
  /// Appends what ends a stream.
  void finish(std::string& out);

 private:
  double next_t_s() { return t_s_ + static_cast<double>(row_++) / rate_hz_; }
  void csv_rows(std::span<const float* const> values, std::size_t count, std::string& out);
  void npy_rows(std::span<const float* const> values, std::size_t count, std::string& out);

  Frames frames_;
  std::vector<std::string> columns_;
  std::string npy_description_;
  double t_s_ = 0, rate_hz_ = 1;
  std::int64_t row_ = 0;  ///< since `t_s_`
  bool headed_ = false;
};

}  // namespace vagus::lab
