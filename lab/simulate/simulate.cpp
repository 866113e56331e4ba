#include "lab/simulate/simulate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/simulate/ecg.h"

namespace vagus::lab {
namespace {

constexpr double longest_s = 172800;

std::string range_of(const Parameter& p) {
  if (p.words.empty()) return shortest(p.low) + " .. " + shortest(p.high);
  std::string text;
  for (const std::string_view word : p.words) text.append(text.empty() ? "" : "|").append(word);
  return text;
}

double value_of(const Parameter& p, const std::string& text) {
  if (!p.words.empty()) {
    const auto it = std::find(p.words.begin(), p.words.end(), text);
    if (it == p.words.end())
      throw UsageError("'" + text + "' is not a value of " + std::string(p.name), "it takes " + range_of(p));
    return static_cast<double>(it - p.words.begin());
  }
  double value = 0;
  if (!parse_double(text, value) || !(value >= p.low && value <= p.high))
    throw UsageError(std::string(p.name) + " = '" + text + "' is not a number in its range",
                     range_of(p) + (p.unit.empty() ? "" : " ") + std::string(p.unit));
  return value;
}

}  // namespace

const std::vector<SimulatorKind>& kinds() {
  static const std::vector<SimulatorKind> all = {
      {"ecg", "ECG with exact beats, rhythms and noise marks",
       "McSharry, Clifford, Tarassenko, Smith, IEEE Trans Biomed Eng 50:289, 2003; f-waves: Stridh, Sornmo, IEEE Trans "
       "Biomed Eng 48:105, 2001",
       &sim::ecg_parameters(), sim::simulate_ecg},
  };
  return all;
}

const SimulatorKind& kind(std::string_view name) {
  std::vector<std::string> known;
  for (const SimulatorKind& k : kinds()) {
    if (k.name == name) return k;
    known.emplace_back(k.name);
  }
  const std::string near = nearest(name, known);
  throw UsageError("no simulator is called '" + std::string(name) + "'",
                   near.empty() ? "there is: ecg" : "did you mean " + near + "?");
}

Recording simulate(std::string_view kind_name, const Settings& settings, double duration_s, std::uint64_t seed) {
  const SimulatorKind& k = kind(kind_name);
  if (!(duration_s > 0 && duration_s <= longest_s))
    throw UsageError("a simulated recording lasts more than 0 and at most 172800 s");
  Recording recording = k.make(settings, duration_s, seed);
  recording.attributes["simulated"] = "true";
  recording.attributes["simulator"] = std::string(k.name);
  recording.attributes["seed"] = std::to_string(seed);
  return recording;
}

std::string describe(const SimulatorKind& k) {
  std::string text;
  for (const Parameter& p : *k.parameters) {
    std::string line = "  " + std::string(p.name);
    line.resize(std::max<std::size_t>(line.size() + 1, 24), ' ');
    line += range_of(p);
    if (!p.unit.empty()) line += " " + std::string(p.unit);
    line.resize(std::max<std::size_t>(line.size() + 1, 46), ' ');
    line += "[" +
            (p.words.empty() ? shortest(p.standard) : std::string(p.words[static_cast<std::size_t>(p.standard)])) + "]";
    line.resize(std::max<std::size_t>(line.size() + 1, 56), ' ');
    text += line + std::string(p.meaning) + "\n";
  }
  return text;
}

namespace sim {

std::vector<double> values_of(const std::vector<Parameter>& parameters, const Settings& settings) {
  std::vector<double> values;
  std::vector<std::string> known;
  for (const Parameter& p : parameters) {
    values.push_back(p.standard);
    known.emplace_back(p.name);
  }
  for (const auto& [key, text] : settings) {
    const auto it = std::find(known.begin(), known.end(), key);
    if (it == known.end()) {
      const std::string near = nearest(key, known);
      throw UsageError("no setting is called '" + key + "'",
                       near.empty() ? "--help lists them" : "did you mean " + near + "?");
    }
    const auto i = static_cast<std::size_t>(it - known.begin());
    values[i] = value_of(parameters[i], text);
  }
  return values;
}

}  // namespace sim
}  // namespace vagus::lab
