#pragma once
/// What writing a signal file and proving it have in common.
#include <algorithm>
#include <string>
#include <vector>

#include "lab/store/hash.h"
#include "lab/store/signal_file.h"

namespace vagus::lab {

inline constexpr const char* signal_format = "vagus recording 1";

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

}  // namespace vagus::lab
