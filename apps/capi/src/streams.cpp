/// The device's own detectors, fed chunk by chunk.
#include "apps/capi/src/handles.h"
#include "lab/base/error.h"
#include "lab/detect/stream.h"

using namespace vagus;
using capi::done;
using capi::made;
using capi::need;

struct vagus_stream {
  vagus_stream(const lab::DetectorInfo& detector, lab::Config config, double rate_hz, lab::Wanted wanted)
      : events(detector),
        stream(detector, std::move(config), rate_hz, wanted,
               [this](const lab::Said& said, const lab::EventTimes& times) { events.add(said, times); }) {}
  vagus_events events;
  lab::Stream stream;
  std::vector<std::byte> saved;
  bool ended = false;
};

namespace {

void need_open(const vagus_stream* stream) {
  need(stream, "stream");
  if (stream->ended) throw lab::UsageError("the stream has ended");
}

}  // namespace

extern "C" {

vagus_stream* vagus_stream_new(const char* detector, double rate_hz, const vagus_options* options,
                               vagus_error** error) {
  return made(error, [&] {
    need(detector, "detector");
    const lab::DetectorInfo& info = lab::detector(detector);
    std::map<std::string, std::string> rest;
    lab::Config config = capi::settings_of(info, options, rest);
    if (rest.contains("channel")) throw lab::UsageError("a stream has no \"channel\" to choose: push the one you mean");
    const bool scores = rest.contains("scores") && capi::flag_of("scores", rest["scores"]);
    return new vagus_stream(info, std::move(config), rate_hz, {.scores = scores, .probes = !rest["probes"].empty()});
  });
}
size_t vagus_stream_channels(const vagus_stream* stream) {
  return stream == nullptr ? 0 : stream->stream.detector().contract->reads.size();
}
vagus_status vagus_stream_push(vagus_stream* stream, const float* const* channels, size_t count, vagus_error** error) {
  return done(error, [&] {
    need_open(stream);
    need(channels, "channels");
    stream->events.clear();
    stream->stream.push(std::span(channels, vagus_stream_channels(stream)), count);
  });
}
vagus_status vagus_stream_gap(vagus_stream* stream, double seconds, vagus_error** error) {
  return done(error, [&] {
    need_open(stream);
    stream->stream.gap(seconds);
  });
}
vagus_status vagus_stream_finish(vagus_stream* stream, vagus_error** error) {
  return done(error, [&] {
    need_open(stream);
    stream->events.clear();
    stream->stream.finish();
    stream->ended = true;
  });
}
const vagus_events* vagus_stream_events(const vagus_stream* stream) {
  return stream == nullptr ? nullptr : &stream->events;
}
int64_t vagus_stream_pushed(const vagus_stream* stream) { return stream == nullptr ? 0 : stream->stream.pushed(); }
const void* vagus_stream_snapshot(vagus_stream* stream, size_t* bytes, vagus_error** error) {
  return made(error, [&]() -> const void* {
    need_open(stream);
    need(bytes, "bytes");
    stream->saved = stream->stream.saved();
    *bytes = stream->saved.size();
    return stream->saved.data();
  });
}
vagus_status vagus_stream_restore(vagus_stream* stream, const void* snapshot, size_t bytes, vagus_error** error) {
  return done(error, [&] {
    need(stream, "stream");
    need(snapshot, "snapshot");
    stream->stream.resume(std::span(static_cast<const std::byte*>(snapshot), bytes));
    stream->events.clear();
    stream->ended = false;
  });
}
void vagus_stream_free(vagus_stream* stream) { delete stream; }

}  // extern "C"
