#include "lab/formats/from_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/formats/csv/columns.h"
#include "lab/signal/even_grid.h"
#include "lab/signal/identifiers.h"

namespace vagus::lab {
namespace {

Channel named_channel(const std::string& name, const std::string& unit) {
  if (unit.empty()) return csv::read_header("t_s," + name, "column " + name).channels.at(0);
  Channel channel;
  channel.name = name;
  channel.quantity = quantity_of(name).value_or(quantity_from_label(name));
  channel.unit_text = unit;
  const auto known = unit_of(unit);
  if (!known) throw UsageError("unknown unit \"" + unit + "\" of channel " + name, "mV, uV, g, m/s^2, deg/s ...");
  channel.unit = *known;
  return channel;
}

void put_on_grid(Channel& channel, const std::vector<std::int64_t>& kept) {
  if (kept.empty()) return;
  std::visit(
      [&](auto& values) {
        std::decay_t<decltype(values)> moved(kept.size());
        for (std::size_t i = 0; i < kept.size(); ++i)
          moved[i] = std::as_const(values)[static_cast<std::size_t>(kept[i])];
        values = std::move(moved);
      },
      channel.samples.storage());
}

Channel channel_of(Column column, double& earliest_s, Recording& recording) {
  Channel channel = named_channel(column.name, column.unit);
  const std::string where = "column " + column.name;
  const std::size_t rows = column.samples.size();
  if (rows == 0) throw UsageError("there is not one sample", where);
  channel.samples = std::move(column.samples);
  if (!column.stamps_s) {
    if (!(column.rate_hz > 0) || !std::isfinite(column.rate_hz))
      throw UsageError("a rate is a number of Hz above 0", where);
    channel.time = TimeAxis::even(column.rate_hz, static_cast<std::int64_t>(rows));
    earliest_s = std::min(earliest_s, 0.0);
    return channel;
  }
  if (column.stamps_s->size() != rows)
    throw UsageError(
        "there are " + std::to_string(column.stamps_s->size()) + " times for " + std::to_string(rows) + " samples",
        where);
  Grid grid = even_grid(*column.stamps_s);
  put_on_grid(channel, grid.kept_rows);
  channel.time = std::move(grid.time);
  for (const auto& [what, count] : grid.repairs) recording.repairs[what] += count;
  earliest_s = std::min(earliest_s, channel.time.stretches.front().t_start_s);
  return channel;
}

}  // namespace

void set_fact(Recording& recording, const std::string& key, const std::string& value) {
  if (key == "subject") {
    recording.subject = value;
  } else if (key == "session") {
    recording.session = value;
  } else if (key == "start") {
    recording.start = start_from_iso(value);
    if (!recording.start)
      throw UsageError("the start \"" + value + "\" is not a time",
                       "2011-03-02T14:05:00Z, or without the Z where only local time is known");
  } else {
    (identifies(key) ? recording.identifiers : recording.attributes)[key] = value;
  }
}

Recording from_columns(Recording about, std::vector<Column> columns) {
  double earliest_s = std::numeric_limits<double>::infinity();
  for (Column& column : columns) {
    Channel channel = channel_of(std::move(column), earliest_s, about);
    if (about.find(channel.name) != nullptr) throw UsageError("two channels are called " + channel.name);
    about.channels.push_back(std::move(channel));
  }
  if (about.channels.empty()) throw UsageError("a recording needs a channel");
  for (Channel& channel : about.channels) channel.time = channel.time.shifted(-earliest_s);
  return about;
}

}  // namespace vagus::lab
