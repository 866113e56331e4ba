/// `vagus export DETECTOR -o DIR`: a detector's sources with a C interface, ready for somebody else's firmware.
#include "lab/deploy/export.h"

#include <fmt/format.h>

#include "apps/cli/command.h"

namespace vagus::cli {

void declare_export(CLI::App& app, Action& action) {
  struct Options {
    std::string detector, folder;
  };
  const auto options = std::make_shared<Options>();
  app.add_option("DETECTOR", options->detector, "which; `vagus detectors` lists them")->required();
  app.add_option("-o,--output", options->folder, "the folder to make; it must not be there, or be empty")
      ->type_name("DIR")
      ->required();
  app.footer(
      "Examples:\n"
      "  vagus export health.beats -o beats && make -C beats\n"
      "  make -C beats lib CROSS=arm-none-eabi- CPU=\"-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard\"");
  app.callback([options, &action] {
    action = [options] {
      const lab::DetectorInfo& info = lab::detector(options->detector);
      lab::write_export(lab::export_files(info), options->folder);
      fmt::print("{}: {} {}, {} bytes of state; README.md says how to build it\n", options->folder, info.contract->name,
                 info.contract->version, info.state_bytes);
      return 0;
    };
  });
}

}  // namespace vagus::cli
