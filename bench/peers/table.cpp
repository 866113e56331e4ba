/// Prints what bench/peers/run counted: a line a record, groups of records, and paired intervals by subject.
///   peers_table RESULTS.json
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/stats/bootstrap.h"

namespace {

using namespace vagus::lab;

using Names = std::set<std::string>;
const Names ds1 = {"101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122",
                   "124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"};
const Names ds2 = {"100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210",
                   "212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234"};
const Names paced = {"102", "104", "107", "217"};

struct Counts {
  double tp = 0, fn = 0, fp = 0;
  Cluster sensitivity() const { return {tp, tp + fn}; }
  Cluster predictivity() const { return {tp, tp + fp}; }
};
using Figure = Cluster (Counts::*)() const;
/// record -> method -> counts
using Table = std::map<std::string, std::map<std::string, Counts>>;

double percent(Cluster c) { return c.denominator > 0 ? 100 * c.numerator / c.denominator : 0; }

/// 201 and 202 are one person.
std::string subject(const std::string& record) { return record == "202" ? "201" : record; }

Counts sum(const Table& table, const Names& group, const std::string& method) {
  Counts all;
  for (const std::string& record : group) {
    const Counts& c = table.at(record).at(method);
    all.tp += c.tp;
    all.fn += c.fn;
    all.fp += c.fp;
  }
  return all;
}

void add(Cluster& to, Cluster c) {
  to.numerator += c.numerator;
  to.denominator += c.denominator;
}

void print_difference(const Table& table, const Names& group, const std::string& peer, const char* name,
                      Figure figure) {
  std::map<std::string, PairedCluster> by_subject;
  for (const std::string& record : group) {
    add(by_subject[subject(record)].a, (table.at(record).at("vagus").*figure)());
    add(by_subject[subject(record)].b, (table.at(record).at(peer).*figure)());
  }
  std::vector<PairedCluster> clusters;
  for (const auto& [who, cluster] : by_subject) clusters.push_back(cluster);
  const Estimate e = paired_difference(clusters);
  std::printf("  %-14s %+7.3f points  [%+7.3f, %+7.3f]   (%zu subjects, %s)\n", name, 100 * e.value,
              100 * e.interval.low, 100 * e.interval.high, clusters.size(), e.method.c_str());
}

void print_records(const Table& table, const std::vector<std::string>& methods) {
  std::printf("%-8s", "record");
  for (const std::string& method : methods) std::printf("   %-9s FN    FP      Se      +P", method.c_str());
  std::printf("\n");
  for (const auto& [record, by_method] : table) {
    std::printf("%-8s", record.c_str());
    for (const std::string& method : methods) {
      const Counts& c = by_method.at(method);
      std::printf("        %6.0f %5.0f  %6.2f  %6.2f", c.fn, c.fp, percent(c.sensitivity()), percent(c.predictivity()));
    }
    std::printf("\n");
  }
}

void print_groups(const Table& table, const std::vector<std::string>& methods) {
  Names all, untuned;
  for (const auto& [record, counts] : table) {
    all.insert(record);
    if (!ds1.contains(record) || record == "201") untuned.insert(record);
  }
  const auto present = [&](const Names& group) {
    Names out;
    std::set_intersection(group.begin(), group.end(), all.begin(), all.end(), std::inserter(out, out.begin()));
    return out;
  };
  const std::vector<std::pair<const char*, Names>> groups = {
      {"all", all}, {"not tuned on", untuned}, {"DS1", present(ds1)}, {"DS2", present(ds2)}, {"paced", present(paced)}};
  std::printf("\nGross, %% (ec57, map bxb; Se sensitivity, +P predictivity; DS1 but for 201 was tuned on)\n%-22s",
              "group");
  for (const std::string& method : methods) std::printf("  %9s Se      +P", method.c_str());
  std::printf("\n");
  for (const auto& [name, group] : groups) {
    if (group.empty()) continue;
    std::printf("%-13s %4zu    ", name, group.size());
    for (const std::string& method : methods) {
      const Counts c = sum(table, group, method);
      std::printf("      %6.3f  %6.3f", percent(c.sensitivity()), percent(c.predictivity()));
    }
    std::printf("\n");
  }
  for (const auto& [name, group] : groups) {
    if (group.empty()) continue;
    for (const std::string& peer : methods) {
      if (peer == "vagus") continue;
      std::printf("\nvagus less %s, %s, paired by subject, 95 %%\n", peer.c_str(), name);
      print_difference(table, group, peer, "sensitivity", &Counts::sensitivity);
      print_difference(table, group, peer, "predictivity", &Counts::predictivity);
    }
  }
}

/// One line a method: accuracy over all records, what it took, and where it failed.
void print_methods(const Json& results, const Table& table, const std::vector<std::string>& methods) {
  std::printf(
      "All %zu records; seconds of processor from file to beats (of peers without imports), peak memory of a process\n",
      table.size());
  std::printf("%-11s%9s%9s%12s%14s  %s\n", "method", "Se %", "+P %", "seconds", "peak MB", "failed on");
  Names all;
  for (const auto& [record, counts] : table) all.insert(record);
  for (const std::string& method : methods) {
    double seconds = 0, peak_mb = 0;
    std::string failed;
    for (const auto& [record, took] : results.at("took").at(method).items()) {
      seconds += took.at("seconds").get<double>();
      peak_mb = std::max(peak_mb, took.at("peak_mb").get<double>());
      if (!took.at("why").is_null()) failed += record + " (" + took.at("why").get<std::string>() + ") ";
    }
    const Counts c = sum(table, all, method);
    std::printf("%-11s%9.3f%9.3f%12.1f%14.1f  %s\n", method.c_str(), percent(c.sensitivity()),
                percent(c.predictivity()), seconds, peak_mb, failed.empty() ? "none" : failed.c_str());
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: peers_table RESULTS.json\n");
    return 2;
  }
  try {
    std::ifstream file(argv[1]);
    const Json results = Json::parse(file);
    const auto methods = results.at("methods").get<std::vector<std::string>>();
    for (const char* start : {"300", "0"}) {
      Table table;
      for (const auto& [record, by_method] : results.at("records").items())
        for (const std::string& method : methods) {
          const Json& counts = by_method.at(method).at(start);
          table[record][method] = {counts.at("tp"), counts.at("fn"), counts.at("fp")};
        }
      std::printf("%s== mitdb, first lead, from %s s ==\n", start[0] == '0' ? "\n" : "", start);
      print_methods(results, table, methods);
      print_records(table, methods);
      print_groups(table, methods);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peers_table: %s: %s\n", argv[1], error.what());
    return 3;
  }
  return 0;
}
