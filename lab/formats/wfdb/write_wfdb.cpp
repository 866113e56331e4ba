#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/base/numbers.h"
#include "lab/formats/wfdb/annotations.h"
#include "lab/formats/wfdb/comments.h"
#include "lab/formats/wfdb/digitise.h"
#include "lab/formats/wfdb/flac.h"
#include "lab/formats/wfdb/header.h"
#include "lab/formats/wfdb/layout.h"
#include "lab/formats/wfdb/packing.h"
#include "lab/formats/wfdb/wfdb.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;
using wfdb::Digital;
using wfdb::Header;
using wfdb::SignalLine;
using wfdb::Span;

constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();

/// Files that appear together: none is left behind if one cannot be written.
class FileSet {
 public:
  void add(const fs::path& path, std::span<const std::byte> content) {
    files_.push_back(std::make_unique<AtomicFile>(path));
    files_.back()->write(content);
    paths_.push_back(path);
  }
  void add(const fs::path& path, std::string_view content) { add(path, std::as_bytes(std::span(content))); }
  std::vector<fs::path> commit() {
    std::vector<fs::path> fresh;
    try {
      for (std::size_t i = 0; i < files_.size(); ++i) {
        const bool known = fs::exists(paths_[i]);
        files_[i]->commit();
        if (!known) fresh.push_back(paths_[i]);
      }
    } catch (...) {
      std::error_code ignored;
      for (const fs::path& path : fresh) fs::remove(path, ignored);
      throw;
    }
    return paths_;
  }

 private:
  std::vector<std::unique_ptr<AtomicFile>> files_;
  std::vector<fs::path> paths_;
};

bool plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

/// The unit as WFDB files write it; it reads back as the same.
std::string unit_text(const Channel& channel) {
  std::string text;
  switch (channel.unit) {
    case Unit::mv:
      text = "mV";
      break;
    case Unit::uv:
      text = "uV";
      break;
    case Unit::v:
      text = "V";
      break;
    case Unit::degc:
      text = "degC";
      break;
    case Unit::pct:
      text = "%";
      break;
    case Unit::hpa:
      text = "hPa";
      break;
    case Unit::mmhg:
      text = "mmHg";
      break;
    case Unit::none:
      text = channel.unit_text.empty() ? "NU" : channel.unit_text;
      break;
    default:
      text = name(channel.unit);
      break;
  }
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c <= ' '; }, '_');
  return text;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

std::vector<std::byte> encode_flac(std::span<const std::int32_t> samples, unsigned channels, int format) {
  static const VagusFlac* flac = reinterpret_cast<VagusFlacEntry>(module_entry("vagus_flac", "vagus_flac"))();
  std::vector<std::byte> out;
  const auto write = [](void* to, const void* data, std::size_t size, std::uint64_t offset) {
    auto& bytes = *static_cast<std::vector<std::byte>*>(to);
    if (bytes.size() < offset + size) bytes.resize(offset + size);
    std::copy_n(static_cast<const std::byte*>(data), size, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return 0;
  };
  const char* problem = flac->encode(samples.data(), samples.size() / channels, channels,
                                     static_cast<unsigned>(wfdb::range_bits(format)), &out, write);
  if (problem != nullptr) throw Error(problem);
  return out;
}

/// What all segments of a record are written from.
struct Source {
  const Recording& recording;
  const WfdbWriteOptions& options;
  wfdb::Frames frames;
  std::vector<Digital> channels;
};

/// A channel's samples in a span, with the missing code of its format where there are none.
std::vector<std::int32_t> samples_in_span(const Source& source, std::size_t c, const Span& span) {
  const Digital& digital = source.channels[c];
  const std::int64_t spf = source.frames.samples_per_frame[c];
  const std::int64_t begin = span.first * spf;
  const std::int64_t end = (span.first + span.count) * spf;
  const std::int32_t code = wfdb::missing_code(digital.format);
  std::vector<std::int32_t> out(static_cast<std::size_t>(end - begin), code);
  for (const wfdb::Run& run : source.frames.runs[c]) {
    const std::int64_t from = std::max(run.position, begin);
    const std::int64_t to = std::min(run.position + run.rows, end);
    for (std::int64_t at = from; at < to; ++at) {
      const std::int32_t v = digital.values[static_cast<std::size_t>(run.first_row + at - run.position)];
      if (v != missing) out[static_cast<std::size_t>(at - begin)] = v;
    }
  }
  if (digital.format != 8) return out;
  if (std::find(digital.values.begin(), digital.values.end(), missing) != digital.values.end() ||
      source.frames.runs[c].size() > 1) {
    throw Error("signal format 8 has no code for missing samples", "channel " + source.recording.channels[c].name);
  }
  return out;
}

/// The samples of format 8 as differences; the first is 0.
void to_differences(std::vector<std::int32_t>& samples, const std::string& channel) {
  std::int32_t before = samples.empty() ? 0 : samples.front();
  for (std::int32_t& v : samples) {
    const std::int64_t step = std::int64_t{v} - before;
    if (step < -128 || step > 127)
      throw Error("a step of " + std::to_string(step) + " does not fit in format 8", "channel " + channel);
    before = v;
    v = static_cast<std::int32_t>(step);
  }
}

SignalLine signal_line(const Source& source, std::size_t c) {
  const Channel& channel = source.recording.channels[c];
  const Digital& digital = source.channels[c];
  SignalLine line;
  line.format = digital.format;
  line.samples_per_frame = source.frames.samples_per_frame[c];
  line.gain = digital.gain;
  line.baseline = digital.baseline;
  line.units = unit_text(channel);
  const int range = wfdb::range_bits(digital.format);
  line.resolution_bits = channel.resolution_bits > 0 && !digital.rounded ? channel.resolution_bits : range;
  line.adc_zero = digital.rounded ? 0 : channel.adc_zero.value_or(0);
  line.description = one_line(channel.name);
  return line;
}

/// Writes the signal files of one span and gives the lines that describe them. Neighbours of one format share a file;
/// FLAC holds at most 8 signals of one rate.
std::vector<SignalLine> write_signals(const Source& source, const Span& span, const fs::path& base, FileSet& files) {
  std::vector<SignalLine> lines;
  std::size_t at = 0;
  for (int number = 1; at < span.channels.size(); ++number) {
    const std::size_t first = at;
    const int format = source.channels[span.channels[first]].format;
    std::vector<std::vector<std::int32_t>> rows;
    std::int64_t slots = 0;
    while (at < span.channels.size()) {
      const std::size_t c = span.channels[at];
      const std::int64_t spf = source.frames.samples_per_frame[c];
      if (source.channels[c].format != format) break;
      const bool flac = wfdb::is_flac(format);
      if (flac && (at - first == 8 || spf != source.frames.samples_per_frame[span.channels[first]])) break;
      SignalLine line = signal_line(source, c);
      std::vector<std::int32_t> samples = samples_in_span(source, c, span);
      std::uint32_t sum = 0;
      for (const std::int32_t v : samples) sum += static_cast<std::uint32_t>(v);
      line.checksum = static_cast<std::int16_t>(sum & 0xFFFFU);
      line.initial_value = samples.empty() ? 0 : samples.front();
      line.file = base.filename().string() + (number == 1 ? "" : "_s" + std::to_string(number)) + ".dat";
      if (format == 8) to_differences(samples, line.description);
      lines.push_back(std::move(line));
      rows.push_back(std::move(samples));
      slots += flac ? 1 : spf;
      ++at;
    }
    const auto count = static_cast<std::size_t>(slots);
    const std::size_t cycles = wfdb::is_flac(format) ? rows.front().size() : static_cast<std::size_t>(span.count);
    std::vector<std::int32_t> interleaved(cycles * count);
    std::size_t slot = 0;
    for (const auto& row : rows) {
      const std::size_t per = cycles == 0 ? 0 : row.size() / cycles;
      for (std::size_t f = 0; f < cycles; ++f)
        std::copy_n(row.data() + f * per, per, interleaved.data() + f * count + slot);
      slot += per;
    }
    const fs::path path = base.parent_path() / lines.back().file;
    if (wfdb::is_flac(format)) {
      files.add(path, encode_flac(interleaved, static_cast<unsigned>(count), format));
    } else {
      files.add(path, wfdb::pack(format, interleaved));
    }
  }
  return lines;
}

/// "15:08:24.5" as microseconds since midnight, if it is such a time.
std::optional<std::int64_t> clock_us(const std::string& text) {
  Header header;
  try {
    header = wfdb::parse_header("x 0 1 1 " + text, "");
  } catch (const Error&) {
    return std::nullopt;
  }
  return header.time_us;
}

Header head_of(const Source& source, const std::string& name, std::int64_t first_frame, std::int64_t frames) {
  constexpr std::int64_t day_us = std::int64_t{86400} * 1'000'000;
  Header header;
  header.name = name;
  if (source.frames.rate_hz > 0) header.frame_rate_hz = source.frames.rate_hz;
  header.frames = frames;
  const auto later =
      static_cast<std::int64_t>(std::llround(static_cast<double>(first_frame) / header.frame_rate_hz * 1e6));
  if (const std::optional<Start>& start = source.recording.start) {
    const std::int64_t us = start->us + later;
    const std::int64_t days = (us >= 0 ? us : us - day_us + 1) / day_us;
    header.time_us = us - days * day_us;
    if (const wfdb::Civil date = wfdb::civil_from_days(days); date.year >= 1 && date.year <= 9999) header.days = days;
  } else if (const auto time = source.recording.attributes.find("start_time");
             time != source.recording.attributes.end()) {
    if (const auto us = clock_us(time->second)) header.time_us = (*us + later) % day_us;
  }
  if (const auto counter = source.recording.attributes.find("counter_hz");
      counter != source.recording.attributes.end()) {
    double value = 0;
    if (parse_double(counter->second, value) && value > 0 && value < 1e9) header.counter_hz = value;
  }
  return header;
}

std::vector<std::string> comments_for(const Source& source, const std::vector<WfdbWritten::Rounding>& rounded) {
  std::vector<std::string> comments = wfdb::comments_of(source.recording, source.options.identifiers);
  for (const WfdbWritten::Rounding& r : rounded) {
    comments.push_back(one_line(r.channel + " was digitised with gain " + shortest(r.gain) +
                                ", the largest rounding error is " + shortest(r.largest_error)));
  }
  return comments;
}

void write_segments(const Source& source, const std::vector<Span>& spans, const fs::path& base, Header head,
                    FileSet& files) {
  const std::string name = base.filename().string();
  Header layout = head_of(source, name + "_layout", 0, 0);
  for (std::size_t c = 0; c < source.channels.size(); ++c) {
    SignalLine line = signal_line(source, c);
    line.file = "~";
    line.format = 0;
    line.initial_value = 0;
    line.checksum = 0;
    layout.signals.push_back(std::move(line));
  }
  head.multi_segment = true;
  head.signal_count = source.channels.size();
  head.segments.push_back({.name = layout.name, .frames = 0, .line = 0});
  files.add(base.parent_path() / (layout.name + ".hea"), wfdb::format_header(layout));
  int number = 0;
  for (const Span& span : spans) {
    if (span.channels.empty()) {
      head.segments.push_back({.name = "~", .frames = span.count, .line = 0});
      continue;
    }
    const std::string digits = std::to_string(++number);
    std::string segment = name;
    segment.append("_").append(4 - std::min<std::size_t>(4, digits.size()), '0').append(digits);
    Header header = head_of(source, segment, span.first, span.count);
    header.signals = write_signals(source, span, base.parent_path() / segment, files);
    files.add(base.parent_path() / (segment + ".hea"), wfdb::format_header(header));
    head.segments.push_back({.name = segment, .frames = span.count, .line = 0});
  }
  files.add(base.parent_path() / (name + ".hea"), wfdb::format_header(head));
}

}  // namespace

WfdbWritten write_wfdb(const Recording& recording, const fs::path& base, const WfdbWriteOptions& options) {
  const std::string name = base.filename().string();
  if (!plain_name(name)) {
    throw Error("a WFDB record's name holds only letters, digits, _ and -", base.string());
  }
  if (recording.channels.empty() && recording.tracks.empty()) throw Error("nothing to write", base.string());
  if (!recording.channels.empty() && recording.duration_s() <= 0) throw Error("no samples to write", base.string());
  Source source{.recording = recording, .options = options, .frames = wfdb::frames_of(recording), .channels = {}};
  WfdbWritten written;
  for (const Channel& channel : recording.channels) {
    if (static_cast<std::int64_t>(channel.samples.size()) != channel.time.rows()) {
      throw Error("as many times as samples are needed to write a channel", "channel " + channel.name);
    }
    source.channels.push_back(wfdb::digitise(channel, options.format, options.gain));
    const Digital& digital = source.channels.back();
    if (digital.rounded) written.rounded.push_back({channel.name, digital.gain, digital.largest_error});
  }
  FileSet files;
  if (options.annotations) {
    for (const Track& track : recording.tracks) {
      if (track.layers.empty()) continue;
      if (!plain_name(track.name) || track.name == "hea" || track.name == "dat") {
        throw Error("a track named '" + track.name + "' cannot become the ending of a file", base.string());
      }
      const bool own_clock = recording.channels.empty() || track.tick_hz != source.frames.rate_hz;
      files.add(base.string() + "." + track.name,
                wfdb::format_annotations(track.current(), own_clock ? track.tick_hz : 0));
    }
  }
  const std::vector<Span> spans = wfdb::spans_of(source.frames);
  Header head = head_of(source, name, 0, source.frames.count);
  head.comments = comments_for(source, written.rounded);
  if (spans.size() == 1 || source.channels.empty()) {
    head.signals = write_signals(source, spans.front(), base, files);
    files.add(base.string() + ".hea", wfdb::format_header(head));
  } else {
    write_segments(source, spans, base, std::move(head), files);
  }
  written.files = files.commit();
  return written;
}

void write_annotations(std::span<const Annotation> annotations, double tick_hz, const fs::path& file) {
  write_whole(file, std::span<const std::byte>(wfdb::format_annotations(annotations, tick_hz)));
}

}  // namespace vagus::lab
