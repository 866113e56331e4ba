/* Whole runs and streams. Arguments: a WFDB header, what `vagus run health.beats --json` said of it. */
#include <math.h>

#include "check.h"

static vagus_recording *recording;
static float *samples;
static size_t count;

/* The whole file, ended by 0. */
static char *text_of(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text;
  long size;
  if (file == NULL) exit(2);
  fseek(file, 0, SEEK_END);
  size = ftell(file);
  rewind(file);
  text = malloc((size_t)size + 1);
  text[fread(text, 1, (size_t)size, file)] = 0;
  fclose(file);
  return text;
}

static void says_what_the_program_says(const char *json_file) {
  vagus_result *result;
  char *expected = text_of(json_file);
  MADE(result = vagus_run("health.beats", recording, NULL, &error));
  CHECK(strcmp(vagus_result_json_lines(result), expected) == 0);
  CHECK(strstr(vagus_result_summary(result), "\"summary\":true") != NULL);
  free(expected);
  vagus_result_free(result);
}

static void columns_have_types(void) {
  vagus_result *result;
  const vagus_events *events;
  size_t i, f;
  int sample, t_s;
  MADE(result = vagus_run("health.beats", recording, NULL, &error));
  events = vagus_result_events(result);
  CHECK(vagus_events_count(events) > 30 && vagus_events_fields(events) >= 5);
  sample = vagus_events_field(events, "sample"), t_s = vagus_events_field(events, "t_s");
  CHECK(sample >= 0 && t_s >= 0 && vagus_events_field(events, "nothing") == -1);
  CHECK(vagus_events_field_type(events, (size_t)sample) == VAGUS_INT64);
  CHECK(vagus_events_field_type(events, (size_t)t_s) == VAGUS_FLOAT64);
  CHECK(strcmp(vagus_events_field_unit(events, (size_t)t_s), "s") == 0);
  CHECK(vagus_events_int64(events, (size_t)t_s) == NULL && vagus_events_float64(events, (size_t)sample) == NULL);
  for (i = 0; i < vagus_events_count(events); ++i) {
    const double rate_hz = vagus_channel_rate_hz(recording, 0);
    CHECK(vagus_events_float64(events, (size_t)t_s)[i] == (double)vagus_events_int64(events, (size_t)sample)[i] / rate_hz);
  }
  for (f = 0; f < vagus_events_fields(events); ++f) {
    const int type = vagus_events_field_type(events, f);
    CHECK(vagus_events_field_name(events, f) != NULL && vagus_events_field_meaning(events, f) != NULL);
    CHECK((vagus_events_float64(events, f) != NULL) == (type == VAGUS_FLOAT64));
    CHECK((vagus_events_float32(events, f) != NULL) == (type == VAGUS_FLOAT32));
    CHECK((vagus_events_int64(events, f) != NULL) == (type == VAGUS_INT64));
    CHECK((vagus_events_bool(events, f) != NULL) == (type == VAGUS_BOOL));
    CHECK((vagus_events_text(events, f) != NULL) == (type == VAGUS_TEXT));
  }
  CHECK(vagus_events_field_name(events, f) == NULL && vagus_events_field_type(events, f) == 0);
  vagus_result_free(result);
}

static void every_detector_runs_with_its_settings_and_probes(void) {
  size_t d;
  for (d = 0; d < vagus_detector_count(); ++d) {
    const char *name = vagus_detector_name(d);
    vagus_options *options;
    vagus_result *result;
    vagus_error *refusal;
    const char *json;
    MADE(json = vagus_detector_json(name, &error));
    CHECK(strstr(json, name) != NULL && strstr(json, "\"config\":") != NULL);
    MADE(options = vagus_options_new(&error));
    DONE(vagus_options_set(options, "probes", "all", &error));
    DONE(vagus_options_set(options, "scores", "true", &error));
    result = vagus_run(name, recording, options, &refusal);
    if (result == NULL) { /* one that reads no ECG */
      CHECK(strstr(json, "\"channel\":\"ecg\"") == NULL && vagus_error_status(refusal) == VAGUS_INPUT);
      vagus_error_free(refusal);
    } else {
      const double *t_s = NULL;
      const float *values = NULL;
      size_t c;
      CHECK(vagus_events_curves(vagus_result_events(result)) > 0);
      for (c = 0; c < vagus_events_curves(vagus_result_events(result)); ++c)
        CHECK(vagus_events_curve_name(vagus_result_events(result), c) != NULL &&
              vagus_events_curve(vagus_result_events(result), c, &t_s, &values) > 0 && t_s != NULL && values != NULL);
      CHECK(vagus_events_curve(vagus_result_events(result), c, &t_s, &values) == 0);
    }
    vagus_result_free(result);
    vagus_options_free(options);
  }
  CHECK(vagus_detector_name(d) == NULL && d >= 2);
}

static double first_known_s(const vagus_result *result) {
  const vagus_events *events = vagus_result_events(result);
  return vagus_events_float64(events, (size_t)vagus_events_field(events, "t_known_s"))[0];
}

static void a_setting_changes_the_answer(void) {
  vagus_options *options;
  vagus_result *plain, *sooner;
  MADE(options = vagus_options_new(&error));
  DONE(vagus_options_set(options, "delay_s", "1", &error));
  MADE(plain = vagus_run("health.beats", recording, NULL, &error));
  MADE(sooner = vagus_run("health.beats", recording, options, &error));
  CHECK(first_known_s(sooner) < first_known_s(plain));
  DONE(vagus_options_set(options, "delay_s", "7", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "delay_s", vagus_run("health.beats", recording, options, &error));
  vagus_result_free(plain);
  vagus_result_free(sooner);
  vagus_options_free(options);
}

/* All that a stream said, gathered row by row as text. */
typedef struct transcript {
  char *text;
  size_t size, room;
} transcript;

static void add(transcript *to, const void *bytes, size_t size) {
  if (to->size + size > to->room) to->text = realloc(to->text, to->room = 2 * (to->size + size));
  memcpy(to->text + to->size, bytes, size);
  to->size += size;
}

/* The bits of every field of every event, and the stretches. */
static void add_events(transcript *to, const vagus_events *events) {
  size_t row, f, i;
  for (row = 0; row < vagus_events_count(events); ++row) {
    for (f = 0; f < vagus_events_fields(events); ++f) {
      const char *text;
      switch (vagus_events_field_type(events, f)) {
        case VAGUS_FLOAT64: add(to, vagus_events_float64(events, f) + row, 8); break;
        case VAGUS_FLOAT32: add(to, vagus_events_float32(events, f) + row, 4); break;
        case VAGUS_INT64: add(to, vagus_events_int64(events, f) + row, 8); break;
        case VAGUS_BOOL: add(to, vagus_events_bool(events, f) + row, 1); break;
        default: text = vagus_events_text(events, f)[row]; add(to, text, strlen(text) + 1);
      }
    }
  }
  for (i = 0; i < vagus_events_unreadable(events); ++i) {
    vagus_stretch stretch;
    DONE(vagus_events_stretch(events, i, &stretch, &error));
    add(to, &stretch.t_start_s, 8), add(to, &stretch.t_end_s, 8), add(to, stretch.reason, strlen(stretch.reason));
  }
}

static void push(vagus_stream *stream, size_t from, size_t to, size_t chunk, transcript *heard) {
  while (from < to) {
    const size_t n = to - from < chunk ? to - from : chunk;
    const float *channel = samples + from;
    DONE(vagus_stream_push(stream, &channel, n, &error));
    add_events(heard, vagus_stream_events(stream));
    from += n;
  }
}

static void a_stream_says_what_a_run_says(const char *detector) {
  static const size_t chunks[] = {1, 37, 360, 1000000};
  transcript whole = {0};
  vagus_result *result;
  size_t i;
  MADE(result = vagus_run(detector, recording, NULL, &error));
  add_events(&whole, vagus_result_events(result));
  /* Of a clean signal: a transcript has an answer's stretches after its events, chunk by chunk. */
  CHECK(vagus_events_unreadable(vagus_result_events(result)) == 0);
  CHECK(whole.size > 100);
  for (i = 0; i < sizeof chunks / sizeof *chunks; ++i) {
    transcript heard = {0};
    vagus_stream *stream;
    MADE(stream = vagus_stream_new(detector, vagus_channel_rate_hz(recording, 0), NULL, &error));
    CHECK(vagus_stream_channels(stream) == 1);
    push(stream, 0, count, chunks[i], &heard);
    CHECK(vagus_stream_pushed(stream) == (int64_t)count);
    DONE(vagus_stream_finish(stream, &error));
    add_events(&heard, vagus_stream_events(stream));
    CHECK(heard.size == whole.size && memcmp(heard.text, whole.text, whole.size) == 0);
    REFUSED_STATUS(VAGUS_USAGE, "ended", vagus_stream_finish(stream, &error));
    vagus_stream_free(stream);
    free(heard.text);
  }
  free(whole.text);
  vagus_result_free(result);
}

static void a_snapshot_goes_on_as_if_nothing_had_been(const char *detector) {
  const double rate_hz = vagus_channel_rate_hz(recording, 0);
  transcript one = {0}, two = {0};
  vagus_stream *stream, *other;
  const void *snapshot;
  unsigned char *kept;
  size_t bytes = 0;
  MADE(stream = vagus_stream_new(detector, rate_hz, NULL, &error));
  MADE(other = vagus_stream_new(detector, rate_hz, NULL, &error));
  push(stream, 0, count / 3, 100, &one);
  DONE(vagus_stream_gap(stream, 3.5, &error));
  push(stream, count / 3, count / 2, 100, &one);
  MADE(snapshot = vagus_stream_snapshot(stream, &bytes, &error));
  kept = malloc(bytes);
  memcpy(kept, snapshot, bytes);
  one.size = 0;
  push(stream, count / 2, count, 100, &one);
  DONE(vagus_stream_finish(stream, &error));
  add_events(&one, vagus_stream_events(stream));

  DONE(vagus_stream_restore(other, kept, bytes, &error));
  CHECK(vagus_stream_pushed(other) == (int64_t)(count / 2));
  push(other, count / 2, count, 77, &two);
  DONE(vagus_stream_finish(other, &error));
  add_events(&two, vagus_stream_events(other));
  CHECK(one.size > 100 && one.size == two.size && memcmp(one.text, two.text, one.size) == 0);

  kept[bytes / 2] ^= 1;
  REFUSED_STATUS(VAGUS_INPUT, "damaged", vagus_stream_restore(other, kept, bytes, &error));
  kept[bytes / 2] ^= 1;
  REFUSED_STATUS(VAGUS_INPUT, "damaged", vagus_stream_restore(other, kept, bytes - 1, &error));
  REFUSED_STATUS(VAGUS_INPUT, "damaged", vagus_stream_restore(other, kept, 0, &error));
  vagus_stream_free(other);
  MADE(other = vagus_stream_new(detector, rate_hz / 2 < 130 ? 200 : rate_hz / 2, NULL, &error));
  REFUSED_STATUS(VAGUS_INPUT, "snapshot is of", vagus_stream_restore(other, kept, bytes, &error));
  vagus_stream_free(other);
  vagus_stream_free(stream);
  free(kept);
  free(one.text);
  free(two.text);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  MADE(recording = vagus_read(argv[1], &error));
  count = vagus_channel_samples(recording, 0);
  samples = malloc(count * sizeof *samples);
  DONE(vagus_channel_float32(recording, 0, 0, count, samples, &error));
  says_what_the_program_says(argv[2]);
  columns_have_types();
  every_detector_runs_with_its_settings_and_probes();
  a_setting_changes_the_answer();
  a_stream_says_what_a_run_says("health.beats");
  a_stream_says_what_a_run_says("health.quality");
  a_snapshot_goes_on_as_if_nothing_had_been("health.beats");
  a_snapshot_goes_on_as_if_nothing_had_been("health.quality");
  free(samples);
  vagus_recording_free(recording);
  return failures != 0;
}
