#include "lab/study/operating/band.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lab/base/error.h"
#include "lab/stats/alarm_rate.h"
#include "lab/stats/cluster_share.h"
#include "lab/stats/random.h"
#include "lab/study/operating/cores.h"

namespace vagus::lab::operating {
namespace {

constexpr std::size_t block = 8;  // resamples that share one pass over the subjects

/// Every sum that is needed, a row a subject. What no threshold changes stands once.
struct Columns {
  struct Place {
    std::size_t numerator = 0, denominator = 0;
    std::size_t square = 0, product = 0, denominator_square = 0;  // of rates, for their standard error
  };
  std::vector<std::vector<Place>> places;  // by figure, by threshold
  std::size_t width = 0;
  std::vector<double> rows;
};

bool same_denominator(Figure figure) { return figure != Figure::predictivity && figure != Figure::trial_predictivity; }

std::vector<Columns::Place> places_of(Figure figure, std::size_t thresholds, std::size_t& width) {
  std::vector<Columns::Place> places(thresholds);
  const std::size_t shared = same_denominator(figure) ? width++ : 0;
  const std::size_t shared_square = is_share(figure) ? 0 : width++;
  for (Columns::Place& place : places) {
    place.numerator = width++;
    place.denominator = same_denominator(figure) ? shared : width++;
    if (is_share(figure)) continue;
    place.square = width++;
    place.product = width++;
    place.denominator_square = shared_square;
  }
  return places;
}

Columns columns_of(const OperatingCurve& curve, std::span<const double> thresholds, std::span<const Figure> figures) {
  Columns c;
  for (const Figure figure : figures) c.places.push_back(places_of(figure, thresholds.size(), c.width));
  const std::size_t n = curve.exposures().size();
  c.rows.resize(n * c.width);
  curve.walk(thresholds, [&](std::size_t k, std::span<const Tally> tallies) {
    for (std::size_t s = 0; s < n; ++s)
      for (std::size_t f = 0; f < figures.size(); ++f) {
        const Cluster cluster = cluster_of(figures[f], tallies[s], curve.exposures()[s]);
        const Columns::Place& place = c.places[f][k];
        double* row = c.rows.data() + s * c.width;
        row[place.numerator] = cluster.numerator;
        row[place.denominator] = cluster.denominator;
        if (is_share(figures[f])) continue;
        row[place.square] = cluster.numerator * cluster.numerator;
        row[place.product] = cluster.numerator * cluster.denominator;
        row[place.denominator_square] = cluster.denominator * cluster.denominator;
      }
  });
  return c;
}

/// A rate's logarithm and its linearised standard error over `subjects`; NaN where there is none.
struct LogRate {
  double value = std::nan(""), error = std::nan("");
};
LogRate log_rate(const Columns::Place& place, const double* sum, double subjects) {
  const double n = sum[place.numerator], d = sum[place.denominator];
  if (!(n > 0 && d > 0)) return {};
  const double rate = n / d;
  const double square = sum[place.square] - 2 * rate * sum[place.product] + rate * rate * sum[place.denominator_square];
  return {std::log(rate), std::sqrt(std::max(0., square) * subjects / (subjects - 1)) / n};
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

/// Of a share: percentiles of the resampled values, widened as cluster_ratio has it.
Estimate share_of(Cluster sum, std::int64_t subjects, std::vector<double>& values, double confidence) {
  Estimate out;
  out.clusters = subjects;
  out.value = sum.denominator > 0 ? sum.numerator / sum.denominator : std::nan("");
  const Interval exact = clopper_pearson(sum.numerator, sum.denominator, confidence);
  out.interval = exact;
  if (std::isnan(out.value) || subjects < 2) {
    out.method = std::isnan(out.value) ? "no trials" : "exact binomial within one cluster";
    return out;
  }
  const double low = (1 - confidence) / 2;
  const Interval drawn = {quantile(values, low), quantile(values, 1 - low)};
  if (!(drawn.width() > 0)) {
    out.method = "exact binomial: no cluster differs";
    return out;
  }
  out.method = "cluster bootstrap, percentile";
  out.interval = hull(drawn, exact);
  if (!(out.interval == drawn)) out.method += ", not narrower than exact binomial";
  return out;
}

/// Of a rate: `values` are how many standard errors each resample's logarithm is off.
Estimate rate_of(Cluster sum, LogRate whole, std::int64_t subjects, const std::vector<double>& values,
                 double confidence) {
  Estimate out;
  out.clusters = subjects;
  out.value = sum.denominator > 0 ? sum.numerator / sum.denominator : std::nan("");
  const double further = (out.value > 0 ? out.value : 1.) / static_cast<double>(subjects + 1);
  out.interval = {std::max(0., out.value - further), out.value + further};
  if (std::isnan(out.value)) {
    out.interval = {0, std::numeric_limits<double>::infinity()};
    out.method = "undefined";
  } else if (subjects < 2) {
    out.method = "one cluster only";
  } else if (!(whole.error > 0) || values.empty()) {
    out.method = "widened by one further cluster: none differs";
  } else {
    const double low = (1 - confidence) / 2;
    out.interval = {std::exp(whole.value - whole.error * quantile(values, 1 - low)),
                    std::exp(whole.value - whole.error * quantile(values, low))};
    out.method = "cluster bootstrap, studentised logarithm";
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

/// What one resample says of a figure: the share, or how far off the rate is.
double resampled(const Columns::Place& place, const double* sum, bool share, LogRate whole, double subjects) {
  if (share) return sum[place.denominator] > 0 ? sum[place.numerator] / sum[place.denominator] : std::nan("");
  const LogRate own = log_rate(place, sum, subjects);
  return own.error > 0 ? (own.value - whole.value) / own.error : std::nan("");
}

}  // namespace

std::vector<Band> bands(const OperatingCurve& curve, std::span<const double> thresholds,
                        std::span<const Figure> figures, const BandOptions& options) {
  check(thresholds, options);
  const Columns columns = columns_of(curve, thresholds, figures);
  const std::size_t subjects = curve.exposures().size(), points = thresholds.size();
  const auto people = static_cast<double>(subjects);
  const auto resamples = static_cast<std::size_t>(options.resamples);
  std::vector<double> all(block * columns.width);
  add_up(columns, std::vector<double>(subjects * block, 1.), 1, all);
  std::vector<LogRate> whole(figures.size() * points);
  for (std::size_t i = 0; i < whole.size(); ++i)
    if (!is_share(figures[i / points])) whole[i] = log_rate(columns.places[i / points][i % points], all.data(), people);

  std::vector<double> values(figures.size() * points * resamples);  // by figure, threshold, resample
  if (subjects >= 2) {
    on_cores((resamples + block - 1) / block, options.threads, [&](std::size_t b) {
      const std::size_t first = b * block, here = std::min(block, resamples - first);
      std::vector<double> times(subjects * block), sums(block * columns.width);
      draw(times, subjects, first, here, options.seed);
      add_up(columns, times, here, sums);
      for (std::size_t i = 0; i < whole.size(); ++i)
        for (std::size_t r = 0; r < here; ++r)
          values[i * resamples + first + r] =
              resampled(columns.places[i / points][i % points], sums.data() + r * columns.width,
                        is_share(figures[i / points]), whole[i], people);
    });
  }
  std::vector<Band> out(figures.size());
  for (std::size_t f = 0; f < figures.size(); ++f) {
    out[f].figure = figures[f];
    out[f].at.resize(points);
  }
  on_cores(whole.size(), options.threads, [&](std::size_t i) {
    const Figure figure = figures[i / points];
    const Columns::Place& place = columns.places[i / points][i % points];
    const Cluster sum{all[place.numerator], all[place.denominator]};
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(i * resamples);
    std::vector<double> own(from, from + static_cast<std::ptrdiff_t>(subjects < 2 ? 0 : resamples));
    std::erase_if(own, [](double v) { return std::isnan(v); });
    std::sort(own.begin(), own.end());
    const auto count = static_cast<std::int64_t>(subjects);
    out[i / points].at[i % points] = is_share(figure) ? share_of(sum, count, own, options.confidence)
                                                      : rate_of(sum, whole[i], count, own, options.confidence);
  });
  return out;
}

Measure bootstrap_measure(const BootstrapOptions& options) {
  return [options](Figure figure, std::span<const Cluster> clusters, double confidence) {
    BootstrapOptions how = options;
    how.confidence = confidence;
    how.trials = is_share(figure);
    return cluster_ratio(clusters, how);
  };
}

Measure standard_measure() {
  return [](Figure figure, std::span<const Cluster> clusters, double confidence) {
    return is_share(figure) ? cluster_share(clusters, {confidence, true}) : alarm_rate(clusters, confidence);
  };
}

std::vector<Band> bands_by(const Measure& measure, const OperatingCurve& curve, std::span<const double> thresholds,
                           std::span<const Figure> figures, double confidence, int threads) {
  std::vector<Band> out(figures.size());
  for (std::size_t f = 0; f < figures.size(); ++f) {
    out[f].figure = figures[f];
    out[f].at.resize(thresholds.size());
  }
  on_cores(figures.size() * thresholds.size(), threads, [&](std::size_t i) {
    const std::size_t f = i / thresholds.size(), k = i % thresholds.size();
    out[f].at[k] = measure(figures[f], curve.clusters_at(figures[f], thresholds[k]), confidence);
  });
  return out;
}

}  // namespace vagus::lab::operating
