/// The program `vagus`: finds the command, lets it declare its options, runs it, and turns errors into exit codes.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "apps/cli/command.h"
#include "lab/base/cpu.h"
#include "lab/base/error.h"

namespace vagus::cli {
namespace {

constexpr CommandInfo commands[] = {
    {"run", "run a detector over recordings", declare_run},
    {"detectors", "what detectors there are: inputs, configuration, outputs, cost", declare_detectors},
    {"info", "what a file holds", declare_info},
    {"convert", "from one format to another", declare_convert},
    {"data", "the store of recordings: add, get, list, show, check", declare_data},
    {"score", "compare two sets of annotations by a protocol", declare_score},
    {"study", "a question, data and a detector: from specification to verdict", declare_study},
    {"release", "may this version go out: freeze one, hold a candidate against it", declare_release},
    {"new", "a detector of your own, to fill in", declare_new},
    {"port", "a prototype beside its port: where do they part", declare_port},
    {"cost", "what a detector costs on a wrist's cores, and in energy a day", declare_cost},
    {"simulate", "recordings with exact truth", declare_simulate},
    {"export", "a detector's sources and C header for somebody else's firmware", declare_export},
    {"replay", "a flight record from a device, run again", declare_replay},
    {"board", "the conformance signals on a real board, over its serial line", declare_board},
    {"completion", "print shell completion", declare_completion},
};

int report(const std::string& what, lab::Exit code) {
  // One line, whatever an error or a file name holds.
  std::string line = what;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  std::fprintf(stderr, "vagus: %s\n", line.c_str());
  return static_cast<int>(code);
}

/// A misspelt command: CLI11 would only say that an argument was not expected.
std::string unknown_command(const char* given) {
  std::vector<std::string> names;
  for (const CommandInfo& command : commands) names.emplace_back(command.name);
  const std::string near = lab::nearest(given, names);
  return "there is no command \"" + std::string(given) + "\"" +
         (near.empty() ? " (`vagus --help` lists them)" : " (did you mean \"" + near + "\"?)");
}

int usage_error(const CLI::ParseError& error, const CLI::App& app) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  std::string name = deepest->get_name();
  for (const CLI::App* up = deepest->get_parent(); up != nullptr; up = up->get_parent())
    name.insert(0, up->get_name() + " ");
  return report(std::string(error.what()) + " (`" + name + " --help` shows how)", lab::Exit::usage);
}

}  // namespace

std::span<const CommandInfo> all_commands() { return commands; }

std::unique_ptr<CLI::App> make_app(Action& action, std::string_view only) {
  auto app = std::make_unique<CLI::App>(
      "vagus: detectors for wearable signals, the same bits at the desk and on the wrist.", "vagus");
  app->set_version_flag("--version", "vagus " VAGUS_VERSION);
  app->require_subcommand(1);
  app->footer(
      "Examples:\n"
      "  vagus run health.beats 100.hea              beats of a WFDB record, as a table\n"
      "  vagus run health.beats ecg.csv --json       the same of canonical CSV, as JSON Lines\n"
      "  vagus study run studies/beats.toml          a question, answered with a verdict and a report\n"
      "Exit codes: 0 done or met, 1 not met or not shown, 2 usage, 3 bad input. vagus is not a medical device.");
  for (const CommandInfo& command : commands) {
    CLI::App* sub = app->add_subcommand(command.name, command.summary);
    // Declaring costs time; only the command that is called (or all, for help and completion) pays it.
    if (only.empty() || only == command.name) command.declare(*sub, action);
  }
  return app;
}

namespace {

int called(int argc, char** argv) {
  if (!lab::cpu_is_enough()) return report(lab::cpu_needed, lab::Exit::bad_input);
  Action action;
  const char* first = argc > 1 ? argv[1] : "";
  bool known = false;
  for (const CommandInfo& command : commands) known = known || std::strcmp(first, command.name) == 0;
  if (!known && first[0] != '\0' && first[0] != '-') return report(unknown_command(first), lab::Exit::usage);
  const std::unique_ptr<CLI::App> app = make_app(action, known ? first : "");
  try {
    app->parse(argc, argv);
    return action ? action() : 0;
  } catch (const CLI::Success& success) {
    app->exit(success);
    return 0;
  } catch (const CLI::ParseError& error) {
    return usage_error(error, *app);
  } catch (const lab::Error& error) {
    return report(error.what(), error.code());
  } catch (const std::bad_alloc&) {
    return report("there is not enough memory for this input", lab::Exit::bad_input);
  } catch (const std::exception& error) {
    return report(error.what(), lab::Exit::bad_input);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A limit on the size of files is told like a full disk, by the write that fails.
  std::signal(SIGXFSZ, SIG_IGN);
  // Memory that one step gives back the next takes again. Handed to the system in between, each page would be cleared
  // anew: a quarter of the time of reading a day of six axes.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const int code = called(argc, argv);
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  const bool told = code == static_cast<int>(lab::Exit::bad_input);
  return written || told ? code : report("standard output cannot be written in full", lab::Exit::bad_input);
}

}  // namespace vagus::cli

int main(int argc, char** argv) { return vagus::cli::main(argc, argv); }
