#include "lab/store/layout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/read.h"
#include "lab/signal/even_grid.h"
#include "lab/signal/identifiers.h"

namespace vagus::lab {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
// The clock of labels given in seconds: exact for times of up to six decimals.
constexpr double label_tick_hz = 1e6;

double seconds_per(const std::string& unit) {
  if (unit == "s") return 1;
  if (unit == "ms") return 1e-3;
  if (unit == "us") return 1e-6;
  if (unit == "ns") return 1e-9;
  throw UsageError("\"" + unit + "\" is no unit of time", "s, ms, us, ns or iso");
}

/// A stamp in its own unit: whole numbers kept whole, since nanoseconds since 1970 do not fit a double.
struct Stamp {
  bool whole = false;
  std::int64_t integer = 0;
  double real = not_a_number;
  double minus(const Stamp& origin) const {
    if (whole && origin.whole) return static_cast<double>(integer - origin.integer);
    return real - origin.real;
  }
};

Stamp stamp_from(std::string_view cell, const std::string& unit) {
  Stamp stamp;
  if (unit == "iso") {
    if (const auto start = start_from_iso(cell)) stamp = {true, start->us, static_cast<double>(start->us)};
    return stamp;
  }
  if (parse_int(cell, stamp.integer)) {
    stamp.whole = true;
    stamp.real = static_cast<double>(stamp.integer);
  } else if (!parse_double(cell, stamp.real)) {
    stamp.real = not_a_number;
  }
  return stamp;
}

/// Numbers of a column as they are written, and the fewest decimals that hold them all (more than 6: `decimals` says
/// 7).
struct Numbers {
  std::vector<double> values;
  int decimals = 0;
  void push(std::string_view cell, std::map<std::string, std::int64_t>& repairs) {
    double value = not_a_number;
    if (!cell.empty() && !parse_double(cell, value)) {
      value = not_a_number;
      ++repairs["unreadable cells"];
    }
    values.push_back(value);
    if (std::isnan(value)) return;
    if (cell.find_first_of("eE") != std::string_view::npos) {
      decimals = 7;
    } else if (const std::size_t point = cell.find('.'); point != std::string_view::npos) {
      std::string_view fraction = cell.substr(point + 1);
      while (fraction.ends_with('0')) fraction.remove_suffix(1);
      decimals = std::max(decimals, static_cast<int>(std::min<std::size_t>(fraction.size(), 7)));
    }
  }
};

template <class Integer>
std::optional<std::vector<Integer>> as_integers(const std::vector<double>& values, double factor) {
  std::vector<Integer> out;
  out.reserve(values.size());
  for (const double value : values) {
    if (std::isnan(value)) {
      out.push_back(std::numeric_limits<Integer>::min());
      continue;
    }
    const double scaled = std::round(value * factor);
    if (!(std::abs(scaled) <= static_cast<double>(std::numeric_limits<Integer>::max()))) return std::nullopt;
    const auto integer = static_cast<Integer>(scaled);
    if (static_cast<double>(integer) / factor != value) return std::nullopt;
    out.push_back(integer);
  }
  return out;
}

/// The numbers in the smallest storage that gives each of them back exactly.
Samples packed(const Numbers& numbers, double scale, double offset) {
  if (numbers.decimals <= 6) {
    const double factor = std::pow(10.0, numbers.decimals);
    // value = (stored - baseline) / gain = cell * scale + offset, with stored = cell * factor
    const double gain = factor / scale;
    if (auto small = as_integers<std::int16_t>(numbers.values, factor))
      return Samples(std::move(*small), gain, -offset * gain);
    if (auto large = as_integers<std::int32_t>(numbers.values, factor))
      return Samples(std::move(*large), gain, -offset * gain);
  }
  std::vector<double> values = numbers.values;
  for (double& value : values) value = value * scale + offset;
  const bool single = std::all_of(values.begin(), values.end(), [](double v) {
    return std::isnan(v) || static_cast<double>(static_cast<float>(v)) == v;
  });
  if (!single) return Samples(std::move(values));
  return Samples(std::vector<float>(values.begin(), values.end()));
}

Numbers rearranged(Numbers numbers, const std::vector<std::int64_t>& rows) {
  if (rows.empty()) return numbers;
  std::vector<double> kept;
  kept.reserve(rows.size());
  for (const std::int64_t row : rows) kept.push_back(numbers.values[static_cast<std::size_t>(row)]);
  numbers.values = std::move(kept);
  return numbers;
}

/// What one table gives: channels on their own time axis, and what its labels and clock need.
struct Part {
  std::vector<Channel> channels;
  TimeAxis time;
  std::optional<Stamp> first;                                   ///< the earliest stamp
  std::map<std::string, std::vector<std::string>> label_cells;  ///< by column, in order of kept row
};

Channel channel_of(const ColumnRule& rule, const std::string& placement) {
  Channel channel;
  channel.name = rule.channel;
  std::string bare = rule.channel;
  if (const std::size_t dot = bare.find('.'); dot != std::string::npos) {
    channel.placement = placement_of(bare.substr(0, dot)).value_or(Placement::unknown);
    bare = bare.substr(dot + 1);
  }
  const std::string placed = rule.placement.empty() ? placement : rule.placement;
  if (!placed.empty()) {
    const auto known = placement_of(placed);
    channel.placement = known.value_or(Placement::unknown);
  }
  const std::string quantity = rule.quantity.empty() ? bare : rule.quantity;
  channel.quantity = quantity_of(quantity).value_or(quantity_from_label(quantity));
  if (!rule.unit.empty()) {
    const auto unit = unit_of(rule.unit);
    channel.unit = unit.value_or(Unit::none);
    if (!unit) channel.unit_text = rule.unit;
  }
  return channel;
}

Part read_part(const TableRule& rule, const std::vector<LabelRule>& labels, const std::string& placement,
               const std::shared_ptr<Volume>& volume, const std::string& path, Recording& recording) {
  const Bytes bytes = volume->read(path);
  const Table table(bytes.text(), rule.format, volume->shown() + path);
  std::vector<std::size_t> places;
  for (const ColumnRule& column : rule.columns) places.push_back(table.column(column.column));
  std::vector<std::pair<std::string, std::size_t>> label_places;
  for (const LabelRule& label : labels)
    if (!label.column.empty()) label_places.emplace_back(label.column, table.column(label.column));
  const bool stamped = !rule.time_column.empty();
  const std::size_t time_place = stamped ? table.column(rule.time_column) : 0;
  std::vector<Stamp> stamps;
  std::vector<Numbers> numbers(rule.columns.size());
  std::vector<std::vector<std::string>> cells_of(label_places.size());
  const std::size_t needed =
      std::max({places.empty() ? 0 : *std::max_element(places.begin(), places.end()), time_place});
  table.rows([&](std::span<const std::string_view> cells, std::int64_t) {
    // A short row is what a recorder that lost power leaves last; in the middle it is damage. Both are counted.
    if (cells.size() <= needed) {
      ++recording.repairs["short rows"];
      return;
    }
    if (stamped) stamps.push_back(stamp_from(cells[time_place], rule.time_unit));
    for (std::size_t i = 0; i < places.size(); ++i) numbers[i].push(cells[places[i]], recording.repairs);
    for (std::size_t i = 0; i < label_places.size(); ++i)
      cells_of[i].emplace_back(label_places[i].second < cells.size() ? cells[label_places[i].second]
                                                                     : std::string_view());
  });
  if (numbers.empty() || numbers.front().values.empty()) throw Error("the table holds no samples", table.shown());
  Part part;
  std::vector<std::int64_t> kept;
  if (stamped) {
    const auto readable =
        std::find_if(stamps.begin(), stamps.end(), [](const Stamp& s) { return !std::isnan(s.real); });
    if (readable == stamps.end())
      throw Error("no stamp of column \"" + rule.time_column + "\" can be read", table.shown());
    const Stamp origin = *readable;
    const double unit_s = rule.time_unit == "iso" ? 1e-6 : seconds_per(rule.time_unit);
    std::vector<double> seconds;
    seconds.reserve(stamps.size());
    for (const Stamp& stamp : stamps)
      seconds.push_back(std::isnan(stamp.real) ? not_a_number : stamp.minus(origin) * unit_s);
    Grid grid;
    try {
      grid = even_grid(seconds);
    } catch (const Error& error) {
      throw error.within(table.shown());
    }
    for (const auto& [what, count] : grid.repairs) recording.repairs[what] += count;
    part.time = std::move(grid.time);
    kept = std::move(grid.kept_rows);
    part.first = origin;
  } else {
    if (!(rule.rate_hz > 0)) throw UsageError("a table without a time column needs rate_hz");
    part.time = TimeAxis::even(rule.rate_hz, static_cast<std::int64_t>(numbers.front().values.size()));
  }
  for (std::size_t i = 0; i < rule.columns.size(); ++i) {
    Channel channel = channel_of(rule.columns[i], placement);
    channel.samples = packed(rearranged(std::move(numbers[i]), kept), rule.columns[i].scale, rule.columns[i].offset);
    channel.time = part.time;
    part.channels.push_back(std::move(channel));
  }
  for (std::size_t i = 0; i < label_places.size(); ++i) {
    std::vector<std::string>& all = part.label_cells[label_places[i].first];
    if (kept.empty()) {
      all = std::move(cells_of[i]);
    } else {
      for (const std::int64_t row : kept) all.push_back(cells_of[i][static_cast<std::size_t>(row)]);
    }
  }
  return part;
}

void shift(TimeAxis& axis, double by_s) {
  for (Stretch& stretch : axis.stretches) stretch.t_start_s += by_s;
}

Track& track_named(Recording& recording, const std::string& name) {
  for (Track& track : recording.tracks)
    if (track.name == name) return track;
  recording.tracks.push_back({name, label_tick_hz, {Layer{}}});
  return recording.tracks.back();
}

void put(Recording& recording, const std::string& track, double t0_s, double t1_s, std::string label) {
  Track& to = track_named(recording, track);
  Annotation annotation;
  annotation.tick = std::llround(t0_s * to.tick_hz);
  annotation.end_tick = std::llround(t1_s * to.tick_hz);
  annotation.label = std::move(label);
  to.layers.back().annotations.push_back(std::move(annotation));
}

bool skipped(const LabelRule& rule, const std::string& value) {
  return value.empty() || std::find(rule.skip.begin(), rule.skip.end(), value) != rule.skip.end();
}

/// Runs of one value become intervals, from the first row's time to one sample after the last's.
void label_runs(Recording& recording, const LabelRule& rule, const Part& part) {
  const std::vector<std::string>& cells = part.label_cells.at(rule.column);
  for (const Stretch& stretch : part.time.stretches) {
    std::int64_t from = stretch.first_row;
    const std::int64_t end = stretch.first_row + stretch.rows;
    for (std::int64_t row = from + 1; row <= end; ++row) {
      const std::string& value = cells[static_cast<std::size_t>(from)];
      if (row < end && cells[static_cast<std::size_t>(row)] == value) continue;
      if (!skipped(rule, value)) put(recording, rule.track, stretch.time_of(from), stretch.time_of(row), value);
      from = row;
    }
  }
}

Captures with_columns(const Captures& captures, const Table& table, std::span<const std::string_view> cells) {
  Captures all = captures;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    all[std::to_string(i + 1)] = std::string(cells[i]);
    if (i < table.names().size()) all[table.names()[i]] = std::string(cells[i]);
  }
  return all;
}

void label_table(Recording& recording, const LabelRule& rule, const std::shared_ptr<Volume>& volume,
                 const std::string& root, const Captures& captures, const std::optional<Stamp>& origin) {
  const std::string path = root + fill(rule.file, captures);
  if (!volume->contains(path)) return;
  const Bytes bytes = volume->read(path);
  const Table table(bytes.text(), rule.format, volume->shown() + path);
  const std::string wanted = rule.key.empty() ? "" : fill(rule.matches, captures);
  const std::optional<std::size_t> start = rule.start.empty() ? std::nullopt : std::optional(table.column(rule.start));
  const std::optional<std::size_t> end = rule.end.empty() ? std::nullopt : std::optional(table.column(rule.end));
  const std::optional<std::size_t> where =
      rule.where_column.empty() ? std::nullopt : std::optional(table.column(rule.where_column));
  const double unit_s = seconds_per(rule.unit);
  double passed_s = 0;
  table.rows([&](std::span<const std::string_view> cells, std::int64_t line) {
    const Captures all = with_columns(captures, table, cells);
    if (!rule.key.empty() && fill(rule.key, all) != wanted) return;
    if (where && (*where >= cells.size() || cells[*where].empty() || cells[*where] == "0")) return;
    const auto time = [&](std::optional<std::size_t> column, double otherwise) {
      if (!column || *column >= cells.size() || cells[*column].empty()) return otherwise;
      const Stamp stamp = stamp_from(cells[*column], rule.unit);
      if (std::isnan(stamp.real))
        throw Error("\"" + std::string(cells[*column]) + "\" is no time",
                    table.shown() + " line " + std::to_string(line));
      return (rule.clock == LabelRule::Clock::recording && origin ? stamp.minus(*origin) : stamp.real) * unit_s;
    };
    double t0 = time(start, 0);
    if (rule.clock == LabelRule::Clock::intervals) {
      if (!(t0 >= 0))
        throw Error("an interval of " + shortest(t0) + " s", table.shown() + " line " + std::to_string(line));
      t0 = passed_s += t0;
    }
    const double t1 = time(end, start ? t0 : recording.duration_s());
    std::string label = fill(rule.label, all);
    if (!skipped(rule, label)) put(recording, rule.track, t0, t1, std::move(label));
  });
}

void attributes_from(Recording& recording, const AttributeRule& rule, const std::shared_ptr<Volume>& volume,
                     const std::string& root, const Captures& captures) {
  const std::string path = root + fill(rule.file, captures);
  if (!volume->contains(path)) return;
  const Bytes bytes = volume->read(path);
  const Table table(bytes.text(), rule.format, volume->shown() + path);
  const std::string wanted = fill(rule.matches, captures);
  table.rows([&](std::span<const std::string_view> cells, std::int64_t) {
    const Captures all = with_columns(captures, table, cells);
    if (fill(rule.key, all) != wanted) return;
    for (std::size_t i = 0; i < std::min(cells.size(), table.names().size()); ++i) {
      const std::string& name = table.names()[i];
      const auto renamed = rule.columns.find(name);
      if (cells[i].empty() || (!rule.columns.empty() && renamed == rule.columns.end())) continue;
      const std::string& as = renamed == rule.columns.end() ? name : renamed->second;
      (identifies(as) ? recording.identifiers : recording.attributes)[as] = std::string(cells[i]);
    }
  });
}

Recording read_tables(const RecordingRule& rule, const std::shared_ptr<Volume>& volume, const std::string& root,
                      const std::string& path, const Captures& captures) {
  Recording recording;
  std::vector<Part> parts;
  const std::string placement = fill(rule.placement, captures);
  for (std::size_t i = 0; i < rule.tables.size(); ++i) {
    const TableRule& table = rule.tables[i];
    const std::string file = i == 0 ? path : root + fill(table.file, captures);
    if (i > 0 && table.optional && !volume->contains(file)) continue;
    parts.push_back(
        read_part(table, i == 0 ? rule.labels : std::vector<LabelRule>(), placement, volume, file, recording));
  }
  // The time columns of one recording's files are one clock; its start is the earliest row of all.
  std::optional<Stamp> origin;
  for (const Part& part : parts)
    if (part.first && (!origin || part.first->minus(*origin) < 0)) origin = part.first;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].first) continue;
    const std::string& unit = rule.tables[i].time_unit;
    // The grid counts from its own earliest stamp, which the origin of the part is.
    const double later = parts[i].first->minus(*origin) * (unit == "iso" ? 1e-6 : seconds_per(unit));
    shift(parts[i].time, later);
    for (Channel& channel : parts[i].channels) shift(channel.time, later);
  }
  if (origin && (rule.tables.front().unix_time || rule.tables.front().time_unit == "iso")) {
    const std::string& unit = rule.tables.front().time_unit;
    const double us = unit == "iso" ? 1 : seconds_per(unit) * 1e6;
    Start start{
        origin->whole && us >= 1 ? origin->integer * static_cast<std::int64_t>(us) : std::llround(origin->real * us),
        std::nullopt, rule.tables.front().unix_time};
    recording.start = start;
  }
  for (Part& part : parts)
    for (Channel& channel : part.channels) recording.channels.push_back(std::move(channel));
  for (const LabelRule& label : rule.labels) {
    if (!label.column.empty()) label_runs(recording, label, parts.front());
    if (!label.file.empty()) label_table(recording, label, volume, root, captures, origin);
  }
  return recording;
}

}  // namespace

Recording read_by_rule(const RecordingRule& rule, const std::shared_ptr<Volume>& volume, const std::string& root,
                       const std::string& path, const Captures& captures) {
  Recording recording;
  if (rule.by_content) {
    ReadOptions options;
    options.layout_text = rule.array_layout;
    // Only what was captured: the braces of the TOML itself stay.
    for (const auto& [name, value] : captures) {
      const std::string mark = "{" + name + "}";
      for (std::size_t at = 0; (at = options.layout_text.find(mark, at)) != std::string::npos; at += value.size())
        options.layout_text.replace(at, mark.size(), value);
    }
    recording = read(Location{volume, path}, options);
    if (!rule.annotators.empty())
      std::erase_if(recording.tracks, [&](const Track& track) {
        return std::find(rule.annotators.begin(), rule.annotators.end(), track.name) == rule.annotators.end();
      });
    for (const LabelRule& label : rule.labels)
      if (!label.file.empty()) label_table(recording, label, volume, root, captures, std::nullopt);
  } else {
    recording = read_tables(rule, volume, root, path, captures);
  }
  for (const LabelRule& label : rule.labels)
    if (label.column.empty() && label.file.empty())
      put(recording, label.track, 0, recording.duration_s(), fill(label.label, captures));
  for (Track& track : recording.tracks)
    std::stable_sort(track.layers.back().annotations.begin(), track.layers.back().annotations.end(),
                     [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
  recording.name = fill(rule.name, captures);
  if (!rule.subject.empty()) recording.subject = fill(rule.subject, captures);
  if (!rule.session.empty()) recording.session = fill(rule.session, captures);
  for (const AttributeRule& attributes : rule.attribute_tables)
    attributes_from(recording, attributes, volume, root, captures);
  for (const auto& [key, text] : rule.attributes)
    (identifies(key) ? recording.identifiers : recording.attributes)[key] = fill(text, captures);
  return recording;
}

}  // namespace vagus::lab
