#include "lab/study/source.h"

#include <map>
#include <unordered_map>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/simulate/cohort.h"
#include "lab/simulate/events/settings.h"
#include "lab/store/hash.h"
#include "lab/store/store.h"
#include "lab/study/prepared.h"
#include "lab/study/steps.h"

namespace vagus::lab {
namespace {

/// Names labels by the layer of each track: one track's, or all of them.
std::string labels_hash_of(const std::map<std::string, std::string>& layers, const std::string& reference) {
  if (!reference.empty()) {
    const auto layer = layers.find(reference);
    return layer == layers.end() ? "" : layer->second;
  }
  Hasher all;
  for (const auto& [track, hash] : layers) all.field(track).field(hash);
  return layers.empty() ? "" : all.hex();
}

/// The first layer of each track.
std::map<std::string, std::string> first_layers(const Entry& entry) {
  std::map<std::string, std::string> first;
  for (const auto& [track, hashes] : entry.item->layers) first.emplace(track, hashes.front());
  return first;
}

StudyItem item_of(const Entry& entry, const std::string& reference) {
  StudyItem item;
  item.set = entry.set;
  item.name = entry.recording;
  item.subject = entry.subject;
  item.duration_s = entry.duration_s;
  item.start = entry.start;
  item.attributes = entry.attributes;
  item.signal_hash = entry.signal_hash;
  item.layers = entry.layer_hashes;
  item.labels_hash = labels_hash_of(entry.layer_hashes, reference);
  const std::string original = labels_hash_of(first_layers(entry), reference);
  if (original != item.labels_hash) item.original_labels_hash = original;
  add_common_attributes(item, entry.session);
  return item;
}

class StoreSource final : public Source {
 public:
  StoreSource(const DataSpec& data, const std::string& reference, const std::map<std::string, std::string>& versions)
      : store_(Store::open()) {
    for (const auto& set : data.sets) {
      const auto asked = versions.find(set);
      if (asked == versions.end()) {
        store_.ensure(set);
        versions_[set] = store_.manifest(set).version();
      } else {
        versions_[set] = asked->second;
      }
      for (Entry& entry : asked == versions.end() ? store_.list(set) : store_.list_at(set, asked->second)) {
        StudyItem item = item_of(entry, reference);
        entries_.emplace(item.id(), std::move(entry));
        items_.push_back(std::move(item));
      }
    }
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { return store_.load(entries_.at(item.id())); }
  Recording header(const StudyItem& item) const override { return store_.header(entries_.at(item.id())); }
  std::vector<Layer> history(const StudyItem& item, const std::string& track) const override {
    return store_.history(entries_.at(item.id()), track);
  }
  bool simulated() const override { return false; }
  std::map<std::string, std::string> versions() const override { return versions_; }

 private:
  Store store_;
  std::map<std::string, std::string> versions_;
  std::vector<StudyItem> items_;
  std::map<std::string, Entry> entries_;
};

class SimulatedSource final : public Source {
 public:
  SimulatedSource(const SimulatedData& data, std::uint64_t seed) : seed_(seed) {
    spec_.kind = data.kind;
    spec_.subjects = data.subjects;
    spec_.duration_s = data.duration_s;
    spec_.settings = data.settings;
    for (std::int64_t index = 0; index < data.subjects; ++index) {
      const CohortMember member = cohort_member(spec_, seed, index);
      StudyItem item;
      item.set = "simulated";
      item.name = member.name;
      item.subject = member.subject;
      item.duration_s = data.duration_s;
      item.attributes = member.attributes;
      item.signal_hash = Hasher().field("simulated").field(member.recipe).field(simulator_code()).hex();
      item.labels_hash = item.signal_hash;
      add_common_attributes(item, "");
      index_.emplace(item.name, index);
      items_.push_back(std::move(item));
    }
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override { return simulate_member(spec_, seed_, index_.at(item.name)); }
  Recording header(const StudyItem& item) const override { return load(item); }
  bool simulated() const override { return true; }

 private:
  CohortSpec spec_;
  std::uint64_t seed_;
  std::vector<StudyItem> items_;
  std::map<std::string, std::int64_t> index_;
};

/// Falls and what a detector weighed, a recording a day, without signals.
class EventSource final : public Source {
 public:
  EventSource(const SimulatedData& data, std::uint64_t seed)
      : seed_(seed), plan_(sim::event_plan(data.settings, data.subjects)) {
    std::string recipe = "events";
    for (const auto& [key, value] : data.settings) recipe.append(" ").append(key).append("=").append(value);
    for (std::int64_t s = 0; s < data.subjects; ++s) {
      const sim::SimulatedPerson person = sim::simulated_person(plan_.spec, seed, s);
      for (std::int64_t d = 0; d < plan_.spec.days; ++d) {
        StudyItem item;
        item.set = "simulated";
        item.name = sim::day_name(person.name, d);
        item.subject = person.name;
        item.duration_s = 86400;
        item.attributes = person.attributes;
        item.signal_hash = Hasher()
                               .field(recipe)
                               .field(static_cast<std::int64_t>(seed))
                               .field(s)
                               .field(d)
                               .field(event_simulator_code())
                               .hex();
        item.labels_hash = item.signal_hash;
        add_common_attributes(item, "");
        index_.emplace(item.name, std::pair(s, d));
        items_.push_back(std::move(item));
      }
    }
  }
  const std::vector<StudyItem>& items() const override { return items_; }
  Recording load(const StudyItem& item) const override {
    throw Error("simulated events have no signals", item.id(),
                "[detector] name = \"simulated.events\", or events = \"FOLDER\"");
  }
  Recording header(const StudyItem& item) const override { return load(item); }
  bool simulated() const override { return true; }
  std::optional<EventDay> events(const StudyItem& item) const override {
    const auto [subject, day] = index_.at(item.name);
    sim::SimulatedDay made = sim::simulated_day(plan_.spec, seed_, subject, day);
    return EventDay{std::move(made.reference), std::move(made.candidates)};
  }

 private:
  std::uint64_t seed_;
  sim::EventPlan plan_;
  std::vector<StudyItem> items_;
  std::unordered_map<std::string, std::pair<std::int64_t, std::int64_t>> index_;
};

}  // namespace

void add_common_attributes(StudyItem& item, const std::string& session) {
  auto& attributes = item.attributes;
  attributes.emplace("set", item.set);
  attributes.emplace("recording", item.name);
  if (!item.subject.empty()) attributes.emplace("subject", item.subject);
  if (!session.empty()) attributes.emplace("session", session);
  attributes.emplace("duration_s", shortest(item.duration_s));
}

std::unique_ptr<Source> open_source(const DataSpec& data, const std::string& reference, std::uint64_t seed,
                                    const std::map<std::string, std::string>& versions) {
  if (data.simulate && data.simulate->kind == "events") return std::make_unique<EventSource>(*data.simulate, seed);
  std::unique_ptr<Source> source;
  if (data.simulate) {
    source = std::make_unique<SimulatedSource>(*data.simulate, seed);
  } else {
    source = std::make_unique<StoreSource>(data, reference, versions);
  }
  if (data.length_s == 0 && data.lowpass_hz == 0) return source;
  return std::make_unique<PreparedSource>(std::move(source), data);
}

}  // namespace vagus::lab
