#include "lab/study/operating/band.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lab/base/error.h"
#include "lab/stats/random.h"
#include "lab/study/operating/cores.h"

namespace vagus::lab::operating {
namespace {

constexpr std::size_t block = 8;  // resamples that share one pass over the subjects

/// Every numerator and denominator that is needed, a row a subject. What no threshold changes stands once.
struct Columns {
  struct Place {
    std::size_t numerator = 0, denominator = 0;
  };
  std::vector<std::vector<Place>> places;  // by figure, by threshold
  std::size_t width = 0;
  std::vector<double> rows;
};

bool same_denominator(Figure figure) { return figure != Figure::predictivity && figure != Figure::trial_predictivity; }

Columns columns_of(const OperatingCurve& curve, std::span<const double> thresholds, std::span<const Figure> figures) {
  Columns c;
  for (const Figure figure : figures) {
    std::vector<Columns::Place> places(thresholds.size());
    const std::size_t shared = same_denominator(figure) ? c.width++ : 0;
    for (Columns::Place& place : places) {
      place.numerator = c.width++;
      place.denominator = same_denominator(figure) ? shared : c.width++;
    }
    c.places.push_back(std::move(places));
  }
  const std::size_t n = curve.exposures().size();
  c.rows.resize(n * c.width);
  curve.walk(thresholds, [&](std::size_t k, std::span<const Tally> tallies) {
    for (std::size_t s = 0; s < n; ++s)
      for (std::size_t f = 0; f < figures.size(); ++f) {
        const Cluster cluster = cluster_of(figures[f], tallies[s], curve.exposures()[s]);
        c.rows[s * c.width + c.places[f][k].numerator] = cluster.numerator;
        c.rows[s * c.width + c.places[f][k].denominator] = cluster.denominator;
      }
  });
  return c;
}

/// How often each subject is drawn, for one block of resamples: row a subject.
void draw(std::vector<double>& times, std::size_t subjects, std::size_t first, std::size_t resamples,
          std::uint64_t seed) {
  std::fill(times.begin(), times.end(), 0.);
  for (std::size_t r = 0; r < resamples; ++r) {
    SplitMix random = SplitMix::stream(seed, first + r);
    for (std::size_t k = 0; k < subjects; ++k)
      times[random.below(static_cast<std::uint32_t>(subjects)) * block + r] += 1;
  }
}

/// sums[r][i] = sum over subjects, in their order, of times * row: the order cluster_statistic adds in.
void add_up(const Columns& c, const std::vector<double>& times, std::size_t resamples, std::vector<double>& sums) {
  std::fill(sums.begin(), sums.end(), 0.);
  const std::size_t width = c.width, subjects = c.rows.size() / width;
  for (std::size_t s = 0; s < subjects; ++s) {
    const double* row = c.rows.data() + s * width;
    for (std::size_t r = 0; r < resamples; ++r) {
      const double weight = times[s * block + r];
      if (weight == 0) continue;  // adds 0 to sums that are never negative: the same bits
      double* sum = sums.data() + r * width;
      for (std::size_t i = 0; i < width; ++i) sum[i] += weight * row[i];
    }
  }
}

double quantile(std::span<const double> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

Interval hull(Interval a, Interval b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

Interval one_more_subject(double value, std::int64_t subjects) {
  const double step = (value == 0 ? 1. : std::abs(value)) / static_cast<double>(subjects + 1);
  return {value - step, value + step};
}

/// The interval from the resampled values, widened as cluster_ratio has it.
Estimate finished(Figure figure, Cluster sum, std::int64_t subjects, std::vector<double>& values, double confidence) {
  Estimate out;
  out.clusters = subjects;
  out.value = sum.denominator > 0 ? sum.numerator / sum.denominator : std::nan("");
  const bool trials = is_share(figure);
  const Interval exact = trials ? clopper_pearson(sum.numerator, sum.denominator, confidence) : Interval{};
  if (std::isnan(out.value) || subjects < 2) {
    out.interval = trials || std::isnan(out.value) ? exact : one_more_subject(out.value, subjects);
    out.method = std::isnan(out.value) ? (trials ? "no trials" : "undefined")
                 : trials              ? "exact binomial within one cluster"
                                       : "one cluster only";
    return out;
  }
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) {
    out.interval = trials ? exact : one_more_subject(out.value, subjects);
    out.method = "undefined in every resample";
    return out;
  }
  std::sort(values.begin(), values.end());
  const double low = (1 - confidence) / 2;
  out.interval = {quantile(values, low), quantile(values, 1 - low)};
  out.method = "cluster bootstrap, percentile";
  if (!(out.interval.width() > 0)) {
    out.interval = trials ? exact : hull(out.interval, one_more_subject(out.value, subjects));
    out.method = trials ? "exact binomial: no cluster differs"
                        : "cluster bootstrap, percentile, widened by one further cluster: none differs";
  } else if (trials && (exact.low < out.interval.low || exact.high > out.interval.high)) {
    out.interval = hull(out.interval, exact);
    out.method += ", not narrower than exact binomial";
  }
  return out;
}

void check(std::span<const double> thresholds, const BandOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) throw UsageError("a confidence must lie between 0 and 1");
  if (options.resamples < 100 || options.resamples > 1'000'000)
    throw UsageError("a band takes 100 to 1,000,000 resamples");
  for (std::size_t k = 1; k < thresholds.size(); ++k)
    if (!(thresholds[k] <= thresholds[k - 1])) throw UsageError("thresholds must not increase");
}

}  // namespace

std::vector<Band> bands(const OperatingCurve& curve, std::span<const double> thresholds,
                        std::span<const Figure> figures, const BandOptions& options) {
  check(thresholds, options);
  const Columns columns = columns_of(curve, thresholds, figures);
  const std::size_t subjects = curve.exposures().size(), points = thresholds.size();
  const auto resamples = static_cast<std::size_t>(options.resamples);
  std::vector<double> values(figures.size() * points * resamples);  // by figure, threshold, resample
  if (subjects >= 2) {
    on_cores((resamples + block - 1) / block, options.threads, [&](std::size_t b) {
      const std::size_t first = b * block, here = std::min(block, resamples - first);
      std::vector<double> times(subjects * block), sums(block * columns.width);
      draw(times, subjects, first, here, options.seed);
      add_up(columns, times, here, sums);
      for (std::size_t f = 0; f < figures.size(); ++f)
        for (std::size_t k = 0; k < points; ++k)
          for (std::size_t r = 0; r < here; ++r) {
            const double* sum = sums.data() + r * columns.width;
            const double of = sum[columns.places[f][k].denominator];
            values[(f * points + k) * resamples + first + r] =
                of > 0 ? sum[columns.places[f][k].numerator] / of : std::nan("");
          }
    });
  }
  std::vector<Band> out(figures.size());
  for (std::size_t f = 0; f < figures.size(); ++f) {
    out[f].figure = figures[f];
    out[f].at.resize(points);
  }
  on_cores(figures.size() * points, options.threads, [&](std::size_t i) {
    const std::size_t f = i / points, k = i % points;
    Cluster sum;
    for (std::size_t s = 0; s < subjects; ++s) {
      sum.numerator += columns.rows[s * columns.width + columns.places[f][k].numerator];
      sum.denominator += columns.rows[s * columns.width + columns.places[f][k].denominator];
    }
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(i * resamples);
    std::vector<double> own(from, from + static_cast<std::ptrdiff_t>(resamples));
    out[f].at[k] = finished(figures[f], sum, static_cast<std::int64_t>(subjects), own, options.confidence);
  });
  return out;
}

}  // namespace vagus::lab::operating
