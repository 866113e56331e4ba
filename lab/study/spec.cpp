#include "lab/study/spec.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/study/spec_claims.h"
#include "lab/study/spec_detector.h"
#include "lab/study/statistic.h"

namespace vagus::lab {
namespace {

/// Far above any real specification; what is larger is not one.
constexpr std::uintmax_t max_spec_bytes = 4U << 20U;

/// A margin of nothing would ask for proof that nothing at all was lost, which no data give.
constexpr double smallest_margin = 1e-6;

DataSpec read_data(const Section& top) {
  const Section data(top.section("data"), "data", top.path(),
                     {"sets", "simulate", "where", "exclude", "resample_hz", "length_s", "lowpass_hz"});
  DataSpec spec;
  spec.sets = data.texts("sets");
  if (data.has("simulate")) {
    const Section simulate(data.section("simulate"), "data.simulate", top.path(),
                           {"kind", "subjects", "duration_s", "set"});
    SimulatedData simulated;
    simulated.kind = simulate.text("kind");
    simulated.subjects = simulate.integer("subjects", 20, 1, 1'000'000);
    if (simulated.kind == "events" && simulate.has("duration_s"))
      simulate.fail(*simulate.get("duration_s"), "simulated events are days, not seconds",
                    "simulate = {kind = \"events\", set = {days = 7}}");
    if (simulated.kind == "events") simulated.duration_s = 86400;
    simulated.duration_s = simulate.number("duration_s", simulated.duration_s, 1, 30 * 86400.0);
    for (const auto& [key, node] : simulate.section("set")) {
      const std::string name(key.str());
      const auto word = node.value_exact<std::string>();
      simulated.settings[name] =
          word ? *word : shortest(simulate.number_of(node, "data.simulate.set." + name, -1e12, 1e12));
    }
    spec.simulate = std::move(simulated);
  }
  if (spec.sets.empty() && !spec.simulate) {
    if (const auto* node = data.get("sets")) data.fail(*node, "'data.sets' is empty");
    top.fail("'data.sets' is missing", "name the sets: [data] sets = [\"mitdb\"]");
  }
  if (!spec.sets.empty() && spec.simulate)
    data.fail(*data.get("simulate"),
              "'data.sets' and 'data.simulate' contradict each other: real and simulated data are not mixed");
  spec.where = data.filter("where");
  for (const auto* table : data.sections("exclude")) {
    const Section exclude(*table, "data.exclude", top.path(), {"recording", "reason"});
    spec.exclude.push_back({exclude.text("recording"), exclude.text("reason")});
  }
  spec.resample_hz = data.number("resample_hz", 0, 1, 100'000);
  spec.length_s = data.number("length_s", 0, 0.1, 1e9);
  spec.lowpass_hz = data.number("lowpass_hz", 0, 0.1, 50'000);
  return spec;
}

ScoreSpec read_score(const Section& top) {
  const Section score(top.section("score"), "score", top.path(),
                      {"protocol", "start_s", "reference", "rule", "window_s", "pure_share"});
  static const std::vector<std::string> done{"ec57", "events", "windows"};
  ScoreSpec spec;
  spec.protocol = score.text("protocol", spec.protocol);
  if (std::find(done.begin(), done.end(), spec.protocol) == done.end()) {
    static const std::vector<std::string> later{"episodes", "cinc2017", "spc-hr", "counts", "epochs", "agreement"};
    if (std::find(later.begin(), later.end(), spec.protocol) != later.end())
      score.fail(*score.get("protocol"), "protocol '" + spec.protocol + "' is not done by this version of vagus",
                 "it does ec57, events and windows");
    const auto near = nearest(spec.protocol, done);
    score.fail(*score.get("protocol"), "unknown protocol '" + spec.protocol + "'",
               near.empty() ? "it does ec57, events and windows" : "did you mean '" + near + "'?");
  }
  const auto only_of = [&](const char* key, const char* protocol) {
    if (score.has(key) && spec.protocol != protocol)
      score.fail(*score.get(key), "'score." + std::string(key) + "' belongs to protocol " + protocol +
                                      ", and the study scores " + spec.protocol);
  };
  only_of("rule", "events");
  only_of("window_s", "windows");
  only_of("pure_share", "windows");
  const bool beats = spec.protocol == "ec57";
  spec.start_s = score.number("start_s", beats ? spec.start_s : 0, 0, 1e9);
  spec.reference = score.text("reference", beats ? spec.reference : "");
  const std::string rule = score.text("rule", "fall");
  if (rule != "fall" && rule != "crash") score.fail(*score.get("rule"), "'score.rule' must be \"fall\" or \"crash\"");
  spec.rule = rule == "crash" ? EventRule::crash : EventRule::fall;
  spec.window_s = score.number("window_s", spec.window_s, 1e-3, 86400);
  spec.pure_share = score.number("pure_share", spec.pure_share, 0.01, 1);
  return spec;
}

RequirementSpec read_requirement(const toml::table& table, const std::string& path, const ScoreSpec& score) {
  const Section section(table, "requirement", path,
                        {"name", "statistic", "direction", "bound", "confidence", "group", "margin"});
  RequirementSpec requirement;
  requirement.statistic = read_statistic(section, score);
  requirement.name = section.text("name", requirement.statistic);
  const auto direction = section.text("direction");
  if (direction != "at_least" && direction != "at_most")
    section.fail(*section.get("direction"), "'requirement.direction' must be \"at_least\" or \"at_most\"");
  requirement.bound.direction = direction == "at_least" ? Direction::at_least : Direction::at_most;
  requirement.bound.bound = section.number("bound", 0, highest_bound(requirement.statistic));
  requirement.bound.confidence = section.number("confidence", 0.95, 0.5, 0.9999);
  requirement.group = section.filter("group");
  requirement.margin = section.number("margin", standard_margin(requirement.bound), smallest_margin,
                                      highest_bound(requirement.statistic));
  return requirement;
}

AcceptedProperty read_accept(const toml::table& table, const std::string& path) {
  const Section section(table, "accept", path, {"property", "reason"});
  const std::string written = section.text("property");
  AcceptedProperty accepted{guarded_property(written), section.text("reason")};
  if (!accepted.property.empty()) return accepted;
  const auto near = nearest(written, guarded_properties());
  std::string all;
  for (const auto& one : guarded_properties()) all += (all.empty() ? "" : ", ") + one;
  throw UsageError("unknown property '" + written + "' in [[accept]], " + path + " line " +
                       std::to_string(section.get("property")->source().begin.line),
                   near.empty() ? "it is one of " + all : "did you mean '" + near + "'?");
}

}  // namespace

double standard_margin(const Requirement& bound) {
  const double errors = bound.direction == Direction::at_least ? 1 - bound.bound : bound.bound;
  return std::max(std::round(errors / 2 * 1e9) / 1e9, 0.001);
}

bool meant(const std::string& pattern, const std::string& set, const std::string& recording) {
  if (pattern.find(':') != std::string::npos && matches(set + ":" + recording, pattern)) return true;
  return !pattern.empty() && matches(recording, pattern);
}

StudySpec parse_spec(std::string_view text, const std::string& path) {
  const toml::table table = parse_toml(text, path);
  const Section top(table, "", path,
                    {"name", "question", "seed", "data", "split", "detector", "score", "requirement", "group", "slice",
                     "hypothesis", "sweep", "budget", "accept"},
                    {"model"});
  StudySpec spec;
  spec.source = std::string(text);
  spec.name = top.text("name");
  if (spec.name.find_first_of("/\\") != std::string::npos || spec.name.starts_with('.'))
    top.fail(*top.get("name"), "'name' is the name of a folder: no slashes, no leading dot");
  spec.question = top.text("question", "");
  spec.seed = static_cast<std::uint64_t>(top.integer("seed", 1, 0, INT64_MAX));
  spec.data = read_data(top);
  spec.split = read_split(top, spec.data);
  spec.score = read_score(top);
  spec.detector = read_detector(top, spec.score);
  for (const auto* requirement : top.sections("requirement"))
    spec.requirements.push_back(read_requirement(*requirement, path, spec.score));
  for (const char* key : {"group", "slice"}) {
    for (const auto* entry : top.sections(key)) {
      const Section section(*entry, key, path, {"name", "where", "recordings", "margin"});
      Group group{section.text("name"), section.filter("where"), section.texts("recordings")};
      if (section.has("margin")) group.margin = section.number("margin", smallest_margin, 1);
      if (group.where.empty() && group.recordings.empty())
        section.fail("a " + std::string(key) + " needs 'where' or 'recordings'");
      spec.groups.push_back(std::move(group));
    }
  }
  read_claims(top, spec);
  declare_swept(spec);
  for (const auto* entry : top.sections("accept")) spec.accept.push_back(read_accept(*entry, path));
  return spec;
}

StudySpec read_spec(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) throw Error("this is a folder, not a specification", path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("the specification cannot be read", path);
  std::string text;
  std::vector<char> buffer(1U << 16U);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_spec_bytes) throw Error("this is larger than any specification (4 MiB)", path);
  }
  return parse_spec(text, path);
}

}  // namespace vagus::lab
