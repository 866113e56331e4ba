#include "lab/deploy/energy.h"

#include <algorithm>
#include <set>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr double day_s = 86400;
constexpr double mj_per_uj = 1e-3;
constexpr double mj_per_pj = 1e-9;

Range cycles_per_day(const Range& cycles_per_sample, const Day& day) {
  return cycles_per_sample * (day.rate_hz * day_s * day.duty);
}

/// The kinds of sensor a detector reads; what has no constants goes to `unknown`.
std::set<std::string> kinds_of(const Contract& contract, std::vector<std::string>& unknown) {
  std::set<std::string> kinds;
  for (const ChannelNeed& need : contract.reads) {
    if (need.optional) continue;
    const std::string quantity = name(need.quantity);
    if (quantity == "ecg")
      kinds.insert("ecg");
    else if (quantity.starts_with("ppg"))
      kinds.insert("ppg");
    else if (quantity.starts_with("acc"))
      kinds.insert("accelerometer");
    else if (quantity.starts_with("gyr"))
      kinds.insert("imu");
    else
      unknown.push_back(quantity);
  }
  if (kinds.count("imu") != 0) kinds.erase("accelerometer");  // one chip is both
  return kinds;
}

const FrontEnd& chosen(const EnergyConstants& constants, const std::string& kind,
                       const std::vector<std::string>& wished) {
  const FrontEnd* found = nullptr;
  for (const FrontEnd& sensor : constants.sensors) {
    if (sensor.kind != kind) continue;
    if (std::find(wished.begin(), wished.end(), sensor.name) != wished.end()) return sensor;
    if (found == nullptr) found = &sensor;
  }
  if (found == nullptr) throw Error("there are no constants of any sensor of kind " + kind);
  return *found;
}

void refuse_unneeded(const EnergyConstants& constants, const std::set<std::string>& kinds,
                     const std::vector<std::string>& wished) {
  std::vector<std::string> usable;
  for (const FrontEnd& sensor : constants.sensors) {
    if (kinds.count(sensor.kind) != 0) usable.push_back(sensor.name);
  }
  for (const std::string& name : wished) {
    if (std::find(usable.begin(), usable.end(), name) != usable.end()) continue;
    const std::string near = nearest(name, usable);
    std::string all;
    for (const std::string& one : usable) all += (all.empty() ? "" : ", ") + one;
    throw UsageError("the detector has no use for a sensor \"" + name + "\"",
                     near.empty() ? "it takes " + all : "did you mean \"" + near + "\"?");
  }
}

std::optional<Range> cycles_on(const Part& part, const DetectorCost& cost) {
  const auto core = cost.cores.find(part.core == "m55" ? "m55" : "m4f");
  if (core == cost.cores.end()) return std::nullopt;
  if (core->second.cycles_per_sample) return core->second.cycles_per_sample;
  // Without a model: instructions times what one may take.
  const Range each = part.cycles_per_instruction ? part.cycles_per_instruction->value : Range{1, 2};
  return each * core->second.instructions_per_sample;
}

bool any_measured(const Part& p) {
  return p.supply_v.measured || p.clock_mhz.measured || p.run_ua_per_mhz.measured || p.sleep_ua.measured ||
         (p.cycles_per_instruction && p.cycles_per_instruction->measured);
}
bool any_measured(const FrontEnd& s) {
  return s.supply_v.measured || s.active_ua.measured || s.standby_ua.measured ||
         (s.leds &&
          (s.leds->supply_v.measured || s.leds->peak_ma.measured || s.leds->on_us.measured || s.leds->pulses.measured));
}

double middle(const Range& r) { return r.low + r.high; }

}  // namespace

Range compute_mj_per_day(const Part& part, const Range& cycles_per_sample, const Day& day) {
  // 1 uA/MHz is 1 pC a cycle.
  return cycles_per_day(cycles_per_sample, day) * part.run_ua_per_mhz.value * part.supply_v.value * mj_per_pj;
}

Range sleep_mj_per_day(const Part& part, const Range& cycles_per_sample, const Day& day) {
  const Range cycles = cycles_per_day(cycles_per_sample, day), clock = part.clock_mhz.value * 1e6;
  const Range asleep_s = {std::max(0.0, day_s - cycles.high / clock.low), day_s - cycles.low / clock.high};
  return part.sleep_ua.value * part.supply_v.value * asleep_s * mj_per_uj;
}

Range sensor_mj_per_day(const FrontEnd& sensor, const Day& day) {
  const double on_s = day_s * day.duty;
  const Range own = (sensor.active_ua.value * on_s + sensor.standby_ua.value * (day_s - on_s)) * sensor.supply_v.value;
  if (!sensor.leds) return own * mj_per_uj;
  const LedDrive& led = *sensor.leds;
  // mA times us times pulses a second is nA.
  const Range mean_ua = led.peak_ma.value * led.on_us.value * led.pulses.value * (day.rate_hz * 1e-3);
  return (own + mean_ua * led.supply_v.value * on_s) * mj_per_uj;
}

DetectorEnergy energy_of(const DetectorInfo& detector, const DetectorCost& cost, const EnergyConstants& constants,
                         double duty, const std::vector<std::string>& sensors) {
  DetectorEnergy energy;
  const Day day = {cost.rate_hz, duty};
  const std::set<std::string> kinds = kinds_of(*detector.contract, energy.unknown);
  refuse_unneeded(constants, kinds, sensors);
  Range sensing;
  bool sensor_measured = false;
  for (const std::string& kind : kinds) {
    const FrontEnd& taken = chosen(constants, kind, sensors);
    sensing = sensing + sensor_mj_per_day(taken, day);
    sensor_measured = sensor_measured || any_measured(taken);
    for (const FrontEnd& one : constants.sensors) {
      if (one.kind == kind) energy.sensors.push_back({one.name, kind, sensor_mj_per_day(one, day), &one == &taken, {}});
    }
  }
  for (const Part& part : constants.parts) {
    const auto cycles = cycles_on(part, cost);
    if (!cycles) continue;
    energy.parts.push_back({part.name,
                            part.core,
                            sensing,
                            compute_mj_per_day(part, *cycles, day),
                            sleep_mj_per_day(part, *cycles, day),
                            any_measured(part) || sensor_measured,
                            part.core == "m33",
                            {}});
  }
  // The sensor is the same beside every part, so it does not tie them.
  const auto own = [](const PartEnergy& p) { return p.compute + p.sleep; };
  for (PartEnergy& a : energy.parts) {
    for (const PartEnergy& b : energy.parts) {
      if (&a != &b && overlap(own(a), own(b))) a.tied.push_back(b.part);
    }
  }
  for (SensorEnergy& a : energy.sensors) {
    for (const SensorEnergy& b : energy.sensors) {
      if (&a != &b && a.kind == b.kind && overlap(a.mj_per_day, b.mj_per_day)) a.tied.push_back(b.sensor);
    }
  }
  std::stable_sort(energy.parts.begin(), energy.parts.end(),
                   [&](const PartEnergy& a, const PartEnergy& b) { return middle(own(a)) < middle(own(b)); });
  std::stable_sort(energy.sensors.begin(), energy.sensors.end(), [](const SensorEnergy& a, const SensorEnergy& b) {
    return a.kind != b.kind ? a.kind < b.kind : middle(a.mj_per_day) < middle(b.mj_per_day);
  });
  return energy;
}

}  // namespace vagus::lab
