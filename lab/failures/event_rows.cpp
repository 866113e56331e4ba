#include "lab/failures/event_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/failures/clock.h"
#include "lab/failures/movement.h"

namespace vagus::lab {
namespace {

constexpr double around_event_s = 5, break_reach_s = 5;
constexpr std::uint32_t missed = 0, false_alarm = 1;

/// A part of a recording of one kind, in which an alarm would be a false one.
struct Piece {
  TimeSpan at;
  const char* place;
  std::string type;  ///< of a trial
};

/// All that the reference describes, in order, from `start_s` on; of a reference that describes nothing the whole.
std::vector<Piece> pieces_of(const RecordResult& record, double start_s) {
  const EventReference& reference = record.events->reference;
  std::vector<Piece> pieces;
  for (const TimeSpan& at : reference.worn) pieces.push_back({at, "continuous wear", ""});
  for (const TimeSpan& at : reference.activity) pieces.push_back({at, "staged activity", ""});
  for (const ReferenceTrial& trial : reference.trials)
    pieces.push_back({trial.at, trial.fall ? "fall trial" : "activity trial", trial.type});
  if (pieces.empty()) pieces.push_back({{0, record.run.duration_s}, "recording", ""});
  for (Piece& piece : pieces) piece.at.start_s = std::max(piece.at.start_s, start_s);
  std::erase_if(pieces, [](const Piece& piece) { return !(piece.at.length_s() > 0); });
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.at.start_s < b.at.start_s; });
  return pieces;
}

/// One row before its context is known.
struct Row {
  double t_s = 0;
  TimeSpan around;                        ///< what is measured of the signal
  const Piece* piece = nullptr;           ///< null: an event outside of all
  const EventOutcome* outcome = nullptr;  ///< of an event's row
};

std::vector<Row> lay_rows(const std::vector<Piece>& pieces, const EventCounts& counts, double stretch_s) {
  std::vector<Row> rows;
  for (const Piece& piece : pieces) {
    const double parts = std::max(1.0, std::ceil(piece.at.length_s() / stretch_s - 1e-9));
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(parts); ++k) {
      const auto part = static_cast<double>(k);
      const double from = piece.at.start_s + piece.at.length_s() * part / parts;
      const double to = piece.at.start_s + piece.at.length_s() * (part + 1) / parts;
      rows.push_back({(from + to) / 2, {from, to}, &piece, nullptr});
    }
  }
  for (const EventOutcome& event : counts.events) {
    const double t_s = event.moment_s;
    const auto in = std::find_if(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.at.holds(t_s); });
    rows.push_back({t_s, {t_s - around_event_s, t_s + around_event_s}, in == pieces.end() ? nullptr : &*in, &event});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.t_s < b.t_s; });
  return rows;
}

float to_nearest(const std::vector<EventOutcome>& events, const Row& row) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const EventOutcome& event : events)
    if (&event != row.outcome) nearest = std::min(nearest, std::abs(event.moment_s - row.t_s));
  return std::isfinite(nearest) ? static_cast<float>(nearest) : unknown_value;
}

/// Whether anything was weighed for each event of the reference.
std::vector<bool> weighed_events_of(const EventRecord& events, EventRule rule) {
  const EventMatcher matcher(events.reference, rule);
  std::vector<bool> weighed(matcher.reference().events.size(), false);
  for (const EventDetection& one : events.weighed)
    if (const auto what = matcher(one); what.event >= 0) weighed[static_cast<std::size_t>(what.event)] = true;
  return weighed;
}

std::vector<float>& add_numbers(RecordRows& to, const char* name, const char* what, const char* unit) {
  to.columns.push_back({name, what, unit, {}, std::vector<float>(to.t_s.size(), unknown_value)});
  return to.columns.back().values;
}

void add_signal(RecordRows& out, const std::vector<Row>& rows, const Recording& recording) {
  const Movement movement(recording);
  Words gap("gap_nearby", "gap");
  for (const Row& row : rows)
    gap.add(movement.breaks_in(row.around.start_s - break_reach_s, row.around.end_s + break_reach_s) ? "within 5 s"
                                                                                                     : "far");
  out.columns.push_back(gap.take());
  if (!movement.has_acceleration()) return;
  auto& deviation = add_numbers(out, "movement_g", "standard deviation of acceleration", "g");
  for (std::size_t i = 0; i < rows.size(); ++i)
    deviation[i] = movement.deviation_g(rows[i].around.start_s, rows[i].around.end_s);
  auto& greatest = add_numbers(out, "greatest_g", "greatest acceleration", "g");
  for (std::size_t i = 0; i < rows.size(); ++i)
    greatest[i] = movement.greatest_g(rows[i].around.start_s, rows[i].around.end_s);
}

void add_context(RecordRows& out, const RecordResult& record, const std::vector<Row>& rows, EventRule rule) {
  const EventRecord& events = *record.events;
  const std::vector<TimeSpan> unreadable = joined(events.said.unreadable);
  const std::vector<bool> weighed = weighed_events_of(events, rule);
  Words place("place", "place"), trial("trial", "trial"), type("event_type", "type of event"),
      called("called", "signal called"), gate("weighed", "event");
  for (const Row& row : rows) {
    place.add(row.piece != nullptr ? row.piece->place : "elsewhere");
    row.piece != nullptr && !row.piece->type.empty() ? trial.add(row.piece->type) : trial.add_unknown();
    row.outcome != nullptr && !row.outcome->type.empty() ? type.add(row.outcome->type) : type.add_unknown();
    double dark_s = 0;
    for (const TimeSpan& one : unreadable) dark_s += shared_s(one, row.around);
    called.add(dark_s >= row.around.length_s() / 2 && dark_s > 0 ? "unreadable" : "readable");
    if (row.outcome != nullptr && !events.weighed.empty())
      gate.add(weighed[row.outcome->event] ? "weighed" : "never weighed");
    else
      gate.add_unknown();
  }
  for (Words* words : {&place, &trial, &type, &called, &gate}) out.columns.push_back(words->take());
  auto& hour = add_numbers(out, "time_of_day_h", "time of day", "h");
  const DayClock clock(record.item);
  for (std::size_t i = 0; i < rows.size(); ++i) hour[i] = clock.hour(rows[i].t_s);
  auto& position = add_numbers(out, "position", "position in the recording", "");
  const double end_s = std::max(record.run.duration_s, rows.empty() ? 0.0 : rows.back().t_s);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (end_s > 0) position[i] = static_cast<float>(rows[i].t_s / end_s);
  auto& nearest = add_numbers(out, "nearest_event_s", "distance to the nearest other event", "s");
  for (std::size_t i = 0; i < rows.size(); ++i) nearest[i] = to_nearest(events.counts.events, rows[i]);
}

/// The stretch that holds a moment; rows.size() if none does.
std::size_t stretch_at(const std::vector<Row>& rows, double t_s) {
  // A stretch's middle lies within its own length of any moment in it.
  const auto at = std::find_if(rows.begin(), rows.end(),
                               [&](const Row& row) { return row.outcome == nullptr && row.around.holds(t_s); });
  return static_cast<std::size_t>(at - rows.begin());
}

struct Shared {
  const StudyResult& result;
  const Source& source;
  double stretch_s;
  bool has_signals;
  std::atomic<std::int64_t> elsewhere{0}, unread{0};
};

RecordRows rows_of(Shared& shared, const RecordResult& record) {
  const ScoreSpec& how = shared.result.spec.score;
  const EventCounts& counts = record.events->counts;
  const std::vector<Piece> pieces = pieces_of(record, how.start_s);
  const std::vector<Row> rows = lay_rows(pieces, counts, shared.stretch_s);
  RecordRows out;
  out.exposure.resize(2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool event = rows[i].outcome != nullptr;
    out.t_s.push_back(rows[i].t_s);
    out.exposure[missed].push_back(event ? 1 : 0);
    out.exposure[false_alarm].push_back(event ? 0 : static_cast<float>(rows[i].around.length_s() / 3600));
    if (event && !rows[i].outcome->detected)
      out.errors.push_back({missed, 0, static_cast<std::uint32_t>(i), rows[i].t_s});
  }
  for (const EventDetection& one : counts.false_at) {
    const std::size_t row = stretch_at(rows, one.moment_s());
    if (row < rows.size())
      out.errors.push_back({false_alarm, 0, static_cast<std::uint32_t>(row), one.moment_s()});
    else
      ++shared.elsewhere;
  }
  add_context(out, record, rows, how.rule);
  if (!shared.has_signals) return out;
  try {
    add_signal(out, rows, shared.source.load(record.item));
  } catch (const Error&) {
    ++shared.unread;
  }
  return out;
}

}  // namespace

double stretch_length_s(double total_s) {
  constexpr std::array lengths = {60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0, 86400.0};
  for (const double length : lengths)
    if (total_s / length <= most_stretches) return length;
  return lengths.back();
}

StudyErrors event_errors(const StudyResult& result, const Source& source, int threads) {
  const auto& records = result.records;
  double total_s = 0;
  for (const RecordResult& record : records)
    for (const Piece& piece : pieces_of(record, result.spec.score.start_s)) total_s += piece.at.length_s();
  const auto& simulated = result.spec.data.simulate;
  Shared shared{result, source, stretch_length_s(total_s), !(simulated && simulated->kind == "events")};
  std::vector<RecordRows> rows(records.size());
  Progress progress("context", static_cast<std::int64_t>(records.size()));
  on_cores(records.size(), threads, [&](std::size_t i) {
    rows[i] = rows_of(shared, records[i]);
    progress.advance();
  });
  StudyErrors out = join_rows(
      result, {{"missed", "missed events", "the events", {}, {}}, {"false", "false alarms", "the time", {}, {}}},
      std::move(rows));
  for (ErrorColumn& column : out.table.columns) column.secondary = column.name == "called" || column.name == "weighed";
  out.notes.push_back(fmt::format("False alarms are looked at in stretches of {:g} s at most.", shared.stretch_s));
  if (shared.elsewhere > 0)
    out.notes.push_back(fmt::format("{} false alarms lie outside of all that the reference describes: not looked at.",
                                    shared.elsewhere.load()));
  if (shared.unread > 0)
    out.notes.push_back(
        fmt::format("The signals of {} recordings could not be read: they have no measures.", shared.unread.load()));
  return out;
}

}  // namespace vagus::lab
