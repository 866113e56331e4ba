/* vagus for Octave and MATLAB: what the package +vagus needs of the C interface, by the MEX functions that both have.
 *
 *   vagus_mex('version')
 *   vagus_mex('read', NAME)                                   -> struct
 *   vagus_mex('run', DETECTOR, NAME or CHANNELS, SETTINGS)    -> struct
 *   vagus_mex('score', PROTOCOL, SIDE, SIDE, SETTINGS)        -> JSON text, table
 *   vagus_mex('stream', DETECTOR, RATE_HZ, SETTINGS)          -> id
 *   vagus_mex('push', ID, SAMPLES), ('gap', ID, SECONDS), ('finish', ID), ('snapshot', ID), ('restore', ID, BYTES),
 *   ('close', ID)
 *
 * CHANNELS is a struct array with name, unit, values, rate_hz, t_s; SETTINGS a cell of texts, key after value; SIDE a name, or a
 * struct with samples, unreadable and rate_hz, or with rows. The package's files say it to people. */
#include <string.h>

#include "mex.h"
#include "vagus.h"

/* Raises the error as Octave's, and frees it: nothing that the caller holds may be left. */
static void raise_error(vagus_error *error) {
  static char text[2048];
  const int usage = vagus_error_status(error) == VAGUS_USAGE;
  strncpy(text, vagus_error_text(error), sizeof text - 1);
  vagus_error_free(error);
  mexErrMsgIdAndTxt(usage ? "vagus:usage" : "vagus:input", "%s", text);
}

static void raise_usage(const char *text) { mexErrMsgIdAndTxt("vagus:usage", "%s", text); }

/* The text of a character array; freed by MEX when the call ends. */
static char *text_of(const mxArray *array, const char *what) {
  char *text = array != NULL && mxIsChar(array) ? mxArrayToString(array) : NULL;
  if (text == NULL) mexErrMsgIdAndTxt("vagus:usage", "%s is a text", what);
  return text;
}

static double number_of(const mxArray *array, const char *what) {
  if (array == NULL || !mxIsNumeric(array) || mxIsComplex(array) || mxGetNumberOfElements(array) != 1)
    mexErrMsgIdAndTxt("vagus:usage", "%s is a number", what);
  return mxGetScalar(array);
}

static mxArray *text_array(const char *text) { return mxCreateString(text == NULL ? "" : text); }

static void set(mxArray *structure, size_t index, const char *field, mxArray *value) {
  if (mxGetFieldNumber(structure, field) < 0) mxAddField(structure, field);
  mxSetField(structure, (mwIndex)index, field, value);
}

static mxArray *new_struct(size_t count) { return mxCreateStructMatrix((mwSize)count, 1, 0, NULL); }

static mxArray *column(size_t count) { return mxCreateDoubleMatrix((mwSize)count, 1, mxREAL); }

/* ---- Recordings ---- */

static mxArray *gaps_of(const vagus_recording *recording, size_t channel) {
  const size_t count = vagus_channel_gaps(recording, channel);
  mxArray *array = mxCreateDoubleMatrix((mwSize)count, 2, mxREAL);
  size_t i;
  for (i = 0; i < count; ++i)
    (void)vagus_channel_gap(recording, channel, i, mxGetPr(array) + i, mxGetPr(array) + count + i, NULL);
  return array;
}

static mxArray *channels_of(const vagus_recording *recording) {
  const size_t count = vagus_recording_channels(recording);
  mxArray *all = new_struct(count);
  size_t c;
  for (c = 0; c < count; ++c) {
    const size_t samples = vagus_channel_samples(recording, c);
    mxArray *values = column(samples), *times = column(samples);
    (void)vagus_channel_float64(recording, c, 0, samples, mxGetPr(values), NULL);
    (void)vagus_channel_times(recording, c, 0, samples, mxGetPr(times), NULL);
    set(all, c, "name", text_array(vagus_channel_name(recording, c)));
    set(all, c, "quantity", text_array(vagus_channel_quantity(recording, c)));
    set(all, c, "unit", text_array(vagus_channel_unit(recording, c)));
    set(all, c, "rate_hz", mxCreateDoubleScalar(vagus_channel_rate_hz(recording, c)));
    set(all, c, "values", values);
    set(all, c, "t_s", times);
    set(all, c, "gaps_s", gaps_of(recording, c));
  }
  return all;
}

static mxArray *tracks_of(const vagus_recording *recording) {
  const size_t count = vagus_recording_tracks(recording);
  mxArray *all = new_struct(count);
  size_t t, i;
  for (t = 0; t < count; ++t) {
    const size_t marks = vagus_track_labels(recording, t);
    mxArray *start = column(marks), *end = column(marks), *tick = column(marks);
    mxArray *labels = mxCreateCellMatrix((mwSize)marks, 1), *texts = mxCreateCellMatrix((mwSize)marks, 1);
    for (i = 0; i < marks; ++i) {
      vagus_label label;
      if (vagus_track_label(recording, t, i, &label, NULL) != VAGUS_OK) break;
      mxGetPr(start)[i] = label.t_s;
      mxGetPr(end)[i] = label.t_end_s;
      mxGetPr(tick)[i] = (double)label.tick;
      mxSetCell(labels, (mwIndex)i, text_array(label.label));
      mxSetCell(texts, (mwIndex)i, text_array(label.text));
    }
    set(all, t, "name", text_array(vagus_track_name(recording, t)));
    set(all, t, "tick_hz", mxCreateDoubleScalar(vagus_track_tick_hz(recording, t)));
    set(all, t, "t_s", start);
    set(all, t, "t_end_s", end);
    set(all, t, "tick", tick);
    set(all, t, "label", labels);
    set(all, t, "text", texts);
  }
  return all;
}

static mxArray *read_recording(const mxArray *name) {
  vagus_error *error;
  vagus_recording *recording = vagus_read(text_of(name, "the name of a recording"), &error);
  mxArray *made;
  if (recording == NULL) raise_error(error);
  made = new_struct(1);
  set(made, 0, "name", text_array(vagus_recording_name(recording)));
  set(made, 0, "subject", text_array(vagus_recording_subject(recording)));
  set(made, 0, "start", text_array(vagus_recording_start(recording)));
  set(made, 0, "duration_s", mxCreateDoubleScalar(vagus_recording_duration_s(recording)));
  set(made, 0, "channels", channels_of(recording));
  set(made, 0, "tracks", tracks_of(recording));
  vagus_recording_free(recording);
  return made;
}

/* What MEX calls a class of numbers, as samples; 0 where it is none. */
static int type_of(const mxArray *values) {
  if (values == NULL || mxIsComplex(values)) return 0;
  switch (mxGetClassID(values)) {
    case mxINT16_CLASS: return VAGUS_INT16;
    case mxINT32_CLASS: return VAGUS_INT32;
    case mxSINGLE_CLASS: return VAGUS_FLOAT32;
    case mxDOUBLE_CLASS: return VAGUS_FLOAT64;
    default: return 0;
  }
}

/* Adds channel `index` of the struct array; what the maker refuses is left in *error. */
static int add_channel(vagus_maker *maker, const mxArray *channels, size_t index, vagus_error **error) {
  const mxArray *values = mxGetField(channels, (mwIndex)index, "values"), *t_s = mxGetField(channels, (mwIndex)index, "t_s");
  const mxArray *rate = mxGetField(channels, (mwIndex)index, "rate_hz");
  const char *name = text_of(mxGetField(channels, (mwIndex)index, "name"), "a channel's name");
  const char *unit = text_of(mxGetField(channels, (mwIndex)index, "unit"), "a channel's unit");
  const size_t count = values == NULL ? 0 : mxGetNumberOfElements(values);
  if (t_s != NULL && mxIsDouble(t_s) && !mxIsEmpty(t_s)) {
    if (mxGetNumberOfElements(t_s) != count) raise_usage("there are as many times t_s as samples");
    return vagus_maker_stamped(maker, name, unit, type_of(values), values == NULL ? NULL : mxGetData(values), mxGetPr(t_s), count,
                               error) == VAGUS_OK;
  }
  return vagus_maker_channel(maker, name, unit, type_of(values), values == NULL ? NULL : mxGetData(values), count,
                             number_of(rate, "a channel's rate_hz"), error) == VAGUS_OK;
}

/* Everything that lives beside MEX's own memory, so that nothing is left where an error leaves a call. */
static struct {
  vagus_maker *maker;
  vagus_recording *recording;
  vagus_options *options;
  vagus_result *result;
  vagus_marks *reference, *test;
  vagus_score *score;
} held;

static void let_go(void) {
  vagus_maker_free(held.maker);
  vagus_recording_free(held.recording);
  vagus_options_free(held.options);
  vagus_result_free(held.result);
  vagus_marks_free(held.reference);
  vagus_marks_free(held.test);
  vagus_score_free(held.score);
  memset(&held, 0, sizeof held);
}

static void hold_recording(const mxArray *given) {
  vagus_error *error;
  size_t i;
  if (given != NULL && mxIsChar(given)) {
    held.recording = vagus_read(text_of(given, "the name of a recording"), &error);
    if (held.recording == NULL) raise_error(error);
    return;
  }
  if (given == NULL || !mxIsStruct(given)) raise_usage("a recording is a name, or a struct of channels");
  held.maker = vagus_maker_new("array", &error);
  if (held.maker == NULL) raise_error(error);
  for (i = 0; i < mxGetNumberOfElements(given); ++i)
    if (!add_channel(held.maker, given, i, &error)) raise_error(error);
  held.recording = vagus_maker_finish(held.maker, &error);
  if (held.recording == NULL) raise_error(error);
}

static void hold_options(const mxArray *settings) {
  vagus_error *error;
  size_t i;
  if (settings == NULL || !mxIsCell(settings) || mxGetNumberOfElements(settings) % 2 != 0)
    raise_usage("settings are pairs of a name and a value");
  held.options = vagus_options_new(&error);
  if (held.options == NULL) raise_error(error);
  for (i = 0; i < mxGetNumberOfElements(settings); i += 2) {
    const char *key = text_of(mxGetCell(settings, (mwIndex)i), "a setting's name");
    const char *value = text_of(mxGetCell(settings, (mwIndex)i + 1), "a setting's value");
    if (vagus_options_set(held.options, key, value, &error) != VAGUS_OK) raise_error(error);
  }
}

/* ---- Events ---- */

static mxArray *field_array(const vagus_events *events, size_t field) {
  const size_t count = vagus_events_count(events);
  mxArray *array = NULL;
  size_t i;
  switch (vagus_events_field_type(events, field)) {
    case VAGUS_FLOAT64:
      array = column(count);
      memcpy(mxGetPr(array), vagus_events_float64(events, field), count * sizeof(double));
      break;
    case VAGUS_FLOAT32:
      array = mxCreateNumericMatrix((mwSize)count, 1, mxSINGLE_CLASS, mxREAL);
      memcpy(mxGetData(array), vagus_events_float32(events, field), count * sizeof(float));
      break;
    case VAGUS_INT64: /* as doubles, which index arrays; whole numbers up to 2^53 are exact */
      array = column(count);
      for (i = 0; i < count; ++i) mxGetPr(array)[i] = (double)vagus_events_int64(events, field)[i];
      break;
    case VAGUS_BOOL:
      array = mxCreateLogicalMatrix((mwSize)count, 1);
      for (i = 0; i < count; ++i) mxGetLogicals(array)[i] = vagus_events_bool(events, field)[i] != 0;
      break;
    default:
      array = mxCreateCellMatrix((mwSize)count, 1);
      for (i = 0; i < count; ++i) mxSetCell(array, (mwIndex)i, text_array(vagus_events_text(events, field)[i]));
  }
  return array;
}

static mxArray *unreadable_of(const vagus_events *events) {
  const size_t count = vagus_events_unreadable(events);
  mxArray *all = new_struct(count);
  size_t i;
  for (i = 0; i < count; ++i) {
    vagus_stretch stretch;
    if (vagus_events_stretch(events, i, &stretch, NULL) != VAGUS_OK) break;
    set(all, i, "t_start_s", mxCreateDoubleScalar(stretch.t_start_s));
    set(all, i, "t_end_s", mxCreateDoubleScalar(stretch.t_end_s));
    set(all, i, "start_sample", mxCreateDoubleScalar((double)stretch.start_sample));
    set(all, i, "end_sample", mxCreateDoubleScalar((double)stretch.end_sample));
    set(all, i, "reason", text_array(stretch.reason));
  }
  return all;
}

static mxArray *curves_of(const vagus_events *events) {
  const size_t count = vagus_events_curves(events);
  mxArray *all = new_struct(count);
  size_t i;
  for (i = 0; i < count; ++i) {
    const double *t_s;
    const float *values;
    const size_t points = vagus_events_curve(events, i, &t_s, &values);
    mxArray *times = column(points), *numbers = mxCreateNumericMatrix((mwSize)points, 1, mxSINGLE_CLASS, mxREAL);
    if (points > 0) {
      memcpy(mxGetPr(times), t_s, points * sizeof *t_s);
      memcpy(mxGetData(numbers), values, points * sizeof *values);
    }
    set(all, i, "name", text_array(vagus_events_curve_name(events, i)));
    set(all, i, "t_s", times);
    set(all, i, "values", numbers);
  }
  return all;
}

static mxArray *events_array(const vagus_events *events) {
  mxArray *made = new_struct(1);
  size_t f;
  for (f = 0; f < vagus_events_fields(events); ++f) set(made, 0, vagus_events_field_name(events, f), field_array(events, f));
  set(made, 0, "unreadable", unreadable_of(events));
  set(made, 0, "curves", curves_of(events));
  return made;
}

static mxArray *run(const mxArray *detector, const mxArray *recording, const mxArray *settings) {
  vagus_error *error;
  const char *name = text_of(detector, "a detector's name");
  mxArray *made;
  hold_options(settings);
  hold_recording(recording);
  held.result = vagus_run(name, held.recording, held.options, &error);
  if (held.result == NULL) raise_error(error);
  made = events_array(vagus_result_events(held.result));
  set(made, 0, "summary", text_array(vagus_result_summary(held.result)));
  return made;
}

/* ---- Scores ---- */

/* Whole numbers of a numeric array; freed by MEX when the call ends. */
static int64_t *whole_of(const mxArray *array, const char *what, size_t *count) {
  const double *values;
  int64_t *whole;
  size_t i;
  *count = array == NULL ? 0 : mxGetNumberOfElements(array);
  if (*count == 0) return NULL;
  if (!mxIsDouble(array) || mxIsComplex(array)) mexErrMsgIdAndTxt("vagus:usage", "%s are numbers", what);
  values = mxGetPr(array);
  whole = mxMalloc(*count * sizeof *whole);
  for (i = 0; i < *count; ++i) {
    if (!(values[i] > -9e15 && values[i] < 9e15) || values[i] != (double)(int64_t)values[i])
      mexErrMsgIdAndTxt("vagus:usage", "%s are whole numbers", what);
    whole[i] = (int64_t)values[i];
  }
  return whole;
}

static double row_number(const mxArray *rows, size_t index, const char *field) {
  const mxArray *value = mxGetField(rows, (mwIndex)index, field);
  return value == NULL || mxIsEmpty(value) ? mxGetNaN() : number_of(value, field);
}
static const char *row_text(const mxArray *rows, size_t index, const char *field) {
  const mxArray *value = mxGetField(rows, (mwIndex)index, field);
  return value == NULL || mxIsEmpty(value) ? NULL : text_of(value, field);
}

static vagus_marks *marks_of_rows(const mxArray *rows, double duration_s, vagus_error **error) {
  const size_t count = mxGetNumberOfElements(rows);
  vagus_row *all = mxCalloc(count + 1, sizeof *all);
  size_t i;
  for (i = 0; i < count; ++i) {
    all[i].t_start_s = row_number(rows, i, "t_start_s");
    all[i].t_end_s = row_number(rows, i, "t_end_s");
    all[i].t_impact_s = row_number(rows, i, "t_impact_s");
    all[i].score = row_number(rows, i, "score");
    all[i].kind = row_text(rows, i, "kind");
    all[i].label = row_text(rows, i, "label");
  }
  return vagus_marks_of_rows(all, count, duration_s, error);
}

static vagus_marks *side_of(const mxArray *side) {
  vagus_error *error = NULL;
  vagus_marks *marks = NULL;
  if (mxIsChar(side)) {
    marks = vagus_marks_of_name(text_of(side, "a side of a score"), &error);
  } else if (mxIsStruct(side) && mxGetField(side, 0, "rows") != NULL && mxIsStruct(mxGetField(side, 0, "rows"))) {
    marks = marks_of_rows(mxGetField(side, 0, "rows"), number_of(mxGetField(side, 0, "duration_s"), "duration_s"), &error);
  } else if (mxIsStruct(side) && mxGetField(side, 0, "samples") != NULL) {
    size_t count, rows;
    const double rate_hz = number_of(mxGetField(side, 0, "rate_hz"), "rate_hz");
    const int64_t *samples = whole_of(mxGetField(side, 0, "samples"), "samples", &count);
    const int64_t *unreadable = whole_of(mxGetField(side, 0, "unreadable"), "unreadable rows", &rows);
    marks = vagus_marks_of_samples(samples, NULL, count, unreadable, rows / 2, rate_hz, &error);
  } else {
    raise_usage("a side of a score is a name, events, sample numbers, or rows");
  }
  if (marks == NULL) raise_error(error);
  return marks;
}

static void score(int nlhs, mxArray **out, const mxArray **in) {
  vagus_error *error;
  const char *protocol = text_of(in[1], "a protocol");
  hold_options(in[4]);
  held.reference = side_of(in[2]);
  held.test = side_of(in[3]);
  held.score = vagus_score_new(protocol, held.reference, held.test, held.options, &error);
  if (held.score == NULL) raise_error(error);
  out[0] = text_array(vagus_score_json(held.score));
  if (nlhs > 1) out[1] = text_array(vagus_score_table(held.score));
}

/* ---- Streams ---- */

enum { most_streams = 256 };
static vagus_stream *streams[most_streams];

static void close_all(void) {
  size_t i;
  for (i = 0; i < most_streams; ++i) {
    vagus_stream_free(streams[i]);
    streams[i] = NULL;
  }
  let_go();
}

static mxArray *open_stream(const mxArray *detector, const mxArray *rate, const mxArray *settings) {
  vagus_error *error;
  const char *name = text_of(detector, "a detector's name");
  const double rate_hz = number_of(rate, "rate_hz");
  size_t id;
  hold_options(settings);
  for (id = 0; id < most_streams && streams[id] != NULL;) ++id;
  if (id == most_streams) raise_usage("256 streams are open: close some");
  streams[id] = vagus_stream_new(name, rate_hz, held.options, &error);
  if (streams[id] == NULL) raise_error(error);
  return mxCreateDoubleScalar((double)id);
}

static size_t id_of(const mxArray *array) {
  const double id = number_of(array, "a stream");
  if (!(id >= 0 && id < most_streams) || streams[(size_t)id] == NULL) raise_usage("the stream is closed");
  return (size_t)id;
}

/* A row a sample, a column a channel; one channel in any shape of one dimension. */
static mxArray *push(vagus_stream *stream, const mxArray *samples) {
  const size_t channels = vagus_stream_channels(stream);
  const size_t total = mxGetNumberOfElements(samples);
  const size_t rows = channels == 1 ? total : mxGetM(samples);
  const float **columns = mxMalloc((channels + 1) * sizeof *columns);
  float *copy = mxMalloc((total + 1) * sizeof *copy);
  vagus_error *error;
  size_t i;
  if (mxIsComplex(samples) || mxGetNumberOfDimensions(samples) > 2 || (!mxIsDouble(samples) && !mxIsSingle(samples)))
    raise_usage("samples are real numbers, single or double");
  if (rows * channels != total || (channels == 1 && total > 0 && mxGetM(samples) != 1 && mxGetN(samples) != 1))
    mexErrMsgIdAndTxt("vagus:usage", "a chunk has a row a sample and %d column(s)", (int)channels);
  if (mxIsDouble(samples)) {
    for (i = 0; i < total; ++i) copy[i] = (float)mxGetPr(samples)[i];
  } else if (total > 0) {
    memcpy(copy, mxGetData(samples), total * sizeof *copy);
  }
  for (i = 0; i < channels; ++i) columns[i] = copy + i * rows;
  if (vagus_stream_push(stream, columns, rows, &error) != VAGUS_OK) raise_error(error);
  return events_array(vagus_stream_events(stream));
}

static mxArray *finish(vagus_stream *stream) {
  vagus_error *error;
  if (vagus_stream_finish(stream, &error) != VAGUS_OK) raise_error(error);
  return events_array(vagus_stream_events(stream));
}

static mxArray *snapshot(vagus_stream *stream) {
  vagus_error *error;
  size_t bytes;
  const void *state = vagus_stream_snapshot(stream, &bytes, &error);
  mxArray *array;
  if (state == NULL) raise_error(error);
  array = mxCreateNumericMatrix((mwSize)bytes, 1, mxUINT8_CLASS, mxREAL);
  memcpy(mxGetData(array), state, bytes);
  return array;
}

static void restore(vagus_stream *stream, const mxArray *bytes) {
  vagus_error *error;
  if (mxGetClassID(bytes) != mxUINT8_CLASS) raise_usage("a snapshot is uint8");
  if (vagus_stream_restore(stream, mxGetData(bytes), mxGetNumberOfElements(bytes), &error) != VAGUS_OK) raise_error(error);
}

/* How many arguments a command takes after its name. */
static void need_arguments(int given, int wanted) {
  if (given - 1 != wanted) raise_usage("vagus_mex: the number of arguments is wrong");
}

static int stream_command(const char *command, int nrhs, const mxArray **in, mxArray **out) {
  vagus_error *error;
  static const char *const known[] = {"push", "gap", "finish", "snapshot", "restore", "close"};
  static const int arguments[] = {2, 2, 1, 1, 2, 1};
  size_t i = 0, id;
  while (i < sizeof known / sizeof *known && strcmp(command, known[i]) != 0) ++i;
  if (i == sizeof known / sizeof *known) return 0;
  need_arguments(nrhs, arguments[i]);
  id = id_of(in[1]);
  switch (i) {
    case 0: out[0] = push(streams[id], in[2]); break;
    case 1:
      if (vagus_stream_gap(streams[id], number_of(in[2], "a gap"), &error) != VAGUS_OK) raise_error(error);
      break;
    case 2: out[0] = finish(streams[id]); break;
    case 3: out[0] = snapshot(streams[id]); break;
    case 4: restore(streams[id], in[2]); break;
    default:
      vagus_stream_free(streams[id]);
      streams[id] = NULL;
  }
  return 1;
}

void mexFunction(int nlhs, mxArray *plhs[], int nrhs, const mxArray *prhs[]) {
  const char *command = text_of(nrhs > 0 ? prhs[0] : NULL, "vagus_mex: the command");
  mexAtExit(close_all);
  let_go(); /* what an error left of the last call */
  if (strcmp(command, "version") == 0) {
    plhs[0] = text_array(vagus_version());
  } else if (strcmp(command, "read") == 0) {
    need_arguments(nrhs, 1);
    plhs[0] = read_recording(prhs[1]);
  } else if (strcmp(command, "run") == 0) {
    need_arguments(nrhs, 3);
    plhs[0] = run(prhs[1], prhs[2], prhs[3]);
  } else if (strcmp(command, "score") == 0) {
    need_arguments(nrhs, 4);
    score(nlhs, plhs, prhs);
  } else if (strcmp(command, "stream") == 0) {
    need_arguments(nrhs, 3);
    plhs[0] = open_stream(prhs[1], prhs[2], prhs[3]);
  } else if (!stream_command(command, nrhs, prhs, plhs)) {
    raise_usage("vagus_mex: there is no such command");
  }
  let_go();
}
