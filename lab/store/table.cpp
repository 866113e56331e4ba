#include "lab/store/table.h"

#include <algorithm>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/text.h"

namespace vagus::lab {
namespace {

std::string_view next_line(std::string_view& text) {
  const std::size_t newline = text.find('\n');
  const std::string_view line = text.substr(0, newline);
  text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  return line;
}

}  // namespace

Table::Table(std::string_view text, const TableFormat& format, std::string shown)
    : rest_(text), format_(format), shown_(std::move(shown)) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  for (int i = 0; i < format_.skip_lines && !rest_.empty(); ++i, ++first_line_) next_line(rest_);
  if (!format_.header) return;
  if (rest_.empty()) throw Error("the table is empty", shown_);
  std::vector<std::string_view> cells;
  split(next_line(rest_), cells);
  ++first_line_;
  for (const std::string_view cell : cells) names_.emplace_back(cell.starts_with('#') ? cell.substr(1) : cell);
}

std::size_t Table::column(const std::string& name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  if (it != names_.end()) return static_cast<std::size_t>(it - names_.begin());
  std::int64_t number = 0;
  if (parse_int(name, number) && number >= 1 && (names_.empty() || number <= static_cast<std::int64_t>(names_.size())))
    return static_cast<std::size_t>(number - 1);
  const std::string near = nearest(name, names_);
  throw Error("there is no column \"" + name + "\"", shown_, near.empty() ? "" : "did you mean \"" + near + "\"?");
}

void Table::split(std::string_view line, std::vector<std::string_view>& cells) const {
  cells.clear();
  line = trimmed(line);
  if (!format_.line_end.empty() && line.ends_with(format_.line_end))
    line = trimmed(line.substr(0, line.size() - format_.line_end.size()));
  if (format_.separator == ' ') {
    while (!line.empty()) {
      const std::size_t end = line.find_first_of(" \t");
      cells.push_back(line.substr(0, end));
      line = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(end));
    }
    return;
  }
  while (true) {
    if (line.starts_with('"')) {
      const std::size_t close = line.find('"', 1);
      cells.push_back(line.substr(1, close == std::string_view::npos ? close : close - 1));
      const std::size_t separator = close == std::string_view::npos ? close : line.find(format_.separator, close);
      if (separator == std::string_view::npos) return;
      line.remove_prefix(separator + 1);
    } else {
      const std::size_t separator = line.find(format_.separator);
      cells.push_back(trimmed(line.substr(0, separator)));
      if (separator == std::string_view::npos) return;
      line.remove_prefix(separator + 1);
    }
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
}

void Table::rows(const std::function<void(std::span<const std::string_view>, std::int64_t)>& visit) const {
  std::string_view text = rest_;
  std::vector<std::string_view> cells;
  for (std::int64_t line = first_line_; !text.empty(); ++line) {
    const std::string_view row = next_line(text);
    if (trimmed(row).empty()) continue;
    split(row, cells);
    visit(cells, line);
  }
}

}  // namespace vagus::lab
