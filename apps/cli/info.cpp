/// `vagus info FILE|SET:RECORDING`: what a recording holds.
#include "lab/signal/info.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <map>

#include "apps/cli/command.h"
#include "apps/cli/run_output.h"
#include "lab/base/error.h"
#include "lab/store/named.h"

namespace vagus::cli {
namespace {

using lab::Channel;
using lab::Recording;
using lab::Track;

struct InfoArguments {
  std::vector<std::string> files;
  std::string layout;
  bool json = false, identifiers = false;
};

void print_pairs(const char* heading, const std::map<std::string, std::string>& pairs) {
  if (pairs.empty()) return;
  std::size_t width = 0;
  for (const auto& [key, value] : pairs) width = std::max(width, key.size());
  fmt::print("\n{}\n", heading);
  for (const auto& [key, value] : pairs) fmt::print("  {:<{}}  {}\n", key, width, value);
}

void print_channels(const Recording& recording) {
  if (recording.channels.empty()) return;
  std::size_t width = 4;
  for (const Channel& channel : recording.channels) width = std::max(width, channel.name.size());
  fmt::print("\n  {:>2}  {:<{}}  {:<9}  {:<5}  {:>10}  {:>10}  {:>4}  {:>8}  {:>22}\n", "#", "name", width, "quantity",
             "unit", "rate Hz", "samples", "gaps", "missing", "range");
  for (std::size_t i = 0; i < recording.channels.size(); ++i) {
    const Channel& channel = recording.channels[i];
    const lab::Extent extent = lab::extent_of(channel);
    const std::string range = std::isnan(extent.low) ? "-" : fmt::format("{:.4g} to {:.4g}", extent.low, extent.high);
    fmt::print("  {:>2}  {:<{}}  {:<9}  {:<5}  {:>10.6g}  {:>10}  {:>4}  {:>8}  {:>22}\n", i, channel.name, width,
               name(channel.quantity), lab::unit_text_of(channel), channel.time.rate_hz, channel.samples.size(),
               channel.time.gaps(), extent.missing, range);
  }
}

/// Gaps and irregular stamps, of all channels that share them once.
void print_times(const Recording& recording) {
  constexpr std::size_t most_shown = 10;
  for (std::size_t i = 0; i < recording.channels.size(); ++i) {
    const lab::TimeAxis& time = recording.channels[i].time;
    bool told = false;
    for (std::size_t j = 0; j < i; ++j) told = told || recording.channels[j].time == time;
    if (told || (time.gaps() == 0 && time.jitter_ms == 0)) continue;
    fmt::print("\nTimes of {}\n", recording.channels[i].name);
    if (time.jitter_ms > 0) fmt::print("  irregular stamps, moved by at most {:.4g} ms\n", time.jitter_ms);
    for (std::size_t g = 1; g < time.stretches.size() && g <= most_shown; ++g) {
      const lab::Stretch& before = time.stretches[g - 1];
      const double end = before.time_of(before.first_row + before.rows);
      fmt::print("  gap from {} to {} ({:.4g} s)\n", clock_text(end), clock_text(time.stretches[g].t_start_s),
                 time.stretches[g].t_start_s - end);
    }
    if (time.stretches.size() > most_shown + 1)
      fmt::print("  and {} gaps more\n", time.stretches.size() - 1 - most_shown);
  }
}

void print_tracks(const Recording& recording) {
  constexpr std::size_t most_shown = 12;
  if (recording.tracks.empty()) return;
  fmt::print("\nAnnotations\n");
  for (const Track& track : recording.tracks) {
    std::string labels;
    std::size_t shown = 0;
    const auto counts = lab::label_counts(track);
    for (const auto& [label, count] : counts) {
      if (++shown > most_shown) break;
      labels += fmt::format("{}{} {}", labels.empty() ? "" : ", ", label.empty() ? "(none)" : label, count);
    }
    if (counts.size() > most_shown) labels += fmt::format(" and {} labels more", counts.size() - most_shown);
    fmt::print("  {:<8} {:>7} marks  {}\n", track.name, track.current().size(), labels);
  }
}

void print(const std::string& shown, const Recording& recording, const InfoArguments& options) {
  fmt::print("{}\n", shown);
  if (!recording.subject.empty()) fmt::print("  subject   {}\n", recording.subject);
  if (!recording.session.empty()) fmt::print("  session   {}\n", recording.session);
  fmt::print("  start     {}\n", !recording.start       ? "unknown"
                                 : recording.start->utc ? lab::iso(*recording.start)
                                                        : lab::iso(*recording.start) + " (local time, zone unknown)");
  fmt::print("  duration  {}\n", clock_text(recording.duration_s()));
  print_channels(recording);
  print_times(recording);
  print_tracks(recording);
  print_pairs("Attributes", recording.attributes);
  if (options.identifiers) {
    print_pairs("Identifiers", recording.identifiers);
  } else if (!recording.identifiers.empty()) {
    fmt::print("\n{} identifier{} not shown (--identifiers)\n", recording.identifiers.size(),
               recording.identifiers.size() == 1 ? "" : "s");
  }
  if (!recording.repairs.empty()) {
    fmt::print("\nMended while reading\n");
    for (const auto& [what, count] : recording.repairs) fmt::print("  {} {}\n", count, what);
  }
}

int inform(const InfoArguments& options) {
  lab::ReadOptions reading;
  if (!options.layout.empty()) reading.layout = options.layout;
  bool first = true;
  for (const std::string& file : options.files) {
    for (const lab::NamedRecording& source : lab::named_recordings(file, reading)) {
      const Recording recording = source.read();
      if (options.json) {
        fmt::print(
            "{}\n",
            lab::info_json(recording, options.identifiers).dump(-1, ' ', false, lab::Json::error_handler_t::replace));
        continue;
      }
      if (!first) fmt::print("\n");
      first = false;
      print(source.shown, recording, options);
    }
  }
  return 0;
}

}  // namespace

void declare_info(CLI::App& app, Action& action) {
  const auto options = std::make_shared<InfoArguments>();
  app.add_option("FILE", options->files,
                 "recordings: files in any supported format, ARCHIVE::inner/path, or SET:RECORDING")
      ->required();
  app.add_flag("--json", options->json, "one JSON object a recording, on a line of its own");
  app.add_flag("--identifiers", options->identifiers, "also names, birth dates and free text of headers");
  app.add_option("--layout", options->layout,
                 "for arrays (.npy, .npz, .mat): a TOML file that names variables and channels");
  app.footer(
      "Examples:\n"
      "  vagus info 100.hea\n"
      "  vagus info acc.csv --json\n"
      "  vagus info mitdb.tar.xz::mitdb/100.hea\n"
      "  vagus info mitdb:100\n"
      "  vagus info DATA_01_TYPE01.mat --layout spc2015.toml");
  app.callback([options, &action] { action = [options] { return inform(*options); }; });
}

}  // namespace vagus::cli
