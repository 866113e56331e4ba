#include "lab/study/verify.h"

#include <algorithm>
#include <map>

#include "lab/base/error.h"
#include "lab/study/laws_step.h"
#include "lab/study/ledger.h"
#include "lab/study/mended.h"
#include "lab/study/results.h"
#include "lab/study/study.h"
#include "lab/study/sweep.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_differences = 20;

std::string short_text(const Json& value) {
  std::string text = value.is_structured() ? std::string(value.is_array() ? "a list" : "a table")
                                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::string inside(std::string at, const std::string& key) { return at.empty() ? key : at.append(".").append(key); }

void collect(const Json& file, const Json& derived, const std::string& at, std::size_t most,
             std::vector<std::string>& out) {
  if (out.size() >= most || file == derived) return;
  if (file.is_object() && derived.is_object()) {
    for (const auto& [key, value] : file.items()) {
      const std::string place = inside(at, key);
      if (derived.contains(key)) {
        collect(value, derived.at(key), place, most, out);
      } else if (out.size() < most) {
        out.push_back(place + ": the file has it, derived has not");
      }
    }
    for (const auto& [key, value] : derived.items()) {
      if (!file.contains(key) && out.size() < most)
        out.push_back(inside(at, key) + ": derived has it, the file has not");
    }
    return;
  }
  if (file.is_array() && derived.is_array() && file.size() == derived.size()) {
    for (std::size_t i = 0; i < file.size(); ++i)
      collect(file[i], derived[i], at + "[" + std::to_string(i) + "]", most, out);
    return;
  }
  out.push_back(at + ": the file has " + short_text(file) + ", derived is " + short_text(derived));
}

std::string text_at(const Json& results, const char* key) {
  const auto it = results.find(key);
  if (it == results.end() || !it->is_string())
    throw Error(std::string("the result does not hold its '") + key + "'", "",
                "it was made by a version that did not keep it");
  return it->get<std::string>();
}

/// Whether this program is the one that can derive the result.
void check_version(const Json& results) {
  const std::string version = text_at(results, "vagus");
  const auto refuse = [&](const std::string& what) {
    throw Error("made by another version of vagus (" + version + "; here " + vagus_version() + "): " + what, "",
                "derive it with the version that made it, or run the study again");
  };
  const Json& detector = results.at("detector");
  const bool simulated = detector.at("name").get<std::string>() == simulated_events;
  const bool stored = detector.value("stored", false);  // whose code nobody knows here; its files are compared
  const auto code = [&]() -> std::string {
    if (simulated) return std::string(event_simulator_code());
    const StudySpec spec = parse_spec(text_at(results, "specification_text"), "specification_text");
    make_known(spec.detector);
    const std::string name = detector.at("name").get<std::string>();
    try {
      return code_of(lab::detector(name));
    } catch (const UsageError&) {
      throw Error("the detector " + name + " is not known here", "",
                  "--plugin FILE.py names the file that declares it");
    }
  };
  if (!stored && detector.at("code").get<std::string>() != code())
    refuse("the sources that decide what the detector says differ");
  if (text_at(results, "scoring_code") != scoring_code()) refuse("the sources of scoring and statistics differ");
  if (version != vagus_version()) refuse("its number differs");
}

StudyResult derived_again(const Json& results, int threads) {
  const StudySpec spec = parse_spec(text_at(results, "specification_text"), "specification_text");
  std::map<std::string, std::string> versions;
  for (const auto& [set, version] : results.at("data").at("versions").items())
    versions[set] = version.get<std::string>();
  const auto source = open_source(spec.data, spec.score.reference, spec.seed, versions);
  StudyOptions options;
  options.threads = threads;
  if (results.at("detector").at("instead_of_the_specifications").get<bool>())
    options.detector = results.at("detector").at("name").get<std::string>();
  const Cache nothing{std::filesystem::path()};
  StudyResult result = run_study(spec, *source, nothing, options);
  add_laws(result, nothing);
  score_on_original(result, *source, nothing, options);
  if (results.contains("sweep")) add_sweep(result, *source, nothing, options);
  return result;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string data_of(const Json& results) {
  const Json& data = results.at("data");
  std::vector<std::string> sets;
  for (const auto& [set, version] : data.at("versions").items())
    sets.push_back(set + " at dataset version " + version.get<std::string>());
  if (data.contains("simulate"))
    sets.push_back("a simulated cohort of kind " + data.at("simulate").at("kind").get<std::string>() + ", seed " +
                   std::to_string(results.at("seed").get<std::int64_t>()));
  return joined(sets);
}

std::vector<std::string> common_steps(const Json& results) {
  const Json& detector = results.at("detector");
  std::vector<std::string> settings;
  for (const auto& [key, value] : detector.at("config").items()) settings.push_back(key + " = " + value.dump());
  return {"detector " + detector.at("name").get<std::string>() + " " + detector.at("version").get<std::string>() +
              ", sources " + detector.at("code").get<std::string>() +
              (settings.empty() ? ", configuration at its defaults" : ", " + joined(settings)),
          "scoring and statistics: sources " + results.at("scoring_code").get<std::string>(),
          "specification " + results.at("specification").get<std::string>() + " (its text is in the result)",
          "data: " + data_of(results) + "; all signals and labels " + results.at("data").at("hash").get<std::string>(),
          "vagus " + results.at("vagus").get<std::string>() + ", built by " +
              results.at("environment").at("compiler").get<std::string>()};
}

Lineage of_requirement(const Json& results, const Json& requirement) {
  Lineage lineage;
  const std::string group = requirement.at("group").get<std::string>();
  lineage.what = "requirement '" + requirement.at("name").get<std::string>() +
                 "': " + requirement.at("estimate").dump() + ", interval " + requirement.at("interval").dump() + ", " +
                 requirement.at("verdict").get<std::string>();
  lineage.steps.push_back("statistic " + requirement.at("statistic").get<std::string>() + " over " +
                          std::to_string(requirement.at("records").get<std::int64_t>()) + " recordings of " +
                          std::to_string(requirement.at("subjects").get<std::int64_t>()) + " subjects" +
                          (group.empty() ? "" : " where " + group));
  lineage.steps.push_back("interval: " + requirement.at("method").get<std::string>() + ", seed " +
                          std::to_string(results.at("seed").get<std::int64_t>()));
  lineage.steps.push_back("counts of each recording stand in `records`, with the hashes of its signal and its labels");
  for (auto& step : common_steps(results)) lineage.steps.push_back(std::move(step));
  return lineage;
}

Lineage of_hypothesis(const Json& results, const Json& hypothesis) {
  Lineage lineage;
  lineage.what = hypothesis.at("kind").get<std::string>() + " '" + hypothesis.at("name").get<std::string>() +
                 "': difference " + hypothesis.at("difference").dump() + ", interval " +
                 hypothesis.at("interval").dump() + ", p by Holm " + hypothesis.at("p_holm").dump() + ", " +
                 hypothesis.at("verdict").get<std::string>();
  lineage.steps.push_back("statistic " + hypothesis.at("statistic").get<std::string>() + " over " +
                          std::to_string(hypothesis.at("records").get<std::int64_t>()) + " recordings of " +
                          std::to_string(hypothesis.at("subjects").get<std::int64_t>()) +
                          " subjects, in pairs, less that of the other side");
  lineage.steps.push_back("the other side: " + hypothesis.at("against").get<std::string>());
  for (auto& step : common_steps(results)) lineage.steps.push_back(std::move(step));
  return lineage;
}

Lineage of_recording(const Json& results, const Json& record) {
  Lineage lineage;
  lineage.what = "recording " + record.at("recording").get<std::string>() + ": " + record.at("counts").dump();
  lineage.steps.push_back("signal " + record.at("signal_hash").get<std::string>() + ", channel " +
                          record.at("channel").get<std::string>());
  lineage.steps.push_back("labels " + record.at("labels_hash").get<std::string>() + ", track " +
                          results.at("protocol").at("reference").get<std::string>());
  lineage.steps.push_back("repairs while reading: " + record.at("repairs").dump() + ", gaps " +
                          record.at("gaps").dump());
  for (auto& step : common_steps(results)) lineage.steps.push_back(std::move(step));
  return lineage;
}

}  // namespace

std::vector<std::string> differences_of(const Json& file, const Json& derived, std::size_t most) {
  std::vector<std::string> out;
  collect(file, derived, "", most, out);
  return out;
}

Verification verify_results(const Json& results, int threads) {
  Verification out;
  if (text_at(results, "digest") != digest_of(results)) {
    out.differences.emplace_back("digest: the file was changed after it was written");
    return out;
  }
  try {
    check_version(results);
    StudyResult again = derived_again(results, threads);
    const Ledger ledger = Ledger::open();
    const Standing standing = ledger.standing(asked(again.spec, again.overridden ? again.contract.name : ""),
                                              again.run_key, test_data(judged_signals(again)));
    Json file = results;
    apply(standing, again);
    Json derived = lab::results(again);
    if (!standing.known) {
      out.notes.emplace_back("looks and locks: the ledger of this store does not know this run; taken as stated");
      for (Json* json : {&file, &derived}) {
        json->erase("looks");
        json->erase("exploratory");
      }
    }
    if (file.at("environment") != derived.at("environment")) {
      out.notes.emplace_back("made with another compiler or other libraries, or on another kind of machine");
      for (Json* json : {&file, &derived}) json->erase("environment");
    }
    for (Json* json : {&file, &derived}) json->erase("digest");
    out.differences = differences_of(file, derived, most_differences);
    out.same = out.differences.empty() && file == derived;
    return out;
  } catch (const Json::exception&) {
    throw Error("the result lacks what its derivation needs", "", "run the study again with this version");
  }
}

std::vector<Lineage> explain_results(const Json& results, const std::string& about) {
  try {
    std::vector<Lineage> out;
    std::vector<std::string> names;
    for (const Json& requirement : results.at("requirements")) {
      names.push_back(requirement.at("name").get<std::string>());
      if (about.empty() || about == names.back()) out.push_back(of_requirement(results, requirement));
    }
    for (const Json& hypothesis : results.value("hypotheses", Json::array())) {
      names.push_back(hypothesis.at("name").get<std::string>());
      if (about.empty() || about == names.back()) out.push_back(of_hypothesis(results, hypothesis));
    }
    for (const Json& record : results.at("records")) {
      names.push_back(record.at("recording").get<std::string>());
      if (about == names.back()) out.push_back(of_recording(results, record));
    }
    if (out.empty() && !about.empty()) {
      const std::string near = nearest(about, names);
      throw UsageError("the result has no requirement or recording '" + about + "'",
                       near.empty() ? "" : "did you mean '" + near + "'?");
    }
    return out;
  } catch (const Json::exception&) {
    throw Error("the result lacks what an explanation needs", "", "run the study again with this version");
  }
}

Json as_json(const std::vector<Lineage>& lineage) {
  Json json = Json::array();
  for (const Lineage& one : lineage) json.push_back({{"what", one.what}, {"steps", one.steps}});
  return json;
}

}  // namespace vagus::lab
