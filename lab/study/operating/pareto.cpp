#include "lab/study/operating/pareto.h"

#include "lab/base/error.h"

namespace vagus::lab::operating {

bool beats(const Setting& a, const Setting& b, std::span<const Objective> objectives) {
  bool better = false;
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const bool less = objectives[i].better == Better::less;
    const Interval &good = less ? a.values[i] : b.values[i], &bad = less ? b.values[i] : a.values[i];
    if (bad.high < good.low) return false;  // b is clearly better here
    better = better || good.high < bad.low;
  }
  return better;
}

std::vector<std::size_t> pareto_front(std::span<const Setting> settings, std::span<const Objective> objectives) {
  const std::size_t n = settings.size();
  for (const Setting& setting : settings) {
    if (setting.values.size() != objectives.size())
      throw UsageError("setting \"" + setting.name + "\" needs one value an objective");
    for (const Interval& value : setting.values)
      if (!(value.low <= value.high)) throw UsageError("setting \"" + setting.name + "\" has a value that is no range");
  }
  std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n, false));
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b) reaches[a][b] = a != b && beats(settings[a], settings[b], objectives);
  for (std::size_t via = 0; via < n; ++via)
    for (std::size_t a = 0; a < n; ++a)
      if (reaches[a][via])
        for (std::size_t b = 0; b < n; ++b)
          if (reaches[via][b]) reaches[a][b] = true;
  std::vector<std::size_t> front;
  for (std::size_t b = 0; b < n; ++b) {
    bool beaten = false;
    for (std::size_t a = 0; a < n && !beaten; ++a) beaten = reaches[a][b] && !reaches[b][a];
    if (!beaten) front.push_back(b);
  }
  return front;
}

}  // namespace vagus::lab::operating
