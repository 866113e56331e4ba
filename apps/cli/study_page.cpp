/// What goes into a study's page beside the study itself.
#include <algorithm>
#include <limits>
#include <string>

#include "apps/cli/study.h"
#include "lab/failures/failures.h"
#include "lab/report/cost_rows.h"
#include "lab/report/event_sweep.h"
#include "lab/report/heart_rates.h"
#include "lab/report/quality_sweep.h"
#include "lab/store/hash.h"
#include "lab/store/manifest.h"

namespace vagus::cli {
namespace {

using lab::Json;

Json json_of(const std::vector<lab::SliceRow>& rows) {
  Json json = Json::array();
  for (const lab::SliceRow& row : rows)
    json.push_back({{"where", row.where},
                    {"errors", row.errors},
                    {"share_of_errors", lab::number(row.share_of_errors)},
                    {"share_of_signal", lab::number(row.share_of_signal)},
                    {"ratio", lab::number(row.ratio)},
                    {"p", lab::number(row.p_corrected)},
                    {"confirmed", row.confirmed},
                    {"smallest", row.smallest_ratio ? lab::number(*row.smallest_ratio) : Json()}});
  return json;
}

std::vector<lab::SliceRow> rows_from(const Json& json) {
  std::vector<lab::SliceRow> rows;
  for (const Json& one : json) {
    lab::SliceRow row;
    row.where = one.at("where").get<std::string>();
    row.errors = one.at("errors").get<std::int64_t>();
    row.share_of_errors = one.at("share_of_errors").get<double>();
    row.share_of_signal = one.at("share_of_signal").get<double>();
    row.ratio = one.at("ratio").is_null() ? std::numeric_limits<double>::infinity() : one.at("ratio").get<double>();
    row.p_corrected = one.at("p").get<double>();
    row.confirmed = one.at("confirmed").get<std::string>();
    if (!one.at("smallest").is_null()) row.smallest_ratio = one.at("smallest").get<double>();
    rows.push_back(std::move(row));
  }
  return rows;
}

bool has_error(const lab::RecordResult& record) {
  if (record.events) return record.events->counts.missed + record.events->counts.false_alarms > 0;
  if (record.windows)
    return std::any_of(record.windows->each.begin(), record.windows->each.end(),
                       [](const auto& window) { return !window.right(); });
  return record.scored.fn + record.scored.fp > 0;
}

/// The slices of the failure analysis. The search takes seconds, so what it found is kept by data, detector, the scored
/// part and the sources of the analysis.
std::vector<lab::SliceRow> slices_of(const lab::StudyResult& result, const lab::Source& source, const lab::Cache& cache,
                                     int threads) {
  if (std::none_of(result.records.begin(), result.records.end(), has_error)) return {};
  const lab::ScoreSpec& how = result.spec.score;
  const std::string key = lab::Hasher()
                              .field("slices")
                              .field(result.run_key)
                              .field(how.protocol)
                              .field(how.reference)
                              .field(how.start_s)
                              .field(how.pure_share)
                              .field(lab::name(how.rule))
                              .field(lab::scoring_code())
                              .field(lab::failures_code())
                              .hex() +
                          ".slices";
  if (const auto bytes = cache.get(result.data_hash, key)) {
    const Json kept = Json::parse(*bytes, nullptr, false);
    try {
      if (kept.is_array()) return rows_from(kept);
    } catch (const Json::exception&) {
      // What is kept is not such a step: it is made again.
    }
  }
  lab::FailureOptions options;
  options.slices.threads = threads;
  options.most_exemplars = 1;
  std::vector<lab::SliceRow> rows;
  for (const lab::Slice& slice : lab::analyse_failures(result, source, cache, options).slices)
    rows.push_back({slice.sentence, slice.errors, slice.share_of_errors, slice.share_of_signal, slice.ratio,
                    slice.p_corrected, std::string(lab::name(slice.confirmed)), slice.smallest_ratio});
  cache.put(result.data_hash, key, json_of(rows).dump());
  return rows;
}

}  // namespace

lab::Evidence evidence_of(const lab::StudyResult& result, const lab::Source& source, const lab::Cache& cache,
                          const std::string& cost_file, int threads) {
  lab::Evidence evidence;
  if (!cost_file.empty()) {
    try {
      evidence.costs = lab::cost_rows(Json::parse(lab::read_text(cost_file)), std::string(result.contract.name));
    } catch (const Json::parse_error&) {
      throw lab::Error("this is no JSON", cost_file, "it is what `vagus cost DETECTOR --json` prints");
    } catch (const lab::Error& error) {
      throw error.where().empty() ? error.within(cost_file) : error;
    }
  }
  evidence.powers = lab::power_where_not_shown(result, cache);
  const std::string& protocol = result.spec.score.protocol;
  if (protocol == "events") evidence.operating = lab::event_sweep(result);
  evidence.slices = slices_of(result, source, cache, threads);
  if (protocol != "ec57") return evidence;
  evidence.operating = lab::quality_sweep(result);
  if (const auto rates = lab::heart_rate_agreement(result)) evidence.agreements.push_back(*rates);
  return evidence;
}

}  // namespace vagus::cli
