#include "lab/report/sweep_plot.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "lab/report/html.h"
#include "lab/report/wave.h"
#include "lab/study/sweep_cost.h"

namespace vagus::lab {
namespace {

constexpr double plot_left = 130, plot_right = 1740, plot_top = 56, plot_bottom = 560;

struct Value {
  bool known = false;
  double value = 0;
  Interval range;
};

/// What is drawn along an axis.
struct Axis {
  std::string name;
  bool share = false;  ///< 0 to 1, printed in per cent
  bool logarithmic = false;
  std::optional<double> bound;
  std::function<Value(const SweptSetting&)> of;
  double low = 0, high = 1;  ///< drawn
  bool zeros = false;        ///< logarithmic, with values of 0: these stand at its lower end

  double place(double value) const {
    const double at = logarithmic ? std::log10(std::max(value, low)) : value;
    const double from = logarithmic ? std::log10(low) : low, to = logarithmic ? std::log10(high) : high;
    return std::clamp((at - from) / (to - from), 0.0, 1.0);
  }
  std::string text(double value) const {
    if (share) return percent(value);
    if (value == 0) return "0";
    std::string number = fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4);
    return number;
  }
};

Axis of_requirement(const StudySpec& spec, std::size_t index) {
  const RequirementSpec& asked = spec.requirements[index];
  const Statistic& about = statistic(asked.statistic);
  Axis axis;
  axis.name = asked.name + " (" + asked.statistic + ")";
  axis.share = quantity(about) == Quantity::share;
  axis.logarithmic = quantity(about) == Quantity::rate;
  axis.bound = asked.bound.bound;
  axis.of = [index](const SweptSetting& setting) {
    const Judgement& judgement = setting.figures[index].judgement;
    return Value{std::isfinite(judgement.estimate.value), judgement.estimate.value, judgement.one_sided};
  };
  return axis;
}

Axis of_objective(const std::string& name, std::size_t index) {
  Axis axis;
  axis.name = name;
  const bool cost = is_cost(name);
  axis.share = !cost && quantity(statistic(name)) == Quantity::share;
  axis.logarithmic = cost || quantity(statistic(name)) == Quantity::rate;
  axis.of = [index](const SweptSetting& setting) {
    const SweptObjective& one = setting.objectives[index];
    return Value{one.known && std::isfinite(one.value), one.value, one.range};
  };
  return axis;
}

/// Ends of an axis around all that is known, with room; false where nothing is.
bool span_axis(Axis& axis, const std::vector<SweptSetting>& settings) {
  bool any = false;
  double low = 0, high = 0, least = 0;
  const auto take = [&](double value) {
    if (!std::isfinite(value)) return;
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    if (value <= 0) axis.zeros = axis.logarithmic;
    if (value > 0) least = least > 0 ? std::min(least, value) : value;
    any = true;
  };
  for (const SweptSetting& setting : settings)
    if (const Value value = axis.of(setting); value.known) take(value.value);
  if (!any) return false;
  if (axis.bound) take(*axis.bound);
  if (axis.logarithmic) {
    if (!(least > 0)) return false;
    axis.low = axis.zeros ? least / 2.5 : least / 1.3;
    axis.high = std::max(high, least) * 1.3;
    return true;
  }
  const double room = std::max(0.05 * (high - low), 1e-3);
  axis.low = axis.share ? std::max(0.0, low - room) : low - room;
  axis.high = axis.share ? std::min(1.0, high + room) : high + room;
  return true;
}

std::vector<double> ticks(const Axis& axis) {
  std::vector<double> all;
  if (axis.logarithmic) {
    const bool wide = axis.high / axis.low > 40;
    double decade = std::pow(10, std::floor(std::log10(axis.low)));
    while (decade <= axis.high) {
      for (const double step : {1.0, 2.0, 5.0}) {
        if (wide && step != 1.0) continue;
        if (axis.zeros && decade * step < 1.5 * axis.low) continue;  // where "0" stands
        if (decade * step >= axis.low && decade * step <= axis.high) all.push_back(decade * step);
      }
      decade *= 10;
    }
    if (all.size() < 2) all = {axis.low, axis.high};
    return all;
  }
  const double step = round_step(axis.high - axis.low, 6);
  double k = std::ceil(axis.low / step - 1e-9);
  while (k * step <= axis.high + 1e-9 * step) all.push_back(k++ * step);
  return all;
}

std::string tick_text(const Axis& axis, double value) {
  std::string text = fixed(axis.share ? 100 * value : value, 4);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  if (text == "-0") text = "0";
  return text + (axis.share ? " %" : "");
}

double x_of(const Axis& axis, double value) { return plot_left + (plot_right - plot_left) * axis.place(value); }
double y_of(const Axis& axis, double value) { return plot_bottom - (plot_bottom - plot_top) * axis.place(value); }

std::string frame(const Axis& across, const Axis& up) {
  std::string out;
  for (const double value : ticks(up)) {
    const double y = y_of(up, value);
    out += "<path class=\"g\" d=\"M" + fixed(plot_left, 0) + " " + fixed(y, 1) + "H" + fixed(plot_right, 0) +
           "\"/><text text-anchor=\"end\" x=\"" + fixed(plot_left - 10, 0) + "\" y=\"" + fixed(y + 8, 1) + "\">" +
           tick_text(up, value) + "</text>";
  }
  for (const double value : ticks(across)) {
    const double x = x_of(across, value);
    out += "<path class=\"g\" d=\"M" + fixed(x, 1) + " " + fixed(plot_top, 0) + "V" + fixed(plot_bottom, 0) +
           "\"/><text text-anchor=\"middle\" x=\"" + fixed(x, 1) + "\" y=\"" + fixed(plot_bottom + 32, 0) + "\">" +
           tick_text(across, value) + "</text>";
  }
  if (across.zeros)
    out += "<text text-anchor=\"middle\" x=\"" + fixed(plot_left, 0) + "\" y=\"" + fixed(plot_bottom + 32, 0) +
           "\">0</text>";
  if (up.bound)
    out += "<path class=\"bound\" d=\"M" + fixed(plot_left, 0) + " " + fixed(y_of(up, *up.bound), 1) + "H" +
           fixed(plot_right, 0) + "\"/>";
  if (across.bound)
    out += "<path class=\"bound\" d=\"M" + fixed(x_of(across, *across.bound), 1) + " " + fixed(plot_top, 0) + "V" +
           fixed(plot_bottom, 0) + "\"/>";
  out += "<text text-anchor=\"middle\" x=\"" + fixed((plot_left + plot_right) / 2, 0) + "\" y=\"" +
         fixed(plot_bottom + 68, 0) + "\">" + escaped(across.name) + (across.logarithmic ? ", logarithmic" : "") +
         "</text><text x=\"" + fixed(plot_left, 0) + "\" y=\"" + fixed(plot_top - 24, 0) + "\">" + escaped(up.name) +
         "</text>";
  return out;
}

bool was_chosen(const SweepResult& sweep, const SweptSetting& setting) {
  return std::any_of(sweep.choices.begin(), sweep.choices.end(),
                     [&](const SweepChoice& choice) { return choice.config == setting.config; });
}

std::string title_of(const Axis& across, const Axis& up, const SweptSetting& setting) {
  std::string text;
  for (const auto& [key, value] : setting.config) text += (text.empty() ? "" : ", ") + key + " " + shortest(value);
  return "<title>" + escaped(text) + ": " + up.text(up.of(setting).value) + ", " +
         across.text(across.of(setting).value) + "</title>";
}

std::string point(const Axis& across, const Axis& up, const SweptSetting& setting, bool chosen) {
  const Value at = across.of(setting), height = up.of(setting);
  const double x = x_of(across, at.value), y = y_of(up, height.value);
  std::string out;
  if (setting.front) {
    const auto end = [](const Axis& axis, double value) { return std::isfinite(value) ? value : axis.high; };
    out += "<path class=\"gs\" d=\"M" + fixed(x_of(across, at.range.low), 1) + " " + fixed(y, 1) + "H" +
           fixed(x_of(across, end(across, at.range.high)), 1) + "M" + fixed(x, 1) + " " +
           fixed(y_of(up, height.range.low), 1) + "V" + fixed(y_of(up, end(up, height.range.high)), 1) + "\"/>";
  }
  out += setting.front ? "<circle class=\"dot\" r=\"9\" cx=\"" + fixed(x, 1) + "\" cy=\"" + fixed(y, 1) + "\">"
                       : "<circle class=\"c\" r=\"6\" cx=\"" + fixed(x, 1) + "\" cy=\"" + fixed(y, 1) + "\">";
  out += title_of(across, up, setting) + "</circle>";
  if (chosen) out += "<circle class=\"chosen\" r=\"17\" cx=\"" + fixed(x, 1) + "\" cy=\"" + fixed(y, 1) + "\"/>";
  return out;
}

/// The drawing in words: how many settings, how many on the front, and its ends.
std::string in_words(const Axis& across, const Axis& up, const SweepResult& sweep) {
  std::vector<const SweptSetting*> front;
  std::int64_t drawn = 0;
  for (const SweptSetting& setting : sweep.settings) {
    if (!across.of(setting).known || !up.of(setting).known) continue;
    ++drawn;
    if (setting.front) front.push_back(&setting);
  }
  std::string text = plural(drawn, "setting") + ": " + up.name + " upwards, " + across.name + " across. " +
                     counted(static_cast<std::int64_t>(front.size())) + " on the front";
  if (front.empty()) return text + ".";
  const auto value_across = [&](const SweptSetting* one) { return across.of(*one).value; };
  const auto before = [&](const SweptSetting* a, const SweptSetting* b) {
    return std::pair(value_across(a), up.of(*a).value) < std::pair(value_across(b), up.of(*b).value);
  };
  const auto [first, last] = std::minmax_element(front.begin(), front.end(), before);
  text += ", from " + up.text(up.of(**first).value) + " at " + across.text(value_across(*first)) + " to " +
          up.text(up.of(**last).value) + " at " + across.text(value_across(*last)) + ".";
  return text;
}

}  // namespace

std::string sweep_plot(const StudySpec& spec, const SweepResult& sweep) {
  if (spec.requirements.empty() || sweep.settings.empty()) return {};
  Axis up = of_requirement(spec, 0);
  std::vector<Axis> others;
  for (std::size_t i = 1; i < spec.requirements.size(); ++i) others.push_back(of_requirement(spec, i));
  for (std::size_t j = 0; j < sweep.settings.front().objectives.size(); ++j)
    others.push_back(of_objective(sweep.settings.front().objectives[j].name, j));
  if (!span_axis(up, sweep.settings)) return {};
  std::string out;
  for (Axis& across : others) {
    if (!span_axis(across, sweep.settings)) continue;
    std::string front, rest;
    for (const SweptSetting& setting : sweep.settings) {
      if (!across.of(setting).known || !up.of(setting).known) continue;
      const bool chosen = was_chosen(sweep, setting);
      (setting.front || chosen ? front : rest) += point(across, up, setting, chosen);
    }
    const std::string words = in_words(across, up, sweep);
    out.append("<figure><svg viewBox=\"0 0 1800 650\" role=\"img\" aria-label=\"").append(escaped(words)).append("\">");
    out.append(frame(across, up)).append(rest).append(front).append("</svg><figcaption>").append(escaped(words));
    out +=
        " Filled: on the front, with intervals; hollow: beaten; ringed: chosen; dashed: the "
        "bounds.</figcaption></figure>\n";
  }
  return out;
}

}  // namespace vagus::lab
