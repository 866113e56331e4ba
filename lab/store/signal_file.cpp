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
#include "lab/store/signal_structure.h"

namespace vagus::lab {
namespace {

Samples::Storage storage_of(SampleType type, std::size_t rows) {
  switch (type) {
    case SampleType::int16:
      return SampleColumn<std::int16_t>(rows);
    case SampleType::int32:
      return SampleColumn<std::int32_t>(rows);
    case SampleType::float32:
      return SampleColumn<float>(rows);
    case SampleType::float64:
      return SampleColumn<double>(rows);
  }
  return {};
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

Channel channel_from(const Hdf5Dataset& dataset, const Hdf5Table* stretches, const Hdf5Table* input_rows) {
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
  if (input_rows != nullptr) {
    std::vector<InputRows::Run> runs;
    for (std::size_t i = 0; i + 1 < input_rows->values.size(); i += 2)
      runs.push_back(
          {static_cast<std::int64_t>(input_rows->values[i]), static_cast<std::int64_t>(input_rows->values[i + 1])});
    channel.time.input_rows = InputRows(std::move(runs));
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
      if (attributes.text("format") != signal_format) throw Error("is not a vagus recording");
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
    const auto table = [&](const std::string& path) {
      const auto it = std::find_if(content.tables.begin(), content.tables.end(),
                                   [&](const Hdf5Table& t) { return t.path == path; });
      return it == content.tables.end() ? nullptr : &*it;
    };
    recording.channels.push_back(channel_from(*dataset, table("/stretches/" + link), table("/input_rows/" + link)));
  }
  return recording;
}

}  // namespace

const Hdf5& hdf5() {
  static const Hdf5* module = reinterpret_cast<const Hdf5* (*)()>(module_entry("vagus-hdf5", "vagus_hdf5"))();
  return *module;
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
