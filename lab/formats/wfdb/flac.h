#pragma once
/// libFLAC behind plain functions, in the loadable module `vagus_flac`: what has no FLAC signals does not load it.
#include <cstddef>
#include <cstdint>

extern "C" {

/// Receives what is decoded. Every function returns 0 to go on, anything else to stop.
struct VagusFlacSink {
  void* context;
  int (*info)(void* context, unsigned channels, unsigned bits, std::uint64_t frames);  ///< frames: 0 unknown
  int (*block)(void* context, const std::int32_t* const* channels, unsigned frames);
};

struct VagusFlac {
  /// Decodes a whole stream from memory. Returns nullptr, or what went wrong (a static text); what was decoded before
  /// stands. Stopped by the sink: nullptr.
  const char* (*decode)(const void* data, std::size_t size, const VagusFlacSink* sink);
  /// Encodes `frames` rows of interleaved samples; `write` gets the bytes in order and is called again with offset 0
  /// for the final stream header. Returns nullptr or what went wrong (a static text).
  const char* (*encode)(const std::int32_t* interleaved, std::uint64_t frames, unsigned channels, unsigned bits,
                        void* context,
                        int (*write)(void* context, const void* data, std::size_t size, std::uint64_t offset));
};

/// The module's entry: `vagus_flac`.
using VagusFlacEntry = const VagusFlac* (*)();
}
