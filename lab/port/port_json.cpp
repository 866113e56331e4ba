#include "lab/port/port_check.h"

namespace vagus::lab {
namespace {

Json seconds(const std::optional<double>& t_s) { return t_s ? number(*t_s) : Json(nullptr); }

Json json_of(const PortRecording& recording) {
  Json out = {{"recording", recording.item.id()},
              {"subject", recording.item.subject},
              {"both", recording.both},
              {"only_a", recording.only_a},
              {"only_b", recording.only_b},
              {"displaced", recording.displaced},
              {"displaced_s", number(recording.displaced_s)}};
  out["differences"] = Json::array();
  constexpr std::size_t told = 20;
  for (const PortDifference& d : recording.differences) {
    if (out["differences"].size() == told) break;
    out["differences"].push_back({{"t_s", number(d.t_s)},
                                  {"in", d.in_a && d.in_b ? "both, displaced"
                                         : d.in_a         ? "a"
                                                          : "b"}});
  }
  out["probes"] = Json::array();
  for (const ProbeAgreement& p : recording.probes)
    out["probes"].push_back({{"name", p.name},
                             {"compared", p.compared},
                             {"differing", p.differing},
                             {"t_s", seconds(p.t_s)},
                             {"a", p.t_s ? number(p.a) : Json(nullptr)},
                             {"b", p.t_s ? number(p.b) : Json(nullptr)},
                             {"rms", number(p.rms)}});
  return out;
}

Json scores_json(const PortCheck& check) {
  if (check.protocol.empty()) return {{"protocol", nullptr}, {"why", check.why_unscored}};
  Json out = {{"protocol", check.protocol},
              {"start_s", check.score_start_s},
              {"recordings", check.scored},
              {"margin", check.options.margin},
              {"confidence", check.options.confidence}};
  out["statistics"] = Json::array();
  for (const PortScore& score : check.scores) {
    const Difference& d = score.difference;
    const bool equal = d.change == Change::equal;
    const Interval interval = equal ? Interval{0, 0} : score.judgement.estimate.interval;
    out["statistics"].push_back({{"statistic", score.statistic},
                                 {"difference", number(equal ? 0 : d.estimate.value)},
                                 {"interval", {number(interval.low), number(interval.high)}},
                                 {"subjects", d.subjects},
                                 {"verdict", name(score.verdict)}});
  }
  return out;
}

}  // namespace

Json as_json(const PortCheck& check) {
  std::int64_t both = 0, only_a = 0, only_b = 0, displaced = 0;
  double displaced_s = 0;
  Json failed = Json::array();
  for (const PortRecording& recording : check.recordings) {
    both += recording.both;
    only_a += recording.only_a;
    only_b += recording.only_b;
    displaced += recording.displaced;
    displaced_s = std::max(displaced_s, recording.displaced_s);
    for (const bool of_a : {true, false}) {
      const std::string& why = of_a ? recording.why_a : recording.why_b;
      if (!why.empty())
        failed.push_back({{"recording", recording.item.id()}, {"side", of_a ? "a" : "b"}, {"why", why}});
    }
  }
  Json out = {{"recordings", check.recordings.size()},
              {"agree_exact", check.agree_exact()},
              {"agree_within", check.agree_within()},
              {"tolerance_s", number(check.options.tolerance_s)},
              {"events", {{"both", both}, {"only_a", only_a}, {"only_b", only_b}}},
              {"first_difference", nullptr}};
  if (check.first)
    out["first_difference"] = {{"recording", check.first->recording},
                               {"t_s", number(check.first->t_s)},
                               {"probe", check.first->probe.empty() ? Json(nullptr) : Json(check.first->probe)}};
  out["displaced"] = displaced;
  out["displaced_s"] = number(displaced_s);
  out["a"] = {{"detector", check.a}, {"version", check.version_a}, {"causal", check.causal_a}};
  out["b"] = {{"detector", check.b}, {"version", check.version_b}, {"causal", check.causal_b}};
  out["simulated"] = check.simulated;
  out["shared_probes"] = check.shared_probes;
  out["probe_tolerance"] = number(check.options.probe_tolerance);
  out["failed"] = std::move(failed);
  out["scores"] = scores_json(check);
  out["ranked"] = Json::array();
  for (const PortRecording* recording : check.ranked())
    if (!recording->failed()) out["ranked"].push_back(json_of(*recording));
  return out;
}

}  // namespace vagus::lab
