#pragma once
/// BLAKE2b-256 and SHA-256 of bytes: content addresses and checksums of archives.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vagus::lab {

/// A hash being built piece by piece.
class Hasher {
 public:
  enum class Kind : std::uint8_t { blake2b_256, sha256 };
  explicit Hasher(Kind kind = Kind::blake2b_256);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  /// Bytes as they are, without a length before them.
  Hasher& bytes(std::span<const std::byte> piece);
  Hasher& bytes(std::string_view piece) { return bytes(std::as_bytes(std::span(piece))); }
  /// Fields of a canonical serialisation: a text with its length before it, little-endian numbers.
  Hasher& field(std::string_view text);
  Hasher& field(std::int64_t value);
  Hasher& field(double value);  ///< its bits; every NaN as the same one
  /// 64 hexadecimal digits; to be asked once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// BLAKE2b-256 of some bytes, as 64 hexadecimal digits.
std::string blake2b_256(std::span<const std::byte> bytes);
std::string blake2b_256(std::string_view text);

}  // namespace vagus::lab
