#pragma once
/// A stretch of signal as a drawing: the wave on a scale, the detector's probes under it, and marks with shapes of
/// their own.
#include <string>
#include <string_view>
#include <vector>

#include "lab/study/steps.h"

namespace vagus::lab {

/// A moment that is marked.
struct Mark {
  enum class Kind : std::uint8_t { reference, missed, detected, wrong, candidate } kind = Kind::detected;
  double t_s = 0;
  std::string text;  ///< the beat's class, a score; may be empty
};

/// A stretch in which the detector cannot tell.
struct Shade {
  double t0_s = 0, t1_s = 0;
  std::string reason;
};

struct Wave {
  const Excerpt* excerpt = nullptr;
  std::vector<Mark> marks;
  std::vector<Shade> shades;
  std::string text;       ///< what the drawing shows, in words, for who cannot see it
  bool reference = true;  ///< a row for reference marks is kept free
};

/// A step of 1, 2 or 5 times a power of ten, so that about `lines` fit into `span`.
double round_step(double span, double lines);

/// An SVG element, 900 pixels wide at its own size; lines are simplified to half a pixel.
std::string draw(const Wave& wave);

/// Which marks drawings have: detected alone, reference marks beside them, or both compared.
enum class Key : std::uint8_t { detected, beside, compared };

/// The list that says what shapes and lines mean. `probes` are those drawn, in order.
std::string key_of_waves(Key of, const std::vector<ProbeTrace>& probes);

/// A line through points (x, y), y downwards, in whole units; a point with NaN parts it. Points nearer than half a unit
/// to the line without them are left out.
class Path {
 public:
  void add(double x, double y);
  /// The value of a `d` attribute.
  std::string take();

 private:
  void write(double x, double y, bool begin);
  void flush();
  std::string text_;
  bool open_ = false, held_ = false;
  double x0_ = 0, y0_ = 0;        // where the current straight piece begins
  double x1_ = 0, y1_ = 0;        // its last point
  double low_ = 0, high_ = 0;     // slopes it may have
  long last_x_ = 0, last_y_ = 0;  // last point written, in whole units
};

}  // namespace vagus::lab
