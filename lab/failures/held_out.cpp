#include "lab/failures/held_out.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace vagus::lab {
namespace {

constexpr double level = 0.05;
constexpr double power_z = 0.8416;  ///< of 80 %
constexpr double search_z = 4.2;    ///< what a slice must stand out by to be found at all
constexpr double most_ratio = 1000;

struct Moments {
  double n = 0, mean = 0, variance = 0;
};
Moments moments(const std::vector<double>& values) {
  Moments m;
  m.n = static_cast<double>(values.size());
  for (const double v : values) m.mean += v / m.n;
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / std::max(m.n - 1, 1.0);
  return m;
}

/// Probability of more than `t`, and the t that 5 % lie above.
double above(double t, double degrees) {
  return boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), t));
}
double critical(double degrees) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(degrees), level));
}

/// The least ratio from 1 to 1000 at which `seen` holds, to a part in a thousand.
template <class Seen>
std::optional<double> least(const Seen& seen) {
  double low = 0, high = std::log(most_ratio);
  if (!seen(most_ratio)) return std::nullopt;
  for (int i = 0; i < 24; ++i) {
    const double middle = (low + high) / 2;
    (seen(std::exp(middle)) ? high : low) = middle;
  }
  return std::exp(high);
}

}  // namespace

HeldOut held_out_rows(const std::vector<HeldOutSubject>& subjects, bool found_by_half) {
  HeldOut out;
  std::vector<HeldOutSubject> telling;
  for (const HeldOutSubject& s : subjects)
    if (s.errors > 0 && s.share > 0 && s.share < 1) telling.push_back(s);
  const auto n = static_cast<double>(telling.size());
  if (telling.size() < 3) return out;
  const auto z_of = [](const HeldOutSubject& s, double inside) {
    return (inside - s.errors * s.share) / std::sqrt(s.errors * s.share * (1 - s.share) + 0.25);
  };
  std::vector<double> z;
  z.reserve(telling.size());
  for (const HeldOutSubject& s : telling) z.push_back(z_of(s, s.inside));
  const Moments m = moments(z);
  if (found_by_half && m.variance > 0) out.p = above(m.mean * std::sqrt(n / m.variance), n - 1);
  const double spread = std::max(1.0, std::sqrt(m.variance));
  out.smallest_ratio = least([&](double ratio) {
    double mean = 0, pooled = 0, variance = 0;
    for (const HeldOutSubject& s : telling) {
      const double inside = s.errors * ratio * s.share / (1 - s.share + ratio * s.share);
      mean += z_of(s, inside) / n;
      pooled += inside - s.errors * s.share;
      variance += s.errors * s.share * (1 - s.share);
    }
    const bool searched = found_by_half || pooled / std::sqrt(variance) >= search_z + power_z;
    return searched && mean * std::sqrt(n) / spread >= critical(n - 1) + power_z;
  });
  return out;
}

HeldOut held_out_subjects(const std::vector<double>& inside, const std::vector<double>& outside, bool found_by_half) {
  HeldOut out;
  if (inside.size() < 2 || outside.size() < 2) return out;
  const Moments a = moments(inside), b = moments(outside);
  const double va = a.variance / a.n, vb = b.variance / b.n;
  if (!(va + vb > 0)) return out;
  const double degrees = std::max(1.0, (va + vb) * (va + vb) / (va * va / (a.n - 1) + vb * vb / (b.n - 1)));
  const double error = std::sqrt(va + vb);
  if (found_by_half) out.p = above((a.mean - b.mean) / error, degrees);
  if (!(b.mean > 0)) return out;
  const double wanted = (found_by_half ? critical(degrees) : std::max(search_z, critical(degrees))) + power_z;
  const double ratio = std::pow((b.mean + wanted * error) / b.mean, 2);
  if (ratio <= most_ratio) out.smallest_ratio = ratio;
  return out;
}

}  // namespace vagus::lab
