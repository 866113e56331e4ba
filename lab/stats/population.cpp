#include "lab/stats/population.h"

#include "lab/base/error.h"
#include "lab/stats/distributions.h"

namespace vagus::lab {

std::vector<Cluster> draw(const SharePopulation& population, int subjects, SplitMix& random) {
  const double p = population.share, icc = population.correlation;
  if (!(p >= 0 && p <= 1 && icc >= 0 && icc < 1)) throw UsageError("a share lies in [0, 1], a correlation in [0, 1)");
  if (population.fewest < 1 || population.most < population.fewest || subjects < 0)
    throw UsageError("a subject needs at least one trial");
  std::vector<Cluster> out;
  const auto range = static_cast<std::uint32_t>(population.most - population.fewest + 1);
  for (int k = 0; k < subjects; ++k) {
    const int trials = population.fewest + static_cast<int>(random.below(range));
    const bool varies = icc > 0 && p > 0 && p < 1;
    const double own = varies ? draw_beta(random, p * (1 / icc - 1), (1 - p) * (1 / icc - 1)) : p;
    out.push_back({static_cast<double>(draw_binomial(random, trials, own)), static_cast<double>(trials)});
  }
  return out;
}

std::vector<Cluster> draw(const AlarmPopulation& population, int people, SplitMix& random) {
  if (!(population.per_day >= 0 && population.shape > 0)) throw UsageError("a rate is 0 or more, a shape above 0");
  if (!(population.fewest_days > 0 && population.most_days >= population.fewest_days) || people < 0)
    throw UsageError("people need days above 0");
  std::vector<Cluster> out;
  for (int k = 0; k < people; ++k) {
    const double days = population.fewest_days + (population.most_days - population.fewest_days) * random.uniform();
    const double rate = population.per_day * draw_gamma(random, population.shape) / population.shape;
    out.push_back({static_cast<double>(draw_poisson(random, rate * days)), days});
  }
  return out;
}

}  // namespace vagus::lab
