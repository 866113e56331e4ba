#pragma once
/// Energy a day of a detector on named parts, from its counts and sourced constants (energy.toml).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/deploy/cost.h"
#include "lab/deploy/range.h"
#include "lab/detect/detector.h"

namespace vagus::lab {

/// A number of a data sheet, or of somebody's bench.
struct Constant {
  Range value;
  std::string unit, source, revision, conditions;
  bool measured = false;
};

/// A microcontroller. `core` is "m4f", "m33" (which takes the M4F's count) or "m55".
struct Part {
  std::string name, core, note;
  Constant supply_v, clock_mhz, run_ua_per_mhz, sleep_ua;
  std::optional<Constant> cycles_per_instruction;  ///< where no cycles are modelled
};

/// What drives the LEDs of an optical front end.
struct LedDrive {
  Constant supply_v, peak_ma, on_us, pulses;
};

/// A sensor's front end. `kind` is "ecg", "ppg", "accelerometer", "imu".
struct FrontEnd {
  std::string name, kind, note;
  Constant supply_v, active_ua, standby_ua;
  std::optional<LedDrive> leds;
};

struct EnergyConstants {
  std::vector<Part> parts;
  std::vector<FrontEnd> sensors;
};

/// The constants that the program carries.
const EnergyConstants& energy_constants();
/// Reads a file of the form of energy.toml; errors name `where` and the line.
EnergyConstants read_energy_constants(std::string_view text, const std::string& where);

/// Puts bench values over constants: a TOML file of tables [part.NAME] and [sensor.NAME] whose keys are those of
/// energy.toml and whose values are a number or [low, high]:
///   [part.STM32L476]
///   run_ua_per_mhz = [92, 97]
/// Throws Error naming file and line where a part, a sensor or a key is not known or a value is no range.
void apply_measured(EnergyConstants& constants, std::string_view text, const std::string& where);

/// How a day is spent. `duty` is the share of it in which sensor and detector run (0..1).
struct Day {
  double rate_hz = 0;
  double duty = 1;
};

/// mJ a day. Each is a range because each constant is.
Range compute_mj_per_day(const Part& part, const Range& cycles_per_sample, const Day& day);
Range sleep_mj_per_day(const Part& part, const Range& cycles_per_sample, const Day& day);
Range sensor_mj_per_day(const FrontEnd& sensor, const Day& day);

/// The energy of a detector on one part. `measured`: a constant of the part or of its sensors came from the bench.
struct PartEnergy {
  std::string part, core;
  Range sensor, compute, sleep;
  bool measured = false;
  bool approximate = false;       ///< another core's count
  std::vector<std::string> tied;  ///< parts whose compute and sleep cannot be told from this one's
};
struct SensorEnergy {
  std::string sensor, kind;
  Range mj_per_day;
  bool chosen = false;
  std::vector<std::string> tied;  ///< of the same kind
};
struct DetectorEnergy {
  std::vector<PartEnergy> parts;      ///< least compute and sleep first
  std::vector<SensorEnergy> sensors;  ///< every front end of the kinds needed, least first
  std::vector<std::string> unknown;   ///< quantities it reads for which there are no constants
};

/// Energy on every part whose core was measured. Of each kind of sensor that the detector needs, that of `sensors` is
/// taken, else the first of the constants. Throws UsageError where `sensors` names what is not known or not needed.
DetectorEnergy energy_of(const DetectorInfo& detector, const DetectorCost& cost, const EnergyConstants& constants,
                         double duty, const std::vector<std::string>& sensors);

}  // namespace vagus::lab
