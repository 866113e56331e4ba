/// A recording into the bytes of its file: hashes, chunks, HDF5.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>
#include <map>

#include "lab/base/error.h"
#include "lab/store/signal_file.h"
#include "lab/store/signal_structure.h"

namespace vagus::lab {
namespace {

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
  if (const auto& runs = channel.time.input_rows.runs(); !runs.empty()) {
    hash.field("input rows").field(static_cast<std::int64_t>(runs.size()));
    for (const InputRows::Run& run : runs) hash.field(run.first_row).field(run.input_row);
  }
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

std::vector<Hdf5Attribute> texts(const std::map<std::string, std::string>& facts) {
  std::vector<Hdf5Attribute> attributes;
  attributes.reserve(facts.size());
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

Hdf5Table input_rows_of(const Channel& channel, const std::string& link) {
  Hdf5Table table;
  table.path = "/input_rows/" + link;
  table.columns = 2;
  table.attributes.push_back({"columns", std::string("first_row,input_row")});
  for (const InputRows::Run& run : channel.time.input_rows.runs())
    table.values.insert(table.values.end(), {static_cast<double>(run.first_row), static_cast<double>(run.input_row)});
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

}  // namespace

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
  bool moved = false;
  for (std::size_t i = 0; i < recording.channels.size(); ++i) {
    const Channel& channel = recording.channels[i];
    if (static_cast<std::size_t>(channel.time.rows()) != channel.samples.size())
      throw Error("channel " + channel.name + " has " + std::to_string(channel.samples.size()) +
                  " samples and times for " + std::to_string(channel.time.rows()));
    std::string link = link_name(channel.name);
    if (const int again = links[link]++; again > 0) link += "_" + std::to_string(again);
    content.datasets.push_back(dataset_of(channel, i, link));
    content.tables.push_back(stretches_of(channel, link));
    moved |= !channel.time.input_rows.runs().empty();
    if (!channel.time.input_rows.runs().empty()) content.tables.push_back(input_rows_of(channel, link));
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

  std::vector<Hdf5Attribute> root{{"format", std::string(signal_format)}, {"name", recording.name},
                                  {"subject", recording.subject},         {"session", recording.session},
                                  {"signal_hash", seal.signal_hash},      {"facts_hash", seal.facts_hash}};
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
  if (moved) content.groups.push_back({"/input_rows", {}});
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

}  // namespace vagus::lab
