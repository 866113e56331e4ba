/// Answers the statistics oracle: one question a line on standard input, one line of numbers each.
///   cp HITS OF CONFIDENCE | wilson HITS OF CONFIDENCE | quantile P | cdf Z
///   ratio METHOD CONFIDENCE RESAMPLES SEED TRIALS N (NUMERATOR DENOMINATOR)*N
///   paired METHOD CONFIDENCE RESAMPLES SEED N (A A_OF B B_OF)*N
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "lab/stats/bootstrap.h"

namespace {

using namespace vagus::lab;

void print(const Interval& interval) { std::printf("%.17g %.17g\n", interval.low, interval.high); }

BootstrapOptions options_from(std::istream& in) {
  std::string method;
  BootstrapOptions options;
  in >> method >> options.confidence >> options.resamples >> options.seed;
  options.method = method == "bca" ? BootstrapOptions::Method::bca : BootstrapOptions::Method::percentile;
  return options;
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
  } else if (what == "ratio") {
    BootstrapOptions options = options_from(in);
    std::size_t n = 0;
    in >> options.trials >> n;
    std::vector<Cluster> clusters(n);
    for (Cluster& c : clusters) in >> c.numerator >> c.denominator;
    print(cluster_ratio(clusters, options).interval);
  } else if (what == "paired") {
    const BootstrapOptions options = options_from(in);
    std::size_t n = 0;
    in >> n;
    std::vector<PairedCluster> clusters(n);
    for (PairedCluster& c : clusters) in >> c.a.numerator >> c.a.denominator >> c.b.numerator >> c.b.denominator;
    print(paired_difference(clusters, options).interval);
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
