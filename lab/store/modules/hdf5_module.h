#pragma once
/// HDF5 and libdeflate behind plain types: the module `vagus-hdf5` (entry `vagus_hdf5`).
///
/// Chunks cross this border filtered, so that they are compressed, read and inflated outside HDF5's one lock.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace vagus::lab {

enum class SampleType : std::uint8_t { int16, int32, float32, float64 };
constexpr std::size_t size_of(SampleType type) {
  constexpr std::size_t sizes[] = {2, 4, 4, 8};
  return sizes[static_cast<std::size_t>(type)];
}

struct Hdf5Attribute {
  std::string name;
  std::variant<std::string, double, std::int64_t> value;
};

/// Where a chunk's filtered bytes lie in the file.
struct ByteSpan {
  std::uint64_t offset = 0, size = 0;
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

/// One-dimensional, chunked, shuffled and deflated.
struct Hdf5Dataset {
  std::string path;
  SampleType type = SampleType::int16;
  std::uint64_t rows = 0, chunk_rows = 0;
  std::vector<Hdf5Attribute> attributes;
  std::vector<std::vector<std::byte>> chunks;  ///< filtered, in order; to be written, never read back
  std::vector<ByteSpan> spans;                 ///< where writing put them
};

/// A small table of doubles, rows x columns, contiguous.
struct Hdf5Table {
  std::string path;
  std::uint64_t columns = 0;
  std::vector<double> values;
  std::vector<Hdf5Attribute> attributes;
};

struct Hdf5Group {
  std::string path;
  std::vector<Hdf5Attribute> attributes;
};

/// A file but for its chunks. Groups stand before what they hold; the root is "/".
struct Hdf5Content {
  std::vector<Hdf5Group> groups;
  std::vector<Hdf5Dataset> datasets;
  std::vector<Hdf5Table> tables;
};

/// Every function is thread-safe. On failure `error` says why and the result is empty or false.
class Hdf5 {
 public:
  Hdf5() = default;
  virtual ~Hdf5() = default;
  Hdf5(const Hdf5&) = delete;
  Hdf5& operator=(const Hdf5&) = delete;
  /// The whole file as bytes, made in memory; `spans` of the datasets are filled in. The same content gives the same
  /// bytes.
  virtual std::vector<std::byte> image(Hdf5Content& content, std::string& error) const = 0;
  /// Everything but chunks and spans. Takes no file lock.
  virtual bool read(const std::string& path, Hdf5Content& content, std::string& error) const = 0;

  /// shuffle + deflate of one whole chunk, as HDF5's own filters would give it to any reader. Lock-free.
  virtual std::vector<std::byte> deflate(std::span<const std::byte> chunk, std::size_t value_size, int level) const = 0;
  /// The reverse; false if the bytes are damaged (length or Adler-32). Lock-free.
  virtual bool inflate(std::span<const std::byte> filtered, std::size_t value_size,
                       std::span<std::byte> chunk) const = 0;
};

}  // namespace vagus::lab

extern "C" {
/// The module's entry.
const vagus::lab::Hdf5* vagus_hdf5();
}
