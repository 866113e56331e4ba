#include "lab/deploy/replay.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>

#include "lab/base/error.h"
#include "lab/detect/detector.h"

namespace vagus::lab {
namespace {

using flight::get;

std::string window_text(const FlightWindow& window) {
  return "window of blocks " + std::to_string(window.first) + " to " + std::to_string(window.last);
}

/// One value as bits and as text.
struct Value {
  std::string field;
  std::uint64_t bits;
  std::string text;
};
/// Something said, here or there.
struct Answer {
  FlightStep::Kind kind = FlightStep::Kind::event;
  std::int64_t pushed = 0;
  bool at_end = false;
  std::vector<Value> values;
};

std::string float_text(std::uint32_t bits) {
  const auto value = std::bit_cast<float>(bits);
  std::string out = std::isfinite(value) ? shortest(value) : "not finite";
  out += " (0x";
  for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[(bits >> static_cast<unsigned>(shift)) & 15U];
  return out + ")";
}
std::string whole_text(std::uint64_t bits) { return std::to_string(static_cast<std::int64_t>(bits)); }

Answer heard(const DetectorInfo& info, const Said& said, std::int64_t pushed_before) {
  Answer out{said.kind == Said::Kind::event ? FlightStep::Kind::event : FlightStep::Kind::unreadable,
             pushed_before + said.known_sample,
             said.at_end,
             {}};
  if (out.kind == FlightStep::Kind::unreadable) {
    out.values = {{"start_sample", static_cast<std::uint64_t>(said.sample), std::to_string(said.sample)},
                  {"end_sample", static_cast<std::uint64_t>(said.end_sample), std::to_string(said.end_sample)},
                  {"reason", 0, said.reason}};
    return out;
  }
  for (std::size_t i = 0; i < info.outputs.size(); ++i) {
    const FieldInfo& field = info.outputs[i];
    const FieldValue& value = said.values[i];
    if (value.kind == FieldInfo::Kind::number) {
      const auto bits = std::bit_cast<std::uint32_t>(value.number);
      out.values.push_back({field.name, bits, float_text(bits)});
    } else if (value.kind == FieldInfo::Kind::label) {
      out.values.push_back({field.name, 0, value.label});
    } else {
      const auto bits = static_cast<std::uint64_t>(value.integer);
      out.values.push_back({field.name, bits, whole_text(bits)});
    }
  }
  return out;
}

/// Throws Error where the record is shorter than the detector's outputs.
Answer recorded(const DetectorInfo& info, const FlightStep& step) {
  std::size_t at = 0;
  const auto take = [&](std::size_t count) {
    if (step.bytes.size() - at < count) throw Error("an answer in the record is cut short");
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) bits |= std::uint64_t{step.bytes[at + i]} << (8 * i);
    at += count;
    return bits;
  };
  Answer out{step.kind, static_cast<std::int64_t>(take(8)), false, {}};
  out.at_end = take(1) != 0;
  if (step.kind == FlightStep::Kind::unreadable) {
    const std::uint64_t start = take(8);
    const std::uint64_t end = take(8);
    out.values = {{"start_sample", start, whole_text(start)},
                  {"end_sample", end, whole_text(end)},
                  {"reason", 0, std::string(step.bytes.begin() + static_cast<std::ptrdiff_t>(at), step.bytes.end())}};
    return out;
  }
  for (const FieldInfo& field : info.outputs) {
    std::uint64_t bits = take(field.bytes);
    if (field.kind == FieldInfo::Kind::number) {
      out.values.push_back({field.name, bits, float_text(static_cast<std::uint32_t>(bits))});
    } else if (field.kind == FieldInfo::Kind::label) {
      out.values.push_back({field.name, 0, bits < field.labels.size() ? field.labels[bits] : "no such label"});
    } else {
      if (field.bytes == 4) bits = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(bits)});
      out.values.push_back({field.name, bits, whole_text(bits)});
    }
  }
  return out;
}

const char* kind_text(FlightStep::Kind kind) { return kind == FlightStep::Kind::event ? "event" : "unreadable"; }
std::string whole_answer(const Answer& answer) {
  std::string out = kind_text(answer.kind);
  for (const Value& value : answer.values) out += " " + value.field + " " + value.text;
  return out;
}

std::optional<ReplayDifference> compare(const Answer* there, const Answer* here) {
  if (there == nullptr || here == nullptr || there->kind != here->kind) {
    const Answer& one = there != nullptr ? *there : *here;
    return ReplayDifference{.pushed = one.pushed,
                            .what = kind_text(one.kind),
                            .field = "",
                            .recorded = there != nullptr ? whole_answer(*there) : "nothing",
                            .here = here != nullptr ? whole_answer(*here) : "nothing"};
  }
  ReplayDifference out{
      .pushed = there->pushed, .what = kind_text(there->kind), .field = "", .recorded = "", .here = ""};
  const auto differ = [&](std::string field, std::string recorded, std::string here_text) {
    out.field = std::move(field);
    out.recorded = std::move(recorded);
    out.here = std::move(here_text);
    return out;
  };
  if (there->pushed != here->pushed)
    return differ("pushed", std::to_string(there->pushed), std::to_string(here->pushed));
  if (there->at_end != here->at_end)
    return differ("at_end", there->at_end ? "true" : "false", here->at_end ? "true" : "false");
  for (std::size_t i = 0; i < there->values.size(); ++i) {
    const Value &a = there->values[i], &b = here->values[i];
    if (a.bits != b.bits || a.text != b.text) return differ(a.field, a.text, b.text);
  }
  return std::nullopt;
}

/// One window run again.
class Rerun {
 public:
  Rerun(const DetectorInfo& info, const FlightWindow& window, Replay& out)
      : info_(info), window_(window), out_(out), instance_(info.make(config(), Wanted{})) {
    instance_->restore(window.snapshot);
    row_.resize(info.contract->reads.size());
    for (const float& x : row_) columns_.push_back(&x);
    hear_ = [this](const Said& said) { waiting_.push_back(heard(info_, said, window_.first_sample)); };
  }

  std::optional<ReplayDifference> run() {
    for (const FlightStep& step : window_.steps) {
      std::optional<ReplayDifference> found = take(step);
      if (found) return found;
    }
    // What was said with the last sample may stand in a block that is lost, or had no room.
    const bool whole = window_.close && (window_.close->reason & flight::overrun) == 0 && window_.rows_cut_off == 0;
    return whole ? leftover() : std::nullopt;
  }

 private:
  Config config() const {
    Config out;
    for (std::size_t i = 0; i < info_.config.size(); ++i) {
      const FieldInfo& field = info_.config[i];
      const std::uint32_t bits = window_.config[i];
      double value = bits;
      if (field.kind == FieldInfo::Kind::number) parse_double(shortest(std::bit_cast<float>(bits)), value);
      if (field.kind == FieldInfo::Kind::integer) value = static_cast<std::int32_t>(bits);
      out[field.name] = value;
    }
    return out;
  }
  std::optional<ReplayDifference> leftover() const {
    return waiting_.empty() ? std::nullopt : compare(nullptr, &waiting_.front());
  }
  std::optional<ReplayDifference> take(const FlightStep& step) {
    if (step.kind == FlightStep::Kind::event || step.kind == FlightStep::Kind::unreadable) {
      const Answer there = recorded(info_, step);
      std::optional<ReplayDifference> found = compare(&there, waiting_.empty() ? nullptr : &waiting_.front());
      if (!found) waiting_.pop_front();
      ++out_.answers;
      return found;
    }
    std::optional<ReplayDifference> found = leftover();
    if (found) return found;
    if (step.kind == FlightStep::Kind::row) {
      if (step.bytes.size() != row_.size() * sizeof(float)) throw Error("a sample in the record is cut short");
      for (std::size_t i = 0; i < row_.size(); ++i)
        row_[i] = std::bit_cast<float>(get<std::uint32_t>(&step.bytes[4 * i]));
      instance_->push(columns_, 1, hear_);
      ++out_.rows;
    } else if (step.kind == FlightStep::Kind::gap) {
      if (step.bytes.size() != 8) throw Error("a gap in the record is cut short");
      instance_->gap(Duration::from_us(static_cast<std::int64_t>(get<std::uint64_t>(step.bytes.data()))));
    } else {
      instance_->finish(hear_);
    }
    return std::nullopt;
  }

  const DetectorInfo& info_;
  const FlightWindow& window_;
  Replay& out_;
  std::unique_ptr<Instance> instance_;
  std::vector<float> row_;
  std::vector<const float*> columns_;
  Listener hear_;
  std::deque<Answer> waiting_;
};

/// Why a window cannot be run again; "" where it can.
std::string obstacle(const FlightWindow& window) {
  if (!window.has_begin) return "its first block is lost";
  if (window.snapshot.empty()) return "its snapshot is not whole";
  if (window.steps.empty()) return "it holds no sample";
  return "";
}

/// Throws Error where a window was recorded by something that this program is not.
const DetectorInfo& recorder_of(const FlightWindow& window) {
  const auto& all = detectors();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const DetectorInfo& info) { return window.detector == info.contract->name; });
  if (found == all.end())
    throw Error("recorded by a detector \"" + window.detector + "\" that this program does not have");
  const DetectorInfo& info = *found;
  if (window.version != info.contract->version)
    throw Error(
        "recorded by " + window.detector + " " + window.version + "; this program has " + info.contract->version, {},
        "replay it with the program of that version");
  if (window.state_bytes != info.state_bytes || window.state_align != info.state_align ||
      window.row_bytes != 4 * info.contract->reads.size() || window.config.size() != info.config.size())
    throw Error("the state of " + window.detector + " in the record is laid out otherwise than here");
  return info;
}

}  // namespace

Replay replay(std::span<const std::byte> bytes) {
  Replay out;
  out.record = read_flight_record(bytes);
  for (const FlightWindow& window : out.record.windows) {
    out.rows_cut_off += window.rows_cut_off;
    const std::string why = obstacle(window);
    if (!why.empty()) {
      out.left_out.push_back(window_text(window) + ": " + why);
      continue;
    }
    try {
      std::optional<ReplayDifference> found = Rerun(recorder_of(window), window, out).run();
      ++out.windows;
      if (found && !out.difference) {
        found->session = window.session;
        found->window = window.first;
        out.difference = found;
      }
    } catch (const UsageError& error) {
      throw Error(std::string("the configuration in the record is refused: ") + error.what(), window_text(window));
    } catch (const Error& error) {
      throw error.within(window_text(window) + " ");
    }
  }
  if (out.windows == 0) throw Error("no window can be run again: " + out.left_out.front());
  return out;
}

Json Replay::json() const {
  Json lost = Json::array();
  for (const LostBlocks& l : record.lost)
    lost.push_back({{"session", l.session}, {"first", l.first}, {"last", l.last}, {"certain", l.certain}});
  Json windows_out = Json::array();
  for (const FlightWindow& w : record.windows) {
    Json one = {{"session", w.session},     {"first_block", w.first}, {"last_block", w.last},
                {"sample", w.first_sample}, {"samples", w.rows},      {"whole", w.has_begin && w.has_end}};
    if (w.close) {
      one["kept_for"] = Json::array();
      if ((w.close->reason & flight::held_event) != 0) one["kept_for"].push_back("answers");
      if ((w.close->reason & flight::by_chance) != 0) one["kept_for"].push_back("chance");
      if ((w.close->reason & flight::stopped) != 0) one["kept_for"].push_back("stopped");
    }
    windows_out.push_back(one);
  }
  const FlightWindow& newest = record.windows.back();
  Json out = {{"same", !difference.has_value()}};
  out["detector"] = newest.detector;
  out["version"] = newest.version;
  out["hardware"] = newest.hardware;
  out["model"] = newest.model;
  out["windows_replayed"] = windows;
  out["samples"] = rows;
  out["answers"] = answers;
  out["blocks"] = record.blocks;
  out["lost_blocks"] = lost;
  out["corrupt_places"] = record.corrupt;
  out["samples_cut_off"] = rows_cut_off;
  out["left_out"] = left_out;
  if (newest.close)
    out["counters"] = {{"pushed", newest.close->pushed}, {"worn", newest.close->worn},
                       {"gated", newest.close->gated},   {"gaps", newest.close->gaps},
                       {"events", newest.close->events}, {"unreadable", newest.close->unreadable}};
  out["windows"] = windows_out;
  out["first_difference"] = nullptr;
  if (difference)
    out["first_difference"] = {{"session", difference->session}, {"window", difference->window},
                               {"sample", difference->pushed},   {"what", difference->what},
                               {"field", difference->field},     {"recorded", difference->recorded},
                               {"here", difference->here}};
  return out;
}

}  // namespace vagus::lab
