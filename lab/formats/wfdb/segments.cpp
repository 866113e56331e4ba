#include "lab/formats/wfdb/segments.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"

namespace vagus::lab::wfdb {
namespace {

constexpr std::int64_t frame_limit = std::int64_t{1} << 53;

Piece piece_of(SignalData& data, const SignalLine& line, std::int64_t first_frame, double frame_rate_hz) {
  Piece piece;
  piece.digits = std::move(data.digits);
  piece.frames = data.frames;
  piece.rows = data.frames * line.samples_per_frame;
  piece.first_frame = first_frame;
  piece.rate_hz = frame_rate_hz * static_cast<double>(line.samples_per_frame);
  piece.gain = line.gain;
  piece.baseline = static_cast<double>(line.baseline);
  return piece;
}

void add(Assembled& signal, SignalData& data, const SignalLine& line, std::int64_t first_frame, double frame_rate_hz) {
  if (data.frames == 0 || line.format == 0) return;
  signal.least = std::min(signal.least, data.least);
  signal.greatest = std::max(signal.greatest, data.greatest);
  signal.pieces.push_back(piece_of(data, line, first_frame, frame_rate_hz));
}

/// Which signal of the record each line of a segment is: by place in a fixed layout, by name (the k-th of that name) in
/// a variable one. Signals that the layout does not list are added.
std::vector<std::size_t> places(const Header& segment, bool by_name, std::vector<Assembled>& signals) {
  std::vector<std::size_t> at;
  std::vector<bool> used(signals.size(), false);
  for (std::size_t i = 0; i < segment.signals.size(); ++i) {
    if (!by_name) {
      at.push_back(i);
      continue;
    }
    std::size_t place = 0;
    while (place < used.size() && (used[place] || signals[place].line.description != segment.signals[i].description)) {
      ++place;
    }
    if (place == used.size()) {
      signals.push_back({.line = segment.signals[i], .pieces = {}});
      used.push_back(false);
    }
    used[place] = true;
    at.push_back(place);
  }
  return at;
}

/// Cuts what a segment holds beyond the length that the record gives it.
void shorten(SignalData& data, const SignalLine& line, std::int64_t frames) {
  if (data.frames <= frames) return;
  data.frames = frames;
  std::visit(
      [&](auto& values) {
        values.resize(std::min(values.size(), static_cast<std::size_t>(frames * line.samples_per_frame)));
      },
      data.digits);
}

/// Headers of segments, each read once.
class Segments {
 public:
  Segments(Files& files, const std::string& shown) : files_(files), shown_(shown) {}

  /// nullptr if the segment's header is not there.
  const Header* find(const SegmentLine& line) {
    const auto known = headers_.find(line.name);
    if (known != headers_.end()) return known->second ? &*known->second : nullptr;
    const std::string where = shown_ + " line " + std::to_string(line.line);
    const std::string path = files_.resolve(line.name + ".hea", where);
    std::optional<Header>& header = headers_[line.name];
    if (!files_.contains(path)) return nullptr;
    Header parsed = parse_header(files_.bytes(path).text(), files_.shown(path));
    if (parsed.multi_segment) throw Error("the segment " + line.name + " has segments itself", where);
    header = std::move(parsed);
    return &*header;
  }

 private:
  Files& files_;
  const std::string& shown_;
  std::map<std::string, std::optional<Header>> headers_;
};

std::vector<Assembled> join_segments(Files& files, const Header& header, const std::string& shown, bool samples,
                                     std::map<std::string, std::int64_t>& repairs) {
  std::vector<Assembled> signals;
  Segments segments(files, shown);
  const bool variable = header.variable_layout();
  std::size_t first = 0;
  if (variable) {
    first = 1;
    if (const Header* layout = segments.find(header.segments.front()); layout != nullptr) {
      for (const SignalLine& line : layout->signals) signals.push_back({.line = line, .pieces = {}});
    } else {
      ++repairs["missing segment"];
    }
  }
  std::int64_t position = 0;
  std::int64_t lost = 0;
  for (std::size_t s = first; s < header.segments.size(); ++s) {
    const SegmentLine& line = header.segments[s];
    const std::int64_t begins = position;
    position += line.frames;
    if (position > frame_limit) {
      throw Error("the segments' lengths add up to an absurd number", shown + " line " + std::to_string(line.line));
    }
    if (line.name == "~" || line.frames == 0) continue;
    const Header* segment = segments.find(line);
    if (segment == nullptr) {
      ++repairs["missing segment"];
      ++lost;
      continue;
    }
    if (!variable && signals.empty()) {
      for (const SignalLine& signal : segment->signals) signals.push_back({.line = signal, .pieces = {}});
    }
    const bool other_rate = std::abs(segment->frame_rate_hz - header.frame_rate_hz) > 1e-9 * header.frame_rate_hz;
    if (other_rate || (!variable && segment->signals.size() != signals.size())) {
      ++repairs["unfitting segment"];
      ++lost;
      continue;
    }
    for (const auto& [what, count] : segment->repairs) repairs[what] += count;
    std::vector<SignalData> data =
        read_signals(files, *segment, shown + " line " + std::to_string(line.line), samples, repairs);
    const std::vector<std::size_t> at = places(*segment, variable, signals);
    bool shorter = false;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const SignalLine& signal = segment->signals[i];
      if (signal.format == 0 || !data[i].present) continue;
      shorter |= data[i].frames < line.frames;
      shorten(data[i], signal, line.frames);
      add(signals[at[i]], data[i], signal, begins, header.frame_rate_hz);
    }
    if (shorter) ++repairs["shorter segment"];
  }
  const bool any = std::any_of(signals.begin(), signals.end(), [](const Assembled& s) { return !s.pieces.empty(); });
  if (!any && lost > 0) throw Error("none of the record's segments can be read", shown);
  return signals;
}

/// Stretches of the pieces: those that follow each other without a gap become one.
TimeAxis axis_of(const std::vector<Piece>& pieces, double frame_rate_hz) {
  TimeAxis axis;
  std::int64_t row = 0;
  std::int64_t next_frame = -1;
  double weighted = 0;
  for (const Piece& piece : pieces) {
    if (piece.first_frame == next_frame && axis.stretches.back().rate_hz == piece.rate_hz) {
      axis.stretches.back().rows += piece.rows;
    } else {
      const double start_s = static_cast<double>(piece.first_frame) / frame_rate_hz;
      axis.stretches.push_back({.first_row = row, .rows = piece.rows, .t_start_s = start_s, .rate_hz = piece.rate_hz});
    }
    row += piece.rows;
    next_frame = piece.first_frame + piece.frames;
    weighted += static_cast<double>(piece.rows) * piece.rate_hz;
  }
  if (!axis.stretches.empty()) {
    const bool one =
        std::all_of(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.rate_hz == pieces[0].rate_hz; });
    axis.rate_hz = one ? pieces[0].rate_hz : weighted / static_cast<double>(row);
  }
  return axis;
}

template <class T>
std::vector<T> joined(std::vector<Piece>& pieces) {
  std::int64_t rows = 0;
  for (const Piece& piece : pieces) rows += piece.rows;
  std::vector<T> all;
  all.reserve(static_cast<std::size_t>(rows));
  for (Piece& piece : pieces) {
    std::visit(
        [&](auto& values) {
          using Value = typename std::decay_t<decltype(values)>::value_type;
          constexpr Value missing = std::numeric_limits<Value>::min();
          for (const Value v : values) {
            if constexpr (std::is_floating_point_v<T>) {
              const double physical = (static_cast<double>(v) - piece.baseline) / piece.gain;
              all.push_back(v == missing ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(physical));
            } else {
              all.push_back(v == missing ? std::numeric_limits<T>::min() : static_cast<T>(v));
            }
          }
        },
        piece.digits);
    piece.digits = Digits();
  }
  return all;
}

Samples samples_of(Assembled& signal) {
  std::vector<Piece>& pieces = signal.pieces;
  const auto baseline = static_cast<double>(signal.line.baseline);
  if (pieces.empty()) return Samples(std::vector<std::int16_t>(), signal.line.gain, baseline);
  if (pieces.size() == 1) {
    return std::visit([&](auto& values) { return Samples(std::move(values), pieces[0].gain, pieces[0].baseline); },
                      pieces[0].digits);
  }
  const bool alike = std::all_of(pieces.begin(), pieces.end(), [&](const Piece& p) {
    return p.gain == pieces[0].gain && p.baseline == pieces[0].baseline;
  });
  if (!alike) return Samples(joined<float>(pieces));
  const bool narrow = std::all_of(pieces.begin(), pieces.end(), [](const Piece& p) { return p.digits.index() == 0; });
  const double gain = pieces[0].gain;
  const double zero = pieces[0].baseline;
  return narrow ? Samples(joined<std::int16_t>(pieces), gain, zero) : Samples(joined<std::int32_t>(pieces), gain, zero);
}

/// What a name says: "wrist.acc_x_g" is a placement, a canonical quantity and a unit; "MLII" is a lead.
void understand(Channel& channel, const SignalLine& line) {
  std::string_view rest = channel.name;
  if (const std::size_t dot = rest.find('.'); dot != std::string_view::npos) {
    if (const auto placement = placement_of(rest.substr(0, dot))) {
      channel.placement = *placement;
      rest.remove_prefix(dot + 1);
    }
  }
  const std::optional<Unit> unit = unit_of(line.units);
  channel.unit = unit.value_or(Unit::none);
  if (!unit) channel.unit_text = line.units;
  if (line.description.empty()) {
    // A record without descriptions in millivolts is what WFDB began with: an ECG.
    channel.quantity = channel.unit == Unit::mv ? Quantity::ecg : Quantity::other;
    return;
  }
  std::optional<Quantity> quantity = quantity_of(rest);
  for (std::size_t cut = rest.rfind('_'); !quantity && cut != std::string_view::npos && cut > 0;
       cut = rest.rfind('_', cut - 1)) {
    if (unit_of(rest.substr(cut + 1))) quantity = quantity_of(rest.substr(0, cut));
  }
  channel.quantity = quantity ? *quantity : quantity_from_label(rest);
}

}  // namespace

std::vector<Assembled> assemble(Files& files, const Header& header, const std::string& shown, bool samples,
                                std::map<std::string, std::int64_t>& repairs) {
  if (header.multi_segment) return join_segments(files, header, shown, samples, repairs);
  std::vector<SignalData> data = read_signals(files, header, shown, samples, repairs);
  std::vector<Assembled> signals;
  bool any = header.signals.empty();
  for (std::size_t i = 0; i < data.size(); ++i) {
    any = any || (data[i].present && (data[i].frames > 0 || header.signals[i].format == 0));
    if (!data[i].present) continue;
    signals.push_back({.line = header.signals[i], .pieces = {}});
    add(signals.back(), data[i], header.signals[i], 0, header.frame_rate_hz);
  }
  if (!any) {
    const std::string& file = header.signals.front().file;
    throw Error(signals.empty() ? "the signal file " + utf8(file.substr(0, 80)) + " is not there"
                                : "the signal file " + utf8(file.substr(0, 80)) + " holds no whole frame of samples",
                shown + " line " + std::to_string(header.signals.front().line));
  }
  return signals;
}

Channel channel_of(Assembled& signal, double frame_rate_hz, std::size_t number, bool samples) {
  const SignalLine& line = signal.line;
  Channel channel;
  channel.name = line.description.empty() ? "signal " + std::to_string(number) : line.description;
  understand(channel, line);
  channel.resolution_bits = line.resolution_bits;
  if (line.adc_zero_given && std::abs(line.adc_zero) <= std::numeric_limits<std::int32_t>::max()) {
    channel.adc_zero = static_cast<std::int32_t>(line.adc_zero);
  }
  channel.time = axis_of(signal.pieces, frame_rate_hz);
  if (signal.pieces.empty()) channel.time.rate_hz = frame_rate_hz * static_cast<double>(line.samples_per_frame);

  // The converter's ends are the sensor's limits, unless samples lie beyond them: then the header's resolution is
  // wrong.
  if (samples && line.calibrated && line.resolution_bits > 0 && line.resolution_bits <= 32 &&
      signal.least <= signal.greatest) {
    const double half = std::ldexp(1.0, line.resolution_bits - 1);
    const double low = static_cast<double>(line.adc_zero) - half;
    const double high = static_cast<double>(line.adc_zero) + half - 1;
    if (signal.least >= low && signal.greatest <= high) {
      const double a = (low - static_cast<double>(line.baseline)) / line.gain;
      const double b = (high - static_cast<double>(line.baseline)) / line.gain;
      channel.saturates_low = std::min(a, b);
      channel.saturates_high = std::max(a, b);
    }
  }
  if (samples) {
    channel.samples = samples_of(signal);
  } else {
    channel.samples = Samples(std::vector<std::int16_t>(), line.gain, static_cast<double>(line.baseline));
  }
  return channel;
}

}  // namespace vagus::lab::wfdb
