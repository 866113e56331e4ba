/// `vagus simulate KIND`: recordings with exact truth; `vagus simulate noise-stress`: the EC57 noise stress of a
/// recording; `vagus simulate cohort`: a folder of people, ready for `vagus data add`; `vagus simulate
/// events`: falls and a detector's scores, without signals.
#include "lab/simulate/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "apps/cli/command.h"
#include "apps/cli/simulate_events.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/progress.h"
#include "lab/formats/read.h"
#include "lab/simulate/cohort.h"
#include "lab/simulate/events/settings.h"
#include "lab/simulate/noise_stress.h"
#include "lab/store/named.h"

namespace vagus::cli {
namespace {

namespace fs = std::filesystem;

struct SimulateArguments {
  std::string kind;
  std::string seed = "1", duration_s;
  std::vector<std::string> settings;
  std::string output;
  std::string from, noise, snr_db;
  std::string subjects;
  bool json = false;
};

std::uint64_t seed_of(const SimulateArguments& options) {
  std::int64_t seed = 0;
  if (!lab::parse_int(options.seed, seed) || seed < 0)
    throw lab::UsageError("--seed '" + options.seed + "' is not a whole number from 0 up");
  return static_cast<std::uint64_t>(seed);
}

double duration_of(const SimulateArguments& options, double standard) {
  if (options.duration_s.empty()) return standard;
  double duration = 0;
  if (!lab::parse_double(options.duration_s, duration) || !(duration > 0))
    throw lab::UsageError("--duration-s '" + options.duration_s + "' is not a number of seconds above 0");
  return duration;
}

lab::Settings settings_of(const SimulateArguments& options) {
  lab::Settings settings;
  for (const std::string& text : options.settings) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) throw lab::UsageError("--set takes KEY=VALUE, not '" + text + "'");
    settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return settings;
}

/// BASE without an ending that a user may have added.
std::string base_of(const SimulateArguments& options) {
  fs::path base = options.output;
  if (base.extension() == ".hea") base.replace_extension();
  if (base.filename().empty() || base.filename() == "." || base.filename() == "..")
    throw lab::UsageError("-o takes a folder and the name of a record, as in out/rec1",
                          "'" + options.output + "' names none");
  return base.string();
}

std::size_t beats_in(const lab::Recording& recording) {
  const lab::Track* track = recording.track("atr");
  if (track == nullptr) return 0;
  return static_cast<std::size_t>(std::count_if(track->current().begin(), track->current().end(),
                                                [](const auto& a) { return a.label != "+" && a.label != "~"; }));
}

void say(const SimulateArguments& options, const lab::Recording& recording, const std::string& base) {
  const lab::Channel& first = recording.channels.front();
  if (options.json) {
    lab::Json json;
    json["record"] = base;
    json["kind"] = options.kind;
    json["channels"] = recording.channels.size();
    json["rate_hz"] = lab::number(first.time.rate_hz);
    json["duration_s"] = lab::number(recording.duration_s());
    json["beats"] = beats_in(recording);
    json["attributes"] = recording.attributes;
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("{}.hea  {} lead{} at {} Hz, {} s, {} beats\n", base, recording.channels.size(),
               recording.channels.size() == 1 ? "" : "s", lab::shortest(first.time.rate_hz),
               lab::shortest(recording.duration_s()), beats_in(recording));
  }
}

int one(const SimulateArguments& options) {
  const std::string base = base_of(options);
  lab::Recording recording =
      lab::simulate(options.kind, settings_of(options), duration_of(options, 60), seed_of(options));
  recording.name = fs::path(base).filename().string();
  lab::write(recording, base + ".hea");
  say(options, recording, base);
  return 0;
}

/// The one recording that is meant.
lab::Recording recording_from(const std::string& text) {
  const std::vector<lab::NamedRecording> sources = lab::named_recordings(text);
  if (sources.size() != 1)
    throw lab::Error("means " + std::to_string(sources.size()) + " recordings", text, "noise-stress takes one");
  return sources.front().read();
}

int noise_stress(const SimulateArguments& options) {
  if (options.from.empty() || options.noise.empty() || options.snr_db.empty())
    throw lab::UsageError("noise-stress needs --from RECORDING, --kind baseline|muscle|motion and --snr-db DB");
  if (!options.settings.empty() || !options.duration_s.empty())
    throw lab::UsageError("noise-stress takes neither --set nor --duration-s: the recording says both");
  double snr_db = 0;
  if (!lab::parse_double(options.snr_db, snr_db))
    throw lab::UsageError("--snr-db '" + options.snr_db + "' is not a number of decibels");
  const lab::sim::NoiseKind kind = lab::sim::noise_kind(options.noise);
  const std::string base = base_of(options);
  lab::Recording stressed = lab::noise_stress(recording_from(options.from), kind, snr_db, seed_of(options));
  stressed.name = fs::path(base).filename().string();
  lab::write(stressed, base + ".hea");
  say(options, stressed, base);
  return 0;
}

std::int64_t subjects_of(const SimulateArguments& options) {
  std::int64_t subjects = 20;
  if (!options.subjects.empty() && (!lab::parse_int(options.subjects, subjects) || subjects < 1 || subjects > 100000))
    throw lab::UsageError("--subjects '" + options.subjects + "' is not a whole number from 1 to 100000");
  return subjects;
}

int cohort(const SimulateArguments& options) {
  lab::CohortSpec spec;
  spec.subjects = subjects_of(options);
  spec.duration_s = duration_of(options, spec.duration_s);
  spec.settings = settings_of(options);
  const std::uint64_t seed = seed_of(options);
  std::set<std::string> columns;
  for (std::int64_t i = 0; i < spec.subjects; ++i)
    for (const auto& [key, value] : lab::cohort_member(spec, seed, i).attributes) columns.insert(key);
  std::string table = "recording,file,subject,session";
  for (const std::string& column : columns) table += "," + column;
  table += "\n";
  std::error_code ec;
  fs::create_directories(options.output, ec);
  if (ec) throw lab::Error("cannot be made: " + ec.message(), options.output);
  lab::Progress progress("simulating", spec.subjects);
  for (std::int64_t i = 0; i < spec.subjects; ++i) {
    const lab::Recording recording = lab::simulate_member(spec, seed, i);
    lab::write(recording, (fs::path(options.output) / (recording.name + ".hea")).string());
    table += fmt::format("{0},{0}.hea,{1},", recording.name, recording.subject);
    for (const std::string& column : columns) {
      const auto it = recording.attributes.find(column);
      table += "," + (it == recording.attributes.end() ? std::string() : it->second);
    }
    table += "\n";
    progress.advance();
  }
  lab::write_whole(fs::path(options.output) / "dataset.csv", table);
  fmt::print("{} recordings of {} s and dataset.csv in {}\n", spec.subjects, lab::shortest(spec.duration_s),
             options.output);
  return 0;
}

std::string footer() {
  std::string text =
      "Examples:\n"
      "  vagus simulate ecg --seed 7 --duration-s 120 --set pvc_share=0.05 --set muscle_mv=0.05 -o patient\n"
      "  vagus simulate ecg --duration-s 1800 --set rhythm=af --set rate_hz=250 -o af\n"
      "  vagus simulate noise-stress --from mitdb:118 --kind motion --snr-db 6 --seed 1 -o 118e06\n"
      "  vagus simulate cohort --subjects 20 --duration-s 600 -o people && vagus data add people\n"
      "  vagus simulate events --subjects 50 --set days=7 -o falls && vagus score events "
      "falls/s0001-d01.{ref,test}.csv\n";
  for (const lab::SimulatorKind& kind : lab::kinds())
    text += fmt::format("\nSettings of {} (--set KEY=VALUE), with range and [default]:\n{}", kind.name,
                        lab::describe(kind));
  text += "\nSettings of events, with [default]:\n" + lab::sim::describe_event_settings();
  return text;
}

int simulate(const SimulateArguments& options) {
  const bool stress = options.kind == "noise-stress";
  if (!stress && !(options.from.empty() && options.noise.empty() && options.snr_db.empty()))
    throw lab::UsageError("--from, --kind and --snr-db belong to noise-stress");
  const bool events = options.kind == "events";
  if (options.kind != "cohort" && !events && !options.subjects.empty())
    throw lab::UsageError("--subjects belongs to cohort and events");
  if (events && !options.duration_s.empty()) throw lab::UsageError("events take --set days=N, not --duration-s");
  if (events) return simulate_events(settings_of(options), subjects_of(options), seed_of(options), options.output);
  if (stress) return noise_stress(options);
  if (options.kind == "cohort") return cohort(options);
  return one(options);
}

}  // namespace

void declare_simulate(CLI::App& app, Action& action) {
  const auto options = std::make_shared<SimulateArguments>();
  app.add_option(
         "KIND", options->kind,
         "ecg; or noise-stress (of a recording), cohort (a folder of people), events (falls and scores, no signal)")
      ->required();
  app.add_option("--seed", options->seed, "the same seed gives the same bytes everywhere [1]")->type_name("N");
  app.add_option("--duration-s", options->duration_s, "length in seconds [60; of a cohort's recordings 600]")
      ->type_name("S");
  app.add_option("--set", options->settings, "one setting, listed below; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("-o,--output", options->output, "writes BASE.hea, BASE.dat, BASE.atr (cohort, events: a folder)")
      ->type_name("BASE")
      ->required();
  app.add_option("--from", options->from, "noise-stress: the recording, with reference beats")->type_name("RECORDING");
  app.add_option("--kind", options->noise, "noise-stress: baseline, muscle or motion")->type_name("NOISE");
  app.add_option("--snr-db", options->snr_db, "noise-stress: signal-to-noise ratio as nst has it")->type_name("DB");
  app.add_option("--subjects", options->subjects, "cohort, events: how many people [20]")->type_name("N");
  app.add_flag("--json", options->json, "what was written, as JSON");
  app.footer(footer);
  app.callback([options, &action] { action = [options] { return simulate(*options); }; });
}

}  // namespace vagus::cli
