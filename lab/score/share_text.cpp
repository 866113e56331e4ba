#include "lab/score/share_text.h"

#include "lab/base/percent.h"
#include "lab/stats/interval.h"

namespace vagus::lab {

std::string share_line(const std::string& name, Share share) {
  std::string line = name;
  line.resize(26, ' ');
  const std::string of = " (" + std::to_string(share.hits) + " of " + std::to_string(share.of) + ")\n";
  if (share.of == 0) return line + "      -" + std::string(21, ' ') + of;
  const Interval interval = clopper_pearson(static_cast<double>(share.hits), static_cast<double>(share.of));
  const auto digits = [](double value) {
    const std::string text = percent_digits(value, 3);
    return std::string(text.size() < 7 ? 7 - text.size() : 0, ' ') + text;
  };
  return line + digits(share.value()) + " %  [" + digits(interval.low) + ", " + digits(interval.high) + "]" + of;
}

}  // namespace vagus::lab
