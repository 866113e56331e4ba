#pragma once
/// Lines and cells of a CSV that is small enough to be held as text.
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// A CSV row's cells, trimmed; quoted cells may hold commas and doubled quotes, not line ends.
std::vector<std::string> csv_cells(std::string_view line);

/// The place of the first of `wanted` that is among the names; -1 where none is.
int first_column(const std::vector<std::string>& names, std::initializer_list<const char*> wanted);

/// The lines of a text that are not blank, with their numbers from 1; a byte order mark is passed over.
class CsvLines {
 public:
  explicit CsvLines(std::string_view text);
  std::optional<std::string_view> next();
  std::int64_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::int64_t number_ = 0;
};

}  // namespace vagus::lab
