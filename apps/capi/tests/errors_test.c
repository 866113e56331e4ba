/* What is refused, and how: NULL everywhere, wrong names, missing files, wrong shapes, NaN. Argument: a WFDB header. */
#include <math.h>

#include "check.h"

static void null_is_an_error_and_no_crash(void) {
  double number = 0;
  float value = 0;
  size_t bytes = 0;
  vagus_label label;
  vagus_stretch stretch;
  const float *channel = &value;
  const char *file = NULL;
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_read(NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_read_session(NULL, 1, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_read_session(&file, 1, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "at least", vagus_read_session(&file, 0, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_find(NULL, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_channel_float64(NULL, 0, 0, 1, &number, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_channel_float32(NULL, 0, 0, 1, &value, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_channel_times(NULL, 0, 0, 1, &number, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_channel_gap(NULL, 0, 0, &number, &number, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_track_label(NULL, 0, 0, &label, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_recording_write(NULL, "x.csv", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_maker_new(NULL, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_maker_set(NULL, "age", "1", &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_maker_channel(NULL, "ecg_mv", NULL, VAGUS_FLOAT32, &value, 1, 100, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_maker_finish(NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_detector_json(NULL, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_options_set(NULL, "a", "b", &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_events_stretch(NULL, 0, &stretch, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_run("health.beats", NULL, NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_run(NULL, NULL, NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_stream_new(NULL, 250, NULL, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_stream_push(NULL, &channel, 1, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_stream_gap(NULL, 1, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_stream_finish(NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_stream_snapshot(NULL, &bytes, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_stream_restore(NULL, "x", 1, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_marks_of_name(NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_marks_of_recording(NULL, NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_marks_of_result(NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_marks_of_rows(NULL, 1, -1, &error));
  CHECK(vagus_recording_channels(NULL) == 0 && vagus_channel_name(NULL, 0) == NULL && isnan(vagus_channel_rate_hz(NULL, 0)));
  CHECK(isnan(vagus_recording_duration_s(NULL)) && vagus_recording_name(NULL)[0] == 0 && vagus_recording_info(NULL)[0] == 0);
  CHECK(vagus_events_count(NULL) == 0 && vagus_events_field(NULL, "t_s") == -1 && vagus_events_float64(NULL, 0) == NULL);
  CHECK(vagus_result_events(NULL) == NULL && vagus_result_summary(NULL)[0] == 0 && vagus_stream_events(NULL) == NULL);
  CHECK(vagus_error_status(NULL) == VAGUS_OK && vagus_error_text(NULL)[0] == 0 && vagus_score_json(NULL)[0] == 0);
  CHECK(vagus_read(NULL, NULL) == NULL); /* nobody asks why */
  vagus_recording_free(NULL), vagus_names_free(NULL), vagus_maker_free(NULL), vagus_options_free(NULL);
  vagus_result_free(NULL), vagus_stream_free(NULL), vagus_marks_free(NULL), vagus_score_free(NULL), vagus_error_free(NULL);
}

static void wrong_names_are_told(const char *file) {
  vagus_recording *recording;
  vagus_options *options;
  vagus_error *error;
  vagus_recording *none = vagus_read("nowhere/100.hea", &error);
  CHECK(none == NULL && vagus_error_status(error) == VAGUS_INPUT && strstr(vagus_error_text(error), "100.hea") != NULL);
  CHECK(strstr(vagus_error_where(error), "100.hea") != NULL && vagus_error_hint(error) != NULL);
  vagus_error_free(error);
  REFUSED_HANDLE(VAGUS_INPUT, "zip", vagus_read("nowhere.zip::a.hea", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "did you mean", vagus_detector_json("health.beat", &error));
  MADE(recording = vagus_read(file, &error));
  MADE(options = vagus_options_new(&error));
  REFUSED_HANDLE(VAGUS_USAGE, "did you mean", vagus_run("health.beets", recording, NULL, &error));
  DONE(vagus_options_set(options, "treshold", "0.5", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "threshold", vagus_run("health.beats", recording, options, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "threshold", vagus_stream_new("health.beats", 250, options, &error));
  vagus_options_free(options);
  MADE(options = vagus_options_new(&error));
  DONE(vagus_options_set(options, "channel", "V9", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "V9", vagus_run("health.beats", recording, options, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "channel", vagus_stream_new("health.beats", 250, options, &error));
  DONE(vagus_options_set(options, "channel", "0", &error));
  DONE(vagus_options_set(options, "probes", "nothing", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "nothing", vagus_run("health.beats", recording, options, &error));
  DONE(vagus_options_set(options, "probes", "", &error));
  DONE(vagus_options_set(options, "scores", "perhaps", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "perhaps", vagus_run("health.beats", recording, options, &error));
  vagus_options_free(options);
  vagus_recording_free(recording);
}

static void wrong_shapes_are_told(void) {
  static float zeros[400];
  double stamps[3] = {0, 1, 2};
  const double bad_time = NAN;
  const char *label = "x";
  vagus_maker *maker;
  MADE(maker = vagus_maker_new("m", &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, NULL, 4, 100, &error));
  REFUSED_STATUS(VAGUS_USAGE, "int16", vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_TEXT, zeros, 4, 100, &error));
  REFUSED_STATUS(VAGUS_USAGE, "int16", vagus_maker_channel(maker, "ecg_mv", NULL, 99, zeros, 4, 100, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_maker_stamped(maker, "ecg_mv", NULL, VAGUS_FLOAT32, zeros, NULL, 4, &error));
  REFUSED_STATUS(VAGUS_USAGE, "time", vagus_maker_set(maker, "start", "yesterday", &error));
  REFUSED_STATUS(VAGUS_USAGE, "seconds", vagus_maker_track(maker, "a", &bad_time, NULL, &label, 1, 100, &error));
  REFUSED_STATUS(VAGUS_USAGE, "tick_hz", vagus_maker_track(maker, "a", stamps, NULL, &label, 1, 0, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "needs a channel", vagus_maker_finish(maker, &error));
  DONE(vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, zeros, 0, 100, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "not one sample", vagus_maker_finish(maker, &error));
  DONE(vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, zeros, 4, NAN, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "Hz", vagus_maker_finish(maker, &error));
  DONE(vagus_maker_channel(maker, "lead", "furlongs", VAGUS_FLOAT32, zeros, 4, 100, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "furlongs", vagus_maker_finish(maker, &error));
  DONE(vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, zeros, 4, 100, &error));
  DONE(vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, zeros, 4, 100, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "two channels", vagus_maker_finish(maker, &error));
  stamps[0] = stamps[1] = stamps[2] = NAN;
  DONE(vagus_maker_stamped(maker, "ecg_mv", NULL, VAGUS_FLOAT32, zeros, stamps, 3, &error));
  REFUSED_HANDLE(VAGUS_INPUT, "", vagus_maker_finish(maker, &error));
  vagus_maker_free(maker);
}

static void nothing_but_nan_is_no_beat(void) {
  static float nothing[2000];
  const float *channel = nothing;
  const float *absent = NULL;
  vagus_maker *maker;
  vagus_recording *recording;
  vagus_stream *stream;
  size_t i;
  for (i = 0; i < 2000; ++i) nothing[i] = NAN;
  MADE(maker = vagus_maker_new("nan", &error));
  DONE(vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, nothing, 2000, 250, &error));
  MADE(recording = vagus_maker_finish(maker, &error));
  REFUSED_HANDLE(VAGUS_INPUT, "sample", vagus_run("health.beats", recording, NULL, &error));
  vagus_recording_free(recording);
  nothing[0] = 0;
  DONE(vagus_maker_channel(maker, "ecg_mv", NULL, VAGUS_FLOAT32, nothing, 2000, 2, &error));
  MADE(recording = vagus_maker_finish(maker, &error));
  REFUSED_HANDLE(VAGUS_INPUT, "Hz", vagus_run("health.beats", recording, NULL, &error));
  vagus_recording_free(recording);
  vagus_maker_free(maker);
  REFUSED_HANDLE(VAGUS_USAGE, "Hz", vagus_stream_new("health.beats", NAN, NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "rate_hz", vagus_stream_new("health.beats", 3, NULL, &error));
  MADE(stream = vagus_stream_new("health.beats", 250, NULL, &error));
  DONE(vagus_stream_push(stream, &channel, 2000, &error));
  CHECK(vagus_events_count(vagus_stream_events(stream)) == 0);
  DONE(vagus_stream_push(stream, &absent, 0, &error));
  REFUSED_STATUS(VAGUS_USAGE, "ecg", vagus_stream_push(stream, &absent, 1, &error));
  REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_stream_push(stream, NULL, 1, &error));
  REFUSED_STATUS(VAGUS_USAGE, "gap", vagus_stream_gap(stream, NAN, &error));
  REFUSED_STATUS(VAGUS_USAGE, "gap", vagus_stream_gap(stream, -1, &error));
  DONE(vagus_stream_finish(stream, &error));
  CHECK(vagus_events_count(vagus_stream_events(stream)) == 0);
  REFUSED_STATUS(VAGUS_USAGE, "ended", vagus_stream_push(stream, &channel, 1, &error));
  vagus_stream_free(stream);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  null_is_an_error_and_no_crash();
  wrong_names_are_told(argv[1]);
  wrong_shapes_are_told();
  nothing_but_nan_is_no_beat();
  return failures != 0;
}
