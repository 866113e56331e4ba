#include "lab/study/folds.h"

#include <algorithm>
#include <map>
#include <set>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab {
namespace {

/// Stream of the seed that draws folds, apart from those of resamples.
constexpr std::uint64_t fold_stream = 0xF01D5;

std::vector<std::string> judged_subjects(const std::vector<Planned>& recordings) {
  std::set<std::string> subjects;
  for (const Planned& planned : recordings)
    if (planned.role == Role::judged) subjects.insert(planned.item.subject);
  return {subjects.begin(), subjects.end()};
}

std::string padded(std::size_t fold, std::size_t folds) {
  const std::size_t digits = std::to_string(folds).size();
  const std::string text = std::to_string(fold + 1);
  return std::string(digits - text.size(), '0') + text;
}

}  // namespace

std::map<std::string, std::string> drawn_folds(std::vector<std::string> subjects, std::size_t folds, std::uint64_t seed,
                                               std::uint64_t part) {
  SplitMix random = SplitMix::stream(seed, fold_stream + part);
  for (std::size_t i = subjects.size(); i > 1; --i)
    std::swap(subjects[i - 1], subjects[random.below(static_cast<std::uint32_t>(i))]);
  std::map<std::string, std::string> fold;
  for (std::size_t i = 0; i < subjects.size(); ++i) fold[subjects[i]] = padded(i % folds, folds);
  return fold;
}

void assign_folds(const SplitSpec& split, std::uint64_t seed, std::vector<Planned>& recordings) {
  using Kind = SplitSpec::Kind;
  if (!split.by_folds()) return;
  const auto subjects = judged_subjects(recordings);
  std::map<std::string, std::string> fold;
  if (split.kind == Kind::kfold || split.kind == Kind::nested) {
    const auto folds = static_cast<std::size_t>(split.folds);
    // Nested folds are folded once more inside: each needs two subjects that are not its own.
    const std::size_t least = split.kind == Kind::nested ? std::max<std::size_t>(folds, 3) : folds;
    if (subjects.size() < least)
      throw Error(std::to_string(folds) + " folds need at least " + std::to_string(least) +
                      " subjects, and there are " + std::to_string(subjects.size()),
                  "[split]");
    fold = drawn_folds(subjects, folds, seed);
  } else if (subjects.size() < 2) {
    throw Error("leaving one subject out needs at least two", "[split]");
  }
  std::set<std::string> sets;
  for (Planned& planned : recordings) {
    if (planned.role != Role::judged) continue;
    sets.insert(planned.item.set);
    planned.item.attributes["fold"] = split.kind == Kind::lodo   ? planned.item.set
                                      : split.kind == Kind::loso ? planned.item.subject
                                                                 : fold.at(planned.item.subject);
  }
  if (split.kind == Kind::lodo && sets.size() < 2)
    throw Error("leaving one dataset out needs two sets with recordings, and all are of " + *sets.begin(), "[split]");
}

std::string fold_of(const StudyItem& item) {
  const auto at = item.attributes.find("fold");
  return at == item.attributes.end() ? "" : at->second;
}

std::vector<std::string> fold_names(const std::vector<RecordResult>& records) {
  std::set<std::string> names;
  for (const RecordResult& record : records)
    if (record.role == Role::judged && !fold_of(record.item).empty()) names.insert(fold_of(record.item));
  return {names.begin(), names.end()};
}

}  // namespace vagus::lab
