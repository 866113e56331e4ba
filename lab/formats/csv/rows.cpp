#include "lab/formats/csv/rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab::csv {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr std::array<std::int64_t, 10> powers_of_ten = {1,       10,        100,        1'000,       10'000,
                                                        100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

bool digit(char c) { return c >= '0' && c <= '9'; }

bool says_missing(std::string_view cell) {
  constexpr std::array words = {"nan", "na", "n/a", "null", "none", "-nan"};
  if (cell.size() > 4) return false;
  std::string text(cell);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Digits after the point that a nanosecond leaves to the unit.
int digits_below(TimeColumn unit) {
  switch (unit) {
    case TimeColumn::ms:
      return 6;
    case TimeColumn::us:
      return 3;
    case TimeColumn::ns:
      return 0;
    default:
      return 9;
  }
}

}  // namespace

std::int64_t parse_stamp(std::string_view cell, TimeColumn unit) {
  if (unit == TimeColumn::iso) {
    const auto moment = start_from_iso(cell);
    std::int64_t ns = 0;
    return moment && !__builtin_mul_overflow(moment->us, std::int64_t{1000}, &ns) ? ns : no_stamp;
  }
  const int below = digits_below(unit);
  const std::int64_t per_unit = powers_of_ten[static_cast<std::size_t>(below)];
  const char* at = cell.data();
  const char* const end = at + cell.size();
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  std::int64_t whole = 0;
  const char* const first = at;
  const std::int64_t most = (std::numeric_limits<std::int64_t>::max() / per_unit - 10) / 10;
  for (; at != end && digit(*at) && whole <= most; ++at) whole = 10 * whole + (*at - '0');
  const bool digits = at != first;
  std::int64_t fraction = 0;
  if (at != end && *at == '.') {
    ++at;
    int taken = 0;
    for (; at != end && digit(*at); ++at, ++taken) {
      if (taken < below) fraction = 10 * fraction + (*at - '0');
      if (taken == below && *at >= '5') ++fraction;
    }
    if (taken == 0 && !digits) return no_stamp;
    if (taken < below) fraction *= powers_of_ten[static_cast<std::size_t>(below - taken)];
  } else if (!digits) {
    return no_stamp;
  }
  if (at == end) return (negative ? -1 : 1) * (whole * per_unit + fraction);
  double value = 0;  // an exponent, or too many digits
  if (!parse_double(cell, value)) return no_stamp;
  const double ns = value * static_cast<double>(per_unit);
  return std::abs(ns) < 9.2e18 ? static_cast<std::int64_t>(std::llround(ns)) : no_stamp;
}

bool parse_float(std::string_view cell, float& value) {
  // A decimal of up to 15 digits and a power of ten up to 22 is one rounding away from its double (Clinger 1990); that
  // double's float is the decimal's unless the double lies next to the middle between two floats.
  const char* at = cell.data();
  const char* const end = at + cell.size();
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  std::uint64_t mantissa = 0;
  int digits = 0;
  int below = 0;
  const char* const first = at;
  for (; at != end && digit(*at); ++at, ++digits) mantissa = 10 * mantissa + static_cast<std::uint64_t>(*at - '0');
  if (at != end && *at == '.') {
    const char* const point = ++at;
    for (; at != end && digit(*at); ++at, ++digits) mantissa = 10 * mantissa + static_cast<std::uint64_t>(*at - '0');
    below = static_cast<int>(std::min<std::ptrdiff_t>(at - point, 100));
  }
  if (at == end && at != first && digits > 0 && digits <= 15) {
    constexpr std::array scale = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const double exact = static_cast<double>(mantissa) / scale[static_cast<std::size_t>(below)];
    const std::uint64_t dropped = std::bit_cast<std::uint64_t>(exact) & 0x1FFF'FFFF;
    if (dropped < 0x0FFF'FFFF || dropped > 0x1000'0001) {
      value = static_cast<float>(negative ? -exact : exact);
      return true;
    }
  }
  std::string_view rest = cell;
  if (rest.starts_with('+')) rest.remove_prefix(1);
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (rest.empty() || stop != rest.data() + rest.size()) return false;
  if (error == std::errc::result_out_of_range) {
    double wide = 0;  // too small for a float is 0, too large is no sample
    if (!parse_double(rest, wide)) return rest.find("e-") != std::string_view::npos && (value = 0, true);
    value = static_cast<float>(wide);
  } else if (error != std::errc{}) {
    return false;
  }
  return std::isfinite(value);
}

void Damage::count_into(std::map<std::string, std::int64_t>& repairs) const {
  if (unreadable_cells > 0) repairs["unreadable cells"] += unreadable_cells;
  if (short_rows > 0) repairs["short rows"] += short_rows;
  if (long_rows > 0) repairs["long rows"] += long_rows;
  if (cut_rows > 0) repairs["cut last row"] += cut_rows;
}

RowReader::RowReader(Header header, std::string where)
    : columns(header.channels.size()), header_(std::move(header)), where_(std::move(where)), row_(columns.size()) {}

void RowReader::reserve(std::size_t rows) {
  stamps.reserve(rows);
  for (std::vector<float>& column : columns) column.reserve(rows);
}

void RowReader::note(std::size_t column) {
  if (!damage_.first.empty()) return;
  damage_.first = "row " + std::to_string(line_number_);
  if (column < columns.size()) damage_.first += " column " + header_.channels[column].name;
}

void RowReader::line(std::string_view text, bool last) {
  ++line_number_;
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto cell = [&] {
    const char* const first = at;
    while (at != end && *at != ',') ++at;
    const std::string_view found(first, static_cast<std::size_t>(at - first));
    const bool plain = found.empty() || (digit(found.back()) && (digit(found.front()) || found.front() == '-'));
    return plain ? found : bare(found);
  };
  const std::string_view time = cell();
  if (at == end && time.empty()) return;
  const std::int64_t stamp = parse_stamp(time, header_.time);
  std::size_t taken = 0;
  std::int64_t readable = 0;
  std::int64_t unreadable = 0;
  for (; taken < row_.size() && at != end; ++taken) {
    ++at;
    const std::string_view value = cell();
    if (value.empty()) {
      row_[taken] = missing;
    } else if (parse_float(value, row_[taken])) {
      ++readable;
    } else {
      row_[taken] = missing;
      if (!says_missing(value)) {
        ++unreadable;
        note(taken);
      }
    }
  }
  if (last && (taken < row_.size() || stamp == no_stamp)) {
    ++damage_.cut_rows;
    return;
  }
  if (taken < row_.size()) {
    ++damage_.short_rows;
    note(columns.size());
    std::fill(row_.begin() + static_cast<std::ptrdiff_t>(taken), row_.end(), missing);
  } else if (at != end && std::find_if(at, end, [](char c) { return c != ',' && c != ' '; }) != end) {
    ++damage_.long_rows;
    note(columns.size());
  }
  damage_.readable_cells += readable;
  damage_.unreadable_cells += unreadable;
  stamps.push_back(stamp);
  for (std::size_t i = 0; i < row_.size(); ++i) columns[i].push_back(row_[i]);
}

void RowReader::demand_samples() const {
  if (stamps.empty()) throw Error(damage_.cut_rows > 0 ? "the only row is cut off" : "a header and no row", where_);
  if (damage_.readable_cells > 0) return;
  if (damage_.first.empty()) throw Error("no sample: every cell is empty", where_);
  throw Error("no sample can be read", where_ + " " + damage_.first);
}

bool counts_from_1970(std::int64_t stamp_ns, TimeColumn unit) {
  if (unit == TimeColumn::iso) return true;
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  return stamp_ns >= 1'000'000'000 * ns_per_s && stamp_ns < 4'000'000'000 * ns_per_s;
}

}  // namespace vagus::lab::csv
