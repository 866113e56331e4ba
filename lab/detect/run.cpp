#include "lab/detect/run.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lab/base/error.h"
#include "lab/detect/reading.h"
#include "lab/detect/tally.h"

namespace vagus::lab {
namespace {

Json json_of(const FieldValue& value) {
  switch (value.kind) {
    case FieldInfo::Kind::number:
      return number(value.number);
    case FieldInfo::Kind::integer:
      return value.integer;
    case FieldInfo::Kind::flag:
      return value.integer != 0;
    case FieldInfo::Kind::label:
      break;
  }
  return value.label;
}

/// Writes one JSON object on one line: twenty times faster than building a document, and there may be millions of
/// lines.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) { out_ += '{'; }
  ~Line() { out_ += "}\n"; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  template <class Number>
  void number(std::string_view name, Number value) {
    key(name);
    std::isfinite(value) ? void(append_shortest(out_, value)) : void(out_ += "null");
  }
  void integer(std::string_view name, std::int64_t value) {
    key(name);
    out_ += std::to_string(value);
  }
  void text(std::string_view name, std::string_view value) { json(name, value); }
  void json(std::string_view name, const Json& value) {
    key(name);
    out_ += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

 private:
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    (out_ += '"').append(name) += "\":";
  }
  std::string& out_;
  bool first_ = true;
};

bool serves(const Channel& channel, const ChannelNeed& need) {
  return channel.quantity == need.quantity && conversion(channel.unit, need.unit).has_value();
}

/// A lead whose name says nothing, in a unit that fits: taken only where no channel of the right kind is there.
bool might_serve(const Channel& channel, const ChannelNeed& need) {
  return channel.quantity == Quantity::other && channel.unit != Unit::none &&
         conversion(channel.unit, need.unit).has_value();
}

std::string needed(const ChannelNeed& need) {
  return std::string(name(need.quantity)) + (need.unit == Unit::none ? "" : "_") + name(need.unit);
}

std::string listed(const Recording& recording) {
  std::string text;
  for (const Channel& channel : recording.channels) text += (text.empty() ? "" : ", ") + channel.name;
  return text.empty() ? "no channel at all" : text;
}

int wished_channel(const Recording& recording, const std::string& wished) {
  const auto& channels = recording.channels;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].name == wished) return static_cast<int>(i);
  }
  std::int64_t index = -1;
  if (parse_int(wished, index) && index >= 0 && index < static_cast<std::int64_t>(channels.size()))
    return static_cast<int>(index);
  std::vector<std::string> names;
  names.reserve(channels.size());
  for (const Channel& channel : channels) names.push_back(channel.name);
  const std::string near = nearest(wished, names);
  throw UsageError("there is no channel \"" + wished + "\"",
                   near.empty() ? "the recording has " + listed(recording) : "did you mean \"" + near + "\"?");
}

}  // namespace

void Event::append_line(std::string& out, std::string_view recording) const {
  Line line(out);
  if (!recording.empty()) line.text("recording", recording);
  switch (kind) {
    case Said::Kind::event:
      break;
    case Said::Kind::candidate:
      line.text("kind", "candidate");
      break;
    case Said::Kind::score:
      line.text("kind", "score");
      break;
    case Said::Kind::unreadable:
      line.text("kind", "unreadable");
      break;
    case Said::Kind::probe:
      line.text("kind", "probe");
      break;
  }
  if (kind == Said::Kind::probe) {
    line.text("name", probe);
    line.number("t_s", t_s);
    line.number("value", value);
    return;
  }
  if (kind != Said::Kind::unreadable) line.number("t_s", t_s);
  if (interval) {
    line.number("t_start_s", t_start_s);
    line.number("t_end_s", t_end_s);
  } else {
    line.integer("sample", row);
  }
  switch (kind) {
    case Said::Kind::event:
      line.number("quality", value);
      for (const auto& [name, field] : fields) line.json(name, field);
      break;
    case Said::Kind::unreadable:
      line.text("reason", reason);
      break;
    default:
      line.number("score", value);
  }
  line.number("t_known_s", t_known_s);
  if (at_end) line.json("at_end", true);
}

Json Event::json() const {
  std::string line;
  append_line(line);
  return Json::parse(line);
}

std::vector<int> choose_channels(const DetectorInfo& detector, const Recording& recording, const std::string& wished) {
  const auto reads = detector.contract->reads;
  std::vector<int> chosen;
  const int preferred = wished.empty() ? -1 : wished_channel(recording, wished);
  for (const ChannelNeed& need : reads) {
    const auto& channels = recording.channels;
    const auto fits = [&](auto test) {
      const auto it = std::find_if(channels.begin(), channels.end(), [&](const Channel& c) { return test(c, need); });
      return it == channels.end() ? -1 : static_cast<int>(it - channels.begin());
    };
    int index = -1;
    if (preferred >= 0 && chosen.empty()) {
      index = preferred;
      if (!conversion(channels[static_cast<std::size_t>(index)].unit, need.unit)) {
        throw UsageError("channel \"" + channels[static_cast<std::size_t>(index)].name + "\" cannot be read as " +
                         needed(need));
      }
    } else if (preferred >= 0 && reads.size() > 1) {
      // The sensor that was asked for: its other axes are those at the same placement.
      const Placement at = channels[static_cast<std::size_t>(preferred)].placement;
      index = fits([&](const Channel& c, const ChannelNeed& n) { return serves(c, n) && c.placement == at; });
    }
    if (index < 0) index = fits(serves);
    if (index < 0) index = fits(might_serve);
    if (index < 0 && !need.optional) {
      throw Error(std::string(detector.contract->name) + " needs a channel " + needed(need) + ", and there is none",
                  recording.name, "the recording has " + listed(recording));
    }
    chosen.push_back(index);
  }
  return chosen;
}

LiveRun::LiveRun(const DetectorInfo& detector, RunOptions options, double rate_hz, std::optional<Start> start,
                 std::string channel, std::vector<bool> present, const MakeInstance& make)
    : detector_(detector),
      options_(std::move(options)),
      rate_hz_(rate_hz),
      start_(start),
      tally_(std::make_shared<Tally>()) {
  const Contract& contract = *detector.contract;
  result_.detector = contract.name;
  result_.version = contract.version;
  result_.channel = std::move(channel);
  result_.rate_hz = rate_hz;
  std::vector<bool> required;
  for (std::size_t i = 0; i < contract.reads.size(); ++i) {
    const ChannelNeed& need = contract.reads[i];
    required.push_back(!need.optional);
    if (!present[i]) continue;
    // The rate of a recording is a measurement: half a per cent beyond the range is still in it.
    if (rate_hz < 0.995 * static_cast<double>(need.min_rate_hz) ||
        rate_hz > 1.005 * static_cast<double>(need.max_rate_hz)) {
      throw Error(std::string(contract.name) + " takes " + needed(need) + " at " + shortest(need.min_rate_hz) + " to " +
                  shortest(need.max_rate_hz) + " Hz, and this is at " + shortest(rate_hz) + " Hz");
    }
  }
  Config config = options_.config;
  const auto rate = std::find_if(detector.config.begin(), detector.config.end(),
                                 [](const FieldInfo& f) { return f.name == "rate_hz"; });
  if (rate != detector.config.end()) {
    const auto wished = config.find("rate_hz");
    if (wished != config.end() && std::abs(wished->second - rate_hz) > 0.01 * rate_hz) {
      throw UsageError(
          "\"rate_hz\" is " + shortest(wished->second) + ", and the recording is at " + shortest(rate_hz) + " Hz",
          "leave it out: it is taken from the recording");
    }
    config["rate_hz"] = std::clamp(rate_hz, rate->low, rate->high);
  }
  config_ = Json::object();
  for (const FieldInfo& field : detector.config) {
    const auto given = config.find(field.name);
    const double value = given == config.end() ? field.standard : given->second;
    config_[field.name] = field.kind == FieldInfo::Kind::flag      ? Json(value != 0)
                          : field.kind == FieldInfo::Kind::integer ? Json(static_cast<std::int64_t>(value))
                                                                   : number(value);
  }
  wanted_probes_.assign(contract.probes.size(), false);
  for (const std::string& wished : options_.probes) {
    std::vector<std::string> known;
    bool found = wished == "all";
    for (std::size_t i = 0; i < contract.probes.size(); ++i) {
      known.emplace_back(contract.probes[i].name);
      if (wished != known.back() && wished != "all") continue;
      wanted_probes_[i] = true;
      found = true;
    }
    if (!found) {
      std::string all;
      for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
      throw UsageError(std::string(contract.name) + " has no probe \"" + wished + "\"",
                       "it has " + (all.empty() ? "none" : all));
    }
  }
  instance_ = (make ? make : detector.make)(config, {.scores = options_.scores, .probes = !options_.probes.empty()});
  feed_ = std::make_unique<Feed>(*instance_, std::move(required), [this](const Said& said) { hear(said); });
}

void LiveRun::hear(const Said& said) {
  // A detector may show more than it names (what its training reads): only named probes have lines.
  if (said.kind == Said::Kind::probe &&
      (said.probe < 0 || static_cast<std::size_t>(said.probe) >= wanted_probes_.size() ||
       !wanted_probes_[static_cast<std::size_t>(said.probe)])) {
    return;
  }
  Event event;
  event.kind = said.kind;
  event.at_end = said.at_end;
  event.value = said.value;
  event.interval = said.kind == Said::Kind::unreadable || (said.kind == Said::Kind::event && !detector_.moment);
  event.row = input_rows_.input_row_of(feed_->row_of(said.sample));
  event.t_start_s = feed_->time_of(said.sample);
  event.t_known_s = feed_->time_of(std::max<std::int64_t>(said.known_sample - 1, 0));
  if (event.interval) {
    event.end_row =
        said.end_sample > said.sample ? input_rows_.input_row_of(feed_->row_of(said.end_sample - 1)) + 1 : event.row;
    event.t_end_s = said.end_sample > said.sample ? feed_->end_time_of(said.end_sample) : event.t_start_s;
    event.t_s = event.t_known_s;
  } else {
    event.end_row = event.row;
    event.t_s = event.t_end_s = event.t_start_s;
  }
  if (said.kind == Said::Kind::unreadable) event.reason = said.reason;
  if (said.kind == Said::Kind::probe)
    event.probe = detector_.contract->probes[static_cast<std::size_t>(said.probe)].name;
  if (said.kind == Said::Kind::event) {
    static const std::set<std::string> told = {"sample", "start_sample", "end_sample", "quality"};
    for (std::size_t i = 0; i < said.values.size(); ++i) {
      const FieldInfo& field = detector_.outputs[i];
      if (!told.contains(field.name)) event.fields.emplace_back(field.name, json_of(said.values[i]));
    }
  }
  if (said.kind == Said::Kind::event || said.kind == Said::Kind::unreadable) {
    const bool continuous = tally_->last_sample >= 0 && !feed_->gap_between(tally_->last_sample, said.sample);
    tally_->hear(detector_, event, continuous);
    if (said.kind == Said::Kind::event) tally_->last_sample = said.sample;
  }
  if (options_.on_event) options_.on_event(event);
  if (options_.keep_events) result_.events.push_back(std::move(event));
}

RunResult LiveRun::finish(double duration_s, double jitter_ms, std::map<std::string, std::int64_t> repairs) {
  feed_->finish();
  if (feed_->pushed() == 0) throw Error("there is not one sample to read", "channel " + result_.channel);
  if (feed_->bridged() > 0) repairs["missing values bridged"] += feed_->bridged();
  result_.duration_s = duration_s;
  result_.jitter_ms = jitter_ms;
  result_.unreadable_s = tally_->unreadable_s;
  result_.gaps = feed_->gaps();
  result_.repairs = std::move(repairs);
  Json& summary = result_.summary;
  summary = Json::object();
  summary["summary"] = true;
  summary["detector"] = result_.detector;
  summary["version"] = result_.version;
  summary["config"] = config_;
  summary["channel"] = result_.channel;
  summary["duration_s"] = number(duration_s);
  summary["start"] = start_ ? Json(iso(*start_)) : Json(nullptr);
  summary["rate_hz"] = number(rate_hz_);
  summary["jitter_ms"] = number(jitter_ms);
  summary["unreadable_s"] = number(result_.unreadable_s);
  summary["gaps"] = result_.gaps;
  summary["repairs"] = Json::object();
  for (const auto& [what, count] : result_.repairs) summary["repairs"][what] = count;
  tally_->summarise(detector_, summary);
  return std::move(result_);
}

RunResult run(const DetectorInfo& detector, const Recording& recording, const RunOptions& options) {
  Reading reading(detector, recording, options.channel);
  const TimeAxis& time = reading.lead().time;
  LiveRun live(detector, options, time.rate_hz, recording.start, reading.lead().name, reading.present());
  live.input_rows() = time.input_rows;
  try {
    while (reading.step(live.feed())) {
    }
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {  // a prototype's: what is built in throws nothing here
    throw Error(error.what(), recording.name);
  }
  try {
    return live.finish(time.duration_s(), time.jitter_ms, recording.repairs);
  } catch (const Error& error) {
    if (error.where().empty()) throw Error(error.what(), recording.name);
    throw error.within(recording.name + " ");
  }
}

}  // namespace vagus::lab
