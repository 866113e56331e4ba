#pragma once
/// The rows of canonical CSV: cells to numbers.
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lab/formats/csv/columns.h"

namespace vagus::lab::csv {

constexpr std::int64_t no_stamp = std::numeric_limits<std::int64_t>::min();

/// A time cell as nanoseconds on the column's clock; no_stamp if it cannot be read. t_iso counts from 1970.
std::int64_t parse_stamp(std::string_view cell, TimeColumn unit);

/// The float nearest to a decimal number, as std::from_chars has it, in any locale; false if the cell is no number.
bool parse_float(std::string_view cell, float& value);

/// What was amiss in the rows so far, and where first.
struct Damage {
  std::int64_t unreadable_cells = 0, short_rows = 0, long_rows = 0, cut_rows = 0;
  std::int64_t readable_cells = 0;
  std::string first;  ///< "row 17 column acc_x_g"
  void count_into(std::map<std::string, std::int64_t>& repairs) const;
};

/// Appends rows to columns.
class RowReader {
 public:
  RowReader(Header header, std::string where);
  /// Reads a line (without its newline); a blank one is passed over. `last` says that the input ended without a
  /// newline: a row that is cut off then is dropped.
  void line(std::string_view text, bool last = false);
  /// Passes over so many blank lines at once.
  void blank(std::size_t lines) { line_number_ += static_cast<std::int64_t>(lines); }
  void reserve(std::size_t rows);

  const Header& header() const { return header_; }
  const Damage& damage() const { return damage_; }
  std::vector<std::int64_t> stamps;         ///< ns
  std::vector<std::vector<float>> columns;  ///< one a channel
  /// Throws Error if no cell of any channel could be read.
  void demand_samples() const;

 private:
  void note(std::size_t column);
  Header header_;
  std::string where_;
  Damage damage_;
  std::int64_t line_number_ = 1;
  std::vector<float> row_;
};

/// Whether stamps on this column's clock can only be a count from 1970: those of the years 2001 to 2096.
bool counts_from_1970(std::int64_t stamp_ns, TimeColumn unit);

}  // namespace vagus::lab::csv
