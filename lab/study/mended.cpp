#include "lab/study/mended.h"

#include <algorithm>
#include <utility>

namespace vagus::lab {
namespace {

bool is_reference(const std::string& track, const std::string& reference) {
  return reference.empty() || track == reference;
}

/// A source with the first layer of the reference labels in force.
class Original final : public Source {
 public:
  Original(const Source& source, std::string reference)
      : source_(source), reference_(std::move(reference)), items_(source.items()) {
    for (StudyItem& item : items_) {
      if (!item.original_labels_hash.empty()) item.labels_hash = std::exchange(item.original_labels_hash, "");
    }
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { return unmended(source_.load(item), item); }
  Recording header(const StudyItem& item) const override { return unmended(source_.header(item), item); }
  bool simulated() const override { return source_.simulated(); }
  const Source& as_recorded() const override { return source_.as_recorded(); }
  std::map<std::string, std::string> versions() const override { return source_.versions(); }

 private:
  Recording unmended(Recording recording, const StudyItem& item) const {
    for (Track& track : recording.tracks) {
      if (!is_reference(track.name, reference_)) continue;
      std::vector<Layer> layers = source_.history(item, track.name);
      if (!layers.empty()) track.layers = {std::move(layers.front())};
    }
    return recording;
  }
  const Source& source_;
  std::string reference_;
  std::vector<StudyItem> items_;
};

/// Who mended the reference labels of a recording, and why: of the last track of which anybody did.
MendedLabels mended_labels(const StudyItem& item, const Source& source, const std::string& reference) {
  MendedLabels mended{item.id(), item.original_labels_hash, item.labels_hash, "", ""};
  for (const auto& [track, hash] : item.layers) {
    if (!is_reference(track, reference)) continue;
    const std::vector<Layer> layers = source.history(item, track);
    if (layers.size() < 2) continue;
    mended.author = layers.back().author;
    mended.reason = layers.back().reason;
  }
  return mended;
}

}  // namespace

void score_on_original(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options) {
  OnOriginalLabels on;
  for (const RecordResult& record : result.records) {
    const StudyItem& item = record.item;
    if (item.original_labels_hash.empty()) continue;
    on.mended.push_back(mended_labels(item, source, result.spec.score.reference));
  }
  result.on_original.reset();
  if (on.mended.empty()) return;
  StudyResult original = run_study(result.spec, Original(source, result.spec.score.reference), cache, options);
  on.groups = std::move(original.groups);
  on.requirements = std::move(original.requirements);
  on.verdict = original.verdict;
  on.sentence = std::move(original.sentence);
  result.on_original = std::move(on);
}

}  // namespace vagus::lab
