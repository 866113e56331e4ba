#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lab/base/percent.h"
#include "lab/score/ec57.h"

namespace vagus::lab {
namespace {

std::string padded(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}
std::string percent(double share) {
  if (std::isnan(share)) return "-";
  return percent_digits(share, 2);
}
std::string milliseconds(double ms) {
  if (std::isnan(ms)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", ms);
  return text;
}

struct Figure {
  const char* heading;
  Share (*of)(const Ec57&);
};
constexpr Figure figures[] = {
    {"Q Se", [](const Ec57& e) { return e.sensitivity(); }},
    {"Q +P", [](const Ec57& e) { return e.predictivity(); }},
    {"V Se", [](const Ec57& e) { return e.class_sensitivity('V'); }},
    {"V +P", [](const Ec57& e) { return e.class_predictivity('V'); }},
    {"S Se", [](const Ec57& e) { return e.class_sensitivity('S'); }},
    {"S +P", [](const Ec57& e) { return e.class_predictivity('S'); }},
};

/// Mean of a value over the records where it is defined.
template <class Value>
double mean(const std::vector<Ec57Row>& rows, Value value) {
  double sum = 0;
  int n = 0;
  for (const Ec57Row& row : rows) {
    const double v = value(row.counts);
    if (std::isnan(v)) continue;
    sum += v;
    ++n;
  }
  return n > 0 ? sum / n : std::nan("");
}

void counts_line(std::string& out, const std::string& label, std::size_t width, const Ec57& e) {
  out += label + std::string(width - label.size(), ' ');
  for (const std::int64_t n : {e.tp, e.fn, e.fp}) out += padded(std::to_string(n), 8);
}

}  // namespace

Ec57 gross(const std::vector<Ec57Row>& rows) {
  Ec57 sum;
  if (!rows.empty()) {
    sum.map = rows.front().counts.map;
    sum.clock_hz = rows.front().counts.clock_hz;
  }
  for (const Ec57Row& row : rows) sum += row.counts;
  return sum;
}

double average(const std::vector<Ec57Row>& rows, Share (Ec57::*share)() const) {
  return mean(rows, [share](const Ec57& e) { return (e.*share)().value(); });
}

std::string ec57_table(const std::vector<Ec57Row>& rows) {
  std::size_t width = 9;
  for (const Ec57Row& row : rows) width = std::max(width, row.recording.size() + 1);
  std::string out = "Record" + std::string(width - 6, ' ') + "      TP      FN      FP";
  for (const Figure& figure : figures) out += padded(figure.heading, 8);
  out += "  RR err\n";

  const auto shares = [&](const Ec57& e) {
    for (const Figure& figure : figures) out += padded(percent(figure.of(e).value()), 8);
    out += padded(milliseconds(e.rr_rms_ms()), 8) + "\n";
  };
  for (const Ec57Row& row : rows) {
    counts_line(out, row.recording, width, row.counts);
    shares(row.counts);
  }
  const Ec57 sum = gross(rows);
  counts_line(out, "Sum", width, sum);
  out += "\nGross" + std::string(width - 5 + 24, ' ');
  shares(sum);
  out += "Average" + std::string(width - 7 + 24, ' ');
  for (const Figure& figure : figures)
    out += padded(percent(mean(rows, [&](const Ec57& e) { return figure.of(e).value(); })), 8);
  out += padded(milliseconds(mean(rows, [](const Ec57& e) { return e.rr_rms_ms(); })), 8) + "\n";
  return out;
}

}  // namespace vagus::lab
