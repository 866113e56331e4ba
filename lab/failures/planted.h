#pragma once
/// Tables of errors with a cause that is known, or none: what the search is tried on.
#include <cmath>
#include <cstdint>
#include <string>

#include "lab/failures/error_table.h"
#include "lab/stats/random.h"

namespace vagus::lab {

struct PlantedSpec {
  std::uint64_t seed = 1;
  std::size_t subjects = 20;
  std::size_t rows = 1200;   ///< of each subject, two seconds each
  double rate = 0.012;       ///< errors a row, in the mean over subjects; people differ as an exponential
  double in_bursts = 0.3;    ///< probability that an error is followed by another in the next row
  double times = 4;          ///< how much more frequent errors are in the slice; 1: no cause
  std::size_t numbers = 8;   ///< numeric columns, the first is the cause
  bool conjunction = false;  ///< the cause is the first column above its 80 % quantile and a word (one row in four)
};

/// Numbers are autoregressive in time (time constants 2 to 60 rows) about a level of the subject; `state` changes every
/// forty rows or so, `device` and `age_years` belong to the subject. The cause holds in about 5 % of the rows.
inline ErrorTable planted_table(const PlantedSpec& spec) {
  SplitMix random = SplitMix::stream(spec.seed, 0);
  const auto normal = [&] {
    const double r = std::sqrt(-2 * std::log(1 - random.uniform()));
    return r * std::cos(6.283185307179586 * random.uniform());
  };
  ErrorTable table;
  for (std::size_t k = 0; k < spec.numbers; ++k)
    table.columns.push_back({"number_" + std::to_string(k), "number " + std::to_string(k), "mV"});
  table.columns.push_back({"state", "state", "", {"lying", "sitting", "walking", "running"}});
  table.columns.push_back({"device", "device", "", {"patch", "watch"}});
  table.columns.push_back({"age_years", "age", "years"});
  table.kinds.push_back({"missed", "missed beats", "the signal", {}, {}});
  for (std::uint32_t s = 0; s < spec.subjects; ++s) {
    table.subjects.push_back("s" + std::to_string(s));
    const double rate = -spec.rate * std::log(1 - random.uniform());
    const auto device = static_cast<float>(random.below(2));
    const auto age = static_cast<float>(20 + random.below(60));
    std::vector<double> level(spec.numbers), value(spec.numbers), keep(spec.numbers);
    for (std::size_t k = 0; k < spec.numbers; ++k) {
      level[k] = 0.4 * normal();
      value[k] = normal();
      keep[k] = std::exp(-1 / (2 + 58 * static_cast<double>(k) / static_cast<double>(spec.numbers)));
    }
    auto state = static_cast<float>(random.below(4));
    bool burst = false;
    for (std::size_t i = 0; i < spec.rows; ++i) {
      table.subject.push_back(s);
      for (std::size_t k = 0; k < spec.numbers; ++k) {
        value[k] = keep[k] * value[k] + std::sqrt(1 - keep[k] * keep[k]) * normal();
        table.columns[k].values.push_back(static_cast<float>(level[k] + value[k]));
      }
      if (random.uniform() < 0.025) state = static_cast<float>(random.below(4));
      table.columns[spec.numbers].values.push_back(state);
      table.columns[spec.numbers + 1].values.push_back(device);
      table.columns[spec.numbers + 2].values.push_back(age);
      // Quantiles of a normal variable with variance 1 + 0.4 squared.
      const double cause = (level[0] + value[0]) / std::sqrt(1.16);
      const bool inside = spec.conjunction ? cause > 0.8416 && state == 2 : cause > 1.6449;
      const bool error =
          random.uniform() < (inside ? spec.times : 1) * rate || (burst && random.uniform() < spec.in_bursts);
      burst = error;
      table.kinds[0].errors.push_back(error ? 1 : 0);
      table.kinds[0].exposure.push_back(2);
    }
  }
  return table;
}

}  // namespace vagus::lab
