/// `vagus convert IN OUT`: one recording into another format, by the endings.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "apps/cli/command.h"
#include "apps/cli/run_output.h"
#include "apps/cli/settings.h"
#include "lab/base/error.h"
#include "lab/store/named.h"

namespace vagus::cli {
namespace {

struct ConvertArguments {
  std::string in, out, layout, channels;
};

/// Keeps the channels named, in the order named.
void choose(lab::Recording& recording, const std::vector<std::string>& names) {
  std::vector<lab::Channel> chosen;
  for (const std::string& wanted : names) {
    const auto at = std::find_if(recording.channels.begin(), recording.channels.end(),
                                 [&](const lab::Channel& channel) { return channel.name == wanted; });
    if (at == recording.channels.end()) {
      std::vector<std::string> known;
      for (const lab::Channel& channel : recording.channels) known.push_back(channel.name);
      const std::string close = lab::nearest(wanted, known);
      throw lab::UsageError("there is no channel \"" + wanted + "\"",
                            close.empty() ? "vagus info lists the channels" : "did you mean \"" + close + "\"?");
    }
    chosen.push_back(*at);
  }
  recording.channels = std::move(chosen);
}

int convert(const ConvertArguments& options) {
  lab::ReadOptions reading;
  if (!options.layout.empty()) reading.layout = options.layout;
  const std::vector<lab::NamedRecording> sources = lab::named_recordings(options.in, reading);
  if (sources.size() != 1)
    throw lab::UsageError("\"" + options.in + "\" names several recordings", "convert them one by one");
  lab::Recording recording = sources.front().read();
  if (!options.channels.empty()) choose(recording, split_names(options.channels));
  const lab::Written written = lab::write(recording, options.out);
  say_repairs(options.in, recording.repairs);
  for (const std::string& note : written.notes) fmt::print(stderr, "vagus: {}\n", note);
  for (const std::string& file : written.files) fmt::print("{}\n", file);
  return 0;
}

}  // namespace

void declare_convert(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ConvertArguments>();
  app.add_option("IN", options->in, "a recording in any supported format, ARCHIVE::inner/path, or SET:RECORDING")
      ->required();
  app.add_option("OUT", options->out, "the file to write: .hea (WFDB), .csv (canonical) or .npz")->required();
  app.add_option("--channels", options->channels, "only these, by name, separated by commas");
  app.add_option("--layout", options->layout,
                 "for arrays (.npy, .npz, .mat): a TOML file that names variables and channels");
  app.footer(
      "The files written are listed on standard output. Existing ones are replaced, each whole or not at all.\n\n"
      "Examples:\n"
      "  vagus convert 100.hea 100.csv\n"
      "  vagus convert acc.csv acc.hea\n"
      "  vagus convert record.hea ecg.csv --channels MLII\n"
      "  vagus convert mitdb:100 100.npz");
  app.callback([options, &action] { action = [options] { return convert(*options); }; });
}

}  // namespace vagus::cli
