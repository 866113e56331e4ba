#include "lab/failures/failures.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// The quarters of a number, or the values of a word.
std::vector<std::vector<Condition>> parts_of(const ErrorColumn& column, std::size_t index) {
  std::vector<std::vector<Condition>> parts;
  std::vector<float> known = column.values;
  std::erase_if(known, [](float v) { return std::isnan(v); });
  if (known.empty()) return parts;
  if (column.is_word()) {
    for (std::size_t w = 0; w < column.words.size(); ++w)
      parts.push_back({{index, Condition::Is::equal, static_cast<float>(w)}});
    return parts;
  }
  std::vector<Condition> cuts;
  for (const Condition& one : conditions_on(column, index, known))
    if (one.is == Condition::Is::equal) parts.push_back({one});
  if (!parts.empty()) return parts;
  std::sort(known.begin(), known.end());
  float last = 0;
  for (int quarter = 1; quarter <= 3; ++quarter) {
    const float cut = known[known.size() * static_cast<std::size_t>(quarter) / 4];
    if (quarter > 1 && cut <= last) continue;
    parts.push_back({{index, Condition::Is::below, cut}});
    if (quarter > 1) parts.back().push_back({index, Condition::Is::above, std::nextafter(last, -INFINITY)});
    last = cut;
  }
  parts.push_back({{index, Condition::Is::above, std::nextafter(last, -INFINITY)}});
  return parts;
}

RateBin rate_in(const ErrorTable& table, std::size_t kind_index, const std::vector<Condition>& part,
                std::uint64_t seed) {
  const ErrorKind& kind = table.kinds[kind_index];
  RateBin bin;
  bin.kind = kind_index;
  std::vector<Cluster> clusters(table.subjects.size());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const bool in = std::all_of(part.begin(), part.end(),
                                [&](const Condition& one) { return one.holds(table.columns[one.column].values[i]); });
    if (!in) continue;
    clusters[table.subject[i]].numerator += kind.errors[i];
    clusters[table.subject[i]].denominator += static_cast<double>(kind.exposure[i]);
  }
  std::erase_if(clusters, [](const Cluster& c) { return c.denominator <= 0; });
  BootstrapOptions options;
  options.resamples = 1000;
  options.seed = seed;
  for (const Cluster& cluster : clusters) {
    bin.errors += cluster.numerator;
    bin.exposure += cluster.denominator;
    options.trials = options.trials && cluster.numerator <= cluster.denominator;
  }
  if (!clusters.empty()) bin.rate = cluster_ratio(clusters, options);
  return bin;
}

std::string part_text(const std::vector<Condition>& part, const ErrorTable& table) {
  const Condition& first = part.front();
  const ErrorColumn& column = table.columns[first.column];
  if (first.is == Condition::Is::equal) return text(first, table);
  const std::string unit = column.unit.empty() ? "" : " " + column.unit;
  const auto bound = [](float v) {
    return shortest(static_cast<float>(std::round(static_cast<double>(v) * 1e4) / 1e4));
  };
  if (part.size() == 2) return column.what + " " + bound(part[1].bound) + " to " + bound(first.bound) + unit;
  return column.what + (first.is == Condition::Is::below ? " below " : " from ") + bound(first.bound) + unit;
}

std::vector<SubjectErrors> worst_subjects(const ErrorTable& table) {
  std::vector<SubjectErrors> all;
  for (const auto& subject : table.subjects)
    all.push_back({subject, std::vector<std::int64_t>(table.kinds.size()), std::vector<double>(table.kinds.size())});
  for (std::size_t k = 0; k < table.kinds.size(); ++k) {
    for (std::size_t i = 0; i < table.rows(); ++i) {
      all[table.subject[i]].errors[k] += table.kinds[k].errors[i];
      all[table.subject[i]].exposure[k] += static_cast<double>(table.kinds[k].exposure[i]);
    }
  }
  const auto sum = [](const SubjectErrors& one) {
    std::int64_t errors = 0;
    for (const std::int64_t n : one.errors) errors += n;
    return errors;
  };
  std::erase_if(all, [&](const SubjectErrors& one) { return sum(one) == 0; });
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return sum(a) > sum(b); });
  return all;
}

Json value_json(const ErrorColumn& column, std::size_t row) {
  const float value = column.values[row];
  if (std::isnan(value)) return nullptr;
  return column.is_word() ? Json(column.words[static_cast<std::size_t>(value)]) : number(value);
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json slice_json(const Slice& slice, const ErrorTable& table) {
  Json conditions = Json::object();
  for (const Condition& one : slice.conditions) {
    const ErrorColumn& column = table.columns[one.column];
    Json& at = conditions[column.name];
    if (one.is == Condition::Is::above) at["above"] = number(one.bound);
    if (one.is == Condition::Is::below) at["below"] = number(one.bound);
    if (one.is == Condition::Is::equal)
      at["is"] = column.is_word() ? Json(column.words[static_cast<std::size_t>(one.bound)]) : number(one.bound);
    if (slice.of_subjects) at["of"] = "subjects";
  }
  return {{"where", slice.sentence},
          {"kind", table.kinds[slice.kind].name},
          {"conditions", conditions},
          {"errors", slice.errors},
          {"share_of_errors", number(slice.share_of_errors)},
          {"share_of_signal", number(slice.share_of_signal)},
          {"ratio", number(slice.ratio)},
          {"ratio_within_subjects", slice.ratio_within ? number(*slice.ratio_within) : Json(nullptr)},
          {"subjects", slice.subjects},
          {"p_corrected", number(slice.p_corrected)},
          {"confirmed", name(slice.confirmed)},
          {"smallest_ratio_seen", slice.smallest_ratio ? number(*slice.smallest_ratio) : Json(nullptr)}};
}

Json exemplar_json(const Exemplar& one, const StudyErrors& errors, const StudyResult& result) {
  Json context = Json::object();
  for (const ErrorColumn& column : errors.table.columns) context[column.name] = value_json(column, one.row);
  Json neighbours = Json::array();
  for (const auto& t_s : {one.before_s, one.after_s})
    if (t_s) neighbours.push_back(number(*t_s));
  return {{"recording", result.records[one.record].item.id()},
          {"t_s", number(one.t_s)},
          {"kind", errors.table.kinds[one.kind].name},
          {"slice", or_null(one.slice)},
          {"score", or_null(one.score)},
          {"threshold", or_null(one.threshold)},
          {"margin", or_null(one.margin())},
          {"correct_neighbours_s", neighbours},
          {"context", context}};
}

}  // namespace

std::vector<RateBin> rates_along(const ErrorTable& table, std::uint64_t seed, int threads) {
  struct Job {
    std::size_t kind;
    std::vector<Condition> part;
  };
  std::vector<Job> jobs;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    for (std::size_t kind = 0; kind < table.kinds.size(); ++kind)
      for (auto& part : parts_of(table.columns[c], c)) jobs.push_back({kind, std::move(part)});
  std::vector<RateBin> bins(jobs.size());
  on_cores(jobs.size(), threads, [&](std::size_t i) {
    bins[i] = rate_in(table, jobs[i].kind, jobs[i].part, seed);
    bins[i].where = part_text(jobs[i].part, table);
  });
  std::erase_if(bins, [](const RateBin& bin) { return bin.exposure <= 0; });
  return bins;
}

FailureAnalysis analyse_failures(const StudyResult& result, const Source& source, const Cache& cache,
                                 const FailureOptions& options) {
  FailureAnalysis analysis;
  analysis.errors = study_errors(result, source, cache, options.slices.threads);
  if (analysis.errors.table.rows() == 0) throw Error("nothing was scored", result.spec.name);
  SliceOptions slices = options.slices;
  slices.seed = result.spec.seed;
  analysis.slices = find_slices(analysis.errors.table, slices);
  analysis.exemplars = find_exemplars(result, analysis.errors, analysis.slices, source, cache, options.most_exemplars,
                                      options.slices.threads);
  analysis.rates = rates_along(analysis.errors.table, result.spec.seed, options.slices.threads);
  analysis.subjects = worst_subjects(analysis.errors.table);
  return analysis;
}

Json failures_json(const FailureAnalysis& analysis, const StudyResult& result) {
  const ErrorTable& table = analysis.errors.table;
  Json json = {
      {"slices", Json::array()}, {"exemplars", Json::array()}, {"rates", Json::array()}, {"subjects", Json::array()}};
  json["notes"] = analysis.errors.notes;
  for (const Slice& slice : analysis.slices) json["slices"].push_back(slice_json(slice, table));
  for (const Exemplar& one : analysis.exemplars)
    json["exemplars"].push_back(exemplar_json(one, analysis.errors, result));
  for (const RateBin& bin : analysis.rates) {
    json["rates"].push_back({{"kind", table.kinds[bin.kind].name},
                             {"where", bin.where},
                             {"errors", number(bin.errors)},
                             {"exposure", number(bin.exposure)},
                             {"rate", number(bin.rate.value)},
                             {"interval", {number(bin.rate.interval.low), number(bin.rate.interval.high)}}});
  }
  for (const SubjectErrors& one : analysis.subjects) {
    Json subject = {{"subject", one.subject}};
    for (std::size_t k = 0; k < table.kinds.size(); ++k)
      subject[table.kinds[k].name] = {{"errors", one.errors[k]}, {"exposure", number(one.exposure[k])}};
    json["subjects"].push_back(subject);
  }
  return json;
}

KeptResult read_result(const std::string& path) {
  std::filesystem::path file = path;
  std::error_code code;
  if (std::filesystem::is_directory(file, code)) file /= "results.json";
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error("there is no result", path, "RESULT is results.json or the folder it lies in");
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  KeptResult kept;
  kept.json = Json::parse(bytes, nullptr, false);
  if (!kept.json.is_object() || !kept.json.contains("schema")) throw Error("it is no result of a study", file.string());
  const auto text = kept.json.find("specification_text");
  if (text == kept.json.end() || !text->is_string())
    throw Error("the result was made by a version that did not keep the specification", file.string(),
                "run the study again");
  kept.spec = parse_spec(text->get<std::string>(), file.string() + " specification_text");
  const auto detector = kept.json.find("detector");
  if (detector != kept.json.end() && detector->is_object() && detector->contains("name") &&
      (*detector)["name"].is_string()) {
    const auto name = (*detector)["name"].get<std::string>();
    if (name != kept.spec.detector.name) kept.detector = name;
  }
  return kept;
}

}  // namespace vagus::lab
