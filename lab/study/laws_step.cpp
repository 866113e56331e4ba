#include "lab/study/laws_step.h"

#include <algorithm>

#include "lab/base/numbers.h"
#include "lab/store/hash.h"
#include "lab/study/steps.h"

namespace vagus::lab {
namespace {

constexpr const char* step_folder = "laws";
constexpr double usual_rate_hz = 250;

/// Where no recording tells a rate: the usual one, or the nearest that the detector takes.
double rate_without_recording(const Contract& contract) {
  double rate_hz = usual_rate_hz;
  for (const ChannelNeed& need : contract.reads)
    rate_hz = std::clamp(rate_hz, static_cast<double>(need.min_rate_hz), static_cast<double>(need.max_rate_hz));
  return rate_hz;
}

std::string packed_laws(const std::vector<Law>& laws) {
  Json all = Json::array();
  for (const Law& law : laws)
    all.push_back({{"law", law.name},
                   {"state", static_cast<int>(law.state)},
                   {"why", law.why},
                   {"t_s", law.t_s ? Json(*law.t_s) : Json(nullptr)}});
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Law> unpacked_laws(const std::string& text) {
  std::vector<Law> laws;
  for (const Json& one : Json::parse(text)) {
    Law& law = laws.emplace_back();
    law.name = one.at("law");
    law.state = static_cast<Law::State>(one.at("state").get<int>());
    law.why = one.at("why");
    if (!one.at("t_s").is_null()) law.t_s = one.at("t_s").get<double>();
  }
  return laws;
}

}  // namespace

void add_laws(StudyResult& result, const Cache& cache) {
  if (!result.contract_words || result.stored || std::string_view(result.contract.name) == simulated_events) return;
  const DetectorInfo& info = detector(result.contract.name);
  if (info.type != "prototype") return;
  const double rate_hz =
      result.records.empty() ? rate_without_recording(*info.contract) : result.records.front().run.rate_hz;
  Hasher key;
  key.field("laws").field(scoring_code()).field(info.contract->name).field(result.code).field(rate_hz);
  for (const auto& [name, value] : result.config) key.field(name).field(value);
  const std::string step = key.hex() + ".laws";
  if (const auto kept = cache.get(step_folder, step)) {
    result.laws = unpacked_laws(*kept);
    return;
  }
  result.laws = try_laws(info, result.config, rate_hz);
  for (Law& law : result.laws) law.why = without_folders(law.why);
  cache.put(step_folder, step, packed_laws(result.laws));
}

}  // namespace vagus::lab
