#include "lab/formats/wfdb/signals.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/formats/wfdb/flac.h"
#include "lab/formats/wfdb/packing.h"

namespace vagus::lab::wfdb {
namespace {

/// Signals that share a file, sample for sample interleaved within each frame.
struct Group {
  std::string path, shown;
  int format = 0;
  std::int64_t offset = 0;
  std::vector<std::size_t> members;  // index into Header::signals
  std::int64_t slots = 0;            // samples per frame of all members together
  std::int64_t skew = 0;             // the largest of its members, frames
  std::string where;                 // header line that names the file first
};

std::vector<Group> groups_of(const Files& files, const Header& header, const std::string& shown) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> by_path;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    const SignalLine& signal = header.signals[i];
    if (signal.format == 0) continue;
    const std::string where = shown + " line " + std::to_string(signal.line);
    std::string path = files.resolve(signal.file, where);
    const auto [known, fresh] = by_path.try_emplace(path, groups.size());
    if (fresh) {
      groups.push_back({.path = path,
                        .shown = files.shown(path),
                        .format = signal.format,
                        .offset = signal.byte_offset,
                        .members = {},
                        .slots = 0,
                        .skew = 0,
                        .where = where});
    }
    Group& group = groups[known->second];
    if (group.format != signal.format) throw Error("two formats for the one file " + signal.file, where);
    if (group.offset != signal.byte_offset && signal.byte_offset != 0) {
      throw Error("two byte offsets for the one file " + signal.file, where);
    }
    group.members.push_back(i);
    group.slots += signal.samples_per_frame;
    group.skew = std::max(group.skew, signal.skew_frames);
  }
  return groups;
}

template <class T>
using Rows = std::vector<std::vector<T>>;

/// Gives each sample of a block that starts at a frame's first sample to its signal's row.
template <class T>
void deal(std::span<const T> block, const Group& group, const Header& header, std::int64_t first_frame, Rows<T>& rows) {
  const auto slots = static_cast<std::size_t>(group.slots);
  const std::size_t frames = block.size() / slots;
  std::size_t slot = 0;
  for (std::size_t m = 0; m < group.members.size(); ++m) {
    const auto spf = static_cast<std::size_t>(header.signals[group.members[m]].samples_per_frame);
    T* to = rows[m].data() + static_cast<std::size_t>(first_frame) * spf;
    const T* from = block.data() + slot;
    if (spf == 1) {
      for (std::size_t f = 0; f < frames; ++f) to[f] = from[f * slots];
    } else {
      for (std::size_t f = 0; f < frames; ++f) std::copy_n(from + f * slots, spf, to + f * spf);
    }
    slot += spf;
  }
}

template <class T>
Rows<T> rows_for(const Group& group, const Header& header, std::int64_t frames) {
  Rows<T> rows(group.members.size());
  for (std::size_t m = 0; m < rows.size(); ++m) {
    rows[m].resize(static_cast<std::size_t>(frames * header.signals[group.members[m]].samples_per_frame));
  }
  return rows;
}

template <class T>
Rows<T> unpack_group(const Group& group, const Header& header, std::span<const std::byte> bytes, std::int64_t frames) {
  Rows<T> rows = rows_for<T>(group, header, frames);
  if constexpr (sizeof(T) == 2) {
    if (group.format == 212 && group.slots == 2 && group.members.size() == 2) {
      unpack_212_pair(bytes, frames, rows[0].data(), rows[1].data());
      return rows;
    }
  }
  // Blocks of whole frames that start where a packing starts a byte (multiples of 6), about 16 Ki samples each.
  const std::int64_t unit = 6 * group.slots;
  const std::int64_t block_frames = std::max<std::int64_t>(1, 16384 / unit) * 6;
  std::vector<T> block(static_cast<std::size_t>(std::min(block_frames, frames) * group.slots));
  for (std::int64_t frame = 0; frame < frames; frame += block_frames) {
    const std::int64_t count = std::min(block_frames, frames - frame);
    const std::span<T> part(block.data(), static_cast<std::size_t>(count * group.slots));
    unpack(group.format, bytes, frame * group.slots, part);
    deal<T>(part, group, header, frame, rows);
  }
  return rows;
}

/// Format 8: the differences of each signal summed up from its initial value, modulo 2^32.
void accumulate(std::vector<std::int32_t>& differences, const SignalLine& signal) {
  auto value = static_cast<std::uint32_t>(signal.initial_value.value_or(signal.adc_zero));
  for (std::int32_t& v : differences) {
    value += static_cast<std::uint32_t>(v);
    v = static_cast<std::int32_t>(value);
  }
}

/// int16 where every value fits, for formats that may or may not.
Digits narrowed(std::vector<std::int32_t> wide) {
  const Tally sums = tally(wide);
  if (sums.missing > 0 || sums.least <= std::numeric_limits<std::int16_t>::min() ||
      sums.greatest > std::numeric_limits<std::int16_t>::max()) {
    return wide;
  }
  std::vector<std::int16_t> narrow(wide.size());
  std::transform(wide.begin(), wide.end(), narrow.begin(), [](std::int32_t v) { return static_cast<std::int16_t>(v); });
  return narrow;
}

/// What a FLAC stream is decoded into.
struct FlacRows {
  Files* files = nullptr;
  const Group* group = nullptr;
  std::int64_t samples_per_frame = 1, row_limit = 0;
  std::vector<std::vector<std::int32_t>> rows;
  std::string refused;  // why decoding was stopped

  int info(unsigned channels, unsigned bits) {
    if (channels != rows.size()) {
      refused =
          "the stream has " + std::to_string(channels) + " channels, the header names " + std::to_string(rows.size());
    } else if (static_cast<int>(bits) != range_bits(group->format)) {
      refused = "the stream has " + std::to_string(bits) + " bits a sample, format " + std::to_string(group->format) +
                " has " + std::to_string(range_bits(group->format));
    }
    return refused.empty() ? 0 : 1;
  }
  int block(const std::int32_t* const* channels, unsigned frames) {
    if (rows.empty()) return 1;
    const auto left = static_cast<std::uint64_t>(row_limit) - rows.front().size();
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(frames, left));
    try {
      files->spend(static_cast<std::int64_t>(take * rows.size()), group->shown);
      for (std::size_t c = 0; c < rows.size(); ++c) rows[c].insert(rows[c].end(), channels[c], channels[c] + take);
    } catch (const Error& error) {
      refused = error.what();
    } catch (const std::bad_alloc&) {
      refused = "it does not fit in memory";
    }
    return refused.empty() && take == frames ? 0 : 1;
  }
};

Rows<std::int32_t> decode_flac(Files& files, const Group& group, const Header& header, std::span<const std::byte> bytes,
                               std::int64_t frame_limit, std::map<std::string, std::int64_t>& repairs) {
  FlacRows rows;
  rows.files = &files;
  rows.group = &group;
  rows.samples_per_frame = header.signals[group.members.front()].samples_per_frame;
  for (const std::size_t member : group.members) {
    if (header.signals[member].samples_per_frame != rows.samples_per_frame) {
      throw Error("signals of one FLAC file must have the same samples per frame", group.where);
    }
  }
  rows.row_limit = frame_limit * rows.samples_per_frame;
  rows.rows.resize(group.members.size());
  const VagusFlacSink sink = {
      .context = &rows,
      .info = [](void* to, unsigned channels, unsigned bits,
                 std::uint64_t) { return static_cast<FlacRows*>(to)->info(channels, bits); },
      .block = [](void* to, const std::int32_t* const* channels,
                  unsigned frames) { return static_cast<FlacRows*>(to)->block(channels, frames); }};
  static const VagusFlac* flac = reinterpret_cast<VagusFlacEntry>(module_entry("vagus_flac", "vagus_flac"))();
  const char* problem = flac->decode(bytes.data(), bytes.size(), &sink);
  if (!rows.refused.empty()) throw Error(rows.refused, group.shown);
  if (problem != nullptr) {
    if (rows.rows.front().empty())
      throw Error(std::string("not a FLAC stream that can be read: ") + problem, group.shown);
    ++repairs["damaged signal file"];
  }
  const std::int32_t code = missing_code(group.format);
  for (auto& row : rows.rows) {
    std::replace(row.begin(), row.end(), code, std::numeric_limits<std::int32_t>::min());
  }
  return std::move(rows.rows);
}

/// Rows of FLAC as digits of the format's width.
Digits narrowed_flac(std::vector<std::int32_t> wide, int format) {
  if (is_wide(format)) return wide;
  std::vector<std::int16_t> narrow(wide.size());
  std::transform(wide.begin(), wide.end(), narrow.begin(), [](std::int32_t v) {
    return v == std::numeric_limits<std::int32_t>::min() ? std::numeric_limits<std::int16_t>::min()
                                                         : static_cast<std::int16_t>(v);
  });
  return narrow;
}

/// Whether the sum of the samples is the header's checksum, with the missing counted as their code in the file or, as
/// some writers do, as -32768.
bool checksum_holds(const Tally& sums, int format, int storage_bits, std::int64_t checksum) {
  const auto lowest = storage_bits == 16 ? std::uint16_t{0x8000} : std::uint16_t{0};  // its low 16 bits
  const auto missing = static_cast<std::uint32_t>(sums.missing);
  const auto with = [&](std::uint32_t code) {
    return static_cast<std::uint16_t>(sums.sum - missing * lowest + missing * code);
  };
  const auto want = static_cast<std::uint16_t>(checksum);
  return with(static_cast<std::uint32_t>(missing_code(format))) == want || with(0x8000U) == want;
}

/// Checks what the header says about a signal's `frames` frames, then takes the skew out: a signal with skew begins so
/// many frames later in the file, and what is then lacking at the end is missing.
template <class T>
void finish(std::vector<T>& row, const SignalLine& signal, std::int64_t frames, bool whole, SignalData& data,
            std::map<std::string, std::int64_t>& repairs) {
  const auto rows = static_cast<std::size_t>(frames * signal.samples_per_frame);
  const std::span<const T> unskewed(row.data(), std::min(rows, row.size()));
  const Tally sums = tally(unskewed);
  data.least = sums.least;
  data.greatest = sums.greatest;
  if (whole && signal.checksum &&
      !checksum_holds(sums, signal.format, static_cast<int>(8 * sizeof(T)), *signal.checksum)) {
    ++repairs["wrong checksum"];
  }
  if (signal.skew_frames > 0) {
    const auto lead =
        static_cast<std::size_t>(std::min<std::int64_t>(signal.skew_frames, std::numeric_limits<std::int32_t>::max()) *
                                 signal.samples_per_frame);
    row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(std::min(lead, row.size())));
  }
  row.resize(rows, std::numeric_limits<T>::min());
}

}  // namespace

Files::Files(const Volume& volume, const std::string& header) : volume_(volume) {
  if (const std::size_t slash = header.rfind('/'); slash != std::string::npos) folder_ = header.substr(0, slash + 1);
}

std::string Files::resolve(const std::string& name, const std::string& where) const {
  std::string path;
  bool inside = !name.empty() && name.front() != '/' && name.find('\\') == std::string::npos;
  for (std::size_t at = 0; inside && at <= name.size();) {
    const std::size_t end = std::min(name.size(), name.find('/', at));
    const std::string part = name.substr(at, end - at);
    if (part == "..") inside = false;
    if (!part.empty() && part != ".") path += (path.empty() ? "" : "/") + part;
    at = end + 1;
  }
  if (!inside || path.empty() || path == "-" || path == "~") {
    throw Error("the file name '" + utf8(name.substr(0, 80)) + "' does not lie in the record's folder", where);
  }
  return folder_ + path;
}

const Bytes& Files::bytes(const std::string& path) {
  const auto known = read_.find(path);
  if (known != read_.end()) return known->second;
  const Bytes& fresh = read_.emplace(path, volume_.read(path)).first->second;
  left_ += 64 * static_cast<std::int64_t>(fresh.size());
  return fresh;
}

void Files::spend(std::int64_t samples, const std::string& where) {
  if (samples > left_) throw Error("the record expands to far more samples than its files can hold", where);
  left_ -= samples;
}

std::vector<SignalData> read_signals(Files& files, const Header& header, const std::string& shown, bool samples,
                                     std::map<std::string, std::int64_t>& repairs) {
  std::vector<SignalData> signals(header.signals.size());
  for (std::size_t i = 0; i < signals.size(); ++i) signals[i].present = header.signals[i].format == 0;
  for (const Group& group : groups_of(files, header, shown)) {
    if (!files.contains(group.path)) {
      repairs["missing signal file"] += 1;
      continue;
    }
    const Bytes& content = files.bytes(group.path);
    std::span<const std::byte> bytes = content.view();
    bytes = bytes.subspan(std::min(bytes.size(), static_cast<std::size_t>(group.offset)));
    constexpr std::int64_t endless = std::int64_t{1} << 40;
    const std::int64_t promised = header.frames.value_or(endless);

    std::int64_t available = 0;  // frames in the file, up to those needed
    Rows<std::int32_t> wide;
    Rows<std::int16_t> narrow;
    const std::int64_t needed = promised + std::min(group.skew, endless);
    if (is_flac(group.format)) {
      if (samples || !header.frames) {
        wide = decode_flac(files, group, header, bytes, std::min(needed, endless), repairs);
        available =
            static_cast<std::int64_t>(wide.front().size()) / header.signals[group.members.front()].samples_per_frame;
      } else {
        // The stream's length is not known without decoding it; no more than it could be read as.
        available =
            std::min(needed, ((std::int64_t{32} << 20) + 64 * static_cast<std::int64_t>(bytes.size())) / group.slots);
      }
    } else {
      available = std::min(needed, samples_in(group.format, static_cast<std::int64_t>(bytes.size())) / group.slots);
      if (samples) {
        files.spend(available * group.slots, group.where);
        if (is_wide(group.format) || group.format == 8) {
          wide = unpack_group<std::int32_t>(group, header, bytes, available);
        } else {
          narrow = unpack_group<std::int16_t>(group, header, bytes, available);
        }
      }
    }
    const std::int64_t frames = std::min(promised, available);
    const bool whole = !header.frames || frames == promised;
    if (!whole) ++repairs["truncated signal file"];
    for (std::size_t m = 0; m < group.members.size(); ++m) {
      const SignalLine& signal = header.signals[group.members[m]];
      SignalData& data = signals[group.members[m]];
      data.present = true;
      data.frames = frames;
      if (!samples) continue;
      if (!narrow.empty()) {
        finish(narrow[m], signal, frames, whole, data, repairs);
        data.digits = std::move(narrow[m]);
        continue;
      }
      if (group.format == 8) accumulate(wide[m], signal);
      finish(wide[m], signal, frames, whole, data, repairs);
      data.digits = is_flac(group.format) ? narrowed_flac(std::move(wide[m]), group.format)
                    : group.format == 8   ? narrowed(std::move(wide[m]))
                                          : Digits(std::move(wide[m]));
    }
  }
  return signals;
}

}  // namespace vagus::lab::wfdb
