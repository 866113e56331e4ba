/// Names of units, quantities and placements, and conversions between units.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <numbers>
#include <string>

#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t') out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

constexpr std::array placements = {"unknown", "wrist", "waist", "chest", "pocket", "arm", "ankle",
                                   "thigh",   "head",  "hand",  "back",  "finger", "bag", "vehicle"};

struct Spelling {
  std::string_view text;
  Unit unit;
};

// Lower case without spaces. WFDB, EDF, MATLAB and phone exports write these.
constexpr std::array spellings = {
    Spelling{"millivolt", Unit::mv},    Spelling{"millivolts", Unit::mv}, Spelling{"microvolt", Unit::uv},
    Spelling{"microvolts", Unit::uv},   Spelling{"\u00b5v", Unit::uv},    Spelling{"\u03bcv", Unit::uv},
    Spelling{"volt", Unit::v},          Spelling{"volts", Unit::v},       Spelling{"gravity", Unit::g},
    Spelling{"m/s^2", Unit::mps2},      Spelling{"m/s2", Unit::mps2},     Spelling{"m/s\u00b2", Unit::mps2},
    Spelling{"m/s/s", Unit::mps2},      Spelling{"ms^-2", Unit::mps2},    Spelling{"m*s^-2", Unit::mps2},
    Spelling{"deg/s", Unit::dps},       Spelling{"degrees/s", Unit::dps}, Spelling{"\u00b0/s", Unit::dps},
    Spelling{"deg/sec", Unit::dps},     Spelling{"rad/s", Unit::rad_s},   Spelling{"radians/s", Unit::rad_s},
    Spelling{"rad/sec", Unit::rad_s},   Spelling{"radps", Unit::rad_s},   Spelling{"\u00b5t", Unit::ut},
    Spelling{"microtesla", Unit::ut},   Spelling{"mbar", Unit::hpa},      Spelling{"pascal", Unit::pa},
    Spelling{"\u00b0c", Unit::degc},    Spelling{"degc", Unit::degc},     Spelling{"celsius", Unit::degc},
    Spelling{"deg.c", Unit::degc},      Spelling{"beats/min", Unit::bpm}, Spelling{"1/min", Unit::bpm},
    Spelling{"/min", Unit::bpm},        Spelling{"msec", Unit::ms},       Spelling{"sec", Unit::s},
    Spelling{"seconds", Unit::s},       Spelling{"%", Unit::pct},         Spelling{"percent", Unit::pct},
    Spelling{"degrees", Unit::deg},     Spelling{"\u00b0", Unit::deg},    Spelling{"meter", Unit::m},
    Spelling{"metre", Unit::m},         Spelling{"meters", Unit::m},      Spelling{"m/s", Unit::mps},
    Spelling{"microsiemens", Unit::us}, Spelling{"\u00b5s", Unit::us},    Spelling{"lx", Unit::lux},
    Spelling{"counts", Unit::count},    Spelling{"none", Unit::none},     Spelling{"nd", Unit::none},
    Spelling{"nu", Unit::none},         Spelling{"a.u.", Unit::none},     Spelling{"au", Unit::none},
};

/// What a unit measures, and the factor that takes it to the first unit of its kind.
struct Scale {
  int kind;
  double factor;
};

constexpr Scale scale_of(Unit unit) {
  constexpr double standard_gravity = 9.80665;       // m/s2, CGPM 1901
  constexpr double pascal_per_mmhg = 133.322387415;  // conventional millimetre of mercury
  switch (unit) {
    case Unit::v:
      return {1, 1};
    case Unit::mv:
      return {1, 1e-3};
    case Unit::uv:
      return {1, 1e-6};
    case Unit::mps2:
      return {2, 1};
    case Unit::g:
      return {2, standard_gravity};
    case Unit::dps:
      return {3, 1};
    case Unit::rad_s:
      return {3, 180 / std::numbers::pi};
    case Unit::pa:
      return {4, 1};
    case Unit::hpa:
      return {4, 100};
    case Unit::mmhg:
      return {4, pascal_per_mmhg};
    case Unit::ms:
      return {5, 1e-3};
    case Unit::s:
      return {5, 1};
    default:
      return {100 + static_cast<int>(unit), 1};
  }
}

bool is_ecg_lead(const std::string& label) {
  constexpr std::array leads = {"i",   "ii",  "iii", "avr", "avl", "avf", "mli",  "mlii", "mliii",
                                "ml2", "d1",  "d2",  "d3",  "d4",  "v",   "mcl1", "mcl6", "cm2",
                                "cm4", "cm5", "cc5", "cb5", "es",  "as",  "ai",   "ekg",  "ecg"};
  if (std::find(leads.begin(), leads.end(), label) != leads.end()) return true;
  if (label.starts_with("ecg") || label.starts_with("ekg") || label.starts_with("lead")) return true;
  if (label.starts_with("mod.v")) return true;
  return label.size() == 2 && label[0] == 'v' && label[1] >= '1' && label[1] <= '9';
}

}  // namespace

std::string_view name(Placement placement) { return placements[static_cast<std::size_t>(placement)]; }

std::optional<Placement> placement_of(std::string_view text) {
  const auto at = std::find(placements.begin(), placements.end(), folded(text));
  if (at == placements.end()) return std::nullopt;
  return static_cast<Placement>(at - placements.begin());
}

std::optional<Unit> unit_of(std::string_view text) {
  const std::string key = folded(text);
  for (int i = 0; i < unit_count; ++i) {
    if (key == name(static_cast<Unit>(i))) return static_cast<Unit>(i);
  }
  const auto at = std::find_if(spellings.begin(), spellings.end(), [&](const Spelling& s) { return s.text == key; });
  if (at == spellings.end()) return std::nullopt;
  return at->unit;
}

std::optional<Quantity> quantity_of(std::string_view text) {
  const std::string key = folded(text);
  for (int i = 0; i < quantity_count; ++i) {
    if (key == name(static_cast<Quantity>(i))) return static_cast<Quantity>(i);
  }
  return std::nullopt;
}

Quantity quantity_from_label(std::string_view text) {
  const std::string label = folded(text);
  if (const auto exact = quantity_of(label)) return *exact;
  if (is_ecg_lead(label)) return Quantity::ecg;
  struct Known {
    std::string_view part;
    Quantity quantity;
  };
  // In order: the first that the label contains decides.
  constexpr std::array known = {
      Known{"eeg", Quantity::other}, Known{"emg", Quantity::other},    Known{"eog", Quantity::other},
      Known{"ecg", Quantity::ecg},   Known{"ekg", Quantity::ecg},      Known{"pleth", Quantity::ppg_1},
      Known{"ppg", Quantity::ppg_1}, Known{"bvp", Quantity::ppg_1},    Known{"resp", Quantity::resp},
      Known{"abp", Quantity::abp},   Known{"art", Quantity::abp},      Known{"spo2", Quantity::spo2},
      Known{"sao2", Quantity::spo2}, Known{"eda", Quantity::eda},      Known{"gsr", Quantity::eda},
      Known{"temp", Quantity::temp}, Known{"heartrate", Quantity::hr}, Known{"pulse", Quantity::hr},
  };
  for (const Known& k : known) {
    if (label.find(k.part) != std::string::npos) return k.quantity;
  }
  const char axis = label.empty() ? ' ' : label.back();
  if (axis < 'x' || axis > 'z') return Quantity::other;
  const auto along = [&](Quantity x) { return static_cast<Quantity>(static_cast<int>(x) + (axis - 'x')); };
  if (label.starts_with("acc")) return along(Quantity::acc_x);
  if (label.starts_with("gyr")) return along(Quantity::gyr_x);
  if (label.starts_with("mag")) return along(Quantity::mag_x);
  return Quantity::other;
}

std::optional<Conversion> conversion(Unit from, Unit to) {
  if (from == to) return Conversion{};
  const Scale a = scale_of(from);
  const Scale b = scale_of(to);
  if (a.kind != b.kind) return std::nullopt;
  // 1000 and not 0.001 / 1e-06 = 1000.0000000000001: a quotient of powers of ten is exact only the large way round.
  const double factor = a.factor >= b.factor ? std::round(a.factor / b.factor * 1e9) / 1e9
                                             : 1 / (std::round(b.factor / a.factor * 1e9) / 1e9);
  return Conversion{factor, 0};
}

}  // namespace vagus::lab
