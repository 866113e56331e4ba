#include "lab/report/wave.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/report/html.h"

namespace vagus::lab {
namespace {

/// Two units are a pixel at the drawing's own size.
constexpr double width = 1800, left = 96, right = width - 4;
constexpr double row_height = 46, wave_height = 290, probe_height = 100, axis_height = 34;
/// A wave is never drawn taller than this would be: noise of some microvolts shall look small.
constexpr double least_span_mv = 0.5;
constexpr int probe_styles = 4;

std::string whole(double value) { return std::to_string(std::lround(value)); }

struct Scale {
  double low = 0, high = 1, top = 0, height = 1;
  double y(double value) const { return top + height * (high - value) / (high - low); }
};

Scale scale_of(double low, double high, double least_span, double top, double height) {
  if (!(low <= high)) {
    low = 0;
    high = 0;
  }
  const double span = std::max({high - low, least_span, 1e-9});
  const double middle = (low + high) / 2;
  return {middle - 0.54 * span, middle + 0.54 * span, top, height};
}

class Drawing {
 public:
  Drawing(const Wave& wave) : wave_(wave), excerpt_(*wave.excerpt) {}

  std::string take() {
    double top = wave_.reference ? row_height : 0;
    signal(top);
    top += wave_height + row_height;
    for (const auto& panel : panels()) {
      probes(panel, top);
      top += probe_height + 10;
    }
    shades(top);
    marks();
    seconds(top);
    const std::string height = whole(top + axis_height);
    return "<svg viewBox=\"0 0 " + whole(width) + " " + height + "\" role=\"img\" aria-label=\"" + escaped(wave_.text) +
           "\">" + under_ + out_ + "</svg>";
  }

 private:
  double x(double t_s) const { return left + (right - left) * (t_s - excerpt_.t0_s) / (excerpt_.t1_s - excerpt_.t0_s); }

  void text(double at_x, double at_y, std::string_view what, std::string_view anchor, std::string_view style = {}) {
    out_ += "<text x=\"" + whole(at_x) + "\" y=\"" + whole(at_y) + "\"";
    if (anchor != "start") out_ += " text-anchor=\"" + std::string(anchor) + "\"";
    if (!style.empty()) out_ += " class=\"" + std::string(style) + "\"";
    out_ += ">" + escaped(what) + "</text>";
  }

  void lines(const Scale& scale, double count, const std::string& unit) {
    const double step = round_step(scale.high - scale.low, count);
    std::string grid;
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
    bool named = false;
    const double first = std::ceil(scale.low / step) * step;
    for (int i = 0; first + i * step <= scale.high; ++i) {
      const double value = first + i * step;
      const double at = scale.y(value);
      grid += "M" + whole(left) + " " + whole(at) + "H" + whole(right);
      if (at < scale.top + 16 || at > scale.top + scale.height - 4) continue;
      std::string label = fixed(std::abs(value) < step / 2 ? 0 : value, decimals);
      if (!named && !unit.empty()) label += " " + unit;
      named = true;
      text(left - 8, at + 7, label, "end");
    }
    under_ += "<path class=\"g\" d=\"" + grid + "\"/>";
  }

  void signal(double top) {
    const Trace& trace = excerpt_.signal;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const float value : trace.values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, static_cast<double>(value));
      high = std::max(high, static_cast<double>(value));
    }
    const Scale scale = scale_of(low, high, trace.unit == "mv" ? least_span_mv : 0, top, wave_height);
    lines(scale, 5, trace.unit == "mv" ? "mV" : trace.unit);
    Path path;
    for (std::size_t i = 0; i < trace.values.size(); ++i) {
      path.add(x(trace.t0_s + static_cast<double>(i) / trace.rate_hz), scale.y(static_cast<double>(trace.values[i])));
    }
    out_ += "<path class=\"e\" d=\"" + path.take() + "\"/>";
  }

  double reach(std::size_t probe) const {
    double largest = 0;
    for (const ProbePoint& point : excerpt_.probes[probe].points) {
      if (std::isfinite(point.value)) largest = std::max(largest, std::abs(static_cast<double>(point.value)));
    }
    return largest;
  }

  /// A feature and its threshold are compared on one scale: probes of one unit share a panel, unless one would be a
  /// flat line beside the other.
  std::vector<std::vector<std::size_t>> panels() const {
    constexpr double comparable = 12;
    std::vector<std::vector<std::size_t>> found;
    for (std::size_t i = 0; i < excerpt_.probes.size(); ++i) {
      const double own = reach(i);
      const auto fits = [&](const std::vector<std::size_t>& panel) {
        const double first = reach(panel.front());
        return excerpt_.probes[panel.front()].unit == excerpt_.probes[i].unit && own <= comparable * first &&
               first <= comparable * own;
      };
      // The nearest panel above: a threshold is declared after what it is held against.
      const auto panel = std::find_if(found.rbegin(), found.rend(), fits);
      if (panel == found.rend()) {
        found.push_back({i});
      } else {
        panel->push_back(i);
      }
    }
    return found;
  }

  void probes(const std::vector<std::size_t>& which, double top) {
    const std::string& unit = excerpt_.probes[which.front()].unit;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const std::size_t index : which) {
      for (const ProbePoint& point : excerpt_.probes[index].points) {
        if (!std::isfinite(point.value)) continue;
        low = std::min(low, static_cast<double>(point.value));
        high = std::max(high, static_cast<double>(point.value));
      }
    }
    const Scale scale = scale_of(low, high, 0, top, probe_height);
    lines(scale, 3, unit == "mv" ? "mV" : unit);
    under_ += "<path class=\"gs\" d=\"M" + whole(left) + " " + whole(top - 5) + "H" + whole(right) + "\"/>";
    double label_x = left + 8;
    for (const std::size_t index : which) {
      const ProbeTrace& probe = excerpt_.probes[index];
      const std::string style = "p" + std::to_string(index % probe_styles);
      Path path;
      for (const ProbePoint& point : probe.points) path.add(x(point.t_s), scale.y(static_cast<double>(point.value)));
      out_ += "<path class=\"" + style + "\" d=\"" + path.take() + "\"/>";
      text(label_x, top + 18, probe.name, "start", style);
      label_x += 16.0 + 12.0 * static_cast<double>(probe.name.size());
    }
  }

  void shades(double bottom) {
    for (const Shade& shade : wave_.shades) {
      const double x0 = std::max(left, x(shade.t0_s)), x1 = std::min(right, x(shade.t1_s));
      if (!(x1 > x0)) continue;
      under_ += "<rect class=\"u\" x=\"" + whole(x0) + "\" y=\"0\" width=\"" + whole(x1 - x0) + "\" height=\"" +
                whole(bottom) + "\"><title>unreadable: " + escaped(shade.reason) + "</title></rect>";
    }
  }

  void marks() {
    const double above = row_height / 2 + 2, below = (wave_.reference ? row_height : 0) + wave_height + row_height / 2;
    for (const Mark& mark : wave_.marks) {
      if (mark.t_s < excerpt_.t0_s || mark.t_s > excerpt_.t1_s) continue;
      const double at = std::clamp(x(mark.t_s), left + 12, right - 12);
      const bool reference = mark.kind == Mark::Kind::reference || mark.kind == Mark::Kind::missed;
      const bool mistake = mark.kind == Mark::Kind::missed || mark.kind == Mark::Kind::wrong;
      if (mistake) {
        under_ += "<path class=\"fm\" d=\"M" + whole(at) + " " + whole(reference ? row_height : 0) + "V" +
                  whole(below + row_height / 2) + "\"/>";
      }
      constexpr const char* shapes[] = {"sr\" class=\"r", "sm\" class=\"m", "sd\" class=\"d", "sx\" class=\"x",
                                        "sc\" class=\"c"};
      out_ += "<use href=\"#" + std::string(shapes[static_cast<int>(mark.kind)]) + "\" x=\"" + whole(at) + "\" y=\"" +
              whole(reference ? above : below) + "\"/>";
      if (!mark.text.empty()) text(at + 16, (reference ? above : below) + 8, mark.text, "start");
    }
  }

  void seconds(double top) {
    std::string ticks;
    const double step = excerpt_.t1_s - excerpt_.t0_s > 20 ? 5 : 1;
    const double first = std::ceil(excerpt_.t0_s / step - 1e-9) * step;
    for (int i = 0; first + i * step <= excerpt_.t1_s; ++i) {
      const double t = first + i * step;
      ticks += "M" + whole(x(t)) + " 0V" + whole(top);
      if (x(t) < right - 60) text(x(t) + 4, top + 24, clock_time(t + 1e-6), "start");
    }
    under_ += "<path class=\"g\" d=\"" + ticks + "\"/>";
    under_ += "<path class=\"gs\" d=\"M" + whole(left) + " " + whole(top) + "H" + whole(right) + "\"/>";
  }

  const Wave& wave_;
  const Excerpt& excerpt_;
  std::string under_, out_;
};

std::string shape(const char* id, const char* style) {
  return std::string("<svg viewBox=\"-14 -14 28 28\" aria-hidden=\"true\"><use href=\"#") + id + "\" class=\"" + style +
         "\"/></svg>";
}

}  // namespace

double round_step(double span, double lines) {
  const double raw = span / lines, power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

void Path::add(double x, double y) {
  if (!std::isfinite(x) || !std::isfinite(y)) {
    flush();
    open_ = false;
    return;
  }
  if (!open_) {
    write(x, y, true);
    open_ = true;
    held_ = false;
    x0_ = x;
    y0_ = y;
    return;
  }
  constexpr double near = 0.5;
  if (held_) {
    const double dx = x - x0_;
    if (dx > 0 && y >= y0_ + low_ * dx && y <= y0_ + high_ * dx) {
      // Still within reach of one straight piece: narrow the slopes that pass near every point so far.
      low_ = std::max(low_, (y - near - y0_) / dx);
      high_ = std::min(high_, (y + near - y0_) / dx);
      x1_ = x;
      y1_ = y;
      return;
    }
    flush();
  }
  const double dx = std::max(x - x0_, 1e-9);
  low_ = (y - near - y0_) / dx;
  high_ = (y + near - y0_) / dx;
  x1_ = x;
  y1_ = y;
  held_ = true;
}

void Path::flush() {
  if (!held_) return;
  write(x1_, y1_, false);
  x0_ = x1_;
  y0_ = y1_;
  held_ = false;
}

void Path::write(double x, double y, bool begin) {
  const long at_x = std::lround(x), at_y = std::lround(y);
  if (begin) {
    text_ += "M" + std::to_string(at_x) + " " + std::to_string(at_y);
  } else {
    const long dx = at_x - last_x_, dy = at_y - last_y_;
    if (dx == 0 && dy == 0) return;
    if (dy == 0) {
      text_ += "h" + std::to_string(dx);
    } else if (dx == 0) {
      text_ += "v" + std::to_string(dy);
    } else {
      text_ += "l" + std::to_string(dx) + (dy < 0 ? "" : " ") + std::to_string(dy);
    }
  }
  last_x_ = at_x;
  last_y_ = at_y;
}

std::string Path::take() {
  flush();
  open_ = false;
  return std::move(text_);
}

std::string draw(const Wave& wave) { return Drawing(wave).take(); }

std::string key_of_waves(Key of, const std::vector<ProbeTrace>& probes) {
  std::string key = "<ul class=\"key\">";
  if (of == Key::compared) {
    key += "<li>" + shape("sr", "r") + "reference beat, found</li>";
    key += "<li>" + shape("sm", "m") + "reference beat, missed</li>";
    key += "<li>" + shape("sd", "d") + "detected, right</li>";
    key += "<li>" + shape("sx", "x") + "detected, false</li>";
  } else {
    if (of == Key::beside) key += "<li>" + shape("sr", "r") + "reference beat</li>";
    key += "<li>" + shape("sd", "d") + "detected</li>";
  }
  key += "<li>" + shape("sc", "c") + "weighed, not reported</li>";
  key +=
      "<li><svg viewBox=\"0 0 28 28\" aria-hidden=\"true\"><rect class=\"u\" width=\"28\" height=\"28\"/></svg>called "
      "unreadable</li>";
  for (std::size_t i = 0; i < probes.size(); ++i) {
    key += "<li><svg class=\"line\" viewBox=\"0 0 44 28\" aria-hidden=\"true\"><path class=\"p" +
           std::to_string(i % probe_styles) + "\" d=\"M0 14h44\"/></svg>probe: " + escaped(probes[i].name) + "</li>";
  }
  return key + "</ul>";
}

}  // namespace vagus::lab
