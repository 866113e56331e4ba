#pragma once
/// Which row of the input each row of a recording was, where rows were dropped or put in order while reading.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace vagus::lab {

/// Runs of rows that follow one another in the input as they do here; no run at all while every row is in its place.
class InputRows {
 public:
  struct Run {
    std::int64_t first_row = 0;  ///< of the recording
    std::int64_t input_row = 0;  ///< what `first_row` was in the input; the rows after it follow
    friend bool operator==(const Run&, const Run&) = default;
  };

  InputRows() = default;
  explicit InputRows(std::vector<Run> runs) : runs_(std::move(runs)) {}
  /// `kept[i]` is the input's row of row i.
  static InputRows of(std::span<const std::int64_t> kept) {
    InputRows rows;
    for (std::size_t i = 0; i < kept.size(); ++i) rows.note(static_cast<std::int64_t>(i), kept[i]);
    return rows;
  }

  /// Says what `row` was. Rows come in order; those after it follow it in the input until the next that does not.
  void note(std::int64_t row, std::int64_t input_row) {
    if (input_row != input_row_of(row)) runs_.push_back({row, input_row});
  }
  std::int64_t input_row_of(std::int64_t row) const {
    const auto after = std::upper_bound(runs_.begin(), runs_.end(), row,
                                        [](std::int64_t r, const Run& run) { return r < run.first_row; });
    return after == runs_.begin() ? row : (after - 1)->input_row + row - (after - 1)->first_row;
  }
  const std::vector<Run>& runs() const { return runs_; }
  friend bool operator==(const InputRows&, const InputRows&) = default;

 private:
  std::vector<Run> runs_;  // in order of first_row
};

}  // namespace vagus::lab
