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

}  // namespace

Json as_json(const SweepResult& sweep) {
  Json json = {{"verdict", name(sweep.verdict)},
               {"judged", figures_as_json(sweep.judged)},
               {"judged_subjects", sweep.judged_subjects},
               {"judged_records", sweep.judged_records},
               {"choices", Json::array()},
               {"settings", Json::array()},
               {"curve", Json::array()},
               {"failed", Json::array()}};
  for (const SweepChoice& one : sweep.choices)
    json["choices"].push_back({{"fold", one.fold},
                               {"config", config_json(one.config)},
                               {"met", one.met},
                               {"why", one.why},
                               {"subjects", one.subjects},
                               {"chosen_on", figures_as_json(one.chosen_on)}});
  for (const SweptSetting& one : sweep.settings)
    json["settings"].push_back({{"config", config_json(one.config)},
                                {"margin", number(one.margin)},
                                {"feasible", one.feasible},
                                {"front", one.front},
                                {"figures", figures_as_json(one.figures)}});
  for (const SweepPoint& one : sweep.curve) {
    Json point = {{"threshold", number(one.threshold)}};
    for (const auto& [statistic_name, value] : one.figures) point[statistic_name] = number(value);
    json["curve"].push_back(std::move(point));
  }
  for (const Failure& one : sweep.failed) json["failed"].push_back({{"recording", one.recording}, {"why", one.why}});
  return json;
}

}  // namespace vagus::lab
