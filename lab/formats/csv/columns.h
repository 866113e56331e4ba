#pragma once
/// The header line of canonical CSV.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::csv {

enum class TimeColumn { s, ms, us, ns, iso };

struct Header {
  TimeColumn time = TimeColumn::s;
  std::vector<Channel> channels;  ///< without samples
  bool trailing = false;          ///< the line ends with a separator
};

/// Reads the header line (without its newline). Throws Error naming `where`, line 1 and the column.
Header read_header(std::string_view line, const std::string& where);

/// "wrist.acc_x_g": the column a channel is written to; nothing if canonical CSV has none for it.
std::optional<std::string> column_name(const Channel& channel);

/// "acc_x_g": quantity and unit, whether or not CSV has such a column.
std::string plain_column(Quantity quantity, Unit unit);

/// The first cell of a header line, in lower case: "t_s".
std::string first_cell(std::string_view line);
std::optional<TimeColumn> time_column(std::string_view name);

/// Drops a byte-order mark.
std::string_view without_mark(std::string_view text);
/// Blanks and one pair of quotes dropped.
std::string_view bare(std::string_view cell);

}  // namespace vagus::lab::csv
