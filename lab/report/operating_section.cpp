#include "lab/report/operating_section.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/packed_wave.h"
#include "lab/report/wave.h"

namespace vagus::lab {
namespace {

constexpr double plot_left = 110, plot_right = 1690, plot_top = 20, plot_bottom = 420;

/// "0.97", without the noise of sums of steps.
std::string brief(double value) {
  std::string text = fixed(value, 4);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string written(const OperatingFigure& figure, double value) {
  if (!std::isfinite(value)) return "unknown";
  return figure.trials ? percent(value) : fixed(value, value < 1 ? 3 : 1) + " " + figure.unit;
}

/// The shares against the threshold, on an axis that begins at a round value below the lowest.
std::string drawing(const OperatingData& data) {
  std::vector<std::vector<double>> curves;
  double least = 1;
  for (const OperatingFigure& figure : data.figures) {
    if (!figure.trials) continue;
    auto& curve = curves.emplace_back();
    for (std::size_t t = 0; t < data.thresholds.size(); ++t) {
      curve.push_back(gross_value(data, figure, 0, t));
      if (std::isfinite(curve.back())) least = std::min(least, curve.back());
    }
  }
  double low = 0;
  for (const double begin : {0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99}) {
    if (least >= begin) low = begin;
  }
  const double first = data.thresholds.front(), last = data.thresholds.back();
  const auto x = [&](double value) { return plot_left + (plot_right - plot_left) * (value - first) / (last - first); };
  const auto y = [&](double share) { return plot_bottom - (plot_bottom - plot_top) * (share - low) / (1 - low); };
  std::string out, text = "Against " + data.threshold + " from " + brief(first) + " to " + brief(last) + ":";
  for (int i = 0; i <= 5; ++i) {
    const double share = low + (1 - low) * i / 5;
    out += "<path class=\"g\" d=\"M" + fixed(plot_left, 0) + " " + fixed(y(share), 0) + "H" + fixed(plot_right, 0) +
           "\"/><text text-anchor=\"end\" x=\"" + fixed(plot_left - 8, 0) + "\" y=\"" + fixed(y(share) + 8, 0) + "\">" +
           brief(100 * share) + (i == 5 ? " %" : "") + "</text>";
  }
  const double step = round_step(last - first, 8);
  for (double k = std::ceil(first / step - 1e-9); k * step <= last + 1e-9 * step; ++k)
    out += "<text text-anchor=\"middle\" x=\"" + fixed(x(k * step), 0) + "\" y=\"" + fixed(plot_bottom + 30, 0) +
           "\">" + brief(k * step) + "</text>";
  out += "<text text-anchor=\"middle\" x=\"" + fixed((plot_left + plot_right) / 2, 0) + "\" y=\"" +
         fixed(plot_bottom + 58, 0) + "\">" + escaped(data.threshold + (data.unit.empty() ? "" : ", " + data.unit)) +
         "</text>";
  std::size_t index = 0;
  for (const OperatingFigure& figure : data.figures) {
    if (!figure.trials) continue;
    const auto& curve = curves[index];
    std::string path;
    for (std::size_t t = 0; t < curve.size(); ++t) {
      if (std::isfinite(curve[t]))
        path += (path.empty() ? "M" : "L") + fixed(x(data.thresholds[t]), 0) + " " + fixed(y(curve[t]), 1);
    }
    const std::string style = "q" + std::to_string(index % 4);
    out.append("<path class=\"").append(style).append("\" d=\"").append(path).append("\"/>");
    out += "<text class=\"" + style + "\" x=\"" + fixed(plot_left + 20, 0) + "\" y=\"" +
           fixed(plot_bottom - 50 + 28 * static_cast<double>(index), 0) + "\">" + escaped(figure.name) +
           (index == 0 ? " (solid)" : " (dashed)") + "</text>";
    text += " " + figure.name + " goes from " + percent(curve.front()) + " to " + percent(curve.back()) + ";";
    ++index;
  }
  if (!data.ceilings.empty() && std::isfinite(data.ceilings.front())) {
    const double top = data.ceilings.front();
    out += "<path class=\"bound\" data-ceiling d=\"M" + fixed(plot_left, 0) + " " + fixed(y(top), 1) + "H" +
           fixed(plot_right, 0) + "\"/><text x=\"" + fixed(plot_left + 20, 0) + "\" y=\"" +
           fixed(y(top) + (y(top) < plot_top + 30 ? 26 : -8), 1) + "\">ceiling of " +
           escaped(data.figures.front().name) + ", " + percent(top) + "</text>";
    text += " no threshold can exceed a " + data.figures.front().name + " of " + percent(top) +
            ", since a gate before the score let no more through;";
  }
  const double at = x(data.thresholds[data.locked]);
  out += "<path class=\"mean\" d=\"M" + fixed(at, 0) + " " + fixed(plot_top, 0) + "V" + fixed(plot_bottom, 0) +
         "\"/><text text-anchor=\"middle\" x=\"" + fixed(std::clamp(at, plot_left + 40, plot_right - 40), 0) +
         "\" y=\"" + fixed(plot_bottom + 58, 0) + "\">locked</text>";
  text += " the locked point is " + brief(data.thresholds[data.locked]) + ".";
  return "<figure class=\"still\"><svg viewBox=\"0 0 1800 490\" role=\"img\" aria-label=\"" + escaped(text) + "\">" +
         out + "</svg><figcaption>" + escaped(text) + "</figcaption></figure>\n";
}

/// Some twelve thresholds, the locked one among them.
std::string table(const OperatingData& data) {
  std::string out =
      "<div class=\"scroll still\"><table><caption>" + escaped(data.groups.front()) +
      ", gross. What is not the locked point is exploratory.</caption><thead><tr><th class=\"t\" scope=\"col\">" +
      escaped(data.threshold) + "</th>";
  for (const OperatingFigure& figure : data.figures) out += "<th scope=\"col\">" + escaped(figure.name) + "</th>";
  out += "</tr></thead><tbody>\n";
  const std::size_t step = std::max<std::size_t>(1, data.thresholds.size() / 10);
  for (std::size_t t = 0; t < data.thresholds.size(); ++t) {
    const bool locked = t == data.locked;
    if (t % step != 0 && !locked && t + 1 != data.thresholds.size()) continue;
    out += "<tr><th class=\"t\" scope=\"row\">" + brief(data.thresholds[t]) + (locked ? " (locked)" : "") + "</th>";
    for (const OperatingFigure& figure : data.figures)
      out += "<td>" + escaped(written(figure, gross_value(data, figure, 0, t))) + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string operating_section(const OperatingData& data) {
  check(data);
  const bool gated = !data.ceilings.empty() && std::isfinite(data.ceilings.front());
  const std::string ceiling =
      gated ? "<p>What a gate before the score never passed counts as missed at every threshold: " +
                  escaped(data.groups.front()) + ", " + escaped(data.figures.front().name) + " can be " +
                  percent(data.ceilings.front()) + " at most.</p>\n"
            : "";
  return "<section id=\"operating-point\" class=\"follows\"><h2>Operating point</h2>\n<p>" + escaped(data.meaning) +
         " The verdict is about the locked point alone; every other is exploratory.</p>\n" + ceiling + drawing(data) +
         table(data) + "<script type=\"application/json\" id=\"operating\">" + script_json(operating_json(data)) +
         "</script></section>\n";
}

std::string follows(const OperatingData& data, const std::string& figure, FigureOver over, const std::string& group) {
  const auto at = std::find(data.groups.begin(), data.groups.end(), group);
  const bool known =
      std::any_of(data.figures.begin(), data.figures.end(), [&](const auto& f) { return f.id == figure; });
  if (at == data.groups.end() || !known) return {};
  return " data-follow=\"" + escaped(figure) + " " + name(over) + " " + std::to_string(at - data.groups.begin()) + "\"";
}

}  // namespace vagus::lab
