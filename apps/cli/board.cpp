/// `vagus board PORT`: the conformance signals on a real board, over its serial line.
#include <fmt/format.h>

#include <optional>

#include "apps/cli/command.h"
#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/deploy/board_link.h"

namespace vagus::cli {
namespace {

struct BoardOptions {
  std::string port;
  int baud = 115200;
  std::vector<std::string> detectors;
  bool brief = false;
  bool json = false;
};

int check(const BoardOptions& options) {
  const std::unique_ptr<lab::Line> line = lab::open_serial(options.port, options.baud);
  lab::BoardReport report;
  std::optional<lab::Progress> progress;  // of one detector
  std::int64_t so_far = 0;
  try {
    report = lab::check_board(*line, options.detectors, options.brief, [&](std::int64_t done, std::int64_t all) {
      if (done < so_far || !progress) {
        progress.emplace("checking", all);
        so_far = 0;
      }
      progress->advance(done - so_far);
      so_far = done;
    });
  } catch (const lab::UsageError&) {
    throw;
  } catch (const lab::Error& error) {
    throw error.within(options.port + " ");
  }
  progress.reset();
  if (options.json) {
    fmt::print("{}\n", report.json().dump(2));
  } else {
    for (const lab::BoardDetector& d : report.detectors) {
      fmt::print("{:<18} {:<8} {:>9} samples {:>10} words  {}\n", d.name, d.version, d.samples, d.words,
                 d.same ? "the same bits" : "differs");
      if (!d.same) fmt::print("  {}\n", d.difference);
    }
    for (const std::string& name : report.missing) fmt::print("{:<18} is not on the board\n", name);
    if (report.repeated > 0) fmt::print("{} frames had to be asked again\n", report.repeated);
  }
  return static_cast<int>(report.same() ? lab::Exit::done : lab::Exit::not_met);
}

}  // namespace

void declare_board(CLI::App& app, Action& action) {
  const auto options = std::make_shared<BoardOptions>();
  app.add_option("PORT", options->port, "the serial port of a board that runs apps/firmware/link")->required();
  app.add_option("--baud", options->baud, "its speed [115200]")->type_name("N");
  app.add_option("--detector", options->detectors, "this one only; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--brief", options->brief, "the default rate and settings only, with every insult: a sixth of the time");
  app.add_flag("--json", options->json, "as a JSON object");
  app.footer(
      "Examples:\n  vagus board /dev/ttyACM0\n  vagus board /dev/ttyUSB0 --baud 921600 --detector health.beats --json\n"
      "Exit codes: 0 every word the same, 1 not (the first difference named), 3 no answer or another version.");
  app.callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace vagus::cli
