#include "lab/failures/error_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

constexpr std::size_t few_values = 8;
/// Beyond so many values quantiles are taken from every n-th.
constexpr std::size_t most_sorted = 200'000;

/// To a hundredth of the spread or finer, in decimals.
float readable(float value, float spread) {
  if (!(spread > 0)) return value;
  const double scale = std::pow(10.0, std::floor(std::log10(static_cast<double>(spread))) - 1);
  return static_cast<float>(std::round(static_cast<double>(value) / scale) * scale);
}

std::vector<float> sorted_sample(const std::vector<float>& values) {
  std::vector<float> known;
  const std::size_t each = std::max<std::size_t>(1, values.size() / most_sorted);
  for (std::size_t i = 0; i < values.size(); i += each)
    if (!std::isnan(values[i])) known.push_back(values[i]);
  std::sort(known.begin(), known.end());
  return known;
}

}  // namespace

void check(const ErrorTable& table) {
  const auto wrong = [](const std::string& what) { throw UsageError("the table of errors: " + what); };
  std::vector<bool> begun(table.subjects.size(), false);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const std::uint32_t s = table.subject[i];
    if (s >= table.subjects.size()) wrong("a row of a subject that is not listed");
    if (i > 0 && table.subject[i - 1] == s) continue;
    if (begun[s]) wrong("the rows of " + table.subjects[s] + " do not stand together");
    begun[s] = true;
  }
  for (const ErrorColumn& column : table.columns)
    if (column.values.size() != table.rows()) wrong("column " + column.name + " has another length");
  for (const ErrorKind& kind : table.kinds) {
    if (kind.errors.size() != table.rows() || kind.exposure.size() != table.rows())
      wrong(kind.name + " has another length");
    for (std::size_t i = 0; i < table.rows(); ++i) {
      if (!(kind.exposure[i] >= 0) || !std::isfinite(kind.exposure[i])) wrong(kind.name + ": no exposure can be that");
      if (kind.errors[i] > 0 && kind.exposure[i] <= 0) wrong(kind.name + ": an error where nothing was exposed");
    }
  }
}

float median(std::vector<float> values) {
  if (values.empty()) return unknown_value;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string text(const Condition& condition, const ErrorTable& table) {
  const ErrorColumn& column = table.columns[condition.column];
  if (column.is_word()) return column.what + " " + column.words[static_cast<std::size_t>(condition.bound)];
  const char* relation = condition.is == Condition::Is::above   ? "above "
                         : condition.is == Condition::Is::below ? "below "
                                                                : "";
  return column.what + " " + relation + shortest(condition.bound) + (column.unit.empty() ? "" : " " + column.unit);
}

std::vector<Condition> conditions_on(const ErrorColumn& column, std::size_t index, const std::vector<float>& values) {
  const std::vector<float> sorted = sorted_sample(values);
  std::vector<Condition> conditions;
  std::set<float> distinct;
  for (std::size_t i = 0; i < sorted.size() && distinct.size() <= few_values; ++i) distinct.insert(sorted[i]);
  if (distinct.size() < 2) return conditions;
  if (column.is_word() || distinct.size() <= few_values) {
    if (column.is_word()) distinct.insert(sorted.begin(), sorted.end());
    for (const float value : distinct) conditions.push_back({index, Condition::Is::equal, value});
    return conditions;
  }
  const auto at = [&](double p) {
    return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
  };
  const float spread = at(0.95) - at(0.05);
  const auto quantile = [&](double p) { return readable(at(p), spread); };
  const auto add = [&](const Condition& condition) {
    if (std::find(conditions.begin(), conditions.end(), condition) == conditions.end()) conditions.push_back(condition);
  };
  for (const double p : {0.75, 0.90, 0.95}) add({index, Condition::Is::above, quantile(p)});
  for (const double p : {0.25, 0.10, 0.05}) add({index, Condition::Is::below, quantile(p)});
  return conditions;
}

}  // namespace vagus::lab
