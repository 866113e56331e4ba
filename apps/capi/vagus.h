/* vagus in C: recordings read or made of arrays, detectors run over them or fed chunk by chunk, answers scored. The
 * same bits as the program `vagus`, the package for Python and the wrist. C99 and C++; link by `pkg-config --cflags
 * --libs vagus`.
 *
 * Handles are opaque. A function that makes one returns NULL where it cannot; the caller frees it by the function named
 * beside it, and freeing NULL does nothing. Texts and arrays that a handle gives belong to it and live as long as it
 * does, unless said otherwise. Texts are UTF-8 and end in 0.
 *
 * Errors: where a function takes `vagus_error **error`, it may be NULL; else *error is set to NULL on success and to a
 * new error on failure, which the caller frees by vagus_error_free. It is not read, so it needs no initial value. No
 * exception and no signal comes out of the library. A NULL where something is needed is an error, not a crash.
 *
 * Threads: any function may be called from any thread. A recording, result, set of events, marks and score are never
 * changed once made: several threads may read one. Options, makers and streams are used by one thread at a time.
 *
 * vagus is not a medical device. */
/* NOLINTBEGIN(modernize-*): C99 */
#ifndef VAGUS_H
#define VAGUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* The library's version, "1.2.3": the Version of vagus.pc. A static text. */
const char* vagus_version(void);

/* ---- Errors ---------------------------------------------------------------------------------------------------- */

/* What a function that makes no handle returns, and the kind of an error. The program's exit codes, where it has one.
 */
typedef enum vagus_status {
  VAGUS_OK = 0,
  VAGUS_USAGE = 2,   /* a wrong name, option, shape or value, or NULL */
  VAGUS_INPUT = 3,   /* data that cannot be read or used */
  VAGUS_MEMORY = 4,  /* no memory is left */
  VAGUS_INTERNAL = 5 /* anything else: a defect of vagus */
} vagus_status;

typedef struct vagus_error vagus_error;
/* Of no error (NULL): VAGUS_OK. */
vagus_status vagus_error_status(const vagus_error* error);
/* The program's own words, in one line, with place and hint. "" of NULL. */
const char* vagus_error_text(const vagus_error* error);
/* File and place ("100.hea line 3"), and what to do about it; "" where there is none. */
const char* vagus_error_where(const vagus_error* error);
const char* vagus_error_hint(const vagus_error* error);
void vagus_error_free(vagus_error* error);

/* ---- Recordings ------------------------------------------------------------------------------------------------ */

typedef struct vagus_recording vagus_recording;

/* Reads one recording with its labels: a file in any supported format, "ARCHIVE::inner/path", or "SET:RECORDING" of the
 * store. A name that means several is VAGUS_USAGE (vagus_find tells them). Free by vagus_recording_free. */
vagus_recording* vagus_read(const char* name, vagus_error** error);
/* Several files of one session, whose time columns are one clock, as one recording. `count` at least 1. */
vagus_recording* vagus_read_session(const char* const* files, size_t count, vagus_error** error);
void vagus_recording_free(vagus_recording* recording);

/* The recordings that a name with a pattern means ("mitdb:1*", "mitdb:"), or a file's own. Free by vagus_names_free. */
typedef struct vagus_names vagus_names;
vagus_names* vagus_find(const char* name, vagus_error** error);
size_t vagus_names_count(const vagus_names* names);
/* NULL past the last. Each is a name for vagus_read. */
const char* vagus_names_at(const vagus_names* names, size_t index);
void vagus_names_free(vagus_names* names);

/* "" where unknown. `start` is ISO 8601 ("2011-03-02T14:05:00Z"; without Z in local time of an unknown zone). */
const char* vagus_recording_name(const vagus_recording* recording);
const char* vagus_recording_subject(const vagus_recording* recording);
const char* vagus_recording_session(const vagus_recording* recording);
const char* vagus_recording_start(const vagus_recording* recording);
/* Seconds from the start to the end of the longest channel; NaN of NULL. */
double vagus_recording_duration_s(const vagus_recording* recording);
/* What else is known ("age", "device"); NULL where it is not. Names of people and birth dates are not given. */
const char* vagus_recording_attribute(const vagus_recording* recording, const char* key);
/* Everything that `vagus info --json` says of it, a JSON object. */
const char* vagus_recording_info(const vagus_recording* recording);

/* Channels, counted from 0. Past the last: NULL, 0 or NaN. */
size_t vagus_recording_channels(const vagus_recording* recording);
/* The channel of that name, or -1. */
int vagus_channel_index(const vagus_recording* recording, const char* name);
const char* vagus_channel_name(const vagus_recording* recording, size_t channel);
/* What it measures, by its canonical name ("ecg", "acc_x", "other"), and its unit ("mv", "g"; "" none). */
const char* vagus_channel_quantity(const vagus_recording* recording, size_t channel);
const char* vagus_channel_unit(const vagus_recording* recording, size_t channel);
/* The rate found in Hz: of one even stretch its own, of several their mean by samples. */
double vagus_channel_rate_hz(const vagus_recording* recording, size_t channel);
/* By how much an irregular stamp was moved at most, in milliseconds. */
double vagus_channel_jitter_ms(const vagus_recording* recording, size_t channel);
size_t vagus_channel_samples(const vagus_recording* recording, size_t channel);
/* Copies samples [first, first + count) as physical values in the channel's unit, NaN where one is missing, or their
 * times in seconds since the start. VAGUS_USAGE where they are not all there. `out` has room for `count`. */
vagus_status vagus_channel_float64(const vagus_recording* recording, size_t channel, size_t first, size_t count,
                                   double* out, vagus_error** error);
vagus_status vagus_channel_float32(const vagus_recording* recording, size_t channel, size_t first, size_t count,
                                   float* out, vagus_error** error);
vagus_status vagus_channel_times(const vagus_recording* recording, size_t channel, size_t first, size_t count,
                                 double* out_s, vagus_error** error);
/* Gaps between even stretches, and one of them: from one interval after the last sample before it to the first after
 * it, in seconds since the start. VAGUS_USAGE past the last. */
size_t vagus_channel_gaps(const vagus_recording* recording, size_t channel);
vagus_status vagus_channel_gap(const vagus_recording* recording, size_t channel, size_t gap, double* from_s,
                               double* to_s, vagus_error** error);

/* Tracks of labels ("atr", "falls"), counted from 0. */
size_t vagus_recording_tracks(const vagus_recording* recording);
/* The track of that name, or -1. */
int vagus_track_index(const vagus_recording* recording, const char* name);
const char* vagus_track_name(const vagus_recording* recording, size_t track);
/* Ticks a second of the track's clock; tick 0 is the recording's start. */
double vagus_track_tick_hz(const vagus_recording* recording, size_t track);
size_t vagus_track_labels(const vagus_recording* recording, size_t track);

/* A label at a moment (both times equal) or over a stretch. This struct never changes. */
typedef struct vagus_label {
  int64_t tick, end_tick; /* on the track's clock */
  double t_s, t_end_s;    /* seconds since the start */
  const char* label;      /* WFDB mnemonic ("N", "V", "+", "~") or a free label */
  const char* text;       /* WFDB aux text ("(AFIB") or a remark; "" none */
  int32_t subtype;        /* WFDB subtype */
} vagus_label;
/* VAGUS_USAGE past the last. The texts belong to the recording. */
vagus_status vagus_track_label(const vagus_recording* recording, size_t track, size_t index, vagus_label* out,
                               vagus_error** error);

/* Writes by the ending of `path`: .hea (WFDB), .csv (canonical, labels beside it) or .npz; whole or not at all. */
vagus_status vagus_recording_write(const vagus_recording* recording, const char* path, vagus_error** error);

/* ---- Recordings from arrays ------------------------------------------------------------------------------------ */

typedef enum vagus_type {
  VAGUS_INT16 = 1,
  VAGUS_INT32 = 2,
  VAGUS_INT64 = 3,
  VAGUS_FLOAT32 = 4,
  VAGUS_FLOAT64 = 5,
  VAGUS_BOOL = 6,
  VAGUS_TEXT = 7
} vagus_type;

/* Gathers channels and labels; everything is copied. Free by vagus_maker_free, also after vagus_maker_finish. */
typedef struct vagus_maker vagus_maker;
vagus_maker* vagus_maker_new(const char* name, vagus_error** error);
/* "subject", "session", "start" (ISO 8601), or any other fact ("age", "device"). Without a subject every recording
 * counts as a person of its own. Names and birth dates are kept apart and reach no report. */
vagus_status vagus_maker_set(vagus_maker* maker, const char* key, const char* value, vagus_error** error);
/* `count` (1 or more) even samples from 0 s on at `rate_hz` (above 0). `name` as in canonical CSV says quantity and
 * unit ("ecg_mv", "acc_x_g", "wrist.ppg_green"); with a `unit` ("mV", "m/s^2") any name will do; NULL: none is told.
 * `type`, a vagus_type, is VAGUS_INT16, VAGUS_INT32, VAGUS_FLOAT32 or VAGUS_FLOAT64; the lowest integer and NaN are
 * missing samples. */
vagus_status vagus_maker_channel(vagus_maker* maker, const char* name, const char* unit, int type, const void* values,
                                 size_t count, double rate_hz, vagus_error** error);
/* The same with a time in seconds for each sample, irregular as they may be (NaN: unknown): put on an even grid by the
 * rule that every reader follows, gaps stay gaps. */
vagus_status vagus_maker_stamped(vagus_maker* maker, const char* name, const char* unit, int type, const void* values,
                                 const double* t_s, size_t count, vagus_error** error);
/* A track of `count` labels at `t_s` seconds, or over stretches up to `t_end_s` (NULL: moments), kept to 1 / `tick_hz`
 * s. */
vagus_status vagus_maker_track(vagus_maker* maker, const char* name, const double* t_s, const double* t_end_s,
                               const char* const* labels, size_t count, double tick_hz, vagus_error** error);
/* The recording; the maker is empty afterwards. VAGUS_USAGE for two channels of one name, or none at all. */
vagus_recording* vagus_maker_finish(vagus_maker* maker, vagus_error** error);
void vagus_maker_free(vagus_maker* maker);

/* ---- Detectors ------------------------------------------------------------------------------------------------- */

size_t vagus_detector_count(void);
/* "health.beats"; NULL past the last. A static text. */
const char* vagus_detector_name(size_t index);
/* What `vagus detectors NAME --json` says: inputs, settings with units and ranges, outputs, probes, latency, memory.
 * Lives until the process ends. NULL and VAGUS_USAGE where there is none of that name. */
const char* vagus_detector_json(const char* name, vagus_error** error);

/* Options of a run, a stream or a score. Free by vagus_options_free. */
typedef struct vagus_options vagus_options;
vagus_options* vagus_options_new(vagus_error** error);
/* As the program takes them; each is judged where the options are used, an unknown key too.
 *   runs and streams: any setting of the detector, as `--set KEY=VALUE`
 *   runs:             "channel" (name or index), "scores" ("true": candidates and scores too)
 *   runs and streams: "probes" ("all", or names parted by commas; a stream keeps all or none)
 *   scores:           "from_s", "to_s", "window_s", "map" (ec57: "bxb" or "ec57"), "rule" (events: "fall" or "crash")
 */
vagus_status vagus_options_set(vagus_options* options, const char* key, const char* value, vagus_error** error);
void vagus_options_free(vagus_options* options);

/* ---- Events ---------------------------------------------------------------------------------------------------- */

/* A table: a row an event, a column a field, in the order in which it was said. Fields: t_s (seconds since the start;
 * of a stretch when it was decided), then `sample` (row of the input, from 0) or t_start_s and t_end_s, then quality,
 * the detector's own, t_known_s (when it could have been said) and at_end (decided only because the signal ended). */
typedef struct vagus_events vagus_events;
size_t vagus_events_count(const vagus_events* events);
size_t vagus_events_fields(const vagus_events* events);
/* Past the last field: NULL and 0. Units are "" for bare numbers. */
const char* vagus_events_field_name(const vagus_events* events, size_t field);
const char* vagus_events_field_unit(const vagus_events* events, size_t field);
const char* vagus_events_field_meaning(const vagus_events* events, size_t field);
/* VAGUS_INT64, VAGUS_FLOAT32, VAGUS_FLOAT64, VAGUS_BOOL or VAGUS_TEXT; 0 past the last. */
int vagus_events_field_type(const vagus_events* events, size_t field);
/* The field of that name, or -1. */
int vagus_events_field(const vagus_events* events, const char* name);
/* A whole column, vagus_events_count values; NULL where the field is of another type or not there. A bool is 0 or 1. */
const int64_t* vagus_events_int64(const vagus_events* events, size_t field);
const float* vagus_events_float32(const vagus_events* events, size_t field);
const double* vagus_events_float64(const vagus_events* events, size_t field);
const uint8_t* vagus_events_bool(const vagus_events* events, size_t field);
const char* const* vagus_events_text(const vagus_events* events, size_t field);

/* A stretch in which the detector could not tell. This struct never changes. */
typedef struct vagus_stretch {
  double t_start_s, t_end_s;
  int64_t start_sample, end_sample; /* rows of the input, half-open */
  const char* reason;
} vagus_stretch;
size_t vagus_events_unreadable(const vagus_events* events);
/* VAGUS_USAGE past the last. */
vagus_status vagus_events_stretch(const vagus_events* events, size_t index, vagus_stretch* out, vagus_error** error);

/* Curves: inner signals as "probe:NAME", and "score" and "candidate" where scores were asked for. */
size_t vagus_events_curves(const vagus_events* events);
const char* vagus_events_curve_name(const vagus_events* events, size_t curve);
/* Its number of points; *t_s and *values (each may be NULL) point to their times in seconds and their values. 0 past
 * the last. */
size_t vagus_events_curve(const vagus_events* events, size_t curve, const double** t_s, const float** values);

/* ---- Runs ------------------------------------------------------------------------------------------------------ */

typedef struct vagus_result vagus_result;
/* Runs a detector over a recording: the events that the program says, bit for bit. `options` NULL: none. VAGUS_USAGE
 * for an unknown detector, setting, channel or probe, VAGUS_INPUT where the recording lacks a channel or has a rate
 * that the detector does not take. Free by vagus_result_free. */
vagus_result* vagus_run(const char* detector, const vagus_recording* recording, const vagus_options* options,
                        vagus_error** error);
/* Belong to the result. */
const vagus_events* vagus_result_events(const vagus_result* result);
/* The program's summary line, a JSON object. */
const char* vagus_result_summary(const vagus_result* result);
/* All lines of `vagus run --json`, the summary last. */
const char* vagus_result_json_lines(const vagus_result* result);
void vagus_result_free(vagus_result* result);

/* ---- Streams --------------------------------------------------------------------------------------------------- */

/* The device's own detector, fed chunk by chunk. Samples and times count from the first sample pushed. */
typedef struct vagus_stream vagus_stream;
/* `rate_hz` of the samples to come. Free by vagus_stream_free. */
vagus_stream* vagus_stream_new(const char* detector, double rate_hz, const vagus_options* options, vagus_error** error);
/* How many channels it reads (vagus_detector_json: "reads", in that order and in those units). */
size_t vagus_stream_channels(const vagus_stream* stream);
/* The next `count` samples of each channel: channels[i] points to those of the i-th, NULL only where it is optional.
 * NaN is a sample that says nothing: the device hears it as such (vagus_run bridges and cuts, as the program does). */
vagus_status vagus_stream_push(vagus_stream* stream, const float* const* channels, size_t count, vagus_error** error);
/* `seconds` (above 0) of samples were lost before the next push. */
vagus_status vagus_stream_gap(vagus_stream* stream, double seconds, vagus_error** error);
/* The signal ended. Whatever is pushed afterwards is VAGUS_USAGE. */
vagus_status vagus_stream_finish(vagus_stream* stream, vagus_error** error);
/* What became known by the last push or finish: belongs to the stream, until the next of them. */
const vagus_events* vagus_stream_events(const vagus_stream* stream);
/* Samples pushed so far. */
int64_t vagus_stream_pushed(const vagus_stream* stream);
/* The state, to go on from later, elsewhere, or twice: `*bytes` of it, valid until the next call with this stream. */
const void* vagus_stream_snapshot(vagus_stream* stream, size_t* bytes, vagus_error** error);
/* Goes on from a snapshot of a stream of the same detector, version, rate and settings on the same kind of machine.
 * VAGUS_INPUT where it is of another or damaged; the stream is then as before. */
vagus_status vagus_stream_restore(vagus_stream* stream, const void* snapshot, size_t bytes, vagus_error** error);
void vagus_stream_free(vagus_stream* stream);

/* ---- Scores ---------------------------------------------------------------------------------------------------- */

/* One side of a comparison. Free by vagus_marks_free. */
typedef struct vagus_marks vagus_marks;
/* Whatever `vagus score` takes: an annotation file, a CSV of events, a recording, "SET:RECORDING". Read when it is
 * scored. */
vagus_marks* vagus_marks_of_name(const char* name, vagus_error** error);
/* A recording's labels: those of `track`; NULL: the reference ("atr", "beats", or its only one; all, for events and
 * windows). */
vagus_marks* vagus_marks_of_recording(const vagus_recording* recording, const char* track, vagus_error** error);
/* What a detector said. */
vagus_marks* vagus_marks_of_result(const vagus_result* result, vagus_error** error);
/* Moments at `samples` (ec57): `rate_hz` a second, 0 for the other side's; `labels` NULL: all "N". From unreadable[2 i]
 * to unreadable[2 i + 1], of `stretches`, nothing could be told. */
vagus_marks* vagus_marks_of_samples(const int64_t* samples, const char* const* labels, size_t count,
                                    const int64_t* unreadable, size_t stretches, double rate_hz, vagus_error** error);
/* Rows (events and windows). NaN and NULL: not told. This struct never changes. */
typedef struct vagus_row {
  double t_start_s, t_end_s; /* of a moment the end is NaN */
  double t_impact_s, score;
  const char* kind; /* NULL an event; "fall_trial", "activity", "worn", "unreadable" ... */
  const char* label;
} vagus_row;
/* `duration_s` of the recording; below 0: unknown. */
vagus_marks* vagus_marks_of_rows(const vagus_row* rows, size_t count, double duration_s, vagus_error** error);
void vagus_marks_free(vagus_marks* marks);

typedef struct vagus_score vagus_score;
/* `protocol`: "ec57", "events" or "windows". ec57 counts from 300 s unless "from_s" is told, the others from 0. Free by
 * vagus_score_free. */
vagus_score* vagus_score_new(const char* protocol, const vagus_marks* reference, const vagus_marks* test,
                             const vagus_options* options, vagus_error** error);
/* What `vagus score --json` prints, and its table for people. */
const char* vagus_score_json(const vagus_score* score);
const char* vagus_score_table(const vagus_score* score);
void vagus_score_free(vagus_score* score);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
/* NOLINTEND(modernize-*) */
