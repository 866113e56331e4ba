#include "lab/simulate/faults.h"

#include <algorithm>

#include "lab/simulate/math.h"
#include "lab/simulate/streams.h"

namespace vagus::lab::sim {
namespace {

std::vector<Span> spans_of(double per_hour, double mean_s, double duration_s, Random random) {
  std::vector<Span> spans;
  if (per_hour <= 0) return spans;
  double t = random.exponential() * 3600 / per_hour;
  while (t < duration_s) {
    const double end = t + std::max(0.1, mean_s * random.exponential());
    spans.push_back({t, std::min(end, duration_s)});
    t = end + 1 + random.exponential() * 3600 / per_hour;
  }
  return spans;
}

std::vector<Span> bouts_of(const EcgSpec& spec, double duration_s, Random random) {
  if (spec.artefact_share >= 1) return {{-1, duration_s + 1}};
  std::vector<Span> spans;
  if (spec.artefact_share <= 0) return spans;
  // A bout or a calm lasts 1 s and an exponential remainder; the first state is drawn so that the share holds from 0
  // on.
  const double calm_s = spec.artefact_s * (1 - spec.artefact_share) / spec.artefact_share;
  const auto length = [&](double mean) { return std::min(1.0, mean) + std::max(0.0, mean - 1) * random.exponential(); };
  double t = random.chance(spec.artefact_share) ? -length(spec.artefact_s) * random.uniform()
                                                : length(calm_s) * random.uniform();
  while (t < duration_s) {
    const double end = t + length(spec.artefact_s);
    if (end > 0) spans.push_back({t, std::min(end, duration_s + 1)});
    t = end + length(calm_s);
  }
  return spans;
}

}  // namespace

Faults make_faults(const EcgSpec& spec, double duration_s, std::uint64_t seed) {
  Faults faults;
  faults.bouts = bouts_of(spec, duration_s, Random(seed, stream(Stream::artefacts)));
  faults.bouts_marked = spec.artefact_share < 1 && (spec.muscle_mv > 0 || spec.motion_mv > 0);
  faults.gaps = spans_of(spec.gaps_per_hour, spec.gap_s, duration_s, Random(seed, stream(Stream::gaps)));
  Random rails(seed, stream(Stream::lead_off, 1));
  for (const Span& span :
       spans_of(spec.lead_off_per_hour, spec.lead_off_s, duration_s, Random(seed, stream(Stream::lead_off))))
    faults.off.push_back({span, rails.chance(0.5) ? 0 : (rails.chance(0.5) ? 1 : -1)});
  const auto moments = [&](double per_hour, Stream which, auto&& value) {
    std::vector<Moment> all;
    Random random(seed, stream(which));
    if (per_hour <= 0) return all;
    double t = random.exponential() * 3600 / per_hour;
    while (t < duration_s) {
      all.push_back({t, value(random)});
      t += random.exponential() * 3600 / per_hour;
    }
    return all;
  };
  faults.gains = moments(spec.gain_changes_per_hour, Stream::gains, [](Random& random) {
    const double gain = exp(random.uniform(log(0.5), log(1.6)));
    return std::array<double, most_leads>{gain, gain};
  });
  faults.jumps = moments(spec.jumps_per_hour, Stream::jumps, [&](Random& random) {
    const double a = random.normal();
    return std::array<double, most_leads>{spec.jump_mv * a, spec.jump_mv * random.normal()};
  });
  return faults;
}

}  // namespace vagus::lab::sim
