#include "lab/study/power.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/stats/random.h"
#include "lab/store/hash.h"
#include "lab/study/compare.h"
#include "lab/study/plan.h"
#include "lab/study/steps.h"

namespace vagus::lab {
namespace {

bool is_worst(const Statistic& statistic) {
  return statistic.over == Statistic::Over::worst || statistic.over == Statistic::Over::worst_record;
}

/// Adds what another recording of the subject counted: a subject's figure is that of all its recordings together.
void add(Count& sum, const Count& other) {
  for (std::int64_t Count::*part :
       {&Count::tp, &Count::fn, &Count::fp, &Count::whole_tp, &Count::whole_fn, &Count::whole_fp, &Count::wrong_tp,
        &Count::wrong_fn, &Count::whole_wrong_tp, &Count::whole_wrong_fn})
    sum.*part += other.*part;
  sum.unreadable_s += other.unreadable_s;
  sum.duration_s += other.duration_s;
  if (sum.events) {
    EventCounts events = *sum.events;
    events += *other.events;
    sum.events = std::make_shared<const EventCounts>(std::move(events));
  }
  if (sum.windows) {
    WindowCounts windows = *sum.windows;
    windows += *other.windows;
    sum.windows = std::make_shared<const WindowCounts>(std::move(windows));
  }
}

/// One count a subject, in order of their names.
std::vector<Count> by_subject(const std::vector<Count>& counts) {
  std::map<std::string, Count> subjects;
  for (const Count& count : counts) {
    const auto [at, fresh] = subjects.try_emplace(count.subject, count);
    if (!fresh) add(at->second, count);
  }
  std::vector<Count> out;
  out.reserve(subjects.size());
  for (auto& [subject, sum] : subjects) out.push_back(std::move(sum));
  return out;
}

/// Whether one drawn study shows the requirement.
bool shows(const Statistic& statistic, const Requirement& requirement, const std::vector<Count>& pilot,
           std::int64_t subjects, SplitMix random) {
  std::vector<Count> drawn;
  drawn.reserve(static_cast<std::size_t>(subjects));
  for (std::int64_t i = 0; i < subjects; ++i) {
    drawn.push_back(pilot[random.below(static_cast<std::uint32_t>(pilot.size()))]);
    drawn.back().subject = std::to_string(i);  // drawn twice, a subject is two
  }
  return judge(statistic, requirement, drawn).verdict == Verdict::met;
}

double power_at(const Statistic& statistic, const Requirement& requirement, const std::vector<Count>& pilot,
                std::int64_t subjects, std::uint64_t seed, int runs) {
  std::vector<char> met(static_cast<std::size_t>(runs));
  on_cores(met.size(), 0, [&](std::size_t run) {
    met[run] = shows(statistic, requirement, pilot, subjects, SplitMix::stream(seed, run)) ? 1 : 0;
  });
  return static_cast<double>(std::count(met.begin(), met.end(), 1)) / runs;
}

bool right_side(const Requirement& requirement, double value) {
  return requirement.direction == Direction::at_least ? value > requirement.bound : value < requirement.bound;
}

std::int64_t subjects_of(const std::vector<Count>& counts) {
  std::set<std::string> subjects;
  for (const Count& count : counts) subjects.insert(count.subject);
  return static_cast<std::int64_t>(subjects.size());
}

Json as_json(const RequirementPower& one) {
  Json curve = Json::array();
  for (const PowerPoint& point : one.curve)
    curve.push_back({{"subjects", point.subjects}, {"power", number(point.power)}});
  return {{"requirement", one.name},
          {"statistic", one.statistic},
          {"pilot_estimate", number(one.pilot)},
          {"pilot_subjects", one.pilot_subjects},
          {"judged_subjects", one.judged_subjects > 0 ? Json(one.judged_subjects) : Json(nullptr)},
          {"power_with_judged", one.judged_subjects > 0 ? number(one.power_there) : Json(nullptr)},
          {"subjects_needed", one.needed ? Json(*one.needed) : Json(nullptr)},
          {"why", one.why},
          {"curve", curve}};
}

/// What `as_json` made of a power without judged subjects; nothing where the bytes are not such a thing.
std::optional<RequirementPower> kept_power(const std::string& bytes) {
  try {
    const Json json = Json::parse(bytes);
    RequirementPower one;
    one.name = json.at("requirement").get<std::string>();
    one.statistic = json.at("statistic").get<std::string>();
    one.pilot = json.at("pilot_estimate").is_null() ? std::numeric_limits<double>::quiet_NaN()
                                                    : json.at("pilot_estimate").get<double>();
    one.pilot_subjects = json.at("pilot_subjects").get<std::int64_t>();
    if (!json.at("subjects_needed").is_null()) one.needed = json.at("subjects_needed").get<std::int64_t>();
    one.why = json.at("why").get<std::string>();
    for (const Json& point : json.at("curve"))
      one.curve.push_back({point.at("subjects").get<std::int64_t>(), point.at("power").get<double>()});
    return one;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

RequirementPower power_of(const RequirementSpec& requirement, const std::vector<Count>& pilot, std::int64_t judged,
                          std::uint64_t seed, const PowerOptions& options) {
  const Statistic& about = statistic(requirement.statistic);
  RequirementPower out;
  out.name = requirement.name;
  out.statistic = requirement.statistic;
  out.pilot_subjects = subjects_of(pilot);
  out.judged_subjects = judged;
  if (out.pilot_subjects < 2) throw UsageError("a pilot of fewer than 2 subjects does not tell how subjects differ");
  out.pilot = figure(about, pilot, requirement.bound.confidence).estimate.value;
  if (is_worst(about)) {
    out.why = "a worst figure does not narrow with more subjects";
    return out;
  }
  const auto subjects = by_subject(pilot);
  std::int64_t drawn = 0;
  const auto exhausted = [&](std::int64_t next) {
    return options.most_drawn > 0 && drawn + next * options.runs > options.most_drawn;
  };
  const auto power = [&](std::int64_t n) {
    drawn += n * options.runs;
    const double share = power_at(about, requirement.bound, subjects, n, seed, options.runs);
    out.curve.push_back({n, share});
    return share;
  };
  if (judged > 0) out.power_there = power(judged);
  if (!std::isfinite(out.pilot) || !right_side(requirement.bound, out.pilot)) {
    out.why = "the pilot's figure does not meet the bound itself: no number of subjects shows it";
    return out;
  }
  std::int64_t low = 1, high = 4;  // power is too low at `low`
  while (power(high) < options.power) {
    low = high;
    high *= 2;
    if (high > options.most || exhausted(high)) {
      out.why = "even " + std::to_string(low) + " subjects do not reach the power asked for";
      break;
    }
  }
  if (out.why.empty()) {
    while (high - low > std::max<std::int64_t>(1, low / 32) && !exhausted(high)) {
      const std::int64_t middle = low + (high - low) / 2;
      (power(middle) < options.power ? low : high) = middle;
    }
    out.needed = high;
  }
  std::sort(out.curve.begin(), out.curve.end(),
            [](const PowerPoint& a, const PowerPoint& b) { return a.subjects < b.subjects; });
  out.curve.erase(std::unique(out.curve.begin(), out.curve.end(),
                              [](const PowerPoint& a, const PowerPoint& b) { return a.subjects == b.subjects; }),
                  out.curve.end());
  return out;
}

std::vector<RequirementPower> study_power(const StudySpec& spec, const Source& source, const Cache& cache,
                                          const PowerOptions& options) {
  std::set<std::string> judged;
  for (const Planned& planned : make_plan(spec, source.items()).recordings) {
    if (planned.role == Role::judged) judged.insert(planned.item.subject);
  }
  StudySpec pilot = spec;
  pilot.split.kind = SplitSpec::Kind::fixed;
  pilot.hypotheses.clear();
  pilot.budget = {};
  pilot.split.test = spec.split.train;
  pilot.split.test.insert(pilot.split.test.end(), spec.split.tune.begin(), spec.split.tune.end());
  pilot.split.train.clear();
  pilot.split.tune.clear();
  if (pilot.split.test.empty())
    throw Error("the specification has no subjects to train or tune on, and those it judges are not looked at for this",
                spec.name, "give an earlier result by --from");
  for (const std::string& pattern : spec.split.test) pilot.data.exclude.push_back({pattern, "judged"});
  const StudyResult result = run_study(pilot, source, cache);
  std::vector<RequirementPower> out;
  Progress progress("power", static_cast<std::int64_t>(spec.requirements.size()));
  for (const RequirementSpec& requirement : spec.requirements) {
    std::vector<Count> counts;
    for (const RecordResult& record : result.records) {
      if (record.role == Role::judged && requirement.group.picks(record.item.attributes))
        counts.push_back(count_of(record));
    }
    out.push_back(power_of(requirement, counts, static_cast<std::int64_t>(judged.size()), spec.seed, options));
    progress.advance();
  }
  return out;
}

std::vector<RequirementPower> study_power(const StudySpec& spec, const Json& pilot_results,
                                          const PowerOptions& options) {
  const std::vector<Count> counts = judged_counts(pilot_results);
  std::vector<RequirementPower> out;
  Progress progress("power", static_cast<std::int64_t>(spec.requirements.size()));
  for (const RequirementSpec& requirement : spec.requirements) {
    if (requirement.group.empty()) {
      out.push_back(power_of(requirement, counts, 0, spec.seed, options));
    } else {
      RequirementPower unknown;
      unknown.name = requirement.name;
      unknown.statistic = requirement.statistic;
      unknown.pilot = std::numeric_limits<double>::quiet_NaN();
      unknown.why = "a result does not keep the attributes that \"" + requirement.group.text() +
                    "\" asks for: name training subjects in the specification instead";
      out.push_back(std::move(unknown));
    }
    progress.advance();
  }
  return out;
}

std::vector<std::optional<RequirementPower>> power_where_not_shown(const StudyResult& result, const Cache& cache) {
  std::vector<std::optional<RequirementPower>> out;
  for (const RequirementResult& one : result.requirements) {
    out.emplace_back();
    const RequirementSpec& asked = one.asked;
    const Quantity what = quantity(statistic(asked.statistic));
    // Latencies and macro F1 are drawn again in every judgement: too slow to draw studies of them for a page.
    if (one.verdict != Verdict::not_shown || one.judgement.verdict != Verdict::not_shown || what == Quantity::seconds ||
        what == Quantity::score)
      continue;
    std::vector<Count> counts;
    for (const RecordResult& record : result.records)
      if (record.role == Role::judged && asked.group.picks(record.item.attributes)) counts.push_back(count_of(record));
    if (subjects_of(counts) < 2) continue;
    PowerOptions how;
    how.runs = 200;
    how.most_drawn = 3'000'000;
    const std::string key = Hasher()
                                .field("power")
                                .field(result.run_key)
                                .field(asked.statistic)
                                .field(asked.bound.direction == Direction::at_least ? "at_least" : "at_most")
                                .field(asked.bound.bound)
                                .field(asked.bound.confidence)
                                .field(asked.group.text())
                                .field(result.spec.source)
                                .field(scoring_code())
                                .hex() +
                            ".power";
    if (const auto bytes = cache.get(result.data_hash, key)) {
      out.back() = kept_power(*bytes);
      if (out.back()) continue;
    }
    out.back() = power_of(asked, counts, 0, result.spec.seed, how);
    cache.put(result.data_hash, key, as_json(*out.back()).dump());
  }
  return out;
}

Json as_json(const std::vector<RequirementPower>& powers) {
  Json json = Json::array();
  for (const RequirementPower& one : powers) json.push_back(as_json(one));
  return {{"power", json}};
}

}  // namespace vagus::lab
