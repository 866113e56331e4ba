/// A sweep for programs.
#include "lab/base/numbers.h"
#include "lab/study/sweep.h"

namespace vagus::lab {
namespace {

Json config_json(const Config& config) {
  Json json = Json::object();
  for (const auto& [key, value] : config) json[key] = number(value);
  return json;
}

Json figures_as_json(const std::vector<SweptFigure>& figures) {
  Json json = Json::array();
  for (const SweptFigure& one : figures) {
    const Judgement& judgement = one.judgement;
    json.push_back({{"requirement", one.requirement},
                    {"statistic", one.statistic},
                    {"estimate", number(judgement.estimate.value)},
                    {"interval", Json::array({number(judgement.one_sided.low), number(judgement.one_sided.high)})},
                    {"verdict", name(judgement.verdict)},
                    {"subjects", judgement.estimate.clusters}});
  }
  return json;
}

Json objectives_as_json(const std::vector<SweptObjective>& objectives) {
  Json json = Json::array();
  for (const SweptObjective& one : objectives)
    json.push_back(
        {{"name", one.name},
         {"value", one.known ? number(one.value) : Json(nullptr)},
         {"range", one.known ? Json::array({number(one.range.low), number(one.range.high)}) : Json(nullptr)}});
  return json;
}

Json inner_as_json(const InnerChoice& inner) {
  Json thresholds = Json::array();
  for (const double threshold : inner.thresholds) thresholds.push_back(number(threshold));
  return {{"folds", inner.folds},
          {"agreeing", inner.agreeing},
          {"thresholds", thresholds},
          {"held_out", figures_as_json(inner.held_out)}};
}

Json agreement_as_json(const SweepAgreement& agreement) {
  Json json = {{"folds", agreement.folds}, {"alike", agreement.alike}, {"parameters", Json::array()}};
  for (const ParameterAgreement& one : agreement.parameters) {
    Json values = Json::array();
    for (const auto& [value, folds] : one.values) values.push_back({{"value", number(value)}, {"folds", folds}});
    json["parameters"].push_back({{"name", one.name}, {"values", values}});
  }
  return json;
}

}  // namespace

Json as_json(const SweepResult& sweep) {
  Json json = {{"verdict", name(sweep.verdict)},
               {"judged", figures_as_json(sweep.judged)},
               {"judged_subjects", sweep.judged_subjects},
               {"judged_records", sweep.judged_records},
               {"choices", Json::array()},
               {"agreement", sweep.agreement ? agreement_as_json(*sweep.agreement) : Json(nullptr)},
               {"settings", Json::array()},
               {"curve", Json::array()},
               {"notes", sweep.notes},
               {"failed", Json::array()}};
  for (const SweepChoice& one : sweep.choices)
    json["choices"].push_back({{"fold", one.fold},
                               {"config", config_json(one.config)},
                               {"met", one.met},
                               {"why", one.why},
                               {"subjects", one.subjects},
                               {"chosen_on", figures_as_json(one.chosen_on)},
                               {"inner", one.inner ? inner_as_json(*one.inner) : Json(nullptr)}});
  for (const SweptSetting& one : sweep.settings)
    json["settings"].push_back({{"config", config_json(one.config)},
                                {"margin", number(one.margin)},
                                {"feasible", one.feasible},
                                {"front", one.front},
                                {"figures", figures_as_json(one.figures)},
                                {"objectives", objectives_as_json(one.objectives)}});
  for (const SweepPoint& one : sweep.curve) {
    Json point = {{"threshold", number(one.threshold)}};
    for (const auto& [statistic_name, value] : one.figures) point[statistic_name] = number(value);
    json["curve"].push_back(std::move(point));
  }
  for (const Failure& one : sweep.failed) json["failed"].push_back({{"recording", one.recording}, {"why", one.why}});
  return json;
}

}  // namespace vagus::lab
