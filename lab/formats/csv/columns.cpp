#include "lab/formats/csv/columns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab::csv {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The units in which a quantity may be written; the first is the usual one.
std::vector<Unit> units_for(Quantity quantity) {
  switch (quantity) {
    case Quantity::ecg:
      return {Unit::mv, Unit::uv, Unit::v};
    case Quantity::acc_x:
    case Quantity::acc_y:
    case Quantity::acc_z:
      return {Unit::g, Unit::mps2};
    case Quantity::gyr_x:
    case Quantity::gyr_y:
    case Quantity::gyr_z:
      return {Unit::dps, Unit::rad_s};
    case Quantity::mag_x:
    case Quantity::mag_y:
    case Quantity::mag_z:
      return {Unit::ut};
    case Quantity::baro:
      return {Unit::hpa, Unit::pa};
    case Quantity::temp:
      return {Unit::degc};
    case Quantity::hr:
      return {Unit::bpm};
    case Quantity::rr:
      return {Unit::ms, Unit::s};
    case Quantity::spo2:
      return {Unit::pct};
    case Quantity::gps_lat:
    case Quantity::gps_lon:
      return {Unit::deg};
    case Quantity::gps_alt:
      return {Unit::m};
    case Quantity::gps_speed:
      return {Unit::mps};
    case Quantity::abp:
      return {Unit::mmhg};
    case Quantity::eda:
      return {Unit::us};
    case Quantity::light:
      return {Unit::lux};
    case Quantity::steps:
      return {Unit::count, Unit::none};
    case Quantity::resp:
      return {Unit::none, Unit::mv, Unit::v};
    case Quantity::other:
      return {};
    default:
      return {Unit::none};  // light through the skin: counts of no unit
  }
}

std::vector<std::string> all_columns() {
  std::vector<std::string> names;
  for (int i = 0; i < quantity_count; ++i) {
    const auto quantity = static_cast<Quantity>(i);
    for (const Unit unit : units_for(quantity)) names.push_back(plain_column(quantity, unit));
  }
  return names;
}

/// The quantity whose name `text` begins with, the longest such; `other` if there is none.
Quantity quantity_at_front(std::string_view text) {
  Quantity best = Quantity::other;
  std::size_t length = 0;
  for (int i = 0; i < quantity_count; ++i) {
    const std::string_view candidate = name(static_cast<Quantity>(i));
    const bool whole =
        text.size() == candidate.size() || (text.size() > candidate.size() && text[candidate.size()] == '_');
    if (static_cast<Quantity>(i) != Quantity::other && candidate.size() > length && text.starts_with(candidate) &&
        whole) {
      best = static_cast<Quantity>(i);
      length = candidate.size();
    }
  }
  return best;
}

[[noreturn]] void unknown(std::string_view cell, std::string_view rest, const std::string& where) {
  const std::string close = nearest(rest, all_columns());
  throw Error(
      "unknown column \"" + std::string(cell) + "\"", where,
      close.empty() ? "a column is CHANNEL_UNIT: ecg_mv, ppg_green, acc_x_g ..." : "did you mean \"" + close + "\"?");
}

[[noreturn]] void unknown_unit(std::string_view cell, Quantity quantity, const std::string& where) {
  std::string choices;
  for (const Unit unit : units_for(quantity)) choices += (choices.empty() ? "" : ", ") + plain_column(quantity, unit);
  throw Error("unknown unit in column \"" + std::string(cell) + "\"", where, "known: " + choices);
}

Channel channel_of(std::string_view cell, const std::string& where) {
  Channel channel;
  channel.name = cell;
  const std::string text = lower(cell);
  std::string_view rest = text;
  std::string prefix;
  if (const std::size_t dot = rest.rfind('.'); dot != std::string_view::npos) {
    prefix = std::string(rest.substr(0, dot));
    rest.remove_prefix(dot + 1);
  }
  channel.quantity = quantity_at_front(rest);
  if (channel.quantity == Quantity::other) unknown(cell, rest, where);
  if (!prefix.empty()) {
    const auto placement = placement_of(prefix);
    // Before an ECG the name of a lead may stand as well: "v5.ecg_mv".
    const bool lead = channel.quantity == Quantity::ecg && quantity_from_label(prefix) == Quantity::ecg;
    if (!placement && !lead) {
      std::vector<std::string> known;
      for (int i = 1; i <= static_cast<int>(Placement::vehicle); ++i)
        known.emplace_back(name(static_cast<Placement>(i)));
      const std::string close = nearest(prefix, known);
      throw Error("unknown placement \"" + prefix + "\" in column \"" + std::string(cell) + "\"", where,
                  close.empty() ? "wrist, waist, chest, pocket, arm, ankle, thigh, head, hand, back ..."
                                : "did you mean \"" + close + "\"?");
    }
    channel.placement = placement.value_or(Placement::unknown);
  }
  rest.remove_prefix(std::min(rest.size(), std::string_view(name(channel.quantity)).size() + 1));
  // A further lead of the same kind carries a number: "ecg_2_mv".
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits > 0 && digits < 3 && (digits == rest.size() || rest[digits] == '_')) {
    rest.remove_prefix(std::min(rest.size(), digits + 1));
  }
  const std::vector<Unit> units = units_for(channel.quantity);
  const auto unit = std::find_if(units.begin(), units.end(), [&](Unit u) { return rest == name(u); });
  if (unit == units.end()) unknown_unit(cell, channel.quantity, where);
  channel.unit = *unit;
  return channel;
}

}  // namespace

std::string plain_column(Quantity quantity, Unit unit) {
  const std::string text = name(quantity);
  return unit == Unit::none ? text : text + "_" + name(unit);
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::string_view bare(std::string_view cell) {
  const auto trim = [&] {
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t' || cell.back() == '\r')) cell.remove_suffix(1);
  };
  trim();
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    cell = cell.substr(1, cell.size() - 2);
    trim();
  }
  return cell;
}

std::string first_cell(std::string_view line) { return lower(bare(line.substr(0, line.find_first_of(",;\t")))); }

std::optional<TimeColumn> time_column(std::string_view text) {
  constexpr std::array names = {"t_s", "t_ms", "t_us", "t_ns", "t_iso"};
  const auto at = std::find(names.begin(), names.end(), text);
  if (at == names.end()) return std::nullopt;
  return static_cast<TimeColumn>(at - names.begin());
}

Header read_header(std::string_view line, const std::string& where) {
  const std::string place = where + " line 1";
  line = without_mark(line);
  if (bare(line).empty())
    throw Error("no header line", place, "canonical CSV begins with t_s and columns such as ecg_mv");
  if (line.starts_with('#'))
    throw Error("a comment where the header should be", place, "take the lines that begin with # out");
  const std::string first = first_cell(line);
  if (line.find(',') == std::string_view::npos && line.find_first_of(";\t") != std::string_view::npos) {
    throw Error("columns are not separated by commas", place, "export with commas, and points in the numbers");
  }
  Header header;
  const auto time = time_column(first);
  if (!time) {
    double number = 0;
    if (parse_double(first, number))
      throw Error("numbers where the header should be", place, "name the columns: t_s,ecg_mv ...");
    throw Error("the first column is \"" + first + "\", not a time", place, "it is t_s, t_ms, t_us, t_ns or t_iso");
  }
  header.time = *time;
  std::size_t at = line.find(',');
  while (at != std::string_view::npos) {
    const std::size_t end = line.find(',', at + 1);
    const std::string_view cell = bare(line.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
    at = end;
    if (cell.empty()) {
      if (end != std::string_view::npos && !bare(line.substr(end + 1)).empty())
        throw Error("a column without a name", place);
      header.trailing = true;
      continue;
    }
    if (header.trailing) throw Error("a column without a name", place);
    Channel channel = channel_of(cell, place);
    for (const Channel& other : header.channels) {
      if (lower(other.name) == lower(channel.name)) throw Error("column \"" + channel.name + "\" stands twice", place);
    }
    header.channels.push_back(std::move(channel));
  }
  if (header.channels.empty())
    throw Error("a time column and no channel", place, "add columns such as ecg_mv, acc_x_g");
  return header;
}

std::optional<std::string> column_name(const Channel& channel) {
  const std::vector<Unit> units = units_for(channel.quantity);
  if (std::find(units.begin(), units.end(), channel.unit) == units.end()) return std::nullopt;
  const std::string text = plain_column(channel.quantity, channel.unit);
  if (channel.placement == Placement::unknown) return text;
  return std::string(name(channel.placement)) + "." + text;
}

}  // namespace vagus::lab::csv
