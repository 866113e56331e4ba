#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/csv/columns.h"
#include "lab/formats/csv/csv.h"

namespace vagus::lab {
namespace {

constexpr std::size_t flushed_at = 1 << 20;
constexpr std::int64_t rows_at_once = 4096;

/// Nanoseconds as seconds, without trailing zeros.
void append_seconds(std::string& out, std::int64_t ns) {
  if (ns < 0) out += '-';
  const std::uint64_t magnitude = ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  char text[32];
  char* end = std::to_chars(text, text + 20, magnitude / 1'000'000'000).ptr;
  if (const std::uint64_t rest = magnitude % 1'000'000'000; rest != 0) {
    *end++ = '.';
    char digits[16];
    const auto length = std::to_chars(digits, digits + 16, rest + 1'000'000'000).ptr - digits;
    for (std::ptrdiff_t i = 1; i < length; ++i) *end++ = digits[i];
    while (*(end - 1) == '0') --end;
  }
  out.append(text, end);
}

}  // namespace

std::vector<std::optional<std::string>> csv_columns(const Recording& recording) {
  std::vector<std::optional<std::string>> columns;
  std::set<std::string> taken;
  for (const Channel& channel : recording.channels) {
    std::optional<std::string> column = csv::column_name(channel);
    // A further lead takes its name before the column, anything else a number.
    if (column && taken.contains(*column) && channel.quantity == Quantity::ecg &&
        quantity_from_label(channel.name) == Quantity::ecg &&
        channel.name.find_first_of(",\". ") == std::string::npos) {
      column = channel.name + "." + csv::plain_column(channel.quantity, channel.unit);
    }
    for (int number = 2; column && taken.contains(*column) && number < 100; ++number) {
      const std::string unit = name(channel.unit);
      const std::string plain = *csv::column_name(channel);
      const std::string stem = plain.substr(0, plain.size() - (unit.empty() ? 0 : unit.size() + 1));
      column = stem + "_" + std::to_string(number) + (unit.empty() ? "" : "_" + unit);
    }
    if (column) taken.insert(*column);
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<std::string> left_out_of_csv(const Recording& recording) {
  std::vector<std::string> names;
  const auto columns = csv_columns(recording);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i]) names.push_back(recording.channels[i].name);
  }
  return names;
}

void write_csv(const Recording& recording, const std::string& path) {
  const auto columns = csv_columns(recording);
  std::vector<const Channel*> channels;
  const bool absolute = recording.start && recording.start->utc;
  std::string out = absolute ? "t_iso" : "t_s";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i]) continue;
    channels.push_back(&recording.channels[i]);
    out += "," + *columns[i];
  }
  out += '\n';
  if (channels.empty()) throw Error("no channel has a canonical CSV column", recording.name, "write .hea or .npz");
  const TimeAxis& axis = channels.front()->time;
  for (const Channel* channel : channels) {
    if (channel->time.stretches != axis.stretches) {
      throw Error(
          "channels " + channels.front()->name + " and " + channel->name + " have different times; one CSV holds one",
          recording.name, "choose channels of one rate, or write .hea or .npz");
    }
  }
  AtomicFile file(path);
  std::vector<std::vector<float>> values(channels.size(), std::vector<float>(static_cast<std::size_t>(rows_at_once)));
  for (const Stretch& stretch : axis.stretches) {
    for (std::int64_t done = 0; done < stretch.rows; done += rows_at_once) {
      const std::int64_t count = std::min(rows_at_once, stretch.rows - done);
      const std::int64_t first = stretch.first_row + done;
      for (std::size_t i = 0; i < channels.size(); ++i) {
        channels[i]->samples.read(static_cast<std::size_t>(first),
                                  std::span(values[i]).first(static_cast<std::size_t>(count)));
      }
      for (std::int64_t k = 0; k < count; ++k) {
        const double t = stretch.time_of(first + k);
        if (absolute) {
          out += iso({recording.start->us + std::llround(1e6 * t), 0, true});
        } else {
          append_seconds(out, std::llround(1e9 * t));
        }
        for (const std::vector<float>& column : values) {
          out += ',';
          const float value = column[static_cast<std::size_t>(k)];
          if (std::isfinite(value)) append_shortest(out, value);
        }
        out += '\n';
      }
      if (out.size() > flushed_at) {
        file.write(out);
        out.clear();
      }
    }
  }
  file.write(out);
  file.commit();
}

}  // namespace vagus::lab
