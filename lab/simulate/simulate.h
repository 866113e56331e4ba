#pragma once
/// Recordings with exact truth, by kind of signal. Adding a kind adds one entry to `kinds()`.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab {

/// One setting of a simulator: a number with a range, or one of several words.
struct Parameter {
  std::string_view name, unit, meaning;
  double low = 0, high = 0, standard = 0;  ///< of words: the index
  std::vector<std::string_view> words = {};
};

/// Settings as a user writes them: name -> number or word. What is not named stands at its default.
using Settings = std::map<std::string, std::string>;

struct SimulatorKind {
  std::string_view name, summary, source;
  const std::vector<Parameter>* parameters;
  std::function<Recording(const Settings&, double duration_s, std::uint64_t seed)> make;
};

/// Changes whenever the bytes of a seed can: part of the name of whatever was simulated.
inline constexpr std::string_view simulator_version = "1";

/// Every simulator there is: "ecg".
const std::vector<SimulatorKind>& kinds();
/// UsageError with the nearest name if there is none.
const SimulatorKind& kind(std::string_view name);

/// Simulates. The same kind, settings, duration and seed give the same bytes everywhere.
/// @param duration_s  above 0, at most 172,800 (two days); rate, leads and duration together at most 2e8 samples
/// Throws UsageError on an unknown kind or setting (naming the nearest), a value out of range, or too long a recording.
/// The recording's attributes say `simulated` = "true", with kind and seed.
Recording simulate(std::string_view kind, const Settings& settings, double duration_s, std::uint64_t seed);

/// A table of settings with unit, range and default, for --help.
std::string describe(const SimulatorKind& kind);

namespace sim {

/// The value of each parameter, in order: the default, or what `settings` says. UsageError as `simulate`.
std::vector<double> values_of(const std::vector<Parameter>& parameters, const Settings& settings);

}  // namespace sim
}  // namespace vagus::lab
