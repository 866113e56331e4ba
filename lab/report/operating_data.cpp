#include "lab/report/operating_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr const char* sum_names[] = {"tp", "fn", "fp", "exposure"};

const std::vector<double>& column(const OperatingRow& row, Sum sum) {
  const std::vector<double>* columns[] = {&row.tp, &row.fn, &row.fp, &row.exposure};
  return *columns[static_cast<std::size_t>(sum)];
}

/// A whole number without a fraction is written without one.
Json plain(double value) {
  if (std::isfinite(value) && std::abs(value) < 9e15 && value == std::floor(value))
    return static_cast<std::int64_t>(value);
  return number(value);
}

/// The first value, then what each adds; zeros at the end are left out.
Json differences(const std::vector<double>& values) {
  Json json = Json::array();
  std::size_t used = values.empty() ? 0 : 1;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] != values[i - 1]) used = i + 1;
  }
  for (std::size_t i = 0; i < used; ++i) json.push_back(plain(i == 0 ? values[0] : values[i] - values[i - 1]));
  return json;
}

Json names_of(const std::vector<Sum>& sums) {
  Json json = Json::array();
  for (const Sum sum : sums) json.push_back(sum_names[static_cast<std::size_t>(sum)]);
  return json;
}

void refuse(bool wrong, const char* why) {
  if (wrong) throw UsageError(std::string("operating points: ") + why);
}

}  // namespace

const char* name(FigureOver over) {
  constexpr const char* names[] = {"gross", "average", "worst", "worst_row"};
  return names[static_cast<std::size_t>(over)];
}

std::vector<OperatingFigure> share_figures() {
  return {{"sensitivity", "Sensitivity", {Sum::tp}, {Sum::tp, Sum::fn}, true, ""},
          {"predictivity", "Positive predictivity", {Sum::tp}, {Sum::tp, Sum::fp}, true, ""}};
}

OperatingFigure false_alarm_figure(const std::string& name, const std::string& unit) {
  return {"false_alarms", name, {Sum::fp}, {Sum::exposure}, false, unit};
}

double gross_value(const OperatingData& data, const OperatingFigure& figure, std::size_t group, std::size_t threshold) {
  double over = 0, under = 0;
  for (const OperatingRow& row : data.rows) {
    if (std::find(row.groups.begin(), row.groups.end(), group) == row.groups.end()) continue;
    for (const Sum sum : figure.numerator) over += column(row, sum)[threshold];
    for (const Sum sum : figure.denominator) under += column(row, sum)[threshold];
  }
  return under > 0 ? over / under : std::numeric_limits<double>::quiet_NaN();
}

void check(const OperatingData& data) {
  const auto& thresholds = data.thresholds;
  refuse(thresholds.size() < 2 || thresholds.size() > 256, "2 to 256 thresholds are needed");
  for (std::size_t i = 0; i < thresholds.size(); ++i)
    refuse(!std::isfinite(thresholds[i]) || (i > 0 && thresholds[i] <= thresholds[i - 1]), "thresholds must ascend");
  refuse(data.locked >= thresholds.size(), "the locked threshold is not among them");
  refuse(data.figures.empty() || data.groups.empty(), "a figure and a group are needed");
  refuse(!data.ceilings.empty() && data.ceilings.size() != data.groups.size(), "a ceiling is needed for each group");
  refuse(data.resamples < 100 || data.seed >= (std::uint64_t{1} << 53U), "resamples or seed out of range");
  for (const OperatingRow& row : data.rows) {
    for (const Sum sum : {Sum::tp, Sum::fn, Sum::fp, Sum::exposure}) {
      const auto& values = column(row, sum);
      refuse(values.size() != thresholds.size(), "a row needs a sum for each threshold");
      refuse(std::any_of(values.begin(), values.end(), [](double v) { return !(v >= 0) || !std::isfinite(v); }),
             "sums are 0 or more");
    }
    refuse(std::any_of(row.groups.begin(), row.groups.end(), [&](std::size_t g) { return g >= data.groups.size(); }),
           "a row's group is not in the list");
  }
  for (const OperatingRequirement& one : data.requirements) {
    const bool known = std::any_of(data.figures.begin(), data.figures.end(),
                                   [&](const OperatingFigure& figure) { return figure.id == one.figure; });
    refuse(!known || one.group >= data.groups.size(), "a requirement is about a figure or group that is not there");
  }
}

Json operating_json(const OperatingData& data) {
  check(data);
  Json thresholds = Json::array(), figures = Json::array(), rows = Json::array(), requirements = Json::array();
  for (const double value : data.thresholds) thresholds.push_back(plain(value));
  for (const OperatingFigure& figure : data.figures)
    figures.push_back({{"id", figure.id},
                       {"name", figure.name},
                       {"numerator", names_of(figure.numerator)},
                       {"denominator", names_of(figure.denominator)},
                       {"trials", figure.trials},
                       {"unit", figure.unit}});
  for (const OperatingRow& row : data.rows) {
    Json json = {{"name", row.name}, {"subject", row.subject}, {"groups", row.groups}};
    for (const Sum sum : {Sum::tp, Sum::fn, Sum::fp, Sum::exposure})
      json[sum_names[static_cast<std::size_t>(sum)]] = differences(column(row, sum));
    rows.push_back(std::move(json));
  }
  for (const OperatingRequirement& one : data.requirements)
    requirements.push_back({{"name", one.name},
                            {"figure", one.figure},
                            {"over", name(one.over)},
                            {"group", one.group},
                            {"direction", one.direction == Direction::at_least ? "at_least" : "at_most"},
                            {"bound", number(one.bound)},
                            {"confidence", number(one.confidence)}});
  Json ceilings = Json::array();
  for (const double one : data.ceilings) ceilings.push_back(number(one));
  return {{"schema", "vagus.operating/1"},
          {"threshold",
           {{"name", data.threshold},
            {"unit", data.unit},
            {"meaning", data.meaning},
            {"values", thresholds},
            {"locked", data.locked}}},
          {"figures", figures},
          {"groups", data.groups},
          {"ceilings", ceilings},
          {"rows", rows},
          {"requirements", requirements},
          {"interval",
           {{"method", data.method == IntervalMethod::bootstrap ? "bootstrap" : "effective_trials"},
            {"seed", data.seed},
            {"resamples", data.resamples},
            {"confidence", number(data.confidence)}}}};
}

}  // namespace vagus::lab
