#include "lab/study/guard_study.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "lab/base/error.h"
#include "lab/score/events.h"
#include "lab/score/windows.h"
#include "lab/store/hash.h"
#include "lab/study/guard_cures.h"
#include "lab/study/guards/file_properties.h"
#include "lab/study/guards/fingerprint.h"
#include "lab/study/guards/sides.h"
#include "lab/study/guards/telling.h"

namespace vagus::lab {
namespace {

using guards::FileProperties;
using guards::Fingerprint;

/// What the guards know of one recording.
struct Seen {
  const Planned* planned;
  std::optional<std::string> label;
  std::optional<Fingerprint> print;
  std::optional<FileProperties> as_recorded, as_seen;
};

bool learned(Role role) { return role == Role::train || role == Role::tune; }

std::string count_of(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

bool changed(const DataSpec& data) { return data.length_s > 0 || data.lowpass_hz > 0 || data.resample_hz > 0; }

std::string properties_key(const DataSpec& data, const std::string& detector) {
  Hasher digest;
  digest.field("properties").field(guards::file_properties_version).field(detector);
  digest.field(data.length_s).field(data.lowpass_hz).field(data.resample_hz).field(detector_code());
  return digest.hex() + ".properties";
}

template <class Kept>
std::optional<Kept> kept(const Cache& cache, const StudyItem& item, const std::string& key,
                         std::optional<Kept> (*unpack)(std::string_view)) {
  const auto bytes = cache.get(item.signal_hash, key);
  return bytes ? unpack(*bytes) : std::nullopt;
}

FileProperties measured(const GuardedStudy& study, const Recording& recording) {
  std::size_t channel = 0;
  if (study.detector != nullptr) {
    const auto chosen = choose_channels(*study.detector, recording, "");
    const auto first = std::find_if(chosen.begin(), chosen.end(), [](int c) { return c >= 0; });
    if (first != chosen.end()) channel = static_cast<std::size_t>(*first);
  }
  return guards::file_properties(recording, channel);
}

/// Fingerprint and properties, from the cache or the signal.
void look_at(const GuardedStudy& study, Seen& seen) {
  const StudyItem& item = seen.planned->item;
  const DataSpec& data = study.spec.data;
  static const std::string print_key =
      blake2b_256("fingerprint " + std::string(guards::fingerprint_version)) + ".fingerprint";
  const std::string detector = study.detector == nullptr ? "" : study.detector->contract->name;
  const std::string raw_key = properties_key({}, detector), seen_key = properties_key(data, detector);
  if (study.spec.score.protocol != "ec57") seen.label = label_of_recording(study.spec.score, study.source.header(item));
  seen.print = kept(study.cache, item, print_key, guards::unpack_fingerprint);
  if (seen.label) {
    seen.as_recorded = kept(study.cache, item, raw_key, guards::unpack_file_properties);
    seen.as_seen = kept(study.cache, item, seen_key, guards::unpack_file_properties);
  }
  if (seen.print && (!seen.label || (seen.as_recorded && seen.as_seen))) return;
  Recording recording = study.source.as_recorded().load(item);
  if (!seen.print) {
    seen.print = guards::fingerprint(recording);
    study.cache.put(item.signal_hash, print_key, pack(*seen.print));
  }
  if (seen.label) {
    seen.as_recorded = measured(study, recording);
    study.cache.put(item.signal_hash, raw_key, pack(*seen.as_recorded));
    seen.as_seen =
        changed(data) ? measured(study, resampled(prepared(recording, data), data.resample_hz)) : seen.as_recorded;
    study.cache.put(item.signal_hash, seen_key, pack(*seen.as_seen));
  }
  if (data.length_s == 0 && data.lowpass_hz == 0) study.source.hold(item, std::move(recording));
}

std::vector<Seen> look_at_all(const GuardedStudy& study) {
  std::vector<Seen> all;
  for (const Planned& planned : study.plan.recordings) {
    if (planned.role != Role::unused) all.push_back({&planned, {}, {}, {}, {}});
  }
  on_cores(all.size(), study.threads, [&](std::size_t i) {
    try {
      look_at(study, all[i]);
    } catch (const std::exception&) {
      // It fails again when its turn to run comes, and is told then.
    }
  });
  return all;
}

GuardLook same_subject(const GuardedStudy& study) {
  std::set<std::string> from, judged;
  for (const Planned& planned : study.plan.recordings) {
    if (planned.role == Role::unused) continue;
    (learned(planned.role) ? from : judged).insert(planned.item.subject);
  }
  GuardLook look{"same subject", GuardState::clear, "", {}};
  if (study.spec.split.kind == SplitSpec::Kind::none) {
    look.state = GuardState::not_looked;
    look.looked_at = "the specification names nothing that was learned from";
  } else if (study.spec.split.by_folds()) {
    look.looked_at = count_of(judged.size(), "subject") + ", each in one fold";
  } else {
    look.looked_at = count_of(from.size(), "subject") + " learned from, " + count_of(judged.size(), "subject") +
                     " judged, none on both sides";
  }
  return look;
}

std::string who(const Planned& planned) {
  return planned.item.id() + " (subject " + planned.item.subject + ", " + std::string(name(planned.role)) + ")";
}

/// Two ids, one signal. Across a split it is a leak; within what is judged one person counts as two.
GuardLook same_signal(const GuardedStudy& study, const std::vector<Seen>& all) {
  GuardLook look{"same signal", GuardState::clear, "", {}};
  std::vector<const Seen*> printed;
  std::vector<Fingerprint> prints;
  for (const Seen& seen : all) {
    if (!seen.print) continue;
    printed.push_back(&seen);
    prints.push_back(*seen.print);
  }
  const bool folds = study.spec.split.by_folds();
  const auto fold = [](const Planned& one) {
    const auto found = one.item.attributes.find("fold");
    return found == one.item.attributes.end() ? std::string() : found->second;
  };
  const auto across = [&](const Planned& a, const Planned& b) {
    return learned(a.role) != learned(b.role) || (folds && !learned(a.role) && fold(a) != fold(b));
  };
  const auto found = guards::same_signals(prints, [&](std::size_t a, std::size_t b) {
    return printed[a]->planned->item.subject != printed[b]->planned->item.subject;
  });
  look.looked_at = "fingerprints of " + count_of(printed.size(), "recording") +
                   ", whatever their gain, offset, rate, rounding, noise and beginning";
  if (printed.empty()) look = {"same signal", GuardState::not_looked, "there are no signals", {}};
  std::vector<std::string> leaks, doubles;
  for (const auto& one : found) {
    const Planned &a = *printed[one.a]->planned, &b = *printed[one.b]->planned;
    if (learned(a.role) && learned(b.role)) continue;
    const std::string text = who(a) + " and " + who(b) + " hold the same signal for " +
                             shortest(std::round(one.seconds)) + " s (from " + shortest(std::round(one.t_a_s)) +
                             " s and " + shortest(std::round(one.t_b_s)) + " s, correlation " +
                             shortest(std::round(100 * one.correlation) / 100) + ")";
    (across(a, b) ? leaks : doubles).push_back(text);
  }
  if (!leaks.empty()) {
    look.state = GuardState::refused;
    look.found = leaks;
  } else if (!doubles.empty()) {
    look.state = GuardState::noted;
    look.found = doubles;
  }
  return look;
}

std::vector<guards::Sided> sided(const GuardedStudy& study) {
  std::vector<guards::Sided> all;
  for (const Planned& planned : study.plan.recordings) {
    if (planned.role == Role::unused) continue;
    const StudyItem& item = planned.item;
    guards::Sided one{item.id(), item.subject,    learned(planned.role) ? guards::Side::learned : guards::Side::judged,
                      {},        item.duration_s, ""};
    if (const auto start = start_from_iso(item.start)) one.start_s = static_cast<double>(start->us) * 1e-6;
    const std::string& order = study.spec.split.time_order;
    const auto place = item.attributes.find(order);
    if (!order.empty()) one.place = order + " " + (place == item.attributes.end() ? "unknown" : place->second);
    all.push_back(std::move(one));
  }
  return all;
}

GuardLook fit_on_test(const GuardedStudy& study, const std::vector<guards::Sided>& all) {
  GuardLook look{"fit on test", GuardState::clear, "", {}};
  const auto& trained_on = study.spec.detector.trained_on;
  if (trained_on.empty() && study.spec.split.kind == SplitSpec::Kind::none) {
    look.state = GuardState::not_looked;
    look.looked_at = "neither detector.trained_on nor a split says what anything was fitted on";
    return look;
  }
  look.looked_at =
      "what the split learns from" + (trained_on.empty() ? std::string()
                                                         : " and the " + count_of(trained_on.size(), "entry") +
                                                               " of detector.trained_on, with their subjects");
  if (trained_on.empty()) return look;
  look.found = guards::fit_on_test(std::vector<guards::FittedOn>{{study.spec.detector.name, trained_on}}, all);
  if (!look.found.empty()) look.state = GuardState::refused;
  return look;
}

GuardLook time_order(const GuardedStudy& study, const std::vector<guards::Sided>& all) {
  GuardLook look{"time order", GuardState::clear, "", {}};
  if (study.spec.split.time_order.empty()) {
    look.state = GuardState::not_looked;
    look.looked_at = "the specification asks for no order of time";
    return look;
  }
  std::vector<std::string> unknown;
  look.found = guards::out_of_order(all, unknown);
  if (!unknown.empty())
    throw Error("the order of time that split.time_order asks for cannot be seen: " +
                    count_of(unknown.size(), "recording") + " do not say when they began, the first is " + unknown[0],
                "[split]");
  look.looked_at = count_of(all.size(), "recording") + ": within each " + study.spec.split.time_order +
                   ", what is judged begins after what is learned from has ended";
  if (!look.found.empty()) look.state = GuardState::refused;
  return look;
}

std::vector<guards::Property> columns_of(const std::vector<const Seen*>& trials,
                                         std::optional<FileProperties> Seen::*which) {
  std::vector<guards::Property> columns;
  const auto numbers = [&](const char* name, double FileProperties::*member) {
    guards::Property column{name, {}, false};
    for (const Seen* seen : trials) column.values.push_back((*(seen->*which)).*member);
    columns.push_back(std::move(column));
  };
  numbers("true_rate", &FileProperties::true_rate_hz);
  numbers("bandwidth", &FileProperties::bandwidth_hz);
  numbers("length", &FileProperties::length_s);
  numbers("quantisation", &FileProperties::quantisation);
  numbers("channels", &FileProperties::channels);
  numbers("gaps", &FileProperties::gaps);
  numbers("start_time", &FileProperties::start_h);
  guards::Property device{"device", {}, true};
  std::map<std::string, double> known;
  for (const Seen* seen : trials)
    device.values.push_back(known.emplace((seen->*which)->device, static_cast<double>(known.size())).first->second);
  columns.push_back(std::move(device));
  return columns;
}

std::string recordings_with(const std::vector<const Seen*>& trials, const std::string& label) {
  constexpr std::size_t most = 3;
  std::string text;
  std::size_t count = 0;
  for (const Seen* seen : trials) {
    if (*seen->label != label) continue;
    if (++count <= most) text += (text.empty() ? "" : ", ") + seen->planned->item.id();
  }
  return count > most ? text + " and " + std::to_string(count - most) + " more" : text;
}

std::string sentence(const PropertyLook& look, const std::vector<const Seen*>& trials) {
  const auto share = [](double value) { return shortest(std::round(1000 * value) / 1000); };
  return "property '" + look.property + "' alone tells the label '" + look.label + "': area " + share(look.area.value) +
         " (" + share(look.area.interval.low) + " to " + share(look.area.interval.high) + ") over " +
         count_of(static_cast<std::size_t>(look.subjects), "subject") +
         (look.values.empty() ? "" : ", " + look.values) + ", in " + recordings_with(trials, look.label);
}

/// What is refused of `looks` after what the detector cannot see and what is accepted.
void weigh(const GuardedStudy& study, const Cures& cures, std::vector<PropertyLook>& looks) {
  for (PropertyLook& look : looks) {
    if (look.state != GuardState::refused) continue;
    const auto& accept = study.spec.accept;
    const bool accepted =
        std::any_of(accept.begin(), accept.end(), [&](const auto& one) { return one.property == look.property; });
    if (accepted) look.state = GuardState::accepted;
    if (cures.hidden.contains(look.property)) look.state = GuardState::noted;
  }
}

GuardLook telling_property(const GuardedStudy& study, const std::vector<Seen>& all, GuardReport& report) {
  GuardLook look{"telling property", GuardState::not_looked, "", {}};
  std::vector<const Seen*> trials;
  std::vector<guards::Trial> labelled;
  std::set<std::string> labels, subjects;
  for (const Seen& seen : all) {
    if (!seen.label || !seen.as_seen || !seen.as_recorded) continue;
    trials.push_back(&seen);
    labelled.push_back({seen.planned->item.subject, *seen.label});
    labels.insert(*seen.label);
    subjects.insert(seen.planned->item.subject);
  }
  if (labels.size() < 2) {
    look.looked_at = labels.empty() ? "labels stand within recordings, none is of a whole recording"
                                    : "every recording has the label '" + *labels.begin() + "'";
    return look;
  }
  std::vector<const Planned*> whose;
  whose.reserve(trials.size());
  for (const Seen* seen : trials) whose.push_back(seen->planned);
  const Cures cures = cures_of(study, whose);
  guards::TellingOptions options;
  options.seed = study.spec.seed;
  report.properties = guards::telling(labelled, columns_of(trials, &Seen::as_seen), options);
  if (cures.declared()) report.as_recorded = guards::telling(labelled, columns_of(trials, &Seen::as_recorded), options);
  weigh(study, cures, report.properties);
  report.cures = judged_cures(cures, report.as_recorded, report.properties);
  look.state = GuardState::clear;
  look.looked_at = "what " + std::to_string(guarded_properties().size()) + " properties of " +
                   count_of(trials.size(), "recording") + " of " + count_of(subjects.size(), "subject") + " tell of " +
                   count_of(labels.size(), "label");
  for (const GuardState state : {GuardState::refused, GuardState::accepted, GuardState::noted}) {
    for (const PropertyLook& one : report.properties) {
      if (one.state != state) continue;
      if (look.state == GuardState::clear) look.state = state;
      if (look.state == state) look.found.push_back(sentence(one, trials));
    }
  }
  return look;
}

}  // namespace

std::optional<std::string> label_of_recording(const ScoreSpec& spec, const Recording& header) {
  Recording labels;
  labels.name = header.name;
  for (const Track& track : header.tracks) {
    if (spec.reference.empty() || track.name == spec.reference) labels.tracks.push_back(track);
  }
  if (labels.tracks.empty()) return std::nullopt;
  const MarkedTable table = table_of(labels);
  if (spec.protocol == "events") {
    const EventReference reference = event_reference(table);
    if (!reference.worn.empty()) return std::nullopt;
    const bool falls = !reference.events.empty() || std::any_of(reference.trials.begin(), reference.trials.end(),
                                                                [](const auto& trial) { return trial.fall; });
    const bool activities = !reference.activity.empty() || std::any_of(reference.trials.begin(), reference.trials.end(),
                                                                       [](const auto& trial) { return !trial.fall; });
    if (falls && activities) return std::nullopt;
    return falls ? "fall" : "activity";
  }
  if (spec.protocol != "windows") return std::nullopt;
  std::set<std::string> named;
  for (const LabelledSpan& span : window_reference(table)) named.insert(span.label);
  return named.size() == 1 ? std::optional(*named.begin()) : std::nullopt;
}

GuardReport guard_study(const GuardedStudy& study) {
  GuardReport report;
  report.accepted = study.spec.accept;
  report.looks.push_back(same_subject(study));
  const auto sides = sided(study);
  report.looks.push_back(fit_on_test(study, sides));
  report.looks.push_back(time_order(study, sides));
  const bool signals = !study.spec.data.simulate || study.spec.data.simulate->kind != "events";
  const std::vector<Seen> all = signals ? look_at_all(study) : std::vector<Seen>{};
  report.looks.push_back(same_signal(study, all));
  report.looks.push_back(telling_property(study, all, report));
  return report;
}

}  // namespace vagus::lab
