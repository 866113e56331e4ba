/// `vagus study new`: a specification to fill in, commented with what the data and the detector allow.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "apps/cli/command.h"
#include "apps/cli/study.h"
#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/prototype/plugin.h"
#include "lab/study/plan.h"

namespace vagus::cli {
namespace {

struct NewArguments {
  std::string path, detector, plugin;
  std::vector<std::string> sets;
};

/// What is known of the data before any of it is run.
struct Known {
  std::vector<lab::StudyItem> items;
  std::vector<std::string> subjects;
  std::map<std::string, std::map<std::string, std::int64_t>> values;  ///< attribute -> value -> recordings
  std::map<std::string, std::int64_t> tracks;                         ///< label track -> recordings
  std::string channels;                                               ///< of the first recording
  double hours = 0, shortest_s = 0;
};

/// Attributes that name a recording and so make no group.
bool names_a_recording(const std::string& attribute) {
  return attribute == "recording" || attribute == "subject" || attribute == "session" || attribute == "set";
}

Known known_of(const std::vector<std::string>& sets) {
  lab::DataSpec data;
  data.sets = sets;
  const auto source = lab::open_source(data, "", 1);
  Known known;
  known.items = source->items();
  if (known.items.empty()) throw lab::Error("the data has no recording", sets.front());
  std::set<std::string> subjects;
  known.shortest_s = known.items.front().duration_s;
  for (const auto& item : known.items) {
    subjects.insert(item.set + ":" + (item.subject.empty() ? item.name : item.subject));
    known.hours += item.duration_s / 3600;
    known.shortest_s = std::min(known.shortest_s, item.duration_s);
    for (const auto& [attribute, value] : item.attributes) {
      if (!names_a_recording(attribute)) ++known.values[attribute][value];
    }
    for (const lab::Track& track : source->header(item).tracks) ++known.tracks[track.name];
  }
  known.subjects.assign(subjects.begin(), subjects.end());
  for (const lab::Channel& channel : source->header(known.items.front()).channels)
    known.channels += fmt::format("{}{} ({} Hz)", known.channels.empty() ? "" : ", ", channel.name,
                                  lab::shortest(channel.time.rate_hz));
  if (known.tracks.empty())
    throw lab::Error("no recording of the data has labels, so nothing can be scored", sets.front(),
                     "put some in: vagus data label apply");
  return known;
}

/// The values of an attribute as numbers, ascending; nothing where one of them is none.
std::vector<double> numbers_of(const std::map<std::string, std::int64_t>& values) {
  std::vector<double> all;
  for (const auto& [text, count] : values) {
    double value = 0;
    if (!lab::parse_double(text, value)) return {};
    all.insert(all.end(), static_cast<std::size_t>(count), value);
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::string text_in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

/// Text that stays on its comment line.
std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text.size() > 150 ? text.substr(0, 147) + "..." : text;
}

/// Attributes with what they hold, a comment line each.
std::string attributes(const Known& known) {
  std::string out;
  for (const auto& [attribute, values] : known.values) {
    std::string what;
    const auto numbers = numbers_of(values);
    std::int64_t count = 0;
    for (const auto& [value, n] : values) count += n;
    if (!numbers.empty()) {
      what =
          fmt::format("{:.6g} to {:.6g}, median {:.6g}", numbers.front(), numbers.back(), numbers[numbers.size() / 2]);
    } else {
      std::size_t shown = 0;
      for (const auto& [value, n] : values) {
        if (++shown > 6) break;
        what += fmt::format("{}'{}' {}", what.empty() ? "" : ", ", value, n);
      }
      if (values.size() > 6) what += fmt::format(" ... {} values", values.size());
    }
    out +=
        on_one_line(fmt::format("#   {:<16} {}, in {} of {} recordings", attribute, what, count, known.items.size())) +
        "\n";
  }
  return out;
}

/// A number of at most six digits that is not above `value`: whoever has the value still satisfies "at least" it.
std::string brief_up_to(double value) {
  std::string text = fmt::format("{:.6g}", value);
  double read = 0;
  if (lab::parse_double(text, read) && read <= value) return text;
  const double step = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 5);
  return fmt::format("{:.6g}", value - step);
}

/// A group worth naming: an attribute with a few words, else half of a number's range; "" none.
std::string example_group(const Known& known) {
  for (const auto& [attribute, values] : known.values) {
    const bool quotable = values.begin()->first.find('\'') == std::string::npos;
    if (numbers_of(values).empty() && values.size() >= 2 && values.size() <= 4 && quotable)
      return attribute + " == '" + on_one_line(values.begin()->first) + "'";
  }
  for (const auto& [attribute, values] : known.values) {
    const auto numbers = numbers_of(values);
    if (numbers.size() >= 2 && numbers.front() < numbers.back())
      return attribute + " >= " + brief_up_to(numbers[numbers.size() / 2]);
  }
  return {};
}

std::string config(const lab::DetectorInfo& detector) {
  std::string out;
  for (const lab::FieldInfo& field : detector.config) {
    if (field.name == "rate_hz") continue;  // follows the data
    out += on_one_line(fmt::format("# {} = {}  # {}{} to {}: {}", field.name, lab::shortest(field.standard),
                                   field.unit.empty() ? "" : field.unit + ", ", lab::shortest(field.low),
                                   lab::shortest(field.high), field.meaning)) +
           "\n";
  }
  return out;
}

std::string listed(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text_in_quotes(text);
  return out;
}

/// `plugin`: the file that the detector is declared in, "" none.
std::string draft(const NewArguments& arguments, const lab::DetectorInfo& detector, const Known& known,
                  const std::string& plugin) {
  const std::string name = std::filesystem::path(arguments.path).stem().string();
  const std::string track = known.tracks.contains("atr") ? "atr" : known.tracks.begin()->first;
  std::string tracks;
  for (const auto& [of, count] : known.tracks)
    tracks += fmt::format("{}{} ({})", tracks.empty() ? "" : ", ", of, count);
  const std::string& first = known.items.front().name;
  std::string out = fmt::format(
      "# A study's specification: the question, and what decides its answer, written down before the run.\n"
      "# What stands here runs as it is. Lines behind a # are choices: take the # away to make one.\n"
      "# docs/specification.md names every key there is: splits in folds, hypotheses, budgets, sweeps.\n"
      "#   vagus study lock {0}     enters it in the ledger, before anybody has seen the result\n"
      "#   vagus study run {0}      runs, scores, judges; writes results/{1}/\n",
      arguments.path, name);
  out += fmt::format("name = {}\nquestion = {}\nseed = 1\n\n", text_in_quotes(name),
                     text_in_quotes("Does " + std::string(detector.contract->name) + " do what it must in " +
                                    arguments.sets.front() + "? (say what, and in whom)"));
  out += fmt::format(
      "[data]\nsets = [{}]  # {} recordings of {} subjects, {:.1f} hours; channels of {}: {}\n"
      "# resample_hz = 250  # run at another rate than recorded\n"
      "# exclude = [{{recording = {}, reason = \"why, in a sentence\"}}]\n",
      listed(arguments.sets), known.items.size(), known.subjects.size(), known.hours, on_one_line(first),
      on_one_line(known.channels), text_in_quotes(first));
  const std::string group = example_group(known);
  if (!known.values.empty()) {
    if (!group.empty()) out += "# where = " + text_in_quotes(group) + "  # only such recordings\n";
    out += "# What a recording can be asked for, here and in groups:\n" + attributes(known);
  }
  out +=
      "\n# With kind \"none\" every recording is judged. Was the detector tuned on some of them, say so: those are "
      "then\n"
      "# reported apart. A subject never stands on both sides.\n[split]\nkind = \"none\"\n# kind = \"fixed\"\n";
  out += fmt::format("# tune = [{}]  # names, or patterns such as \"1*\"\n# test = [{}]\n", text_in_quotes(first),
                     text_in_quotes(known.items.back().name));
  out += fmt::format("\n[detector]\nname = {}  # {}\n", text_in_quotes(std::string(detector.contract->name)),
                     on_one_line(std::string(detector.contract->summary)));
  if (!plugin.empty()) out += "plugin = " + text_in_quotes(plugin) + "  # from the folder that the study is run in\n";
  out += "\n[detector.config]  # the defaults; what is changed here is part of what is judged\n" + config(detector);
  out += fmt::format(
      "\n[score]\nprotocol = \"ec57\"  # beats against beats, 150 ms, ANSI/AAMI EC57\nstart_s = {}  # the learning "
      "period that is not scored; the shortest recording has {:.0f} s\nreference = {}  # label tracks: {}\n",
      known.shortest_s >= 600 ? 300 : 0, known.shortest_s, text_in_quotes(track), on_one_line(tracks));
  out +=
      "\n# Met where the whole interval satisfies the bound, by subjects. Statistics, each also with "
      "_unreadable_wrong\n"
      "# behind it (what the detector declined to read then counts as wrong) where it is no share of the signal:\n";
  for (const auto& statistic : lab::statistic_names()) {
    const bool fits = statistic.starts_with("ec57") && !statistic.ends_with("_unreadable_wrong");
    if (fits) out += "#   " + statistic + "\n";
  }
  out +=
      "[[requirement]]\nname = \"Beats are found\"\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"  "
      "# "
      "or at_most\nbound = 0.99\nconfidence = 0.95\n";
  if (!group.empty()) out += "# group = " + text_in_quotes(group) + "  # of these recordings alone\n";
  out +=
      "\n[[requirement]]\nname = \"What is reported is a beat\"\nstatistic = "
      "\"ec57.positive_predictivity_gross\"\ndirection = \"at_least\"\nbound = 0.99\nconfidence = 0.95\n";
  if (!group.empty())
    out += fmt::format(
        "\n# A part of the data whose figures are printed beside the verdict.\n# [[group]]\n# name = {}\n# where = "
        "{}\n",
        text_in_quotes(group), text_in_quotes(group));
  return out;
}

int make_new(const NewArguments& arguments) {
  std::error_code code;
  if (std::filesystem::exists(std::filesystem::symlink_status(arguments.path, code)))
    throw lab::UsageError(arguments.path + " is there already, and is not written over", "name another file");
  if (!arguments.path.ends_with(".toml")) throw lab::UsageError("a specification's name ends in .toml");
  std::vector<std::string> of_plugin;
  if (!arguments.plugin.empty()) of_plugin = lab::load_plugin(arguments.plugin);
  const lab::DetectorInfo& detector = lab::detector(arguments.detector);
  if (detector.contract->event != std::string_view("beats"))
    throw lab::UsageError("no protocol of this version judges what " + arguments.detector + " says, which is " +
                          std::string(detector.contract->event));
  const Known known = known_of(arguments.sets);
  const bool from_plugin = std::find(of_plugin.begin(), of_plugin.end(), arguments.detector) != of_plugin.end();
  const std::string text = draft(arguments, detector, known, from_plugin ? arguments.plugin : "");
  // What is written must run: it is read back, and planned, first.
  const lab::StudySpec spec = lab::parse_spec(text, arguments.path);
  lab::make_plan(spec, known.items);
  lab::write_whole(arguments.path, text);
  fmt::print("{}: {} on {}, {} of {}; fill in question and bounds, then: vagus study lock {}\n", arguments.path,
             detector.contract->name, listed(arguments.sets),
             lab::plural(static_cast<std::int64_t>(known.items.size()), "recording"),
             lab::plural(static_cast<std::int64_t>(known.subjects.size()), "subject"), arguments.path);
  return static_cast<int>(lab::Exit::done);
}

}  // namespace

void declare_study_new(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("new", "Writes a commented specification to fill in");
  const auto options = std::make_shared<NewArguments>();
  command->add_option("SPEC", options->path, "the file to write; one that is there is not written over")->required();
  command->add_option("--detector", options->detector, "what is studied")->required();
  add_plugin_option(*command, options->plugin);
  command->add_option("--data", options->sets, "the set it is studied on; given more than once, several")->required();
  command->footer(
      "It says what the data and the detector allow: recordings, subjects, attributes with their values, statistics,\n"
      "settings with units and ranges. It runs as it is written.\n\n"
      "Example:\n  vagus study new my.toml --detector health.beats --data mitdb\n");
  command->callback([options, &action] { action = [options] { return make_new(*options); }; });
}

}  // namespace vagus::cli
