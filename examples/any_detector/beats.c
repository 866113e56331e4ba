/* Heart beats by the energy of slopes, in C for a wrist and for `vagus run --library`. */
#include "vagus_detector.h"

#define LAG_MOST 32

typedef struct beats {
  float lag_values[LAG_MOST], energy_gain, mean_gain, decay, share;
  float energy, mean, level, highest;
  int32_t lag, hold, rest, left, wait;
  int64_t samples, at;
} beats;

static int init(void *state, float rate_hz, const float *settings) {
  beats *b = (beats *)state;
  const beats zero = {{0}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  if (rate_hz < 50 || rate_hz > 1500) return 1;
  *b = zero;
  b->lag = (int32_t)(0.02f * rate_hz + 0.5f); /* a QRS complex climbs within some 20 ms */
  b->energy_gain = 1 / (0.06f * rate_hz);
  b->mean_gain = 1 / (0.4f * rate_hz);
  b->decay = 1 - 0.25f / rate_hz; /* the highest energy is forgotten in 4 s */
  b->share = settings[0];
  b->hold = (int32_t)(0.12f * rate_hz);
  b->rest = (int32_t)(0.2f * rate_hz);
  b->wait = (int32_t)rate_hz; /* the first second is for learning */
  return 0;
}

static void push(void *state, const float *values, const vagus_detector_sink *sink) {
  beats *b = (beats *)state;
  const float x = values[0] == values[0] ? values[0] : b->mean; /* NaN would stay in every mean */
  float *before = &b->lag_values[b->samples % b->lag];
  const float slope = b->samples < b->lag ? 0 : x - *before;
  *before = x;
  if (b->samples == 0) b->mean = x;
  b->mean += b->mean_gain * (x - b->mean);
  b->energy += b->energy_gain * (slope * slope - b->energy);
  b->level = b->energy > b->level ? b->energy : b->level * b->decay;
  if (sink->probe) sink->probe(sink->context, 0, b->samples, b->energy);
  if (b->left == 0 && b->wait <= 0 && b->energy > b->share * b->level) {
    b->left = b->hold;
    b->highest = 0;
    b->at = b->samples;
  }
  b->wait--;
  if (b->left > 0) {
    const float height = x > b->mean ? x - b->mean : b->mean - x;
    if (height > b->highest) {
      b->highest = height;
      b->at = b->samples;
    }
    if (--b->left == 0) {
      sink->event(sink->context, b->at, 1, NULL);
      b->wait = b->rest;
    }
  }
  b->samples++;
}

static void gap(void *state, float seconds, const vagus_detector_sink *sink) {
  beats *b = (beats *)state;
  (void)seconds;
  (void)sink;
  b->left = 0; /* a beat that the gap cut off is none */
  b->wait = b->rest;
}

static const vagus_detector_channel channels[] = {{"ecg_mv", 50, 1500, 0}};
static const vagus_detector_setting settings[] = {{"share", "", "of the usual energy of a beat", 0.3f, 0.05f, 0.95f}};
static const char *const probes[] = {"energy"};
static const vagus_detector_info info = {
    VAGUS_DETECTOR_INTERFACE, "my.beats", "1.0.0", "Heart beats by the energy of slopes.", "beats", 0, channels, 1, settings, 1,
    NULL, 0, probes, 1, sizeof(beats), sizeof(int64_t), init, push, gap, NULL};

const vagus_detector_info *vagus_detector(void) { return &info; }
