#pragma once
/// What a detector costs on a wrist's core: the figures, and how they go into JSON and come back.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/deploy/range.h"

namespace vagus::lab {

/// One function's part. Instructions are the mean per sample, without those of the functions it calls.
struct FunctionCost {
  double instructions_per_sample = 0;
  std::uint32_t flash_bytes = 0;
};

/// Whose the bytes of a detector in C are, and what it asks of others. The parts add up to `flash_bytes`.
struct LibraryFlash {
  std::uint32_t own_bytes = 0;      ///< of its sources, with what the linker aligns
  std::uint32_t libm_bytes = 0;     ///< newlib's
  std::uint32_t runtime_bytes = 0;  ///< memory functions and libgcc
  /// What its sources call that is not theirs: "memcpy" -> "memory", "sinf" -> "libm", "__aeabi_dmul" -> "libgcc".
  std::map<std::string, std::string> asks_for;
};

/// Cost on one core, over the conformance kit's standard signal.
struct CoreCost {
  double instructions_per_sample = 0;        ///< mean
  double instructions_per_sample_worst = 0;  ///< mean over the second that has most
  double instructions_per_second = 0;        ///< mean
  double loads_per_sample = 0, stores_per_sample = 0, taken_branches_per_sample = 0;
  std::uint32_t ram_bytes = 0;         ///< the state: sizeof
  std::uint32_t flash_bytes = 0;       ///< code, constants and initial values, with all that is pulled in
  std::uint32_t static_ram_bytes = 0;  ///< initialised or zeroed variables beside the state; none is as it should be
  std::uint32_t stack_bytes = 0;       ///< deepest, by painting: the larger of the next two
  std::uint32_t stack_make_bytes = 0;  ///< while the detector is made
  std::uint32_t stack_run_bytes = 0;   ///< in push, gap and finish
  std::optional<std::uint32_t> stack_bound_bytes;  ///< worst path by -fstack-usage, libgcc apart; of push, gap, finish
  std::optional<Range> cycles_per_sample;          ///< modelled; nothing where no model is good enough
  std::map<std::string, FunctionCost> functions;
  std::optional<LibraryFlash> library_flash;  ///< of detectors in C, whose flash is theirs and other people's
};

struct DetectorCost {
  std::string detector, version, compiler;
  double rate_hz = 0;
  std::map<std::string, CoreCost> cores;  ///< "m4f", "m55"
};

/// The metrics that budgets and comparisons speak of, by their names in JSON.
const std::vector<std::string>& cost_metrics();
double metric_of(const CoreCost& core, const std::string& metric);

Json to_json(const DetectorCost& cost);
/// Throws Error naming `where` and what is missing or not a number. Keys that are not known are passed over.
DetectorCost cost_of_json(const Json& json, const std::string& where);

}  // namespace vagus::lab
