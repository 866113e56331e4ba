#pragma once
/// Do two methods differ? Tests that need no distribution: only that, under no difference, each subject's two results
/// could as well have come the other way round.
#include <cstdint>
#include <span>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

struct PermutationOptions {
  int permutations = 10000;  ///< drawn where there are too many to try all, 100 to 10,000,000
  std::uint64_t seed = 1;
};

struct PermutationTest {
  double difference = 0;  ///< ratio of a less ratio of b
  double p = 1;           ///< two-sided; NaN where the difference is undefined
  bool exact = false;     ///< every exchange was tried
};

/// Exchanges a and b within subjects drawn at random, all 2^n of them up to 16 subjects; p is the share of exchanges
/// with a difference of ratios at least as far from zero, that of the data counted among them (so never 0).
/// The smallest p possible is 2^(1-n): below 6 subjects nothing is significant at 5 %.
/// Source: Fisher 1935; Phipson and Smyth 2010, SAGMB 9:39 (the data among the drawn). Throws UsageError.
PermutationTest paired_permutation(std::span<const PairedCluster> clusters, const PermutationOptions& options = {});

}  // namespace vagus::lab
