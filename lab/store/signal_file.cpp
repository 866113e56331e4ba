#include "lab/store/signal_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

constexpr const char* format_name = "vagus recording 1";

// 128 KiB a chunk: mitdb in 41.8 % of its 16-bit size (64 KiB: 43.7 %, 256 KiB: 41.3 %), and a window of 10 s inflates
// one or two of them, 0.25 ms each. Long recordings take longer chunks, up to 512 KiB, before they take more than 2,000
// of them.
constexpr std::size_t chunk_bytes = std::size_t{128} << 10U;
constexpr std::size_t longest_chunk_bytes = std::size_t{512} << 10U;
// libdeflate's level 1: inflates at 587 MB/s a core and deflates at 138; level 6 would store mitdb in 39.7 %, at 510
// and 69.
constexpr int deflate_level = 1;

std::span<const std::byte> raw(const Samples& samples) {
  return std::visit([](const auto& values) { return std::as_bytes(std::span(values)); }, samples.storage());
}

SampleType type_of(const Samples& samples) { return static_cast<SampleType>(samples.storage().index()); }

Samples::Storage storage_of(SampleType type, std::size_t rows) {
  switch (type) {
    case SampleType::int16:
      return std::vector<std::int16_t>(rows);
    case SampleType::int32:
      return std::vector<std::int32_t>(rows);
    case SampleType::float32:
      return std::vector<float>(rows);
    case SampleType::float64:
      return std::vector<double>(rows);
  }
  return {};
}

std::size_t chunk_rows_for(std::size_t rows, std::size_t value_size) {
  std::size_t bytes = chunk_bytes;
  while (bytes < longest_chunk_bytes && rows * value_size / bytes > 2000) bytes *= 2;
  return std::clamp<std::size_t>(rows, 1, bytes / value_size);
}

std::string channel_hash(const Channel& channel) {
  Hasher hash;
  hash.field("vagus channel 1").field(channel.name).field(name(channel.quantity)).field(name(channel.unit));
  hash.field(channel.unit_text).field(name(channel.placement));
  hash.field(std::int64_t{channel.resolution_bits});
  hash.field(channel.adc_zero ? std::int64_t{*channel.adc_zero} : INT64_MIN);
  hash.field(channel.saturates_low.value_or(std::numeric_limits<double>::quiet_NaN()));
  hash.field(channel.saturates_high.value_or(std::numeric_limits<double>::quiet_NaN()));
  hash.field(channel.time.rate_hz).field(channel.time.jitter_ms);
  hash.field(static_cast<std::int64_t>(channel.time.stretches.size()));
  for (const Stretch& s : channel.time.stretches)
    hash.field(s.first_row).field(s.rows).field(s.t_start_s).field(s.rate_hz);
  hash.field(channel.samples.gain()).field(channel.samples.baseline());
  hash.field(std::int64_t{static_cast<int>(type_of(channel.samples))});
  hash.field(static_cast<std::int64_t>(channel.samples.size())).bytes(raw(channel.samples));
  return hash.hex();
}

std::string combined_hash(const Recording& recording, std::span<const std::string> channel_hashes) {
  Hasher hash;
  hash.field("vagus signals 1").field(recording.start ? iso(*recording.start) : "");
  hash.field(recording.start ? recording.start->us : INT64_MIN);
  for (const std::string& of : channel_hashes) hash.field(of);
  return hash.hex();
}

std::string facts_hash(const Recording& recording) {
  Hasher hash;
  hash.field("vagus facts 1").field(recording.name).field(recording.subject).field(recording.session);
  for (const auto* facts : {&recording.attributes, &recording.identifiers}) {
    hash.field(static_cast<std::int64_t>(facts->size()));
    for (const auto& [key, value] : *facts) hash.field(key).field(value);
  }
  return hash.hex();
}

/// A channel's name as a link: HDF5 takes any but "/", "." and none.
std::string link_name(const std::string& name) {
  if (name.empty() || name == "." || name == "..") return "channel_" + name;
  std::string link = name;
  std::replace(link.begin(), link.end(), '/', '_');
  return link;
}

class Attributes {
 public:
  explicit Attributes(const std::vector<Hdf5Attribute>& all) {
    for (const Hdf5Attribute& attribute : all) by_name_[attribute.name] = &attribute;
  }
  template <class T>
  std::optional<T> get(const std::string& name) const {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) return std::nullopt;
    const T* value = std::get_if<T>(&it->second->value);
    return value == nullptr ? std::nullopt : std::optional<T>(*value);
  }
  std::string text(const std::string& name) const { return get<std::string>(name).value_or(""); }
  double number(const std::string& name, double otherwise = 0) const { return get<double>(name).value_or(otherwise); }

 private:
  std::map<std::string, const Hdf5Attribute*> by_name_;
};

std::vector<Hdf5Attribute> texts(const std::map<std::string, std::string>& facts) {
  std::vector<Hdf5Attribute> attributes;
  for (const auto& [key, value] : facts) attributes.push_back({key.empty() ? "_" : key, value});
  return attributes;
}

Hdf5Dataset dataset_of(const Channel& channel, std::size_t index, const std::string& link) {
  Hdf5Dataset dataset;
  dataset.path = "/channels/" + link;
  dataset.type = type_of(channel.samples);
  dataset.rows = channel.samples.size();
  dataset.chunk_rows = chunk_rows_for(dataset.rows, size_of(dataset.type));
  auto put = [&](const char* key, auto value) { dataset.attributes.push_back({key, value}); };
  put("name", channel.name);
  put("index", static_cast<std::int64_t>(index));
  put("quantity", std::string(name(channel.quantity)));
  put("unit", std::string(name(channel.unit)));
  if (!channel.unit_text.empty()) put("unit_text", channel.unit_text);
  put("placement", std::string(name(channel.placement)));
  put("gain", channel.samples.gain());
  put("baseline", channel.samples.baseline());
  put("rate_hz", channel.time.rate_hz);
  put("t_start_s", channel.time.stretches.empty() ? 0.0 : channel.time.stretches.front().t_start_s);
  put("gaps", channel.time.gaps());
  put("jitter_ms", channel.time.jitter_ms);
  put("resolution_bits", std::int64_t{channel.resolution_bits});
  if (channel.adc_zero) put("adc_zero", std::int64_t{*channel.adc_zero});
  if (channel.saturates_low) put("saturates_low", *channel.saturates_low);
  if (channel.saturates_high) put("saturates_high", *channel.saturates_high);
  return dataset;
}

Hdf5Table stretches_of(const Channel& channel, const std::string& link) {
  Hdf5Table table;
  table.path = "/stretches/" + link;
  table.columns = 4;
  table.attributes.push_back({"columns", std::string("first_row,rows,t_start_s,rate_hz")});
  for (const Stretch& s : channel.time.stretches)
    table.values.insert(table.values.end(),
                        {static_cast<double>(s.first_row), static_cast<double>(s.rows), s.t_start_s, s.rate_hz});
  return table;
}

void deflate_chunks(const Channel& channel, Hdf5Dataset& dataset) {
  if (dataset.rows == 0) return;
  const std::size_t value_size = size_of(dataset.type);
  const std::size_t chunk_size = dataset.chunk_rows * value_size;
  const std::span<const std::byte> all = raw(channel.samples);
  dataset.chunks.resize((all.size() + chunk_size - 1) / chunk_size);
  tbb::parallel_for(std::size_t{0}, dataset.chunks.size(), [&](std::size_t i) {
    const std::span<const std::byte> part =
        all.subspan(i * chunk_size, std::min(chunk_size, all.size() - i * chunk_size));
    if (part.size() == chunk_size) {
      dataset.chunks[i] = hdf5().deflate(part, value_size, deflate_level);
    } else {
      std::vector<std::byte> padded(part.begin(), part.end());
      padded.resize(chunk_size);
      dataset.chunks[i] = hdf5().deflate(padded, value_size, deflate_level);
    }
  });
}

/// The bytes outside all chunks, hashed piece by piece in order of place.
template <class Piece>
std::string structure_hash_of(const SignalSeal& seal, Piece&& piece) {
  std::vector<ByteSpan> spans;
  for (const SignalSeal::Channel& channel : seal.channels)
    spans.insert(spans.end(), channel.spans.begin(), channel.spans.end());
  std::sort(spans.begin(), spans.end(), [](const ByteSpan& a, const ByteSpan& b) { return a.offset < b.offset; });
  spans.push_back({seal.file_size, 0});
  Hasher hash;
  std::uint64_t at = 0;
  for (const ByteSpan& span : spans) {
    if (span.offset > at) {
      hash.field(static_cast<std::int64_t>(at));
      if (!piece(hash, at, span.offset - at)) return {};
    }
    at = std::max(at, span.offset + span.size);
  }
  return hash.hex();
}

bool read_at(int fd, std::uint64_t offset, std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t n = pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return true;
}

std::string structure_hash_on_disk(int fd, const SignalSeal& seal) {
  std::vector<std::byte> buffer;
  return structure_hash_of(seal, [&](Hasher& hash, std::uint64_t offset, std::uint64_t size) {
    buffer.resize(size);
    if (!read_at(fd, offset, buffer)) return false;
    hash.bytes(buffer);
    return true;
  });
}

Channel channel_from(const Hdf5Dataset& dataset, const Hdf5Table* stretches) {
  const Attributes attributes(dataset.attributes);
  Channel channel;
  channel.name = attributes.text("name");
  channel.quantity = quantity_of(attributes.text("quantity")).value_or(Quantity::other);
  const std::string unit = attributes.text("unit");
  channel.unit = unit.empty() ? Unit::none : unit_of(unit).value_or(Unit::none);
  channel.unit_text = attributes.text("unit_text");
  channel.placement = placement_of(attributes.text("placement")).value_or(Placement::unknown);
  channel.samples = Samples(storage_of(dataset.type, 0), attributes.number("gain", 1), attributes.number("baseline"));
  channel.time.rate_hz = attributes.number("rate_hz");
  channel.time.jitter_ms = attributes.number("jitter_ms");
  if (stretches != nullptr) {
    for (std::size_t i = 0; i + 3 < stretches->values.size(); i += 4) {
      const double* row = stretches->values.data() + i;
      channel.time.stretches.push_back(
          {static_cast<std::int64_t>(row[0]), static_cast<std::int64_t>(row[1]), row[2], row[3]});
    }
  }
  channel.resolution_bits = static_cast<std::int32_t>(attributes.get<std::int64_t>("resolution_bits").value_or(0));
  if (const auto zero = attributes.get<std::int64_t>("adc_zero")) channel.adc_zero = static_cast<std::int32_t>(*zero);
  channel.saturates_low = attributes.get<double>("saturates_low");
  channel.saturates_high = attributes.get<double>("saturates_high");
  return channel;
}

Recording header_from(const Hdf5Content& content) {
  Recording recording;
  for (const Hdf5Group& group : content.groups) {
    const Attributes attributes(group.attributes);
    if (group.path == "/") {
      if (attributes.text("format") != format_name) throw Error("is not a vagus recording");
      recording.name = attributes.text("name");
      recording.subject = attributes.text("subject");
      recording.session = attributes.text("session");
      if (const auto us = attributes.get<std::int64_t>("start_us")) {
        Start start{*us, std::nullopt, attributes.get<std::int64_t>("start_is_utc").value_or(0) != 0};
        if (const auto zone = attributes.get<std::int64_t>("zone_minutes"))
          start.zone_minutes = static_cast<int>(*zone);
        recording.start = start;
      }
    } else if (group.path == "/attributes" || group.path == "/identifiers") {
      auto& facts = group.path == "/attributes" ? recording.attributes : recording.identifiers;
      for (const Hdf5Attribute& attribute : group.attributes)
        if (const auto* text = std::get_if<std::string>(&attribute.value)) facts[attribute.name] = *text;
    } else if (group.path == "/repairs") {
      for (const Hdf5Attribute& attribute : group.attributes)
        if (const auto* count = std::get_if<std::int64_t>(&attribute.value)) recording.repairs[attribute.name] = *count;
    }
  }
  std::vector<const Hdf5Dataset*> ordered(content.datasets.size());
  for (const Hdf5Dataset& dataset : content.datasets) {
    const auto index = Attributes(dataset.attributes).get<std::int64_t>("index").value_or(-1);
    if (index < 0 || static_cast<std::size_t>(index) >= ordered.size() ||
        ordered[static_cast<std::size_t>(index)] != nullptr)
      throw Error("channels are not numbered from 0 on");
    ordered[static_cast<std::size_t>(index)] = &dataset;
  }
  for (const Hdf5Dataset* dataset : ordered) {
    const std::string link = dataset->path.substr(dataset->path.rfind('/') + 1);
    const auto table = std::find_if(content.tables.begin(), content.tables.end(),
                                    [&](const Hdf5Table& t) { return t.path == "/stretches/" + link; });
    recording.channels.push_back(channel_from(*dataset, table == content.tables.end() ? nullptr : &*table));
  }
  return recording;
}

}  // namespace

const Hdf5& hdf5() {
  static const Hdf5* module = reinterpret_cast<const Hdf5* (*)()>(module_entry("vagus-hdf5", "vagus_hdf5"))();
  return *module;
}

std::filesystem::path SignalSeal::file() const {
  return std::filesystem::path(signal_hash.substr(0, 2)) / (signal_hash + "." + file_hash.substr(0, 16) + ".h5");
}

Json to_json(const SignalSeal& seal) {
  Json json{{"signal", seal.signal_hash},       {"facts", seal.facts_hash}, {"file", seal.file_hash},
            {"structure", seal.structure_hash}, {"bytes", seal.file_size},  {"channels", Json::array()}};
  for (const SignalSeal::Channel& channel : seal.channels) {
    Json spans = Json::array();
    for (const ByteSpan& span : channel.spans) spans.push_back({span.offset, span.size});
    json["channels"].push_back({{"name", channel.name},
                                {"hash", channel.hash},
                                {"type", static_cast<int>(channel.type)},
                                {"rows", channel.rows},
                                {"chunk_rows", channel.chunk_rows},
                                {"spans", std::move(spans)}});
  }
  return json;
}

SignalSeal seal_from_json(const Json& json) {
  SignalSeal seal;
  seal.signal_hash = json.at("signal").get<std::string>();
  seal.facts_hash = json.at("facts").get<std::string>();
  seal.file_hash = json.at("file").get<std::string>();
  seal.structure_hash = json.at("structure").get<std::string>();
  seal.file_size = json.at("bytes").get<std::uint64_t>();
  for (const Json& of : json.at("channels")) {
    SignalSeal::Channel channel;
    channel.name = of.at("name").get<std::string>();
    channel.hash = of.at("hash").get<std::string>();
    const int type = of.at("type").get<int>();
    if (type < 0 || type > 3) throw Error("an unknown type of samples");
    channel.type = static_cast<SampleType>(type);
    channel.rows = of.at("rows").get<std::uint64_t>();
    channel.chunk_rows = of.at("chunk_rows").get<std::uint64_t>();
    for (const Json& span : of.at("spans"))
      channel.spans.push_back({span.at(0).get<std::uint64_t>(), span.at(1).get<std::uint64_t>()});
    seal.channels.push_back(std::move(channel));
  }
  return seal;
}

std::string signal_hash(const Recording& recording) {
  std::vector<std::string> hashes;
  for (const Channel& channel : recording.channels) hashes.push_back(channel_hash(channel));
  return combined_hash(recording, hashes);
}

PackedSignals pack(const Recording& recording) {
  PackedSignals packed;
  SignalSeal& seal = packed.seal;
  Hdf5Content content;
  seal.channels.resize(recording.channels.size());
  std::map<std::string, int> links;
  for (std::size_t i = 0; i < recording.channels.size(); ++i) {
    const Channel& channel = recording.channels[i];
    if (static_cast<std::size_t>(channel.time.rows()) != channel.samples.size())
      throw Error("channel " + channel.name + " has " + std::to_string(channel.samples.size()) +
                  " samples and times for " + std::to_string(channel.time.rows()));
    std::string link = link_name(channel.name);
    if (const int again = links[link]++; again > 0) link += "_" + std::to_string(again);
    content.datasets.push_back(dataset_of(channel, i, link));
    content.tables.push_back(stretches_of(channel, link));
  }
  tbb::parallel_for(std::size_t{0}, recording.channels.size(), [&](std::size_t i) {
    deflate_chunks(recording.channels[i], content.datasets[i]);
    seal.channels[i] = {recording.channels[i].name, channel_hash(recording.channels[i]), content.datasets[i].type,
                        content.datasets[i].rows,   content.datasets[i].chunk_rows,      {}};
  });
  std::vector<std::string> hashes;
  for (const SignalSeal::Channel& channel : seal.channels) hashes.push_back(channel.hash);
  seal.signal_hash = combined_hash(recording, hashes);
  seal.facts_hash = facts_hash(recording);

  std::vector<Hdf5Attribute> root{{"format", std::string(format_name)}, {"name", recording.name},
                                  {"subject", recording.subject},       {"session", recording.session},
                                  {"signal_hash", seal.signal_hash},    {"facts_hash", seal.facts_hash}};
  if (recording.start) {
    root.push_back({"start", iso(*recording.start)});
    root.push_back({"start_us", recording.start->us});
    root.push_back({"start_is_utc", std::int64_t{recording.start->utc}});
    if (recording.start->zone_minutes) root.push_back({"zone_minutes", std::int64_t{*recording.start->zone_minutes}});
  }
  std::vector<Hdf5Attribute> repairs;
  for (const auto& [what, count] : recording.repairs) repairs.push_back({what, count});
  content.groups = {{"/", std::move(root)},
                    {"/attributes", texts(recording.attributes)},
                    {"/identifiers", texts(recording.identifiers)},
                    {"/repairs", std::move(repairs)},
                    {"/channels", {}},
                    {"/stretches", {}}};
  std::string error;
  packed.bytes = hdf5().image(content, error);
  if (packed.bytes.empty()) throw Error("HDF5 cannot hold the recording: " + error);
  for (std::size_t i = 0; i < seal.channels.size(); ++i) seal.channels[i].spans = content.datasets[i].spans;
  seal.file_size = packed.bytes.size();
  seal.file_hash = blake2b_256(packed.bytes);
  seal.structure_hash = structure_hash_of(seal, [&](Hasher& hash, std::uint64_t offset, std::uint64_t size) {
    hash.bytes(std::span(packed.bytes).subspan(offset, size));
    return true;
  });
  return packed;
}

SignalFile::SignalFile(std::filesystem::path path, SignalSeal seal, std::string shown)
    : path_(std::move(path)), seal_(std::move(seal)), shown_(std::move(shown)) {
  const auto damaged = [&](const std::string& what) -> Error {
    return Error(what, shown_ + " (" + path_.string() + ")", "`vagus data check` lists all damage");
  };
  fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) throw damaged(std::string("the stored signals cannot be opened: ") + std::strerror(errno));
  try {
    struct stat status {};
    if (fstat(fd_, &status) != 0 || static_cast<std::uint64_t>(status.st_size) != seal_.file_size)
      throw damaged("the stored file has another length than when it was written");
    if (structure_hash_on_disk(fd_, seal_) != seal_.structure_hash)
      throw damaged("the structure of the stored file is damaged");
    Hdf5Content content;
    std::string error;
    if (!hdf5().read(path_.string(), content, error)) throw damaged("HDF5 cannot read the stored file: " + error);
    header_ = header_from(content);
    for (const Channel& channel : header_.channels) {
      const auto it = std::find_if(seal_.channels.begin(), seal_.channels.end(),
                                   [&](const SignalSeal::Channel& c) { return c.name == channel.name; });
      if (it == seal_.channels.end()) throw damaged("the manifest does not know channel " + channel.name);
      seal_of_.push_back(static_cast<std::size_t>(it - seal_.channels.begin()));
    }
  } catch (...) {
    close(fd_);
    throw;
  }
}

SignalFile::~SignalFile() { close(fd_); }

void SignalFile::chunk(std::size_t channel, std::size_t index, std::span<std::byte> out) const {
  const SignalSeal::Channel& of = seal_.channels[seal_of_.at(channel)];
  const ByteSpan span = of.spans.at(index);
  thread_local std::vector<std::byte> filtered;
  filtered.resize(span.size);
  if (!read_at(fd_, span.offset, filtered) || !hdf5().inflate(filtered, size_of(of.type), out))
    throw Error("rows " + std::to_string(index * of.chunk_rows) + " to " +
                    std::to_string(std::min((index + 1) * of.chunk_rows, of.rows) - 1) + " of channel " + of.name +
                    " are damaged",
                shown_ + " (" + path_.string() + ")", "`vagus data check` lists all damage");
}

Recording SignalFile::load() const {
  Recording recording = header_;
  tbb::parallel_for(std::size_t{0}, recording.channels.size(), [&](std::size_t c) {
    const SignalSeal::Channel& of = seal_.channels[seal_of_[c]];
    const Samples& empty = header_.channels[c].samples;
    Samples samples(storage_of(of.type, of.rows), empty.gain(), empty.baseline());
    const std::span<std::byte> all =
        std::visit([](auto& values) { return std::as_writable_bytes(std::span(values)); }, samples.storage());
    const std::size_t chunk_size = of.chunk_rows * size_of(of.type);
    tbb::parallel_for(std::size_t{0}, of.spans.size(), [&](std::size_t i) {
      const std::span<std::byte> place = all.subspan(i * chunk_size, std::min(chunk_size, all.size() - i * chunk_size));
      if (place.size() == chunk_size) return chunk(c, i, place);
      std::vector<std::byte> padded(chunk_size);
      chunk(c, i, padded);
      std::copy_n(padded.begin(), place.size(), place.begin());
    });
    recording.channels[c].samples = std::move(samples);
  });
  return recording;
}

void SignalFile::read(std::size_t channel, std::int64_t first, std::span<float> out) const {
  const SignalSeal::Channel& of = seal_.channels[seal_of_.at(channel)];
  if (first < 0 || static_cast<std::uint64_t>(first) + out.size() > of.rows)
    throw Error("rows outside channel " + of.name, shown_);
  const Samples& empty = header_.channels[channel].samples;
  const std::size_t value_size = size_of(of.type);
  Samples piece(storage_of(of.type, of.chunk_rows), empty.gain(), empty.baseline());
  const std::span<std::byte> buffer =
      std::visit([](auto& values) { return std::as_writable_bytes(std::span(values)); }, piece.storage());
  std::uint64_t row = static_cast<std::uint64_t>(first);
  while (!out.empty()) {
    const std::uint64_t index = row / of.chunk_rows;
    const std::uint64_t within = row % of.chunk_rows;
    const std::size_t n = std::min<std::size_t>(out.size(), of.chunk_rows - within);
    chunk(channel, index, buffer.first(of.chunk_rows * value_size));
    piece.read(within, out.first(n));
    out = out.subspan(n);
    row += n;
  }
}

std::vector<Damage> examine(const std::filesystem::path& path, const SignalSeal& seal) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {{"", std::string("the stored signals cannot be opened: ") + std::strerror(errno)}};
  struct stat status {};
  std::vector<Damage> damages;
  const bool sized = fstat(fd, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == seal.file_size;
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  const bool whole = read_at(fd, 0, bytes);
  close(fd);
  if (sized && whole && blake2b_256(bytes) == seal.file_hash) return {};
  if (!sized)
    damages.push_back({"", "the file has " + std::to_string(bytes.size()) + " bytes, " +
                               std::to_string(seal.file_size) + " were written"});
  for (const SignalSeal::Channel& channel : seal.channels) {
    std::vector<std::byte> chunk(channel.chunk_rows * size_of(channel.type));
    std::int64_t bad = 0;
    std::uint64_t first_bad = 0;
    for (std::size_t i = 0; i < channel.spans.size(); ++i) {
      const ByteSpan span = channel.spans[i];
      const bool there = span.offset <= bytes.size() && span.size <= bytes.size() - span.offset;
      if (there && hdf5().inflate(std::span(bytes).subspan(span.offset, span.size), size_of(channel.type), chunk))
        continue;
      if (bad++ == 0) first_bad = i * channel.chunk_rows;
    }
    if (bad > 0)
      damages.push_back({channel.name, std::to_string(bad) + " of " + std::to_string(channel.spans.size()) +
                                           " chunks damaged, the first at row " + std::to_string(first_bad)});
  }
  if (damages.empty()) {
    const std::string structure = structure_hash_of(seal, [&](Hasher& hash, std::uint64_t offset, std::uint64_t size) {
      hash.bytes(std::span(bytes).subspan(offset, size));
      return true;
    });
    damages.push_back({"", structure == seal.structure_hash
                               ? "unused bits between compressed samples were changed"
                               : "names, units or times (the file's structure) are damaged; "
                                 "samples of every channel are intact"});
  }
  return damages;
}

}  // namespace vagus::lab
