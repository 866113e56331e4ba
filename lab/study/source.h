#pragma once
/// Where a study's recordings come from: a set of the store, a simulated cohort, or memory.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/score/events.h"
#include "lab/signal/recording.h"
#include "lab/study/filter.h"
#include "lab/study/spec.h"

namespace vagus::lab {

/// One recording, as far as it is known before it is loaded.
struct StudyItem {
  std::string set, name;
  std::string subject;  ///< the independent unit; a recording of unknown subject is its own
  double duration_s = 0;
  std::string start;                 ///< ISO 8601, "" unknown
  Attributes attributes;             ///< with `set`, `recording`, `subject`, `session`, `duration_s` for filters
  std::string signal_hash;           ///< names the signal's content, or the recipe it is simulated from
  std::string labels_hash;           ///< names the reference labels in force; "" none
  std::string original_labels_hash;  ///< names them as they were before anybody mended them; "" the same
  std::map<std::string, std::string> layers;  ///< track -> hash of its layer in force; of the store alone
  std::string id() const { return set + ":" + name; }
};

/// A recording of events without signals.
struct EventDay {
  EventReference reference;
  std::vector<EventDetection> weighed;
};

class Source {
 public:
  virtual ~Source() = default;
  /// In natural order of set and name.
  virtual const std::vector<StudyItem>& items() const = 0;
  /// The recording with its signals and labels; called from several threads at once.
  virtual Recording load(const StudyItem& item) const = 0;
  /// The same with labels, and without samples where that is less work.
  virtual Recording header(const StudyItem& item) const = 0;
  /// Of a cohort of simulated events: the truth and what was weighed, without signals; nothing of any other.
  virtual std::optional<EventDay> events(const StudyItem& item) const {
    (void)item;
    return std::nullopt;
  }
  /// The layers of one track, oldest first; nothing where labels have no layers.
  virtual std::vector<Layer> history(const StudyItem&, const std::string& track) const {
    (void)track;
    return {};
  }
  /// Whether the signals were made and not measured: such data is called simulated wherever it is shown.
  virtual bool simulated() const = 0;
  /// Set -> the hash of the dataset version it is in; nothing where sets have no versions.
  virtual std::map<std::string, std::string> versions() const { return {}; }
  /// The same recordings before anything was done to them (lab/study/prepared.h).
  virtual const Source& as_recorded() const { return *this; }
};

/// A source in front of another: what it does not change is the other's.
class SourceOver : public Source {
 public:
  /// `inner` must outlive this.
  explicit SourceOver(const Source& inner) : inner_(inner) {}
  const std::vector<StudyItem>& items() const override { return inner_.items(); }
  Recording load(const StudyItem& item) const override { return inner_.load(item); }
  Recording header(const StudyItem& item) const override { return inner_.header(item); }
  std::optional<EventDay> events(const StudyItem& item) const override { return inner_.events(item); }
  std::vector<Layer> history(const StudyItem& item, const std::string& track) const override {
    return inner_.history(item, track);
  }
  bool simulated() const override { return inner_.simulated(); }
  std::map<std::string, std::string> versions() const override { return inner_.versions(); }
  const Source& as_recorded() const override { return inner_.as_recorded(); }

 protected:
  const Source& inner() const { return inner_; }

 private:
  const Source& inner_;
};

/// The source a specification names: sets that are not in the store are added first.
/// Throws Error if a set is not to be had, UsageError if there is no such simulation.
/// @param versions set -> a dataset version instead of the newest; Error where the store has it no longer
std::unique_ptr<Source> open_source(const DataSpec& data, const std::string& reference, std::uint64_t seed,
                                    const std::map<std::string, std::string>& versions = {});

/// Fills `attributes` with what every recording can be asked for; an attribute of the data's own with such a name
/// stays.
void add_common_attributes(StudyItem& item, const std::string& session);

}  // namespace vagus::lab
