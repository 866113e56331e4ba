/// Arrays that are named like the columns of canonical CSV, read and written.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "lab/base/error.h"
#include "lab/formats/arrays/array_parts.h"
#include "lab/formats/arrays/layout.h"
#include "lab/formats/csv/columns.h"
#include "lab/formats/csv/csv.h"

namespace vagus::lab {
namespace {

struct Stamps {
  const Array* array;
  double per_s;
};

std::optional<Stamps> stamps_for(const Arrays& arrays, const std::string& column) {
  for (const std::string& suffix : {"." + column, std::string()}) {
    for (const auto& [unit, per_s] : {std::pair{"t_s", 1.0}, {"t_ms", 1e3}, {"t_us", 1e6}, {"t_ns", 1e9}}) {
      if (const Array* array = find(arrays, unit + suffix)) return Stamps{array, per_s};
    }
  }
  return std::nullopt;
}

Array array_of(std::string name, std::vector<double> values) {
  Array array;
  array.name = std::move(name);
  array.shape = {values.size()};
  const auto bytes = std::as_bytes(std::span(values));
  array.data = Bytes::holding({bytes.begin(), bytes.end()});
  return array;
}

std::vector<double> times_of(const TimeAxis& axis) {
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(axis.rows()));
  for (const Stretch& stretch : axis.stretches) {
    for (std::int64_t row = stretch.first_row; row < stretch.first_row + stretch.rows; ++row)
      times.push_back(stretch.time_of(row));
  }
  return times;
}

void add_tracks(const Arrays& arrays, Recording& recording) {
  for (const Array& array : arrays) {
    if (!array.name.starts_with("track.") || !array.name.ends_with(".t_s")) continue;
    const std::string stem = array.name.substr(0, array.name.size() - 4);
    const std::vector<double> starts = numbers(array);
    const Array* ends = find(arrays, stem + ".t_end_s");
    const Array* labels = find(arrays, stem + ".label");
    const Array* remarks = find(arrays, stem + ".text");
    Track track;
    track.name = stem.substr(6);
    track.tick_hz = 1e6;
    track.layers.emplace_back();
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (!(std::abs(starts[i]) < 1e12)) continue;
      Annotation mark;
      mark.tick = mark.end_tick = std::llround(1e6 * starts[i]);
      if (ends != nullptr && i < ends->size() && ends->number(i) > starts[i] && ends->number(i) < 1e12)
        mark.end_tick = std::llround(1e6 * ends->number(i));
      if (labels != nullptr && i < labels->texts.size()) mark.label = labels->texts[i];
      if (remarks != nullptr && i < remarks->texts.size()) mark.text = remarks->texts[i];
      track.layers.back().annotations.push_back(std::move(mark));
    }
    recording.tracks.push_back(std::move(track));
  }
}

}  // namespace

Recording by_names(const Location& where, const Arrays& arrays) {
  Recording recording;
  recording.name = std::filesystem::path(where.path).stem().string();
  const Array* rate = find(arrays, "rate_hz");
  std::optional<double> origin;
  std::vector<bool> stamped;
  for (const Array& array : arrays) {
    if (array.type == Array::Type::text || !is_canonical(array.name)) continue;
    Channel channel = csv::read_header("t_s," + array.name, "").channels.at(0);
    const std::size_t rows = array.size();
    const auto longest = array.shape.empty() ? 1 : *std::max_element(array.shape.begin(), array.shape.end());
    if (longest != rows)
      throw Error("array \"" + array.name + "\" has more than one row (" + array.shape_text() + ")", where.shown(),
                  "--layout says what they are");
    channel.samples = array.samples(0, 1, rows, 1, 0);
    const auto stamps = stamps_for(arrays, array.name);
    if (stamps) {
      if (stamps->array->type == Array::Type::text || stamps->array->size() != rows) {
        throw Error("\"" + stamps->array->name + "\" and \"" + array.name + "\" have different lengths", where.shown());
      }
      Grid grid = grid_of(*stamps->array, stamps->per_s, where.shown() + " array " + stamps->array->name);
      if (!grid.kept_rows.empty()) channel.samples = reordered(channel.samples, grid.kept_rows);
      channel.time = std::move(grid.time);
      const double start = channel.time.stretches.front().t_start_s;
      origin = origin ? std::min(*origin, start) : start;
      for (const auto& [what, count] : grid.repairs) recording.repairs[what] = std::max(recording.repairs[what], count);
    } else if (rate != nullptr && rate->type != Array::Type::text && rate->size() == 1 && rate->number(0) > 0 &&
               rate->number(0) < 1e9) {
      channel.time = TimeAxis::even(rate->number(0), static_cast<std::int64_t>(rows));
    } else {
      throw Error("no t_s and no rate_hz for array \"" + array.name + "\"", where.shown(),
                  "--layout says what the rate is");
    }
    stamped.push_back(stamps.has_value());
    recording.channels.push_back(std::move(channel));
  }
  if (recording.channels.empty()) {
    throw Error("no array is named like a column (ecg_mv, acc_x_g ...); it holds " + listed(arrays), where.shown(),
                "--layout FILE.toml says what they are");
  }
  for (std::size_t i = 0; i < recording.channels.size(); ++i) {
    if (stamped[i]) recording.channels[i].time = recording.channels[i].time.shifted(-*origin);
  }
  if (const Array* order = find(arrays, "channels"); order != nullptr) {
    const auto place_of = [&](const Channel& channel) {
      return std::find(order->texts.begin(), order->texts.end(), channel.name) - order->texts.begin();
    };
    std::stable_sort(recording.channels.begin(), recording.channels.end(),
                     [&](const Channel& a, const Channel& b) { return place_of(a) < place_of(b); });
  }
  if (const Array* start = find(arrays, "start"); start != nullptr && !start->texts.empty())
    recording.start = start_from_iso(start->texts.front());
  add_tracks(arrays, recording);
  return recording;
}

Arrays npz_arrays(const Recording& recording) {
  Arrays arrays;
  std::vector<std::pair<const Channel*, std::string>> chosen;
  const auto columns = csv_columns(recording);
  bool one_axis = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i]) continue;
    chosen.emplace_back(&recording.channels[i], *columns[i]);
    one_axis = one_axis && chosen.front().first->time.stretches == chosen.back().first->time.stretches;
  }
  if (chosen.empty()) throw Error("no channel has a canonical column name", recording.name, "write .hea");
  for (const auto& [channel, column] : chosen) {
    Array array;
    array.name = column;
    array.type = Array::Type::f32;
    std::vector<float> values(channel->samples.size());
    channel->samples.read(0, values);
    array.shape = {values.size()};
    const auto bytes = std::as_bytes(std::span(values));
    array.data = Bytes::holding({bytes.begin(), bytes.end()});
    arrays.push_back(std::move(array));
    if (!one_axis) arrays.push_back(array_of("t_s." + column, times_of(channel->time)));
  }
  if (one_axis) arrays.push_back(array_of("t_s", times_of(chosen.front().first->time)));
  const auto texts = [&](std::string name, std::vector<std::string> values) {
    Array array;
    array.name = std::move(name);
    array.type = Array::Type::text;
    array.shape = {values.size()};
    array.texts = std::move(values);
    arrays.push_back(std::move(array));
  };
  std::vector<std::string> order;
  order.reserve(chosen.size());
  for (const auto& [channel, column] : chosen) order.push_back(column);
  texts("channels", std::move(order));
  if (recording.start) texts("start", {iso(*recording.start)});
  for (const Track& track : recording.tracks) {
    std::vector<double> starts;
    std::vector<double> ends;
    std::vector<std::string> labels;
    std::vector<std::string> remarks;
    for (const Annotation& mark : track.current()) {
      starts.push_back(track.time_of(mark.tick));
      ends.push_back(track.time_of(mark.end_tick));
      labels.push_back(mark.label);
      remarks.push_back(mark.text);
    }
    arrays.push_back(array_of("track." + track.name + ".t_s", std::move(starts)));
    arrays.push_back(array_of("track." + track.name + ".t_end_s", std::move(ends)));
    texts("track." + track.name + ".label", std::move(labels));
    texts("track." + track.name + ".text", std::move(remarks));
  }
  return arrays;
}

}  // namespace vagus::lab
