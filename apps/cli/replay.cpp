/// `vagus replay LOG`: a flight record from a device, run again: the same bits, or the first difference.
#include "lab/deploy/replay.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/cli/command.h"
#include "lab/base/error.h"

namespace vagus::cli {
namespace {

std::string read_file(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) throw lab::Error("this is a folder, not a flight record", path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw lab::Error("cannot be opened", path);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw lab::Error("cannot be read", path);
  return bytes;
}

std::string range(std::uint32_t first, std::uint32_t last) {
  return first == last ? std::to_string(first) : fmt::format("{} to {}", first, last);
}

void print(const lab::Replay& replay) {
  const lab::FlightWindow& newest = replay.record.windows.back();
  fmt::print("{} {}, {} blocks, {} windows run again, {} samples, {} answers compared\n", newest.detector,
             newest.version, replay.record.blocks, replay.windows, replay.rows, replay.answers);
  for (const lab::LostBlocks& lost : replay.record.lost) {
    fmt::print("lost{}: session {} block {}\n",
               lost.certain ? "" : ", or let go (the end of the window after them is lost)", lost.session,
               range(lost.first, lost.last));
  }
  for (const std::size_t place : replay.record.corrupt) fmt::print("damaged: the block at byte {}\n", place);
  for (const std::string& why : replay.left_out) fmt::print("left out: {}\n", why);
  if (replay.rows_cut_off > 0)
    fmt::print("{} samples stand behind a lost block and could not be run again\n", replay.rows_cut_off);
  if (!replay.difference) {
    fmt::print("the same bits\n");
    return;
  }
  const lab::ReplayDifference& d = *replay.difference;
  fmt::print("differs: session {} window {}, {} at sample {}{}: recorded {}, here {}\n", d.session, d.window, d.what,
             d.pushed, d.field.empty() ? "" : ", field " + d.field, d.recorded, d.here);
}

}  // namespace

void declare_replay(CLI::App& app, Action& action) {
  struct Options {
    std::string log;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  app.add_option("LOG", options->log, "a flight record: the device's blocks, in any order")->required();
  app.add_flag("--json", options->json, "as a JSON object");
  app.footer(
      "Examples:\n  vagus replay flight.bin\n  vagus replay flight.bin --json\n"
      "Exit codes: 0 the same bits (of all that is there; lost blocks are named), 1 not, 3 unreadable.");
  app.callback([options, &action] {
    action = [options] {
      const std::string bytes = read_file(options->log);
      try {
        const lab::Replay replay = lab::replay(std::as_bytes(std::span(bytes)));
        if (options->json) {
          fmt::print("{}\n", replay.json().dump(2));
        } else {
          print(replay);
        }
        return static_cast<int>(replay.difference ? lab::Exit::not_met : lab::Exit::done);
      } catch (const lab::Error& error) {
        throw lab::Error(error.what(), options->log);
      }
    };
  });
}

}  // namespace vagus::cli
