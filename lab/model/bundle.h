#pragma once
/// A model as it is handed on: one file of sections, read in place, that says what it is.
///
/// Layout (little-endian): "VGM1", version u32 (1), bytes u32 (of the whole file), sections u32; for each section a
/// code u32, offset u32, length u32, 0 u32; the sections, each aligned to 16. Codes: INFO (JSON), PLAN
/// (device/infer/plan.h), FLOA (weights of a network in floating point, float32), DIGE (32 bytes: BLAKE2b-256 of all
/// that lies before it), and behind that, where the bundle is signed, SIGN (public key and Ed25519 signature of the
/// digest). Sections that a reader does not know it passes over.
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/model/graph.h"

namespace vagus::lab {

/// What a model says of itself beside its numbers.
struct ModelInfo {
  std::string name, version = "1", summary{};
  std::vector<std::string> columns{};  ///< of canonical CSV, one a channel: "acc_x_g"
  double rate_hz = 0;
  std::uint32_t window = 0, hop = 0;  ///< in samples
  std::vector<std::string> labels{};  ///< of the outputs; empty: numbers
  bool softmax = false;               ///< of the outputs, they are scores
  Json provenance = Json::object();   ///< file it came from, its hash, who wrote it, what was calibrated with
};

struct Bundle {
  ModelInfo info;
  std::optional<FloatGraph> graph;                       ///< in floating point
  std::vector<std::uint8_t> plan{};                      ///< in eight bits; empty: not quantised
  std::string digest{};                                  ///< 64 hexadecimal digits: what the bundle is known by
  std::optional<std::array<std::uint8_t, 32>> signer{};  ///< public key of a signature that holds
};

/// The file's bytes, unsigned.
std::vector<std::uint8_t> write_bundle(const Bundle& bundle);

/// Throws Error naming `name` where the bytes are no bundle, or not those that were written: a digest or a signature
/// that does not hold, a section that lies outside, a plan that is not sound.
Bundle read_bundle(std::span<const std::uint8_t> bytes, const std::string& name);
Bundle read_bundle(const std::filesystem::path& path);

/// The bundle with a signature over its digest. `secret`: a libsodium Ed25519 secret key. An earlier signature goes.
std::vector<std::uint8_t> signed_bundle(std::span<const std::uint8_t> bytes,
                                        const std::array<std::uint8_t, 64>& secret);

}  // namespace vagus::lab
