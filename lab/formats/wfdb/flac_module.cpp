#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>

#include <algorithm>
#include <cstring>

#include "lab/formats/wfdb/flac.h"

namespace {

struct Decoding {
  const unsigned char* data;
  std::size_t size, at = 0;
  const VagusFlacSink* sink;
  bool stopped = false, announced = false;
  const char* problem = nullptr;
};

FLAC__StreamDecoderReadStatus read(const FLAC__StreamDecoder*, FLAC__byte buffer[], std::size_t* bytes, void* client) {
  auto& d = *static_cast<Decoding*>(client);
  *bytes = std::min(*bytes, d.size - d.at);
  if (*bytes == 0) return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
  std::memcpy(buffer, d.data + d.at, *bytes);
  d.at += *bytes;
  return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

void metadata(const FLAC__StreamDecoder*, const FLAC__StreamMetadata* meta, void* client) {
  auto& d = *static_cast<Decoding*>(client);
  if (meta->type != FLAC__METADATA_TYPE_STREAMINFO || d.stopped) return;
  const auto& info = meta->data.stream_info;
  d.announced = true;
  d.stopped = d.sink->info(d.sink->context, info.channels, info.bits_per_sample, info.total_samples) != 0;
}

FLAC__StreamDecoderWriteStatus write(const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                                     const FLAC__int32* const buffer[], void* client) {
  auto& d = *static_cast<Decoding*>(client);
  // A frame may announce its own channels and width; the receiver has agreed to one of each.
  if (!d.announced || d.stopped) {
    d.stopped |= d.sink->info(d.sink->context, frame->header.channels, frame->header.bits_per_sample, 0) != 0;
    d.announced = true;
  }
  if (!d.stopped)
    d.stopped = d.sink->info(d.sink->context, frame->header.channels, frame->header.bits_per_sample, 0) != 0;
  if (!d.stopped) d.stopped = d.sink->block(d.sink->context, buffer, frame->header.blocksize) != 0;
  return d.stopped ? FLAC__STREAM_DECODER_WRITE_STATUS_ABORT : FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

void failed(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus status, void* client) {
  static_cast<Decoding*>(client)->problem = FLAC__StreamDecoderErrorStatusString[status];
}

const char* decode(const void* data, std::size_t size, const VagusFlacSink* sink) {
  Decoding d{.data = static_cast<const unsigned char*>(data), .size = size, .sink = sink};
  FLAC__StreamDecoder* decoder = FLAC__stream_decoder_new();
  if (decoder == nullptr) return "out of memory";
  const char* problem = nullptr;
  if (FLAC__stream_decoder_init_stream(decoder, read, nullptr, nullptr, nullptr, nullptr, write, metadata, failed,
                                       &d) != FLAC__STREAM_DECODER_INIT_STATUS_OK) {
    problem = "the decoder does not start";
  } else {
    // Frame by frame, so that the first damage ends it: what comes after has lost its place in time.
    while (!d.stopped && d.problem == nullptr && FLAC__stream_decoder_process_single(decoder) != 0 &&
           FLAC__stream_decoder_get_state(decoder) != FLAC__STREAM_DECODER_END_OF_STREAM) {
    }
    if (!d.stopped && !d.announced) problem = "no stream header";
    if (!d.stopped && d.problem != nullptr) problem = d.problem;
  }
  FLAC__stream_decoder_delete(decoder);
  return problem;
}

struct Encoding {
  void* context;
  int (*write)(void* context, const void* data, std::size_t size, std::uint64_t offset);
  std::uint64_t at = 0;
};

FLAC__StreamEncoderWriteStatus put(const FLAC__StreamEncoder*, const FLAC__byte buffer[], std::size_t bytes,
                                   std::uint32_t, std::uint32_t, void* client) {
  auto& e = *static_cast<Encoding*>(client);
  if (e.write(e.context, buffer, bytes, e.at) != 0) return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
  e.at += bytes;
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

FLAC__StreamEncoderSeekStatus seek(const FLAC__StreamEncoder*, FLAC__uint64 offset, void* client) {
  static_cast<Encoding*>(client)->at = offset;
  return FLAC__STREAM_ENCODER_SEEK_STATUS_OK;
}

FLAC__StreamEncoderTellStatus tell(const FLAC__StreamEncoder*, FLAC__uint64* offset, void* client) {
  *offset = static_cast<Encoding*>(client)->at;
  return FLAC__STREAM_ENCODER_TELL_STATUS_OK;
}

const char* encode(const std::int32_t* interleaved, std::uint64_t frames, unsigned channels, unsigned bits,
                   void* context,
                   int (*write_bytes)(void* context, const void* data, std::size_t size, std::uint64_t offset)) {
  FLAC__StreamEncoder* encoder = FLAC__stream_encoder_new();
  if (encoder == nullptr) return "out of memory";
  Encoding e{.context = context, .write = write_bytes};
  // The rate of a FLAC stream says nothing in WFDB (the header has it); 96000 is what the WFDB library writes.
  bool ok =
      FLAC__stream_encoder_set_channels(encoder, channels) != 0 &&
      FLAC__stream_encoder_set_bits_per_sample(encoder, bits) != 0 &&
      FLAC__stream_encoder_set_sample_rate(encoder, 96000) != 0 &&
      FLAC__stream_encoder_set_compression_level(encoder, 5) != 0 &&
      FLAC__stream_encoder_set_total_samples_estimate(encoder, frames) != 0 &&
      FLAC__stream_encoder_init_stream(encoder, put, seek, tell, nullptr, &e) == FLAC__STREAM_ENCODER_INIT_STATUS_OK;
  constexpr std::uint64_t step = 1U << 16U;
  for (std::uint64_t done = 0; ok && done < frames; done += step) {
    const auto count = static_cast<unsigned>(std::min(step, frames - done));
    ok = FLAC__stream_encoder_process_interleaved(encoder, interleaved + done * channels, count) != 0;
  }
  ok = FLAC__stream_encoder_finish(encoder) != 0 && ok;
  FLAC__stream_encoder_delete(encoder);
  return ok ? nullptr : "FLAC refuses to encode these samples";
}

constexpr VagusFlac interface = {.decode = decode, .encode = encode};

}  // namespace

extern "C" const VagusFlac* vagus_flac() { return &interface; }
