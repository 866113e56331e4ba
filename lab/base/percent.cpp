#include "lab/base/percent.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace vagus::lab {

std::string percent_digits(double share, int decimals) {
  const double scale = std::pow(10.0, decimals);
  double shown = 100 * share;
  if (share < 1 && std::round(shown * scale) >= 100 * scale) shown = 100 - 1 / scale;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, shown);
  return text.data();
}

}  // namespace vagus::lab
