/// `vagus data`: the store of recordings.
#include "apps/cli/data.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "apps/cli/command.h"
#include "lab/base/error.h"
#include "lab/report/html.h"
#include "lab/store/dataset.h"
#include "lab/store/store.h"

namespace vagus::cli {
namespace {

using data::Options, data::print, data::split;
using lab::Json;

int report_added(const lab::AddReport& report, bool json) {
  for (const std::string& note : report.notes) fmt::print(stderr, "vagus: {}\n", note);
  if (json) {
    Json repairs = Json::object();
    for (const auto& [what, count] : report.repairs) repairs[what] = count;
    print({{"set", report.set},
           {"added", report.added},
           {"already_there", report.already_there},
           {"version", report.version},
           {"repairs", std::move(repairs)}});
    return 0;
  }
  std::string all;
  for (const auto& [what, count] : report.repairs)
    all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", what, count);
  if (!all.empty()) fmt::print(stderr, "vagus: mended while reading: {}\n", all);
  fmt::print("{}: {} added, {} already there; version {}\n", report.set, lab::plural(report.added, "recording"),
             report.already_there, report.version.substr(0, 16));
  return 0;
}

int add(const Options& options) {
  return report_added(lab::Store::open().add(options.what, options.add), options.json);
}

int get(const Options& options) {
  lab::Store store = lab::Store::open();
  if (store.has(options.what)) {
    const lab::Manifest manifest = store.manifest(options.what);
    lab::AddReport report;
    report.set = options.what;
    report.version = manifest.version();
    report.already_there = static_cast<std::int64_t>(manifest.items.size());
    return report_added(report, options.json);
  }
  lab::AddOptions how = options.add;
  how.as = options.what;
  std::string path = lab::in_vagus_data(options.what);
  if (!path.empty()) return report_added(store.add(path, how), options.json);
  // An archive is needed only until its recordings are in the store.
  struct Scratch {
    std::string folder = (std::filesystem::temp_directory_path() / "vagus-get-XXXXXX").string();
    Scratch() {
      if (mkdtemp(folder.data()) == nullptr) throw lab::Error("no folder can be made for the download", folder);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
      std::error_code code;
      std::filesystem::remove_all(folder, code);
    }
  } scratch;
  return report_added(store.add(lab::download(options.what, options.add.layout, scratch.folder), how), options.json);
}

int check(const Options& options) {
  const lab::CheckReport report = lab::Store::open().check(options.what);
  if (options.json) {
    Json problems = Json::array();
    for (const lab::Problem& p : report.problems)
      problems.push_back(
          {{"set", p.set}, {"recording", p.recording}, {"channel", p.channel}, {"what", p.what}, {"file", p.file}});
    print({{"intact", report.problems.empty()},
           {"sets", report.sets},
           {"recordings", report.recordings},
           {"layers", report.layers},
           {"bytes", report.bytes},
           {"problems", std::move(problems)}});
  } else {
    for (const lab::Problem& p : report.problems)
      fmt::print("{}{}{}: {} ({})\n", p.set, p.recording.empty() ? "" : ":" + p.recording,
                 p.channel.empty() ? "" : " channel " + p.channel, p.what, p.file);
    fmt::print("{} sets, {} recordings, {} label layers, {:.1f} MB: {}\n", report.sets, report.recordings,
               report.layers, static_cast<double>(report.bytes) / 1e6,
               report.problems.empty() ? "every byte as written" : fmt::format("{} problems", report.problems.size()));
  }
  return report.problems.empty() ? 0 : 1;
}

int withdraw(const Options& options) {
  const auto [set, pattern] = split(options.what);
  if (options.what.find(':') == std::string::npos)
    throw lab::UsageError("name the recordings as SET:RECORDING", "all of a set are \"" + set + ":*\"");
  lab::Store store = lab::Store::open();
  const lab::Withdrawal done = store.withdraw(set, pattern, options.reason);
  if (options.json) {
    print({{"set", set},
           {"recordings", done.recordings},
           {"files", done.files},
           {"cached", done.cached},
           {"version", store.manifest(set).version()}});
  } else {
    fmt::print(
        "{} recordings withdrawn: {} files removed, cached steps of {} signals removed. Reports already written are "
        "not "
        "the store's to change.\n",
        done.recordings, done.files, done.cached);
  }
  return 0;
}

}  // namespace

void declare_data(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  const auto options = std::make_shared<Options>();
  const auto command = [&](CLI::App& in, const char* name, const char* what, int (*run)(const Options&)) {
    CLI::App* sub = in.add_subcommand(name, what);
    sub->add_flag("--json", options->json, "one JSON value");
    sub->callback([options, run, &action] { action = [options, run] { return run(*options); }; });
    return sub;
  };
  CLI::App* sub = command(app, "add", "take a known set, an archive, a folder or a file into the store", add);
  sub->add_option("PATH", options->what, "file, folder, archive, or the name of a known set under VAGUS_DATA")
      ->required();
  sub->add_option("--as", options->add.as, "name of the set (default the folder's or archive's)");
  sub->add_option("--layout", options->add.layout,
                  "dataset file (TOML) that maps folders, names and columns: docs/own-data.md");
  sub->add_flag("--deidentify", options->add.deidentify,
                "drop names, birth dates, the date of the recording and other identifiers");
  sub->add_flag("--readmit", options->add.readmit, "take back what was withdrawn");
  sub = command(app, "get", "take a known set into the store: from VAGUS_DATA, else from the network", get);
  sub->add_option("SET", options->what, "name of the set")->required();
  sub->add_option("--layout", options->add.layout,
                  "dataset file (TOML) of a set that the program does not know; its [download] has the url");
  sub->add_flag("--deidentify", options->add.deidentify,
                "drop names, birth dates, the date of the recording and other identifiers");
  sub = command(app, "list", "the sets of the store", data::list);
  sub->add_flag("--known", options->known, "the sets that the program knows, too");
  sub = command(app, "show", "a set or its recordings: hashes, channels, labels, attributes", data::show);
  sub->add_option("SET[:RECORDING]", options->what, "a set, or recordings of it (with * for any run of characters)")
      ->required();
  sub->add_option("--version", options->version, "an earlier version of the set, by its hash");
  sub->add_flag("--identifiers", options->identifiers, "print what may identify a person");
  sub = command(app, "check", "prove every byte of the store, and name what is damaged (exit 1)", check);
  sub->add_option("SET", options->what, "only this set");
  sub = command(app, "withdraw", "remove recordings for good; a tombstone stays", withdraw);
  sub->add_option("SET:RECORDING", options->what, "which (with * for any run of characters)")->required();
  sub->add_option("--reason", options->reason, "why, for the tombstone")->required();
  data::declare_labels(app, options, action);
  app.footer(
      "Examples:\n"
      "  vagus data add mitdb                        a known set, from the folder VAGUS_DATA\n"
      "  vagus data add recordings/ --as pilot       somebody's own folder with dataset.csv\n"
      "  vagus data add recordings/ --layout my.toml the same with a dataset file that maps names and columns\n"
      "  vagus data list --known\n"
      "  vagus data show mitdb:1*                    recordings, with hashes of signals and label layers\n"
      "  vagus data label export mitdb:100 -o 100.csv\n"
      "  vagus data label apply mitdb:100 100.csv --author me --reason \"beat at 3.1 s is a V\"\n"
      "  vagus data label export results/beats -o review.html    cases for people to look at: docs/label-review.md\n"
      "  vagus data check                            prove every byte");
}

}  // namespace vagus::cli
