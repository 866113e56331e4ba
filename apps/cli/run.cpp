/// `vagus run DETECTOR FILE...`: any recording -> what the detector says, as a table, JSON Lines, CSV or WFDB
/// annotations.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <iterator>
#include <optional>

#include "apps/cli/command.h"
#include "apps/cli/run_live.h"
#include "apps/cli/run_output.h"
#include "apps/cli/settings.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/detect/run_lanes.h"
#include "lab/formats/read.h"
#include "lab/prototype/exec.h"
#include "lab/prototype/plugin.h"
#include "lab/report/run_report.h"
#include "lab/store/named.h"

namespace vagus::cli {
namespace {

struct RunArguments {
  std::string detector;
  std::vector<std::string> files;
  std::string config_file;
  std::vector<std::string> settings;
  std::string channel;
  bool json = false, csv = false, each = false, scores = false;
  std::string wfdb, output, report, layout;
  std::string probes;
  std::string plugin;
  std::string exec, library, reads, frames = "csv";
};

/// What to run over: recordings of sets and, unless `--each` says otherwise, all files together as one session.
std::vector<lab::NamedRecording> jobs_of(const RunArguments& options, bool& several) {
  lab::ReadOptions reading{.annotations = !options.report.empty()};
  if (!options.layout.empty()) reading.layout = options.layout;
  std::vector<lab::NamedRecording> jobs;
  std::vector<std::string> files;
  for (const std::string& text : options.files) {
    std::vector<lab::NamedRecording> sources = lab::named_recordings(text, reading);
    if (options.each || sources.front().stored) {
      std::move(sources.begin(), sources.end(), std::back_inserter(jobs));
    } else {
      files.push_back(text);
    }
  }
  if (!files.empty() && !jobs.empty()) {
    throw lab::UsageError("files of one session and recordings of a set cannot be mixed",
                          "--each runs each on its own");
  }
  if (!files.empty()) jobs.push_back({files.front(), [files, reading] { return lab::read_session(files, reading); }});
  several = options.each || jobs.size() > 1;
  return jobs;
}

/// The ending of an annotation file: letters, digits, - and _, and none that belongs to the signals.
void check_extension(const std::string& extension) {
  const bool plain = std::all_of(extension.begin(), extension.end(),
                                 [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
  if (!plain) throw lab::UsageError("--wfdb takes the ending of an annotation file, and got \"" + extension + "\"");
  constexpr const char* signals[] = {"hea", "dat", "csv", "mat", "npy", "npz", "zip", "edf", "html"};
  if (std::find(std::begin(signals), std::end(signals), extension) != std::end(signals))
    throw lab::UsageError("a file ." + extension + " holds no annotations", "take another ending, vgs say");
}

/// One recording and what came of it.
struct Job {
  lab::Recording recording;
  std::optional<lab::RunResult> result;
  std::exception_ptr error;
};

/// The next recordings from `first` on: as many as the detector runs side by side, and fewer where they are long.
std::vector<Job> run_batch(const lab::DetectorInfo& detector, const std::vector<lab::NamedRecording>& jobs,
                           std::size_t first, const lab::RunOptions& how) {
  constexpr std::int64_t most_samples = 50'000'000;
  const std::size_t lanes = jobs.size() == 1 ? 1 : lab::lane_count(detector, how);
  std::vector<Job> batch;
  std::int64_t samples = 0;
  for (std::size_t i = first; i < std::min(first + lanes, jobs.size()) && samples < most_samples; ++i) {
    Job& job = batch.emplace_back();
    try {
      job.recording = jobs[i].read();
      for (const lab::Channel& channel : job.recording.channels) samples += channel.time.rows();
    } catch (...) {
      job.error = std::current_exception();
    }
  }
  std::vector<const lab::Recording*> read;
  for (const Job& job : batch) {
    if (!job.error) read.push_back(&job.recording);
  }
  std::vector<lab::LaneResult> results = lab::run_each(detector, read, how);
  auto next = results.begin();
  for (Job& job : batch) {
    if (job.error) continue;
    job.result = std::move(next->result);
    job.error = next++->error;
  }
  return batch;
}

/// `--exec COMMAND`, `--library LIB.so`: what stands where a detector's name would is the first recording.
void take_detector(RunArguments& options) {
  if (options.exec.empty() && !options.reads.empty())
    throw lab::UsageError("--reads is of a program", "--exec COMMAND");
  if (options.exec.empty() && options.library.empty()) {
    if (options.files.empty()) throw lab::UsageError("FILE is missing: what shall " + options.detector + " run over?");
    return;
  }
  options.files.insert(options.files.begin(), options.detector);
  if (!options.library.empty()) {
    options.detector = lab::load_library(options.library);
    return;
  }
  lab::ExecDetector exec;
  exec.command = options.exec;
  exec.frames = options.frames == "npy" ? lab::Frames::npy : lab::Frames::csv;
  exec.reads = split_names(options.reads.empty() ? "ecg_mv" : options.reads);
  if (!options.reads.empty()) exec.event = "events";
  options.detector = lab::load_exec(exec);
}

int run_jobs(RunArguments options) {
  if (!options.plugin.empty()) lab::load_plugin(options.plugin);
  take_detector(options);
  const lab::DetectorInfo& detector = lab::detector(options.detector);
  lab::RunOptions how;
  how.config = read_settings(detector, options.config_file, options.settings);
  how.channel = options.channel;
  how.scores = options.scores;
  how.probes = split_names(options.probes);
  if (!options.report.empty() && how.probes.empty()) how.probes = {"all"};
  const bool probes_said = !options.probes.empty();

  if (std::find(options.files.begin(), options.files.end(), "-") != options.files.end()) {
    if (options.files.size() > 1) throw lab::UsageError("standard input is one recording by itself");
    if (!options.wfdb.empty() || !options.report.empty())
      throw lab::UsageError(std::string(options.wfdb.empty() ? "--report" : "--wfdb") +
                                " needs a recording that is a file: standard input is answered as it comes",
                            "use --json or --csv");
    return run_live(detector, how, options.json, options.csv, options.output);
  }
  if (!options.wfdb.empty()) check_extension(options.wfdb);

  bool several = false;
  const std::vector<lab::NamedRecording> jobs = jobs_of(options, several);
  if (!options.report.empty() && several) throw lab::UsageError("--report draws one recording", "run it once for each");
  const Shape shape = options.json ? Shape::json : options.csv ? Shape::csv : Shape::table;
  std::string text;
  std::exception_ptr first_failure;
  lab::Progress progress("running " + options.detector, static_cast<std::int64_t>(jobs.size()));
  if (shape == Shape::csv) append_csv_header(text, detector, several);
  const auto tell = [&](const lab::NamedRecording& job, const lab::Recording& recording, const lab::RunResult& result) {
    if (options.wfdb.empty()) {
      append_result(text, shape, detector, result, several ? job.shown : std::string(), job.shown, probes_said);
    } else {
      write_annotation_file(recording, result, options.wfdb, options.output);
    }
    if (!options.report.empty()) lab::write_whole(options.report, lab::run_report(recording, result));
    say_repairs(job.shown, result.repairs);
  };
  for (std::size_t first = 0; first < jobs.size();) {
    const std::vector<Job> batch = run_batch(detector, jobs, first, how);
    for (const Job& job : batch) {
      const lab::NamedRecording& source = jobs[first++];
      try {
        if (job.error) std::rethrow_exception(job.error);
        tell(source, job.recording, *job.result);
      } catch (const lab::UsageError&) {
        throw;
      } catch (const lab::Error& error) {
        if (!several) throw;
        // One bad recording of many: named here, counted in the exit code; the others are still answered.
        std::fprintf(stderr, "vagus: %s\n", error.what());
        if (!first_failure) first_failure = std::current_exception();
      }
      progress.advance();
      if (options.output.empty()) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        text.clear();
      }
    }
  }
  if (!options.output.empty() && options.wfdb.empty()) lab::write_whole(options.output, text);
  if (std::fflush(stdout) != 0) throw lab::Error("cannot be written", "standard output");
  return static_cast<int>(first_failure ? lab::Exit::bad_input : lab::Exit::done);
}

}  // namespace

void declare_run(CLI::App& app, Action& action) {
  const auto options = std::make_shared<RunArguments>();
  app.add_option("DETECTOR", options->detector, "what to run; `vagus detectors` lists them")->required();
  app.add_option("FILE", options->files,
                 "a recording in any supported format, ARCHIVE::inner/path, SET:RECORDING of the store, or - for "
                 "canonical CSV on "
                 "standard input; several files are one session");
  app.add_option("--config", options->config_file, "configuration as TOML")->type_name("FILE.toml");
  app.add_option("--set", options->settings, "one configuration key; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--channel", options->channel,
                 "which channel, where several would do (default: the first of its kind)")
      ->type_name("NAME|INDEX");
  auto* json = app.add_flag("--json", options->json, "JSON Lines: events, then one summary line");
  auto* csv = app.add_flag("--csv", options->csv, "events as CSV");
  auto* wfdb =
      app.add_option("--wfdb", options->wfdb, "events as a WFDB annotation file RECORD.EXT in the folder of -o")
          ->type_name("EXT");
  json->excludes(csv)->excludes(wfdb);
  csv->excludes(wfdb);
  app.add_option("-o,--output", options->output, "write there instead of standard output (with --wfdb: a folder)")
      ->type_name("PATH");
  app.add_option("--layout", options->layout,
                 "for arrays (.npy, .npz, .mat): a TOML file that names variables and channels")
      ->type_name("FILE.toml");
  app.add_flag("--each", options->each, "each file is its own recording");
  app.add_flag("--scores", options->scores, "score and candidate lines too");
  app.add_option("--probes", options->probes, "probe lines of these inner signals, or all")->type_name("NAME,...");
  add_plugin_option(app, options->plugin);
  auto* exec =
      app.add_option(
             "--exec", options->exec,
             "any program instead of DETECTOR: samples as canonical CSV on its standard input, JSON Lines on its "
             "standard output (docs/any-detector.md)")
          ->type_name("COMMAND");
  app.add_option("--library", options->library,
                 "a shared object in C instead of DETECTOR (lab/prototype/vagus_detector.h)")
      ->type_name("LIB.so")
      ->excludes(exec);
  app.add_option("--reads", options->reads, "of --exec: the columns of its input (ecg_mv unless told)")
      ->type_name("acc_x_g,...");
  app.add_option("--frames", options->frames, "of --exec: csv, or npy for blocks that NumPy reads")
      ->check(CLI::IsMember({"csv", "npy"}));
  app.add_option("--report", options->report, "draw the recording with what was found, as one self-contained page")
      ->type_name("PAGE.html");
  app.footer(
      "Examples:\n"
      "  vagus run health.beats 100.hea                         a table of beats\n"
      "  vagus run health.beats mitdb.tar.xz::mitdb/100.hea --json\n"
      "  vagus run health.beats mitdb:1* --wfdb vgs -o out      annotation files out/100.vgs ...\n"
      "  vagus run health.beats ecg.csv --set threshold=0.4 --report page.html\n"
      "  cat ecg.csv | vagus run health.beats - --json          answers as the samples come\n"
      "  vagus run --exec 'octave-cli my_beats.m' 100.hea       any program that reads CSV and writes JSON Lines\n");
  app.callback([options, &action] { action = [options] { return run_jobs(*options); }; });
}

}  // namespace vagus::cli
