#include "lab/study/mended.h"

#include <algorithm>
#include <utility>

namespace vagus::lab {
namespace {

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
    std::vector<Layer> layers = source_.history(item);
    for (Track& track : recording.tracks) {
      if (track.name == reference_ && !layers.empty()) track.layers = {std::move(layers.front())};
    }
    return recording;
  }
  const Source& source_;
  std::string reference_;
  std::vector<StudyItem> items_;
};

}  // namespace

void score_on_original(StudyResult& result, const Source& source, const Cache& cache, const StudyOptions& options) {
  OnOriginalLabels on;
  for (const RecordResult& record : result.records) {
    const StudyItem& item = record.item;
    if (item.original_labels_hash.empty()) continue;
    const std::vector<Layer> layers = source.history(item);
    on.mended.push_back(
        {item.id(), item.original_labels_hash, item.labels_hash, layers.back().author, layers.back().reason});
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
