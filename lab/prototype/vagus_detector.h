/* A detector in C, as vagus runs it: on a server as a shared object (`[detector] library = "LIB.so"`), on a wrist from
 * the same sources. One function is exported, vagus_detector(); everything else hangs on what it returns.
 *
 *   cc -std=c99 -O2 -fPIC -shared -I lab/prototype my_detector.c -o my_detector.so
 *   vagus run --library ./my_detector.so 100.hea
 *
 * The state is one block of plain memory: vagus allocates it, takes its snapshot by memcpy and goes on from the copy at
 * another address (it does so after every second of signal), so it holds no pointer into itself. Nothing of it is
 * cleared before `init`. Calls for one state never overlap; several states are used side by side, so there is nothing
 * static that is written. C99, freestanding. */
#ifndef VAGUS_DETECTOR_H
#define VAGUS_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VAGUS_DETECTOR_INTERFACE 1u

/* A channel that is read, by its column in canonical CSV: "ecg_mv", "acc_x_g", "ppg_green". Values come in that unit.
 */
typedef struct vagus_detector_channel {
  const char* column;
  float min_rate_hz, max_rate_hz; /* rates that are taken */
  int optional;                   /* 1: where it is missing its values are NaN */
} vagus_detector_channel;

/* A number that a study may set. */
typedef struct vagus_detector_setting {
  const char *name, *unit, *meaning;
  float standard, low, high;
} vagus_detector_setting;

/* A field of an event beside its place and quality: a number, or one of `labels`, of which the number is the index. */
typedef struct vagus_detector_field {
  const char *name, *unit;
  const char* const* labels; /* NULL: a number */
  int label_count;
} vagus_detector_field;

/* Where a detector says what it found. Samples are counted from 0 as they are pushed; a gap does not count.
 * `quality` is the probability that the answer is right; `fields` holds one number for each of the detector's fields
 * (NULL where it has none). Events come in order, and never before the samples that they are about. */
typedef struct vagus_detector_sink {
  void* context; /* handed back in every call */
  void (*event)(void* context, int64_t sample, float quality, const float* fields);
  void (*stretch)(void* context, int64_t start_sample, int64_t end_sample, float quality, const float* fields);
  void (*candidate)(void* context, int64_t sample, float score); /* weighed and not reported */
  void (*unreadable)(void* context, int64_t start_sample, int64_t end_sample, const char* reason);
  void (*probe)(void* context, int probe, int64_t sample, float value); /* NULL where nobody listens */
} vagus_detector_sink;

typedef struct vagus_detector_info {
  uint32_t interface_version; /* VAGUS_DETECTOR_INTERFACE */
  const char *name, *version, *summary;
  const char* event; /* plural noun of what it says: "beats" where protocol ec57 is to score it */
  int stretches;     /* 0: events are moments; 1: stretches */
  const vagus_detector_channel* channels;
  int channel_count;
  const vagus_detector_setting* settings;
  int setting_count;
  const vagus_detector_field* fields;
  int field_count;
  const char* const* probes;
  int probe_count;
  size_t state_bytes, state_align;
  /* 0, or anything else where rate or settings are refused. `settings` holds one number each. */
  int (*init)(void* state, float rate_hz, const float* settings);
  /* One sample of each channel. */
  void (*push)(void* state, const float* values, const vagus_detector_sink* sink);
  /* So many seconds are missing before the next sample. May be NULL. */
  void (*gap)(void* state, float seconds, const vagus_detector_sink* sink);
  /* The signal has ended. May be NULL. */
  void (*finish)(void* state, const vagus_detector_sink* sink);
} vagus_detector_info;

/* The one function that a shared object exports. What it returns stays valid and as it is. */
const vagus_detector_info* vagus_detector(void);

#ifdef __cplusplus
}
#endif

#endif
