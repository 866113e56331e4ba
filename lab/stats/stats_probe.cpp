/// Answers the statistics oracle: one question a line on standard input, one line of numbers each.
///   cp HITS OF CONFIDENCE | wilson HITS OF CONFIDENCE | quantile P | cdf Z
///   t P DEGREES | chi2 P DEGREES | f P D1 D2
///   share CONFIDENCE TRIALS N (NUMERATOR DENOMINATOR)*N | alarms CONFIDENCE N (ALARMS DAYS)*N
///   holm N P*N | bh N P*N | permutation N (A A_OF B B_OF)*N | mcnemar N (ONLY_A ONLY_B TRIALS)*N
///   roc N (POSITIVE A B)*N | limits N (SUBJECT A B)*N | concordance N (SUBJECT A B)*N
///   latency QUANTILE CONFIDENCE N (OUTCOME SECONDS)*N | pairs_needed DIFFERENCE SD CONFIDENCE POWER
///   ratio METHOD CONFIDENCE RESAMPLES SEED TRIALS N (NUMERATOR DENOMINATOR)*N
///   paired METHOD CONFIDENCE RESAMPLES SEED N (A A_OF B B_OF)*N
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "lab/stats/alarm_rate.h"
#include "lab/stats/bootstrap.h"
#include "lab/stats/cluster_share.h"
#include "lab/stats/concordance.h"
#include "lab/stats/distributions.h"
#include "lab/stats/latency.h"
#include "lab/stats/mcnemar.h"
#include "lab/stats/multiplicity.h"
#include "lab/stats/permutation.h"
#include "lab/stats/roc.h"
#include "lab/stats/sample_size.h"

namespace {

using namespace vagus::lab;

void print(const Interval& interval) { std::printf("%.17g %.17g\n", interval.low, interval.high); }

BootstrapOptions options_from(std::istream& in) {
  std::string method;
  BootstrapOptions options;
  in >> method >> options.confidence >> options.resamples >> options.seed;
  options.method = method == "bca"           ? BootstrapOptions::Method::bca
                   : method == "studentised" ? BootstrapOptions::Method::studentised
                                             : BootstrapOptions::Method::percentile;
  return options;
}

/// A list: its length, then what `read` takes for each.
template <class Item, class Read>
std::vector<Item> list_from(std::istream& in, Read read) {
  std::size_t n = 0;
  in >> n;
  std::vector<Item> items(n);
  for (Item& item : items) read(item);
  return items;
}

std::vector<Cluster> clusters_from(std::istream& in) {
  return list_from<Cluster>(in, [&](Cluster& c) { in >> c.numerator >> c.denominator; });
}

std::vector<PairedCluster> pairs_from(std::istream& in) {
  return list_from<PairedCluster>(
      in, [&](PairedCluster& c) { in >> c.a.numerator >> c.a.denominator >> c.b.numerator >> c.b.denominator; });
}

std::vector<MeasuredPair> measured_from(std::istream& in) {
  return list_from<MeasuredPair>(in, [&](MeasuredPair& p) { in >> p.subject >> p.a >> p.b; });
}

void print_all(const std::vector<double>& numbers) {
  for (const double x : numbers) std::printf("%.17g ", x);
  std::printf("\n");
}

/// Areas of single trials, each its own cluster.
void answer_roc(std::istream& in) {
  std::int64_t next = 0;
  const auto trials = list_from<ScoredTrial>(in, [&](ScoredTrial& t) {
    t.cluster = next++;
    in >> t.positive >> t.a >> t.b;
  });
  const AreaComparison areas = compare_roc_areas(trials);
  print_all({areas.a.value, areas.b.value, areas.difference.interval.low, areas.difference.interval.high, areas.p});
}

void answer_latency(std::istream& in) {
  double quantile = 0, confidence = 0;
  in >> quantile >> confidence;
  const auto events = list_from<EventLatency>(in, [&](EventLatency& e) {
    int outcome = 0;
    in >> outcome >> e.seconds;
    e.outcome = static_cast<EventLatency::Outcome>(outcome);
  });
  const Estimate e = latency_quantile(events, quantile, confidence);
  print_all({e.value, e.interval.low, e.interval.high});
}

void answer_test(const std::string& what, std::istream& in) {
  if (what == "holm" || what == "bh") {
    const auto p = list_from<double>(in, [&](double& one) { in >> one; });
    print_all(what == "holm" ? holm(p) : benjamini_hochberg(p));
  } else if (what == "permutation") {
    const PermutationTest test = paired_permutation(pairs_from(in));
    print_all({test.difference, test.p});
  } else if (what == "mcnemar") {
    const auto pairs = list_from<PairedTrials>(in, [&](PairedTrials& p) { in >> p.only_a >> p.only_b >> p.trials; });
    print_all({mcnemar(pairs).statistic, mcnemar(pairs).p});
  } else if (what == "roc") {
    answer_roc(in);
  } else if (what == "latency") {
    answer_latency(in);
  } else if (what == "limits") {
    const LimitsOfAgreement l = limits_of_agreement(measured_from(in));
    print_all({l.bias, l.between_sd, l.within_sd});
  } else if (what == "concordance") {
    const Estimate e = concordance(measured_from(in));
    print_all({e.value, e.interval.low, e.interval.high});
  } else if (what == "pairs_needed") {
    double difference = 0, sd = 0, confidence = 0, power = 0;
    in >> difference >> sd >> confidence >> power;
    print_all({static_cast<double>(subjects_for_paired_difference(difference, 0, sd, confidence, power))});
  }
}

void answer(const std::string& what, std::istream& in) {
  if (what == "cp" || what == "wilson") {
    double hits = 0, of = 0, confidence = 0;
    in >> hits >> of >> confidence;
    print(what == "cp" ? clopper_pearson(hits, of, confidence) : wilson(hits, of, confidence));
  } else if (what == "quantile" || what == "cdf") {
    double x = 0;
    in >> x;
    std::printf("%.17g\n", what == "cdf" ? normal_cdf(x) : normal_quantile(x));
  } else if (what == "t" || what == "chi2" || what == "f") {
    double p = 0, degrees = 0, second = 1;
    in >> p >> degrees;
    if (what == "f") in >> second;
    const double quantile = what == "t"      ? student_quantile(p, degrees)
                            : what == "chi2" ? chi_squared_quantile(p, degrees)
                                             : f_quantile(p, degrees, second);
    std::printf("%.17g\n", quantile);
  } else if (what == "share") {
    ShareOptions options;
    in >> options.confidence >> options.trials;
    print(cluster_share(clusters_from(in), options).interval);
  } else if (what == "alarms") {
    double confidence = 0;
    in >> confidence;
    print(alarm_rate(clusters_from(in), confidence).interval);
  } else if (what == "ratio") {
    BootstrapOptions options = options_from(in);
    in >> options.trials;
    print(cluster_ratio(clusters_from(in), options).interval);
  } else if (what == "paired") {
    const BootstrapOptions options = options_from(in);
    print(paired_difference(pairs_from(in), options).interval);
  } else {
    answer_test(what, in);
  }
}

}  // namespace

int main() {
  std::string line, what;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    in >> what;
    answer(what, in);
    if (in.fail()) return 1;
  }
  return 0;
}
