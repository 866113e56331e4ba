#pragma once
/// How many subjects a question needs.
#include <cstdint>
#include <optional>

#include "lab/stats/population.h"
#include "lab/stats/verdict.h"

namespace vagus::lab {

/// Subjects with `trials` each for a one-sided test of a share at `bound` to have `power` at `share`, by the normal
/// approximation with the design effect 1 + (trials - 1) correlation. Source: Fleiss, Levin and Paik 2003, Statistical
/// Methods for Rates and Proportions, section 2.4; Donner and Klar 2000 for the design effect.
/// Throws UsageError unless shares lie in (0, 1) and differ, trials >= 1, correlation in [0, 1], confidence and power
/// in (0.5, 1).
std::int64_t subjects_for_share(double share, double bound, double trials, double correlation, double confidence = 0.95,
                                double power = 0.8);

/// Subjects for a one-sided paired t test to show a mean difference above `margin_below` (0 for superiority, a negative
/// number for non-inferiority), where it is truly `difference` with standard deviation `sd` over subjects: the least
/// number n whose noncentral t has the power. Throws UsageError unless difference > margin_below and sd > 0.
std::int64_t subjects_for_paired_difference(double difference, double margin_below, double sd, double confidence = 0.95,
                                            double power = 0.8);

/// Share of `runs` simulated studies of so many subjects that show the requirement, judged as studies are (judge with
/// cluster_share).
double simulated_power(const Requirement& requirement, const SharePopulation& population, int subjects, int runs,
                       std::uint64_t seed = 1);

/// Least number of subjects at which simulated_power reaches `power`, within 3 %, by doubling and halving from 2 to
/// `most`; nothing if even `most` do not. Monte Carlo error of power: sqrt(power (1 - power) / runs).
std::optional<int> simulated_subjects(const Requirement& requirement, const SharePopulation& population,
                                      double power = 0.8, int runs = 1000, int most = 10000, std::uint64_t seed = 1);

}  // namespace vagus::lab
