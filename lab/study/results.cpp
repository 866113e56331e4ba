#include "lab/study/results.h"

#include <tbb/version.h>
#include <toml++/impl/version.h>

#include <algorithm>
#include <boost/version.hpp>

#include "lab/store/hash.h"
#include "lab/study/cost_budget.h"
#include "lab/study/counts_json.h"
#include "lab/study/folds.h"
#include "lab/study/guard_json.h"
#include "lab/study/hypothesis.h"
#include "lab/study/plan.h"
#include "lab/study/sweep.h"

namespace vagus::lab {
namespace {

Json interval(const Interval& interval) { return Json::array({number(interval.low), number(interval.high)}); }

Json requirement(const RequirementResult& result) {
  const RequirementSpec& asked = result.asked;
  const Judgement& judgement = result.judgement;
  const auto& needed = judgement.subjects_needed;
  Json json = {{"name", asked.name},
               {"statistic", asked.statistic},
               {"group", asked.group.text()},
               {"direction", asked.bound.direction == Direction::at_least ? "at_least" : "at_most"},
               {"estimate", number(judgement.estimate.value)},
               {"interval", interval(judgement.one_sided)},
               {"bound", number(asked.bound.bound)},
               {"confidence", number(asked.bound.confidence)},
               {"verdict", name(result.verdict)},
               {"why", result.why},
               {"subjects", judgement.estimate.clusters},
               {"records", result.records},
               {"subjects_needed", needed ? Json(*needed) : Json(nullptr)},
               {"method", judgement.estimate.method}};
  if (!result.who.empty()) json["worst"] = result.who;
  return json;
}

Json record(const RecordResult& record, const std::vector<Group>& groups) {
  Json member_of = Json::array();
  for (const Group& group : groups) {
    if (in_group(group, record.item)) member_of.push_back(group.name);
  }
  Json repairs = Json::object();
  for (const auto& [what, count] : record.run.repairs) repairs[what] = count;
  Json json = {{"recording", record.item.id()},
               {"subject", record.item.subject},
               {"split", name(record.role)},
               {"groups", member_of},
               {"duration_s", number(record.run.duration_s)},
               {"unreadable_s", number(record.run.unreadable_s)},
               {"counts", record_counts(record)},
               {"figures", record_figures(record)},
               {"channel", record.run.channel},
               {"gaps", record.run.gaps},
               {"repairs", repairs},
               {"signal_hash", record.item.signal_hash},
               {"labels_hash", record.item.labels_hash}};
  if (const std::string fold = fold_of(record.item); !fold.empty()) json["fold"] = fold;
  if (!record.events_hash.empty()) json["events_hash"] = record.events_hash;
  return json;
}

Json group(const GroupResult& group, const std::string& protocol) {
  Json figures = Json::object();
  for (const auto& [statistic, figure] : group.figures) {
    Json one = {{"estimate", number(figure.estimate.value)}, {"interval", interval(figure.estimate.interval)}};
    if (!figure.who.empty()) one["worst"] = figure.who;
    figures[statistic] = one;
  }
  Json json = {{"name", group.name},
               {"where", group.where},
               {"records", group.records},
               {"subjects", group.subjects},
               {"counts", group_counts(group, protocol)}};
  if (protocol == "ec57")
    json["counts_whole"] = {{"tp", group.whole.tp}, {"fn", group.whole.fn}, {"fp", group.whole.fp}};
  json["confidence"] = 0.95;
  json["figures"] = figures;
  return json;
}

/// What the labels were before they were mended, and what the study says on those.
Json labels(const OnOriginalLabels& original, const std::string& protocol) {
  Json json = {{"mended", Json::array()},
               {"original", {{"verdict", name(original.verdict)}, {"sentence", original.sentence}}}};
  for (const MendedLabels& one : original.mended)
    json["mended"].push_back({{"recording", one.recording},
                              {"original", one.original},
                              {"in_force", one.in_force},
                              {"author", one.author},
                              {"reason", one.reason}});
  Json& on = json["original"];
  on["requirements"] = Json::array();
  for (const auto& one : original.requirements) on["requirements"].push_back(requirement(one));
  on["groups"] = Json::array();
  for (const auto& one : original.groups) on["groups"].push_back(group(one, protocol));
  return json;
}

Json detector(const StudyResult& result) {
  Json config = Json::object();
  for (const auto& [key, value] : result.config) config[key] = number(value);
  Json json = {{"name", result.contract.name},
               {"version", result.contract.version},
               {"config", config},
               {"causal", result.stored ? Json(nullptr) : Json(result.causal)},
               {"latency_ms", result.contract_words ? Json(nullptr) : number(result.contract.latency_ms)},
               {"initialised_from_truth", result.stored ? Json(nullptr) : Json(false)},
               {"stored", result.stored},
               {"code", result.code},
               {"instead_of_the_specifications", result.overridden}};
  for (const Law& law : result.laws)
    json["laws"].push_back({{"law", law.name},
                            {"state", name(law.state)},
                            {"why", law.why.empty() ? Json(nullptr) : Json(law.why)},
                            {"t_s", law.t_s ? number(*law.t_s) : Json(nullptr)}});
  return json;
}

Json data(const StudyResult& result) {
  const DataSpec& spec = result.spec.data;
  Json json = {{"sets", spec.sets}};
  if (spec.simulate) {
    json["simulate"] = {{"kind", spec.simulate->kind},
                        {"subjects", spec.simulate->subjects},
                        {"duration_s", number(spec.simulate->duration_s)},
                        {"set", spec.simulate->settings}};
  }
  json["where"] = spec.where.text();
  json["resample_hz"] = spec.resample_hz > 0 ? number(spec.resample_hz) : Json(nullptr);
  if (spec.length_s > 0) json["length_s"] = number(spec.length_s);
  if (spec.lowpass_hz > 0) json["lowpass_hz"] = number(spec.lowpass_hz);
  json["recordings"] = result.records.size() + result.failed.size();
  json["hash"] = result.data_hash;
  json["versions"] = result.versions;
  Json excluded = Json::array();
  for (const auto& exclusion : result.excluded)
    excluded.push_back({{"recording", exclusion.recording}, {"reason", exclusion.reason}});
  json["excluded"] = excluded;
  return json;
}

Json protocol_json(const ScoreSpec& score) {
  Json json = {{"name", score.protocol}, {"start_s", number(score.start_s)}, {"reference", score.reference}};
  if (score.protocol == "ec57") {
    json["match_window_s"] = 0.15;
    json["beat_map"] = describe(BeatMap::bxb);
  } else if (score.protocol == "events") {
    json["rule"] = name(score.rule);
  } else {
    json["window_s"] = number(score.window_s);
    json["pure_share"] = number(score.pure_share);
  }
  return json;
}

void write(std::string& out, const Json& json, std::size_t depth) {
  const auto line = [&](std::size_t at) {
    out += '\n';
    out.append(2 * at, ' ');
  };
  if (json.is_number_float()) {
    append_shortest(out, json.get<double>());
  } else if (json.is_object() && !json.empty()) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : json.items()) {
      if (!first) out += ',';
      first = false;
      line(depth + 1);
      out += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
      write(out, value, depth + 1);
    }
    line(depth);
    out += '}';
  } else if (json.is_array() && !json.empty()) {
    out += '[';
    const bool flat = std::none_of(json.begin(), json.end(), [](const Json& v) { return v.is_structured(); });
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (i > 0) out += flat ? ", " : ",";
      if (!flat) line(depth + 1);
      write(out, json[i], depth + 1);
    }
    if (!flat) line(depth);
    out += ']';
  } else {
    out += json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

const char* vagus_version() { return VAGUS_VERSION; }

Json environment_of_build() {
  return {{"compiler", VAGUS_COMPILER},
          {"architecture", VAGUS_ARCHITECTURE},
          {"boost", BOOST_LIB_VERSION},
          {"onetbb", TBB_VERSION_STRING},
          {"tomlplusplus", std::to_string(TOML_LIB_MAJOR) + "." + std::to_string(TOML_LIB_MINOR)}};
}

std::string digest_of(const Json& results) {
  Json all = results;
  all.erase("digest");
  return blake2b_256(json_text(all));
}

Json results(const StudyResult& result) {
  Json json = {{"schema", results_schema},
               {"verdict", name(result.verdict)},
               {"sentence", result.sentence},
               {"name", result.spec.name},
               {"question", result.spec.question},
               {"simulated", result.simulated},
               {"protocol", protocol_json(result.spec.score)}};
  json["requirements"] = Json::array();
  for (const auto& one : result.requirements) json["requirements"].push_back(requirement(one));
  json["hypotheses"] = Json::array();
  for (const auto& one : result.hypotheses) json["hypotheses"].push_back(as_json(one));
  json["budget"] = Json::array();
  for (const auto& one : result.costs) json["budget"].push_back(as_json(one));
  json["groups"] = Json::array();
  for (const auto& one : result.groups) json["groups"].push_back(group(one, result.spec.score.protocol));
  if (result.sweep) json["sweep"] = as_json(*result.sweep);
  if (result.on_original) json["labels"] = labels(*result.on_original, result.spec.score.protocol);
  json["records"] = Json::array();
  for (const auto& one : result.records) json["records"].push_back(record(one, result.spec.groups));
  json["failed"] = Json::array();
  for (const auto& one : result.failed) json["failed"].push_back({{"recording", one.recording}, {"why", one.why}});
  json["exploratory"] = result.exploratory;
  json["looks"] = result.looks > 0 ? Json(result.looks) : Json(nullptr);
  json["guards"] = guards_json(result.guards);
  json["accepted"] = accepted_json(result.guards);
  json["detector"] = detector(result);
  json["data"] = data(result);
  json["seed"] = result.spec.seed;
  json["specification"] = blake2b_256(result.spec.source);
  json["specification_text"] = result.spec.source;
  json["vagus"] = vagus_version();
  json["scoring_code"] = scoring_code();
  json["environment"] = environment_of_build();
  json["digest"] = digest_of(json);
  return json;
}

std::string json_text(const Json& json) {
  std::string text;
  write(text, json, 0);
  text += '\n';
  return text;
}

}  // namespace vagus::lab
