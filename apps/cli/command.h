#pragma once
/// A command of the program: declares its options on a CLI11 sub-command and does its work in `action`.
/// Each lives in its own file `apps/cli/NAME.cpp`; `main.cpp` lists them. An action returns an exit code or throws
/// lab::Error (whose code ends the program). Results go to standard output, messages to standard error.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace vagus::cli {

using Action = std::function<int()>;
/// Declares options on `app` (its footer with examples too) and stores what to do in `action`
/// from `app.callback` or that of one of its own sub-commands.
using Declare = void (*)(CLI::App& app, Action& action);

struct CommandInfo {
  const char* name;
  const char* summary;
  Declare declare;
};

std::span<const CommandInfo> all_commands();
/// The whole program's options; `only` names the one command to declare in full, "" for all.
std::unique_ptr<CLI::App> make_app(Action& action, std::string_view only);

void declare_run(CLI::App& app, Action& action);
void declare_detectors(CLI::App& app, Action& action);
void declare_info(CLI::App& app, Action& action);
void declare_convert(CLI::App& app, Action& action);
void declare_data(CLI::App& app, Action& action);
void declare_cost(CLI::App& app, Action& action);
void declare_simulate(CLI::App& app, Action& action);
void declare_score(CLI::App& app, Action& action);
void declare_study(CLI::App& app, Action& action);
void declare_release(CLI::App& app, Action& action);
void declare_export(CLI::App& app, Action& action);
void declare_new(CLI::App& app, Action& action);
void declare_port(CLI::App& app, Action& action);
void declare_replay(CLI::App& app, Action& action);
void declare_board(CLI::App& app, Action& action);
void declare_completion(CLI::App& app, Action& action);

/// `--plugin FILE`: detectors written in Python, or built as a shared object, are known too.
inline void add_plugin_option(CLI::App& app, std::string& file) {
  app.add_option(
         "--plugin", file,
         "a Python file whose detectors are known too (it needs the package vagus), or a .so of `vagus new detector`")
      ->type_name("FILE");
}

}  // namespace vagus::cli
