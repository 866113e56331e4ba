#include "lab/formats/arrays/layout.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/toml.h"
#include "lab/formats/arrays/array_parts.h"
#include "lab/formats/csv/columns.h"
#include "lab/signal/even_grid.h"

namespace vagus::lab {
namespace {

/// Seconds since the first stamp of all arrays put on the same clock; the first one seen sets the origin.
struct Origin {
  std::optional<double> s;
  double earliest(double t) {
    s = s ? std::min(*s, t) : t;
    return *s;
  }
};

double per_second(std::string_view unit, const std::string& place) {
  if (unit == "s" || unit.empty()) return 1;
  if (unit == "ms") return 1e3;
  if (unit == "us") return 1e6;
  if (unit == "ns") return 1e9;
  throw Error("time_unit \"" + std::string(unit) + "\" is none of s, ms, us, ns", place);
}

/// The layout file, with places for messages.
class Layout {
 public:
  Layout(const Location& where, const Arrays& arrays, const ReadOptions& options)
      : where_(where),
        arrays_(arrays),
        path_(options.layout.value_or("array layout")),
        annotations_(options.annotations) {
    if (options.layout) {
      const Location file = locate(path_);
      top_ = parse_toml(file.volume->read(file.path).text(), path_);
    } else {
      top_ = parse_toml(options.layout_text, path_);
    }
  }

  Recording read() {
    Recording recording;
    recording.name = std::filesystem::path(where_.path).stem().string();
    check_keys(
        top_, {"rate_hz", "rate", "time", "time_unit", "start", "subject", "session", "attributes", "array", "labels"});
    recording.subject = text(top_, "subject");
    recording.session = text(top_, "session");
    if (const std::string start = text(top_, "start"); !start.empty()) {
      recording.start = start_from_iso(start);
      if (!recording.start) throw Error("\"" + start + "\" is no time", place(top_.get("start")->source()));
    }
    if (const toml::table* attributes = top_["attributes"].as_table()) {
      for (const auto& [key, node] : *attributes) {
        recording.attributes[std::string(key.str())] =
            node.is_string() ? node.as_string()->get() : shortest(node.value_or(0.0));
      }
    }
    each("array", [&](const toml::table& table) { add_channels(table, recording); });
    if (recording.channels.empty()) throw Error("the layout names no channel", path_);
    const double origin = origin_.s.value_or(0);
    for (std::size_t i = 0; i < recording.channels.size(); ++i) {
      if (stamped_[i]) recording.channels[i].time = recording.channels[i].time.shifted(-origin);
    }
    if (annotations_) each("labels", [&](const toml::table& table) { add_labels(table, recording); });
    return recording;
  }

 private:
  std::string place(const toml::source_region& at) const { return path_ + " line " + std::to_string(at.begin.line); }

  void check_keys(const toml::table& table, const std::vector<std::string>& known) const {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::string close = nearest(name, known);
      throw Error("unknown key \"" + name + "\"", place(key.source()),
                  close.empty() ? "" : "did you mean \"" + close + "\"?");
    }
  }

  std::string text(const toml::table& table, const char* key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return "";
    if (!node->is_string()) throw Error(std::string(key) + " is not a text", place(node->source()));
    return node->as_string()->get();
  }

  std::optional<double> number(const toml::table& table, const char* key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value)) throw Error(std::string(key) + " is not a number", place(node->source()));
    return value;
  }

  template <class Use>
  void each(const char* key, Use use) const {
    const toml::node* node = top_.get(key);
    if (node == nullptr) return;
    const toml::array* tables = node->as_array();
    if (tables == nullptr) throw Error(std::string(key) + " is written [[" + key + "]]", place(node->source()));
    for (const toml::node& entry : *tables) {
      if (!entry.is_table()) throw Error(std::string(key) + " is written [[" + key + "]]", place(entry.source()));
      use(*entry.as_table());
    }
  }

  const Array& variable(const Arrays& arrays, const std::string& name, const std::string& at) const {
    const Array* found = name.empty() && arrays.size() == 1 ? &arrays.front() : find(arrays, name);
    if (found != nullptr) return *found;
    throw Error(name.empty() ? "which array is meant?" : "there is no array \"" + name + "\"", at,
                where_.shown() + " holds " + listed(arrays));
  }

  /// The rate a table, or the top, states: as a number or as the name of one in the file.
  std::optional<double> stated_rate(const toml::table& table) const {
    std::optional<double> rate = number(table, "rate_hz");
    if (const std::string name = text(table, "rate"); !rate && !name.empty()) {
      const Array& array = variable(arrays_, name, place(table.source()));
      if (array.type == Array::Type::text || array.size() != 1)
        throw Error("the rate \"" + name + "\" is not one number", where_.shown());
      rate = array.number(0);
    }
    if (rate && !(*rate > 0 && *rate < 1e9)) throw Error("a rate of " + shortest(*rate) + " Hz", place(table.source()));
    return rate;
  }

  Channel channel_of(const toml::node& node, double& gain, double& offset, bool& skip) const {
    const std::string at = place(node.source());
    if (node.is_string()) return csv::read_header("t_s," + node.as_string()->get(), at).channels.at(0);
    if (!node.is_table()) throw Error("a channel is a column's name or a table", at);
    const toml::table& table = *node.as_table();
    check_keys(table, {"name", "quantity", "unit", "placement", "gain", "offset", "skip"});
    skip = table["skip"].value_or(false);
    gain = number(table, "gain").value_or(1);
    offset = number(table, "offset").value_or(0);
    if (gain == 0) throw Error("a gain of 0", at);
    Channel channel;
    channel.name = text(table, "name");
    if (skip) return channel;
    const std::string quantity = text(table, "quantity");
    // A column's name with a gain of its own.
    if (quantity.empty() && is_canonical(channel.name))
      return csv::read_header("t_s," + channel.name, at).channels.at(0);
    const auto known = quantity.empty() ? quantity_from_label(channel.name) : quantity_of(quantity);
    if (!known) throw Error("unknown quantity \"" + quantity + "\"", at);
    channel.quantity = *known;
    channel.unit_text = text(table, "unit");
    channel.unit = unit_of(channel.unit_text).value_or(Unit::none);
    if (const std::string placement = text(table, "placement"); !placement.empty()) {
      const auto found = placement_of(placement);
      if (!found) throw Error("unknown placement \"" + placement + "\"", at);
      channel.placement = *found;
    }
    if (channel.name.empty()) channel.name = csv::plain_column(channel.quantity, channel.unit);
    return channel;
  }

  void add_channels(const toml::table& table, Recording& recording) {
    check_keys(table, {"variable", "time_axis", "rate_hz", "rate", "time", "time_unit", "channels"});
    const std::string at = place(table.source());
    const Array& array = variable(arrays_, text(table, "variable"), at);
    if (array.type == Array::Type::text) throw Error("array \"" + array.name + "\" is text", at);
    // Axes of one entry do not count: MATLAB's vectors are 1 x n.
    std::vector<std::size_t> shape = array.shape;
    if (shape.empty()) shape.push_back(1);
    if (shape.size() > 2)
      throw Error(
          "array \"" + array.name + "\" has " + std::to_string(shape.size()) + " axes (" + array.shape_text() + ")", at,
          "two at most are read");
    if (shape.size() == 1) shape.push_back(1);
    const auto wished = number(table, "time_axis");
    const std::size_t time_axis = wished ? static_cast<std::size_t>(*wished != 0) : shape[1] > shape[0] ? 1 : 0;
    const std::size_t rows = shape[time_axis];
    const std::size_t columns = shape[1 - time_axis];
    const toml::array* channels = table["channels"].as_array();
    if (channels == nullptr) throw Error("no list of channels", at);
    if (channels->size() != columns) {
      throw Error("the layout lists " + std::to_string(channels->size()) + " channels, array \"" + array.name +
                      "\" has " + std::to_string(columns) + " (" + array.shape_text() + ")",
                  place(channels->source()));
    }
    if (rows == 0) throw Error("array \"" + array.name + "\" is empty", where_.shown());
    // Values of one channel lie `step` apart, from `channel * other` on.
    const bool time_fastest = shape[1 - time_axis] == 1 || (time_axis == 0) == array.first_axis_fastest;
    const std::size_t step = time_fastest ? 1 : columns;
    const std::size_t other = time_fastest ? rows : 1;

    TimeAxis axis;
    std::vector<std::int64_t> kept;
    const toml::table& timed =
        table.contains("rate_hz") || table.contains("rate") || table.contains("time") ? table : top_;
    const std::string time = text(timed, "time");
    if (!time.empty()) {
      const Array& stamps = variable(arrays_, time, at);
      if (stamps.size() != rows)
        throw Error("time \"" + time + "\" has " + std::to_string(stamps.size()) + " values, array \"" + array.name +
                        "\" " + std::to_string(rows) + " rows",
                    where_.shown());
      Grid grid = grid_of(stamps, per_second(text(timed, "time_unit"), at), where_.shown() + " array " + time);
      axis = grid.time;
      kept = std::move(grid.kept_rows);
      for (const auto& [what, count] : grid.repairs) recording.repairs[what] += count;
      origin_.earliest(axis.stretches.front().t_start_s);
    } else {
      const auto rate = stated_rate(timed);
      if (!rate) throw Error("no rate_hz, rate or time for array \"" + array.name + "\"", at);
      axis = TimeAxis::even(*rate, static_cast<std::int64_t>(rows));
    }
    for (std::size_t i = 0; i < channels->size(); ++i) {
      double gain = 1;
      double offset = 0;
      bool skip = false;
      Channel channel = channel_of(*channels->get(i), gain, offset, skip);
      if (skip) continue;
      if (recording.find(channel.name) != nullptr)
        throw Error("two channels \"" + channel.name + "\"", at, "name them apart");
      channel.samples = array.samples(i * other, step, rows, gain, offset);
      if (!kept.empty()) channel.samples = reordered(channel.samples, kept);
      channel.time = axis;
      stamped_.push_back(!time.empty());
      recording.channels.push_back(std::move(channel));
    }
  }

  void add_labels(const toml::table& table, Recording& recording) const {
    check_keys(table,
               {"variable", "file", "track", "label", "rate_hz", "first", "unit", "window_s", "step_s", "start_s"});
    const std::string at = place(table.source());
    Arrays elsewhere;
    if (std::string file = text(table, "file"); !file.empty()) {
      if (const std::size_t stem = file.find("{stem}"); stem != std::string::npos)
        file.replace(stem, 6, recording.name);
      const std::string path =
          (std::filesystem::path(where_.path).parent_path() / file).lexically_normal().generic_string();
      if (!where_.volume->contains(path))
        throw Error("no such file, which the layout names for labels", Location{where_.volume, path}.shown());
      std::map<std::string, std::int64_t> repairs;
      elsewhere = read_by_content({where_.volume, path}, repairs);
    }
    const Array& array = variable(elsewhere.empty() ? arrays_ : elsewhere, text(table, "variable"), at);
    const std::vector<double> values = numbers(array);
    Track track;
    track.name = text(table, "track").empty() ? array.name : text(table, "track");
    track.layers.emplace_back();
    track.layers.back().reason = "as published";
    auto& annotations = track.layers.back().annotations;
    if (const auto window = number(table, "window_s")) {
      const double step = number(table, "step_s").value_or(*window);
      const double start = number(table, "start_s").value_or(0);
      track.tick_hz = 1e6;
      for (std::size_t k = 0; k < values.size(); ++k) {
        Annotation mark;
        const double from = start + static_cast<double>(k) * step;
        mark.tick = std::llround(1e6 * from);
        mark.end_tick = std::llround(1e6 * (from + *window));
        mark.label = shortest(values[k]);
        annotations.push_back(std::move(mark));
      }
    } else {
      const bool seconds = text(table, "unit") == "s";
      auto rate = number(table, "rate_hz");
      if (!rate) rate = stated_rate(top_);
      if (!rate && !seconds) throw Error("no rate_hz for the sample numbers of \"" + array.name + "\"", at);
      track.tick_hz = seconds ? 1e6 : *rate;
      const double first = number(table, "first").value_or(0);
      for (const double value : values) {
        const double tick = seconds ? 1e6 * value : value - first;
        if (!(std::abs(tick) < 9e15))
          throw Error("a sample number of \"" + array.name + "\" is " + shortest(value), where_.shown());
        Annotation mark;
        mark.tick = mark.end_tick = std::llround(tick);
        mark.label = text(table, "label");
        annotations.push_back(std::move(mark));
      }
      std::stable_sort(annotations.begin(), annotations.end(),
                       [](const Annotation& a, const Annotation& b) { return a.tick < b.tick; });
    }
    recording.tracks.push_back(std::move(track));
  }

 public:
  static Arrays read_by_content(const Location& where, std::map<std::string, std::int64_t>& repairs);

 private:
  const Location& where_;
  const Arrays& arrays_;
  std::string path_;
  bool annotations_;
  toml::table top_;
  Origin origin_;
  std::vector<bool> stamped_;
};

Arrays Layout::read_by_content(const Location& where, std::map<std::string, std::int64_t>& repairs) {
  const Bytes bytes = where.volume->read(where.path);
  const std::string_view start = bytes.text().substr(0, 6);
  if (start == "\x93NUMPY") {
    return {read_npy(bytes, std::filesystem::path(where.path).stem().string(), where.shown(), repairs)};
  }
  if (start.starts_with("PK\x03\x04")) return read_npz(where, repairs);
  return read_mat(where);
}

}  // namespace

Recording by_layout(const Location& where, const Arrays& arrays, const ReadOptions& options) {
  return Layout(where, arrays, options).read();
}

Recording read_arrays(const Location& where, const ReadOptions& options) {
  std::map<std::string, std::int64_t> repairs;
  const Arrays arrays = Layout::read_by_content(where, repairs);
  Recording recording =
      options.layout || !options.layout_text.empty() ? by_layout(where, arrays, options) : by_names(where, arrays);
  for (const auto& [what, count] : repairs) recording.repairs[what] += count;
  return recording;
}

}  // namespace vagus::lab
