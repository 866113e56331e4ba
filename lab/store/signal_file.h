#pragma once
/// One recording's signals as one immutable HDF5 file, and the proof that it is what was written.
///
/// Layout, as h5py and MATLAB show it: `/channels/NAME` (one dataset a channel: int16, int32, float or double, with the
/// attributes name, index, quantity, unit, placement, gain, baseline, rate_hz, t_start_s, gaps ...), `/stretches/NAME`
/// (a table first_row, rows, t_start_s, rate_hz), `/input_rows/NAME` where rows were dropped or moved while reading (a
/// table first_row, input_row), `/attributes` and `/identifiers` (attributes of the recording), and
/// on `/` the format, name, subject, session, start and hashes. Physical value = (stored - baseline) / gain; the lowest
/// integer marks a missing sample.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/signal/recording.h"
#include "lab/store/modules/hdf5_module.h"

namespace vagus::lab {

/// What the manifest knows of a stored file: enough to prove every byte of it without HDF5.
struct SignalSeal {
  std::string signal_hash;     ///< of the channels and the start: the content address
  std::string facts_hash;      ///< of name, subject, session, attributes, identifiers
  std::string file_hash;       ///< of the file's bytes
  std::string structure_hash;  ///< of the bytes outside chunks; proven before HDF5 parses them
  std::uint64_t file_size = 0;
  struct Channel {
    std::string name;
    std::string hash;  ///< of the channel's content
    SampleType type = SampleType::int16;
    std::uint64_t rows = 0, chunk_rows = 0;
    std::vector<ByteSpan> spans;  ///< the chunks in the file, in order of row
    friend bool operator==(const Channel&, const Channel&) = default;
  };
  std::vector<Channel> channels;
  /// "ab/abcdef....0123.h5", below `signals/`: the signal's hash, then the file's, since one signal may stand in
  /// several sets under other names, and another version of libdeflate may pack the same signal into other bytes.
  std::filesystem::path file() const;
  friend bool operator==(const SignalSeal&, const SignalSeal&) = default;
};
Json to_json(const SignalSeal& seal);
SignalSeal seal_from_json(const Json& json);

/// The content address of a recording's signals: BLAKE2b-256 over a canonical serialisation of channels and start.
std::string signal_hash(const Recording& recording);

struct PackedSignals {
  SignalSeal seal;
  std::vector<std::byte> bytes;  ///< the file
};
/// Compresses (chunks in parallel) and seals a recording. Tracks are not part of it. Throws Error where a channel's
/// samples and time axis disagree.
PackedSignals pack(const Recording& recording);

/// A stored file open for reading. Thread-safe. Every byte read is proven: the structure when it is opened, each chunk
/// by its Adler-32 when it is inflated. Errors name the file and the channel.
class SignalFile {
 public:
  SignalFile(std::filesystem::path path, SignalSeal seal, std::string shown);
  ~SignalFile();
  SignalFile(const SignalFile&) = delete;
  SignalFile& operator=(const SignalFile&) = delete;

  /// Everything but samples, whose storages are empty.
  const Recording& header() const { return header_; }
  Recording load() const;  ///< with samples; chunks inflated in parallel
  /// Physical values of rows [first, first + out.size()) of a channel.
  void read(std::size_t channel, std::int64_t first, std::span<float> out) const;
  /// One chunk as stored; `out` holds chunk_rows values.
  void chunk(std::size_t channel, std::size_t index, std::span<std::byte> out) const;

  const SignalSeal& seal() const { return seal_; }
  /// What is sealed of a channel of the header.
  const SignalSeal::Channel& sealed(std::size_t channel) const { return seal_.channels[seal_of_.at(channel)]; }
  const std::string& shown() const { return shown_; }

 private:
  std::filesystem::path path_;
  SignalSeal seal_;
  std::string shown_;
  int fd_ = -1;
  Recording header_;
  std::vector<std::size_t> seal_of_;  ///< header's channel -> seal's channel
};

/// What is wrong with a stored file; nothing if every byte is as written. Names channels by inflating their chunks,
/// without trusting HDF5 with damaged bytes.
struct Damage {
  std::string channel;  ///< "" the file as a whole
  std::string what;
};
std::vector<Damage> examine(const std::filesystem::path& path, const SignalSeal& seal);

/// The module `vagus-hdf5`, loaded on first use.
const Hdf5& hdf5();

}  // namespace vagus::lab
