#include "lab/report/release_changes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "lab/report/html.h"
#include "lab/report/packed_wave.h"
#include "lab/report/wave.h"
#include "lab/study/release/gate_tests.h"

namespace vagus::lab {
namespace {

/// What all drawings together may weigh: the page stays below 5 MB with its tables.
constexpr std::size_t release_drawing_bytes = 3'500'000;
constexpr std::size_t told_per_recording = 200, told_changed = 400;

std::string answer_text(const std::string& label, bool answered) {
  return !answered ? "nothing" : label.empty() ? "cannot tell" : "\"" + label + "\"";
}

/// One window: what it is, what was answered and what is.
std::string window_in_words(const EventChange& change) {
  std::string text = clock_time(change.t_s, true) + " to " + clock_time(change.t_end_s, true) + " ";
  if (!change.judged)
    text += "where nothing is labelled";
  else
    text += std::string(change.right_before  ? "right answer lost"
                        : change.right_after ? "right answer gained"
                                             : "as wrong as before") +
            ", it is \"" + change.truth + "\"";
  const auto score = [](const std::optional<float>& value) {
    return value && std::isfinite(*value) ? " at " + fixed(static_cast<double>(*value), 2) : std::string();
  };
  return text + ": " + answer_text(change.said_after, change.after.has_value()) + score(change.after) +
         ", the release had answered " + answer_text(change.said_before, change.before.has_value()) +
         score(change.before);
}

std::string in_words(const EventChange& change, const Gate& gate) {
  if (gate.of_windows) return window_in_words(change);
  const bool of_events = gate.of_events;
  const char* right = of_events ? "one of an event" : "a beat";
  std::string text = clock_time(change.t_s, true) + " ";
  const auto score = [](const std::optional<float>& value) {
    return value ? " at " + fixed(static_cast<double>(*value), 2) : std::string();
  };
  switch (change.kind) {
    case EventChange::Kind::lost:
      text += std::string(change.right_before ? right : "a false one") + " lost, it had been reported" +
              score(change.before);
      break;
    case EventChange::Kind::gained:
      text += std::string(change.right_after ? right : "a false one") + " gained" + score(change.after);
      if (change.weighed) text += ", which the release had weighed" + score(change.weighed);
      break;
    default:
      text += "moved by " + (of_events ? fixed(change.moved_s, 1) + " s" : fixed(1000 * change.moved_s, 0) + " ms");
      if (change.right_before != change.right_after)
        text += change.right_after ? ", and is right now" : ", and is false now";
  }
  return text + (change.judged ? "" : " (before the protocol's start)");
}

std::string of_stretch(const StretchChange& stretch) {
  return clock_time(stretch.t_start_s, true) + " to " + clock_time(stretch.t_end_s, true) +
         (stretch.gained ? " called unreadable now: " : " no longer called unreadable: ") + stretch.reason;
}

/// What changed in a stretch: in full where it is little, else kind by kind with the times.
std::string changes_between(const RecordChanges& changes, double t0_s, double t1_s, const Gate& gate) {
  constexpr std::size_t in_full = 3;
  std::vector<const EventChange*> inside;
  for (const EventChange& change : changes.events) {
    if (drawn_at(change) >= t0_s && drawn_at(change) <= t1_s) inside.push_back(&change);
  }
  std::string text;
  if (inside.size() <= in_full) {
    for (const EventChange* change : inside) text += (text.empty() ? "" : "; ") + in_words(*change, gate);
  } else {
    for (const auto kind : {EventChange::Kind::lost, EventChange::Kind::gained, EventChange::Kind::moved}) {
      std::string times;
      std::int64_t count = 0;
      for (const EventChange* change : inside) {
        if (change->kind != kind) continue;
        times += (times.empty() ? "" : ", ") + clock_time(change->t_s, true);
        ++count;
      }
      if (count > 0)
        text += (text.empty() ? "" : "; ") + counted(count) + " " + std::string(name(kind)) + " (" + times + ")";
    }
  }
  for (const StretchChange& stretch : changes.stretches) {
    if (stretch.t_end_s > t0_s && stretch.t_start_s < t1_s) text += (text.empty() ? "" : "; ") + of_stretch(stretch);
  }
  return text;
}

/// A moment that was said, and where it is drawn: at the impact where one was told.
struct SaidMoment {
  double t_s = 0, drawn_s = 0;
};

std::vector<SaidMoment> said_by(const FrozenRecord& frozen) {
  std::vector<SaidMoment> said;
  for (const FrozenEvent& event : frozen.events)
    said.push_back({event.t_s, event.t_impact_s >= 0 ? event.t_impact_s : event.t_s});
  return said;
}

std::vector<SaidMoment> said_by(const RecordResult& candidate) {
  std::vector<SaidMoment> said;
  if (candidate.events)
    for (const EventDetection& one : candidate.events->said.detections) said.push_back({one.t_s, one.moment_s()});
  for (const Event& event : candidate.run.events)
    if (event.kind == Said::Kind::event) said.push_back({event.t_s, event.t_s});
  return said;
}

/// Windows that are answered otherwise: above what the release answered, below what the candidate does.
std::vector<Mark> window_marks(const RecordChanges& changes, const Excerpt& excerpt) {
  std::vector<Mark> marks;
  for (const EventChange& change : changes.events) {
    const double middle_s = drawn_at(change);
    if (middle_s < excerpt.t0_s || middle_s > excerpt.t1_s) continue;
    if (change.before)
      marks.push_back({change.right_before ? Mark::Kind::missed : Mark::Kind::reference, middle_s, change.said_before});
    if (change.after)
      marks.push_back({change.right_after ? Mark::Kind::detected : Mark::Kind::wrong, middle_s, change.said_after});
  }
  return marks;
}

/// Above what the release said, below what the candidate says.
std::vector<Mark> change_marks(const FrozenRecord& frozen, const RecordResult& candidate, const RecordChanges& changes,
                               const Excerpt& excerpt) {
  if (candidate.windows) return window_marks(changes, excerpt);
  std::vector<Mark> marks;
  const auto inside = [&](const SaidMoment& said) {
    return said.drawn_s >= excerpt.t0_s && said.drawn_s <= excerpt.t1_s;
  };
  const auto change_at = [&](double t_s, bool of_candidate) -> const EventChange* {
    for (const EventChange& change : changes.events) {
      const bool moved = change.kind == EventChange::Kind::moved;
      const bool theirs = of_candidate ? change.after.has_value() : change.before.has_value();
      if (theirs && (of_candidate && moved ? change.t_s + change.moved_s : change.t_s) == t_s) return &change;
    }
    return nullptr;
  };
  for (const SaidMoment& said : said_by(frozen)) {
    if (!inside(said)) continue;
    const EventChange* change = change_at(said.t_s, false);
    const bool lost = change != nullptr && change->kind == EventChange::Kind::lost;
    marks.push_back({lost ? Mark::Kind::missed : Mark::Kind::reference, said.drawn_s,
                     lost ? (change->right_before ? "lost" : "lost, was false") : ""});
  }
  for (const SaidMoment& said : said_by(candidate)) {
    if (!inside(said)) continue;
    const EventChange* change = change_at(said.t_s, true);
    const bool moved = change != nullptr && change->kind == EventChange::Kind::moved;
    std::string text;
    if (moved) text = candidate.events ? fixed(change->moved_s, 1) + " s" : fixed(1000 * change->moved_s, 0) + " ms";
    if (change != nullptr && !moved) text = change->right_after ? "gained" : "gained, false";
    marks.push_back({change != nullptr ? Mark::Kind::wrong : Mark::Kind::detected, said.drawn_s, text});
  }
  for (const ProbePoint& weighed : excerpt.candidates) marks.push_back({Mark::Kind::candidate, weighed.t_s, {}});
  return marks;
}

std::string change_figure(const Gate& gate, const FrozenRecord& frozen, const RecordResult& candidate,
                          const RecordChanges& changes, const Excerpt& excerpt) {
  Wave wave;
  wave.excerpt = &excerpt;
  wave.marks = change_marks(frozen, candidate, changes, excerpt);
  for (const Event& event : candidate.run.events) {
    if (event.kind == Said::Kind::unreadable && event.t_end_s > excerpt.t0_s && event.t_start_s < excerpt.t1_s)
      wave.shades.push_back({event.t_start_s, event.t_end_s, event.reason});
  }
  const bool acceleration = excerpt.signal.unit == "g" && excerpt.probes.size() == 3;
  const std::string caption = changes_between(changes, excerpt.t0_s, excerpt.t1_s, gate) +
                              (gate.of_events || gate.of_windows ? ". Drawn: " : ". Lead ") + excerpt.signal.name +
                              (acceleration ? " of the acceleration, and its axes below." : ".");
  wave.text = "Recording " + candidate.item.id() + ": " + caption;
  return "<figure>" + draw(wave) + "<figcaption>" + escaped(caption) +
         "</figcaption><script type=\"application/json\" class=\"wave\">" + script_json(packed_wave(wave)) +
         "</script></figure>\n";
}

std::string change_key(const Gate& gate) {
  const auto item = [](const char* id, const char* style, const char* text) {
    return std::string("<li><svg viewBox=\"-14 -14 28 28\" aria-hidden=\"true\"><use href=\"#") + id + "\" class=\"" +
           style + "\"/></svg>" + text + "</li>";
  };
  if (gate.of_windows)
    return "<ul class=\"key\">" + item("sm", "m", "the release's answer (above the wave), which was right") +
           item("sr", "r", "the release's answer, which was wrong or is of an unlabelled window") +
           item("sd", "d", "the candidate's answer (below the wave), which is right") +
           item("sx", "x", "the candidate's answer, which is wrong or of an unlabelled window") + "</ul>\n";
  return "<ul class=\"key\">" + item("sr", "r", "the release reports it (above the wave)") +
         item("sm", "m", "the release does, the candidate does not: lost") +
         item("sd", "d", "the candidate reports it as well (below the wave)") +
         item("sx", "x", "the candidate reports it here, the release does not: gained or moved") +
         (gate.of_events ? "" : item("sc", "c", "the candidate weighed it and does not report it")) + "</ul>\n";
}

std::string change_text(const RecordChanges& changes, const Gate& gate) {
  std::string out = "<ul>";
  std::size_t told = 0;
  for (const EventChange& change : changes.events) {
    if (told++ >= told_per_recording) break;
    out += "<li>" + escaped(in_words(change, gate)) + "</li>";
  }
  for (const StretchChange& stretch : changes.stretches) {
    if (told++ >= told_per_recording) break;
    out += "<li>" + escaped(of_stretch(stretch)) + "</li>";
  }
  out += "</ul>";
  const auto all = changes.events.size() + changes.stretches.size();
  if (all > told_per_recording)
    out += "<p class=\"note\">The first " + counted(static_cast<std::int64_t>(told_per_recording)) + " of " +
           counted(static_cast<std::int64_t>(all)) + "; <code>check.json</code> holds all.</p>";
  return out + "\n";
}

/// What of the waveforms is not there, and why.
std::string not_drawn(const ReleaseWaves& waves) {
  if (!waves.waveforms) return " Waveforms were left out of this page (<code>--no-waveforms</code>).";
  if (waves.not_at_hand.empty()) return {};
  return (waves.any() ? " Not every signal is at hand: " : " No waveform is drawn: ") + escaped(waves.not_at_hand) +
         ".";
}

}  // namespace

std::string change_section(const Gate& gate, const Frozen& frozen, const StudyResult& candidate,
                           const ReleaseWaves& waves) {
  std::string out = std::string("<h2 id=\"changes\">Every ") +
                    (gate.of_windows ? "window answered otherwise" : "event gained, lost or moved") + "</h2>\n";
  std::vector<std::size_t> order;
  std::vector<std::int64_t> bad(gate.recordings.size());
  for (std::size_t i = 0; i < gate.recordings.size(); ++i) {
    if (gate.changes[i].none()) continue;
    bad[i] = std::count_if(gate.changes[i].events.begin(), gate.changes[i].events.end(), harmful);
    order.push_back(i);
  }
  if (order.empty()) return out + "<p>There is none.</p>\n";
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return bad[a] > bad[b]; });
  out += "<p>Recordings with most right ones lost and most false ones gained come first.";
  out += not_drawn(waves) + "</p>\n" + (waves.any() ? change_key(gate) : std::string());
  std::map<std::string, const FrozenRecord*> kept;
  for (const FrozenRecord& record : frozen.records) kept[record.recording] = &record;
  std::size_t drawn = 0, told = 0;
  for (const std::size_t i : order) {
    if (told++ >= told_changed) break;
    const RecordChanges& changes = gate.changes[i];
    const auto of_kind = [&](EventChange::Kind kind) {
      return counted(std::count_if(changes.events.begin(), changes.events.end(),
                                   [&](const EventChange& change) { return change.kind == kind; }));
    };
    out += "<section><h3>" + escaped(gate.recordings[i]) + ": " + of_kind(EventChange::Kind::lost) + " lost, " +
           of_kind(EventChange::Kind::gained) + " gained, " + of_kind(EventChange::Kind::moved) +
           (gate.of_windows ? " answered otherwise of " : " moved of ") + counted(changes.same + of_frozen(changes)) +
           "</h3>\n";
    if (i < waves.of_recording.size()) {
      for (const Excerpt& excerpt : waves.of_recording[i]) {
        if (drawn > release_drawing_bytes) break;
        const std::string figure =
            change_figure(gate, *kept.at(gate.recordings[i]), candidate.records[gate.records[i]], changes, excerpt);
        drawn += figure.size();
        out += figure;
      }
    }
    out += "<details><summary>All of them in words</summary>" + change_text(changes, gate) + "</details></section>\n";
  }
  if (order.size() > told_changed)
    out += "<p class=\"note\">" + counted(static_cast<std::int64_t>(told_changed)) + " of " +
           counted(static_cast<std::int64_t>(order.size())) +
           " recordings with changes are told here; <code>check.json</code> holds all.</p>\n";
  return out;
}

}  // namespace vagus::lab
