#include "lab/report/evidence.h"

#include <algorithm>
#include <cmath>

#include "lab/report/html.h"
#include "lab/report/wave.h"

namespace vagus::lab {
namespace {

std::string sortable_heads(std::initializer_list<const char*> names) {
  std::string out = "<thead><tr>";
  bool first = true;
  for (const char* one : names) {
    out += std::string("<th scope=\"col\"") + (first || one == std::string_view("Confirmed") ? " class=\"t\"" : "") +
           "><button type=\"button\">" + one + "</button></th>";
    first = false;
  }
  return out + "</tr></thead><tbody>\n";
}

std::string valued(double value, const std::string& text) {
  return "<td data-v=\"" + (std::isfinite(value) ? fixed(value, 8) : std::string("-1")) + "\">" + text + "</td>";
}

std::string p_text(double p) { return p < 0.001 ? "&lt; 0.001" : fixed(p, 3); }

/// Bland-Altman: difference against mean, with bias and limits.
std::string agreement_plot(const Agreement& agreement, std::string& caption) {
  constexpr double left = 130, right = 1640, top = 20, bottom = 420;
  double x0 = 0, x1 = 1, y0 = std::min(agreement.low, 0.0), y1 = std::max(agreement.high, 0.0);
  bool first = true;
  for (const AgreementPair& pair : agreement.pairs) {
    const double mean = (pair.reference + pair.test) / 2, difference = pair.test - pair.reference;
    x0 = first ? mean : std::min(x0, mean);
    x1 = first ? mean : std::max(x1, mean);
    y0 = std::min(y0, difference);
    y1 = std::max(y1, difference);
    first = false;
  }
  const double margin_x = std::max(0.05 * (x1 - x0), 1e-9), margin_y = std::max(0.05 * (y1 - y0), 1e-9);
  x0 -= margin_x;
  x1 += margin_x;
  y0 -= margin_y;
  y1 += margin_y;
  const auto x = [&](double v) { return left + (right - left) * (v - x0) / (x1 - x0); };
  const auto y = [&](double v) { return bottom - (bottom - top) * (v - y0) / (y1 - y0); };
  std::string out;
  const double step_x = round_step(x1 - x0, 6), step_y = round_step(y1 - y0, 5);
  const auto tick = [](double value, double step) { return fixed(value, step < 1 ? 2 : 0); };
  for (int i = 0; std::ceil(y0 / step_y) * step_y + i * step_y <= y1; ++i) {
    const double value = (std::ceil(y0 / step_y) + i) * step_y;
    out += "<path class=\"g\" d=\"M" + fixed(left, 0) + " " + fixed(y(value), 0) + "H" + fixed(right, 0) +
           "\"/><text text-anchor=\"end\" x=\"" + fixed(left - 8, 0) + "\" y=\"" + fixed(y(value) + 8, 0) + "\">" +
           tick(value, step_y) + "</text>";
  }
  for (int i = 0; std::ceil(x0 / step_x) * step_x + i * step_x <= x1; ++i) {
    const double value = (std::ceil(x0 / step_x) + i) * step_x;
    out += "<text text-anchor=\"middle\" x=\"" + fixed(x(value), 0) + "\" y=\"" + fixed(bottom + 30, 0) + "\">" +
           tick(value, step_x) + "</text>";
  }
  const auto line = [&](double value, const char* style, const char* name) {
    out += std::string("<path class=\"") + style + "\" d=\"M" + fixed(left, 0) + " " + fixed(y(value), 1) + "H" +
           fixed(right, 0) + "\"/><text x=\"" + fixed(right + 8, 0) + "\" y=\"" + fixed(y(value) + 7, 0) + "\">" +
           name + "</text>";
  };
  for (const AgreementPair& pair : agreement.pairs) {
    out += "<circle class=\"dot\" r=\"7\" cx=\"" + fixed(x((pair.reference + pair.test) / 2), 1) + "\" cy=\"" +
           fixed(y(pair.test - pair.reference), 1) + "\"><title>" + escaped(pair.subject) + "</title></circle>";
  }
  line(agreement.bias, "mean", "bias");
  line(agreement.low, "bound", "lower");
  line(agreement.high, "bound", "upper");
  caption = agreement.quantity + ", test less reference against their mean, in " + agreement.unit + ": bias " +
            fixed(agreement.bias, 3) + ", limits of agreement " + fixed(agreement.low, 3) + " to " +
            fixed(agreement.high, 3) + ", " + plural(static_cast<std::int64_t>(agreement.pairs.size()), "pair") + "." +
            (agreement.method.empty() ? "" : " " + agreement.method + ".");
  return out;
}

}  // namespace

std::string slices_section(const Evidence& evidence) {
  if (evidence.slices.empty()) return {};
  std::string out =
      "<section class=\"fixed\"><h2 id=\"slices\">Where errors concentrate</h2>\n<p>A slice is an association, not a "
      "cause: a "
      "cause is claimed only after the factor was removed or simulated and the detector run again.</p>\n<div "
      "class=\"scroll\"><table class=\"sortable\"><caption>Ratio: error rate inside the slice to that outside. p is "
      "corrected for "
      "every conjunction searched; confirmed is judged on held-out subjects.</caption>" +
      sortable_heads({"Slice", "Errors", "Share of errors", "Share of signal", "Ratio", "p, corrected", "Confirmed"});
  for (const SliceRow& row : evidence.slices) {
    out += "<tr><td class=\"w\">" + escaped(row.where) + "</td>";
    out += valued(static_cast<double>(row.errors), counted(row.errors));
    out += valued(row.share_of_errors, percent(row.share_of_errors));
    out += valued(row.share_of_signal, percent(row.share_of_signal));
    out += valued(row.ratio, fixed(row.ratio, 1)) + valued(row.p_corrected, p_text(row.p_corrected));
    out += "<td class=\"w\">" + escaped(row.confirmed) +
           (row.smallest_ratio && row.confirmed != "yes"
                ? "<small>a ratio of " + fixed(*row.smallest_ratio, 1) + " could have been seen</small>"
                : std::string()) +
           "</td></tr>\n";
  }
  return out + "</tbody></table></div></section>\n";
}

std::string cost_section(const Evidence& evidence) {
  if (evidence.costs.empty()) return {};
  std::string out =
      "<section class=\"fixed\"><h2 id=\"cost\">Cost against budget</h2>\n<div class=\"scroll\"><table "
      "class=\"sortable\"><caption>Counted on emulated "
      "cores, energy modelled; neither measured on a board.</caption>" +
      sortable_heads({"Core", "What", "Cost", "Budget", "Used", "Verdict"});
  for (const CostRow& row : evidence.costs) {
    const auto amount = [&](double v) {
      return v == std::floor(v) ? counted(static_cast<std::int64_t>(v)) : fixed(v, 2);
    };
    out += "<tr><td class=\"t\">" + escaped(row.core) + "</td><td class=\"t\">" + escaped(row.metric) + "</td>";
    out += valued(row.measured,
                  amount(row.measured) + (row.up_to ? " to " + amount(*row.up_to) : "") + " " + escaped(row.unit));
    if (row.limit) {
      const double most = row.up_to.value_or(row.measured), used = most / *row.limit;
      const bool within = most <= *row.limit;
      out += valued(*row.limit, amount(*row.limit) + " " + escaped(row.unit)) + valued(used, percent(used));
      out += std::string("<td class=\"t\"><span class=\"") + (within ? "v-met\">within" : "v-not-met\">over") +
             " budget</span></td>";
    } else {
      out += valued(-1, "none stated") + valued(-1, "") + "<td></td>";
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div></section>\n";
}

std::string agreement_section(const Evidence& evidence) {
  if (evidence.agreements.empty()) return {};
  std::string out = "<section class=\"fixed\"><h2 id=\"agreement\">Agreement</h2>\n";
  for (const Agreement& agreement : evidence.agreements) {
    std::string caption;
    const std::string drawing = agreement_plot(agreement, caption);
    out += "<figure><svg viewBox=\"0 0 1800 460\" role=\"img\" aria-label=\"" + escaped(caption) + "\">" + drawing +
           "</svg><figcaption>" + escaped(caption) + "</figcaption></figure>\n";
  }
  return out + "</section>\n";
}

}  // namespace vagus::lab
