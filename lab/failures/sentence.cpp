#include <fmt/format.h>

#include <array>
#include <cmath>

#include "lab/failures/slice_search.h"

namespace vagus::lab {
namespace {

std::string percent(double share) {
  const double p = 100 * share;
  return p >= 99.5 && share < 1 ? fmt::format("{:.1f} %", std::min(p, 99.9))
         : p >= 9.5             ? fmt::format("{:.0f} %", p)
                                : fmt::format("{:.2g} %", p);
}

std::string number_word(std::size_t n) {
  static constexpr std::array words = {"no",  "one",   "two",   "three", "four", "five",
                                       "six", "seven", "eight", "nine",  "ten"};
  return n < words.size() ? words[n] : std::to_string(n);
}

}  // namespace

std::string sentence(const Slice& slice, const ErrorTable& table) {
  const ErrorKind& kind = table.kinds[slice.kind];
  std::string where;
  for (const Condition& condition : slice.conditions) {
    where += where.empty() ? "" : " and ";
    if (slice.of_subjects && !table.columns[condition.column].is_word()) where += "a median ";
    where += text(condition, table);
  }
  if (slice.of_subjects) where = "subjects with " + where;
  std::string ratio = slice.share_of_errors >= 1 ? "none elsewhere"
                      : slice.ratio >= 10        ? fmt::format("{:.0f} times as often as elsewhere", slice.ratio)
                                                 : fmt::format("{:.2g} times as often as elsewhere", slice.ratio);
  return fmt::format("{} of {} come from {} of {}: {}, in {} subject{} ({})", percent(slice.share_of_errors),
                     kind.plural, percent(slice.share_of_signal), kind.signal, where, number_word(slice.subjects),
                     slice.subjects == 1 ? "" : "s", ratio);
}

}  // namespace vagus::lab
