#include "lab/store/hash.h"

#include <sodium.h>

#include <bit>
#include <cmath>
#include <limits>
#include <variant>

namespace vagus::lab {

struct Hasher::State {
  std::variant<crypto_generichash_state, crypto_hash_sha256_state> of;
};

Hasher::Hasher(Kind kind) : state_(std::make_unique<State>()) {
  // Picks the AVX2 rounds; without it the portable ones run at half the speed.
  [[maybe_unused]] static const int ready = sodium_init();
  if (kind == Kind::sha256) {
    crypto_hash_sha256_init(&state_->of.emplace<crypto_hash_sha256_state>());
  } else {
    crypto_generichash_init(&std::get<0>(state_->of), nullptr, 0, crypto_generichash_BYTES);
  }
}

Hasher::~Hasher() = default;

Hasher& Hasher::bytes(std::span<const std::byte> piece) {
  const auto* data = reinterpret_cast<const unsigned char*>(piece.data());
  if (auto* sha = std::get_if<crypto_hash_sha256_state>(&state_->of)) {
    crypto_hash_sha256_update(sha, data, piece.size());
  } else {
    crypto_generichash_update(&std::get<0>(state_->of), data, piece.size());
  }
  return *this;
}

Hasher& Hasher::field(std::int64_t value) {
  std::array<std::byte, 8> little{};
  for (std::size_t i = 0; i < little.size(); ++i)
    little[i] = static_cast<std::byte>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFFU);
  return bytes(little);
}

Hasher& Hasher::field(std::string_view text) {
  field(static_cast<std::int64_t>(text.size()));
  return bytes(text);
}

Hasher& Hasher::field(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return field(std::bit_cast<std::int64_t>(value));
}

std::string Hasher::hex() {
  std::array<unsigned char, 32> bytes{};
  static_assert(bytes.size() == crypto_generichash_BYTES && bytes.size() == crypto_hash_sha256_BYTES);
  if (auto* sha = std::get_if<crypto_hash_sha256_state>(&state_->of)) {
    crypto_hash_sha256_final(sha, bytes.data());
  } else {
    crypto_generichash_final(&std::get<0>(state_->of), bytes.data(), bytes.size());
  }
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

std::string blake2b_256(std::span<const std::byte> bytes) { return Hasher().bytes(bytes).hex(); }
std::string blake2b_256(std::string_view text) { return Hasher().bytes(text).hex(); }

}  // namespace vagus::lab
