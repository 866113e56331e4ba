#include "lab/study/spec_claims.h"

#include <algorithm>
#include <set>

#include "lab/deploy/cost.h"
#include "lab/study/statistic.h"

namespace vagus::lab {
namespace {

/// One of several words, refused with the nearest.
std::string one_of(const Section& section, const char* key, const std::string& standard,
                   const std::vector<std::string>& known) {
  std::string word = section.text(key, standard);
  if (std::find(known.begin(), known.end(), word) != known.end()) return word;
  const std::string near = nearest(word, known);
  std::string all;
  for (const auto& one : known) all += (all.empty() ? "" : ", ") + one;
  section.fail(*section.get(key), "unknown " + std::string(key) + " '" + word + "'",
               near.empty() ? "there is: " + all : "did you mean '" + near + "'?");
}

Config read_config(const Section& section, const char* key) {
  Config config;
  for (const auto& [name, node] : section.section(key)) {
    const std::string text(name.str());
    if (const auto flag = node.value_exact<bool>()) {
      config[text] = *flag ? 1 : 0;
    } else {
      config[text] = section.number_of(node, std::string(key) + "." + text, -1e12, 1e12);
    }
  }
  return config;
}

bool is_detector(const std::string& name) {
  const auto& all = detectors();
  return name == simulated_events ||
         std::any_of(all.begin(), all.end(), [&](const DetectorInfo& one) { return name == one.contract->name; });
}

AgainstSpec read_against(const Section& hypothesis) {
  AgainstSpec against;
  const auto* node = hypothesis.get("against");
  if (node == nullptr) hypothesis.fail("'hypothesis.against' is missing: a result, a detector or {config = {...}}");
  if (!node->is_table()) {
    const std::string text = hypothesis.text("against");
    (is_detector(text) ? against.detector : against.result) = text;
    return against;
  }
  const Section section(*node->as_table(), "hypothesis.against", hypothesis.path(), {"detector", "config", "result"});
  against.detector = section.text("detector", "");
  against.result = section.text("result", "");
  if (section.has("config")) against.config = read_config(section, "config");
  if (!against.result.empty() && (against.config || !against.detector.empty()))
    section.fail(*section.get("result"), "a result is not run again: name a result, or a detector with its config");
  if (against.result.empty() && against.detector.empty() && !against.config)
    section.fail("'hypothesis.against' names neither a result nor a detector nor a config");
  return against;
}

HypothesisSpec read_hypothesis(const toml::table& table, const std::string& path, const ScoreSpec& score) {
  const Section section(table, "hypothesis", path,
                        {"name", "kind", "statistic", "against", "margin", "confidence", "group"});
  HypothesisSpec hypothesis;
  if (!section.has("kind")) section.fail("'hypothesis.kind' is missing: superiority, noninferiority or equivalence");
  const std::string kind = one_of(section, "kind", "", {"superiority", "noninferiority", "equivalence"});
  hypothesis.kind = kind == "superiority"      ? HypothesisSpec::Kind::superiority
                    : kind == "noninferiority" ? HypothesisSpec::Kind::noninferiority
                                               : HypothesisSpec::Kind::equivalence;
  hypothesis.statistic = read_statistic(section, score);
  const Statistic& about = statistic(hypothesis.statistic);
  if (about.over == Statistic::Over::worst || about.over == Statistic::Over::worst_record ||
      quantity(about) == Quantity::seconds)
    section.fail(*section.get("statistic"), "statistic '" + hypothesis.statistic + "' has no paired difference",
                 "gross and average figures have");
  hypothesis.against = read_against(section);
  if (kind == "superiority" && section.has("margin"))
    section.fail(*section.get("margin"), "superiority has no margin: it claims a difference above 0");
  if (kind != "superiority") hypothesis.margin = section.number("margin", 1e-9, highest_bound(hypothesis.statistic));
  hypothesis.confidence = section.number("confidence", 0.95, 0.501, 0.9999);
  hypothesis.group = section.filter("group");
  hypothesis.name = section.text("name", kind + " in " + hypothesis.statistic);
  return hypothesis;
}

void read_limits(const Section& section, const std::string& core, CostBudget& budget) {
  for (const std::string& metric : cost_metrics()) {
    if (section.has(metric.c_str())) budget.limits.push_back({core, metric, section.number(metric.c_str(), 0, 1e15)});
  }
  if (section.has("compute_mj_per_day"))
    budget.limits.push_back({core, "compute_mj_per_day", section.number("compute_mj_per_day", 0, 1e12)});
}

CostBudget read_budget(const Section& top) {
  CostBudget budget;
  if (!top.has("budget")) return budget;
  std::vector<std::string> metrics = cost_metrics();
  metrics.emplace_back("compute_mj_per_day");
  std::vector<std::string> known = metrics;
  known.insert(known.end(), {"measured", "m4f", "m55"});
  const Section section(top.section("budget"), "budget", top.path(), known);
  budget.measured = section.has("measured") ? section.text("measured") : "";
  read_limits(section, "m4f", budget);
  for (const char* core : {"m4f", "m55"}) {
    if (!section.has(core)) continue;
    read_limits(Section(section.section(core), std::string("budget.") + core, top.path(), metrics), core, budget);
  }
  std::set<std::pair<std::string, std::string>> once;
  for (const CostLimit& limit : budget.limits)
    if (!once.emplace(limit.core, limit.metric).second)
      section.fail("'" + limit.metric + "' has two limits on " + limit.core,
                   "outside a core's table a limit is of m4f");
  if (budget.limits.empty()) section.fail("'budget' limits nothing", "[budget] ram_bytes = 4096");
  return budget;
}

/// An objective is a statistic of the protocol, or a core and one of its costs.
void check_objective(const Section& section, const std::string& objective, const std::string& protocol) {
  std::vector<std::string> known;
  for (const auto& name : statistic_names())
    if (protocol_of(statistic(name)) == protocol) known.push_back(name);
  for (const char* core : {"m4f", "m55"}) {
    for (const std::string& metric : cost_metrics()) known.push_back(std::string(core) + "." + metric);
    known.push_back(std::string(core) + ".compute_mj_per_day");
  }
  if (std::find(known.begin(), known.end(), objective) != known.end()) return;
  const std::string near = nearest(objective, known);
  section.fail(*section.get("objectives"), "unknown objective '" + objective + "'",
               near.empty() ? "a statistic of protocol " + protocol + ", or a cost as \"m4f.ram_bytes\""
                            : "did you mean '" + near + "'?");
}

double read_parameters(const Section& section, SweepSpec& sweep) {
  double product = 1;
  for (const auto& [key, node] : section.section("parameters")) {
    const std::string name(key.str());
    const std::string shown = "sweep.parameters." + name;
    if (!node.is_array() || node.as_array()->empty()) section.fail(node, "'" + shown + "' must be a list of values");
    std::vector<double> values;
    for (const auto& item : *node.as_array()) {
      const auto flag = item.value_exact<bool>();
      values.push_back(flag ? (*flag ? 1 : 0) : section.number_of(item, "an entry of '" + shown + "'", -1e12, 1e12));
    }
    product *= static_cast<double>(values.size());
    sweep.parameters.emplace_back(name, std::move(values));
  }
  return product;
}

SweepSpec read_sweep(const Section& top, const StudySpec& spec) {
  SweepSpec sweep;
  if (!top.has("sweep")) return sweep;
  const Section section(top.section("sweep"), "sweep", top.path(),
                        {"parameters", "thresholds", "prefer", "objectives", "measured"});
  const double product = read_parameters(section, sweep);
  if (product > 4096) section.fail(*section.get("parameters"), "a sweep of more than 4096 settings");
  sweep.thresholds = static_cast<int>(section.integer("thresholds", 0, 2, 10'000));
  const bool both = sweep.thresholds > 0 && !sweep.parameters.empty();
  const bool one_by_one = both || spec.split.kind == SplitSpec::Kind::nested;
  if (one_by_one && product * sweep.thresholds > 4096)
    section.fail(*section.get("thresholds"), "a sweep of more than 4096 settings: every combination of parameters at " +
                                                 std::to_string(sweep.thresholds) + " thresholds");
  if (both && section.section("parameters").contains("threshold"))
    section.fail(*section.get("thresholds"),
                 "'sweep.thresholds' follows the scores by itself, so 'sweep.parameters' lists no 'threshold'");
  if (sweep.empty())
    section.fail("'sweep' sweeps nothing", "parameters = {threshold = [0.5, 0.9]}, or thresholds = 200");
  if (sweep.thresholds > 0 && spec.score.protocol != "events")
    section.fail(*section.get("thresholds"), "thresholds on scores are swept under protocol events",
                 "sweep.parameters runs every setting under any protocol");
  std::vector<std::string> known{"margin"};
  if (sweep.thresholds > 0) known.insert(known.end(), {"sensitivity", "fewest_alarms"});
  if (!sweep.parameters.empty()) {
    for (const auto& name : statistic_names())
      if (protocol_of(statistic(name)) == spec.score.protocol) known.push_back(name);
  }
  sweep.prefer = one_of(section, "prefer", "margin", known);
  sweep.objectives = section.texts("objectives");
  for (const std::string& objective : sweep.objectives) check_objective(section, objective, spec.score.protocol);
  sweep.measured = section.texts("measured");
  if (spec.requirements.empty())
    section.fail("a sweep chooses what meets requirements, and the specification states none");
  if (spec.split.kind == SplitSpec::Kind::none ||
      (spec.split.kind == SplitSpec::Kind::fixed && spec.split.train.empty() && spec.split.tune.empty()))
    section.fail("a sweep chooses on subjects that it does not judge, and the split names none",
                 "[split] kind = \"kfold\", or \"fixed\" with a list 'tune'");
  return sweep;
}

}  // namespace

std::string read_statistic(const Section& section, const ScoreSpec& score) {
  std::string asked = section.text("statistic");
  const auto& names = statistic_names();
  if (std::find(names.begin(), names.end(), asked) == names.end()) {
    const auto near = nearest(asked, names);
    section.fail(*section.get("statistic"), "unknown statistic '" + asked + "'",
                 near.empty() ? "" : "did you mean '" + near + "'?");
  }
  const std::string of(protocol_of(statistic(asked)));
  if (of != score.protocol)
    section.fail(*section.get("statistic"),
                 "statistic '" + asked + "' belongs to protocol " + of + ", and the study scores " + score.protocol);
  return asked;
}

double highest_bound(const std::string& statistic_name) {
  const Quantity what = quantity(statistic(statistic_name));
  return what == Quantity::share || what == Quantity::score ? 1 : 1e6;
}

void read_claims(const Section& top, StudySpec& spec) {
  for (const auto* table : top.sections("hypothesis"))
    spec.hypotheses.push_back(read_hypothesis(*table, top.path(), spec.score));
  spec.budget = read_budget(top);
  spec.sweep = read_sweep(top, spec);
}

SplitSpec read_split(const Section& top, const DataSpec& data) {
  using Kind = SplitSpec::Kind;
  const Section split(top.section("split"), "split", top.path(),
                      {"kind", "train", "tune", "test", "folds", "locked", "time_order"});
  static const std::vector<std::pair<std::string, Kind>> kinds = {{"none", Kind::none},   {"fixed", Kind::fixed},
                                                                  {"kfold", Kind::kfold}, {"loso", Kind::loso},
                                                                  {"lodo", Kind::lodo},   {"nested", Kind::nested}};
  std::vector<std::string> names;
  names.reserve(kinds.size());
  for (const auto& one : kinds) names.push_back(one.first);
  const std::string word = one_of(split, "kind", "none", names);
  SplitSpec spec;
  spec.kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) { return one.first == word; })->second;
  spec.train = split.texts("train");
  spec.tune = split.texts("tune");
  spec.test = split.texts("test");
  spec.time_order = split.text("time_order", "");
  if (!spec.time_order.empty() && spec.kind != SplitSpec::Kind::fixed)
    split.fail(*split.get("time_order"), "'split.time_order' needs split kind \"fixed\"");
  if (const auto* node = split.get("locked")) {
    const auto flag = node->value_exact<bool>();
    if (!flag) split.fail(*node, "'split.locked' must be true or false");
    spec.locked = *flag;
  }
  if (spec.kind == Kind::none && (split.has("train") || split.has("tune") || split.has("test")))
    split.fail("lists of recordings need split kind \"fixed\"");
  if (spec.kind == Kind::fixed && spec.test.empty()) split.fail("'split.test' is missing: what is judged");
  if (spec.by_folds() && split.has("test"))
    split.fail(*split.get("test"),
               "split kind '" + word + "' judges every subject in its own fold, so it has no 'test'");
  if (split.has("folds") && spec.kind != Kind::kfold && spec.kind != Kind::nested)
    split.fail(*split.get("folds"), "'split.folds' belongs to the kinds kfold and nested, and the kind is " + word);
  spec.folds = static_cast<int>(split.integer("folds", spec.folds, 2, 1000));
  if (spec.kind == Kind::lodo && data.sets.size() < 2)
    split.fail(*split.get("kind"), "leaving one dataset out needs at least two sets");
  return spec;
}

}  // namespace vagus::lab
