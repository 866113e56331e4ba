#include "lab/study/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/study/folds.h"

namespace vagus::lab {
namespace {

/// Refuses a filter that asks for what no recording has: a misspelt name would else quietly pick nothing.
void check_names(const Filter& filter, const std::set<std::string>& known, const std::string& where) {
  for (const auto& name : filter.names()) {
    if (known.contains(name)) continue;
    const auto near = nearest(name, {known.begin(), known.end()});
    throw Error("no recording of the data has an attribute '" + name + "'", where,
                near.empty() ? "vagus info SET:RECORDING shows what there is" : "did you mean '" + near + "'?");
  }
}

void check_pattern(const std::string& pattern, const std::vector<StudyItem>& items, const std::string& where) {
  const bool any =
      std::any_of(items.begin(), items.end(), [&](const StudyItem& i) { return meant(pattern, i.set, i.name); });
  if (!any) throw Error("no recording of the data is meant by '" + pattern + "'", where);
}

bool listed(const std::vector<std::string>& patterns, const StudyItem& item) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return meant(p, item.set, item.name); });
}

Role role_of(const SplitSpec& split, const StudyItem& item) {
  if (split.kind == SplitSpec::Kind::none) return Role::judged;
  Role role = split.by_folds() ? Role::judged : Role::unused;
  int lists = 0;
  for (const auto& [list, as] : {std::pair(&split.train, Role::train), std::pair(&split.tune, Role::tune),
                                 std::pair(&split.test, Role::judged)}) {
    if (!listed(*list, item)) continue;
    role = as;
    ++lists;
  }
  if (lists > 1) throw Error("recording " + item.id() + " is on more than one list", "[split]");
  return role;
}

void check_leaks(const std::vector<Planned>& recordings) {
  std::map<std::string, std::pair<std::string, std::string>> sides;  // subject -> a recording learned from, one judged
  for (const auto& planned : recordings) {
    if (planned.role == Role::unused) continue;
    auto& [learned, judged] = sides[planned.item.subject];
    auto& side = planned.role == Role::judged ? judged : learned;
    if (side.empty()) side = planned.item.id();
  }
  std::string who;
  for (const auto& [subject, side] : sides) {
    if (side.first.empty() || side.second.empty()) continue;
    who += (who.empty() ? "" : "; ") + ("subject " + subject) + " is learned from (" + side.first + ") and judged (" +
           side.second + ")";
  }
  if (!who.empty()) throw LeakError("leak: " + who);
}

}  // namespace

bool in_group(const Group& group, const StudyItem& item) {
  return group.where.picks(item.attributes) && (group.recordings.empty() || listed(group.recordings, item));
}

Plan make_plan(const StudySpec& spec, const std::vector<StudyItem>& items) {
  std::set<std::string> known;
  for (const auto& item : items) {
    for (const auto& [name, value] : item.attributes) known.insert(name);
  }
  check_names(spec.data.where, known, "[data] where");
  if (spec.split.kind != SplitSpec::Kind::none) known.insert("split");
  if (spec.split.by_folds()) known.insert("fold");
  for (const auto& requirement : spec.requirements)
    check_names(requirement.group, known, "requirement '" + requirement.name + "'");
  for (const auto& hypothesis : spec.hypotheses)
    check_names(hypothesis.group, known, "hypothesis '" + hypothesis.name + "'");
  for (const auto& group : spec.groups) {
    check_names(group.where, known, "group '" + group.name + "'");
    for (const auto& pattern : group.recordings) check_pattern(pattern, items, "group '" + group.name + "'");
  }
  for (const auto& exclusion : spec.data.exclude) check_pattern(exclusion.recording, items, "[data] exclude");
  for (const auto* list : {&spec.split.train, &spec.split.tune, &spec.split.test}) {
    for (const auto& pattern : *list) check_pattern(pattern, items, "[split]");
  }

  Plan plan;
  for (const auto& item : items) {
    const auto excluded = std::find_if(spec.data.exclude.begin(), spec.data.exclude.end(),
                                       [&](const Exclusion& e) { return meant(e.recording, item.set, item.name); });
    if (excluded != spec.data.exclude.end()) {
      plan.excluded.push_back({item.id(), excluded->reason});
      continue;
    }
    if (!spec.data.where.picks(item.attributes)) continue;
    Planned planned{item, role_of(spec.split, item)};
    if (planned.item.subject.empty()) {
      planned.item.subject = item.id();
    } else if (spec.data.sets.size() > 1) {
      // Subject 1 of one set is not subject 1 of another.
      planned.item.subject = item.set + ":" + item.subject;
    }
    if (spec.split.kind != SplitSpec::Kind::none) planned.item.attributes["split"] = name(planned.role);
    plan.recordings.push_back(std::move(planned));
  }
  if (plan.recordings.empty()) throw Error("no recording is left to study", "[data]", "look at where and exclude");
  if (std::none_of(plan.recordings.begin(), plan.recordings.end(),
                   [](const auto& p) { return p.role == Role::judged; }))
    throw Error("no recording is left to judge", "[split]");
  check_leaks(plan.recordings);
  assign_folds(spec.split, spec.seed, plan.recordings);
  return plan;
}

}  // namespace vagus::lab
