#pragma once
/// Text tables as people write them: any separator, header or none, lines to skip, padding, a closing separator.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

struct TableFormat {
  char separator = ',';  ///< ' ' stands for any run of blanks and tabs
  bool header = true;    ///< the first line (after `skip_lines`) names the columns
  int skip_lines = 0;
  std::string line_end;  ///< closing text of each line that is dropped, ";" say
};

/// A table's head: names (none without a header) and where the rows begin.
class Table {
 public:
  /// `text` must outlive the table. A byte-order mark is skipped. Throws Error if there is no line left for the header.
  Table(std::string_view text, const TableFormat& format, std::string shown);

  const std::vector<std::string>& names() const { return names_; }
  /// Index of a column by name, or by "1", "2" ... from the left; throws Error naming the nearest column if there is
  /// none.
  std::size_t column(const std::string& name) const;
  /// Visits each row that is not empty, with its cells (trimmed, unquoted) and its 1-based line in the file.
  void rows(const std::function<void(std::span<const std::string_view> cells, std::int64_t line)>& visit) const;
  const std::string& shown() const { return shown_; }

 private:
  void split(std::string_view line, std::vector<std::string_view>& cells) const;
  std::string_view rest_;
  TableFormat format_;
  std::string shown_;
  std::vector<std::string> names_;
  std::int64_t first_line_ = 1;
};

}  // namespace vagus::lab
