#include "lab/score/share_text.h"

#include <cstdio>

#include "lab/stats/interval.h"

namespace vagus::lab {

std::string share_line(const std::string& name, Share share) {
  std::string line = name;
  line.resize(26, ' ');
  const std::string of = " (" + std::to_string(share.hits) + " of " + std::to_string(share.of) + ")\n";
  if (share.of == 0) return line + "      -" + std::string(21, ' ') + of;
  const Interval interval = clopper_pearson(static_cast<double>(share.hits), static_cast<double>(share.of));
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, "%7.3f %%  [%7.3f, %7.3f]", 100 * share.value(), 100 * interval.low,
                100 * interval.high);
  return line + buffer + of;
}

}  // namespace vagus::lab
