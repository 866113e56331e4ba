#pragma once
/// What the settings of a sweep cost on a wrist's core.
#include <optional>
#include <string>
#include <vector>

#include "lab/study/sweep.h"

namespace vagus::lab {

/// Costs by configuration: from files of `vagus cost --json`, of the default configuration from the program's budgets,
/// else from whoever measures.
class SweepCosts {
 public:
  /// Throws Error for a file that cannot be read, or that is of another detector or version.
  SweepCosts(const StudySpec& spec, const StudyResult& base, const CostOf& cost_of);

  /// The range of "m4f.ram_bytes" under a configuration; nothing where nobody knows it.
  std::optional<Interval> range(const std::string& objective, const Config& config);
  /// What the specification's budget says of a configuration: *met* without one.
  Verdict budget(const Config& config);

 private:
  struct Known {
    Config config;
    Json cost;
    std::string path;
  };
  const Known* find(const Config& config);
  const StudySpec& spec_;
  const CostOf& cost_of_;
  const DetectorInfo* detector_ = nullptr;  // nothing where the detector ran elsewhere
  std::vector<Known> known_;
};

/// Whether an objective is a cost and no statistic: "m4f.ram_bytes".
bool is_cost(const std::string& objective);

}  // namespace vagus::lab
