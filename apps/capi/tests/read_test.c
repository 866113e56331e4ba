/* Recordings: read in every way, from arrays, written and read again. Arguments: a WFDB header, the same in an archive. */
#include <math.h>

#include "check.h"

/* The module that reads archives came from beside the library that is installed, not from a build tree. */
static void modules_are_the_installed_ones(const char *prefix) {
  char line[4096];
  int seen = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    if (strstr(line, "vagus-archive.so") == NULL) continue;
    ++seen;
    CHECK(strstr(line, prefix) != NULL);
  }
  if (maps != NULL) fclose(maps);
  CHECK(seen > 0);
}

static void reads_the_same_from_file_and_archive(const char *file, const char *archive) {
  vagus_recording *plain, *packed;
  size_t c, i, n;
  MADE(plain = vagus_read(file, &error));
  MADE(packed = vagus_read(archive, &error));
  CHECK(vagus_recording_channels(plain) == 2 && vagus_recording_channels(packed) == 2);
  CHECK(strcmp(vagus_recording_name(plain), "ecg") == 0);
  CHECK(fabs(vagus_recording_duration_s(plain) - 60) < 0.01);
  CHECK(strstr(vagus_recording_info(plain), "\"duration_s\":") != NULL);
  CHECK(vagus_recording_attribute(plain, "no such key") == NULL);
  for (c = 0; c < vagus_recording_channels(plain); ++c) {
    double *a, *b;
    float *f;
    n = vagus_channel_samples(plain, c);
    CHECK(n > 1000 && n == vagus_channel_samples(packed, c));
    CHECK(strcmp(vagus_channel_name(plain, c), vagus_channel_name(packed, c)) == 0);
    CHECK(strcmp(vagus_channel_quantity(plain, c), "ecg") == 0);
    CHECK(strcmp(vagus_channel_unit(plain, c), "mv") == 0);
    CHECK(vagus_channel_index(plain, vagus_channel_name(plain, c)) == (int)c);
    CHECK(vagus_channel_rate_hz(plain, c) == 360 || vagus_channel_rate_hz(plain, c) == 250);
    CHECK(vagus_channel_gaps(plain, c) == 0 && vagus_channel_jitter_ms(plain, c) == 0);
    a = malloc(n * sizeof *a), b = malloc(n * sizeof *b), f = malloc(n * sizeof *f);
    DONE(vagus_channel_float64(plain, c, 0, n, a, &error));
    DONE(vagus_channel_float64(packed, c, 0, n, b, &error));
    DONE(vagus_channel_float32(plain, c, 0, n, f, &error));
    CHECK(memcmp(a, b, n * sizeof *a) == 0);
    for (i = 0; i < n; ++i) CHECK(fabs((double)f[i] - a[i]) <= 1e-6 * (1 + fabs(a[i])));
    DONE(vagus_channel_times(plain, c, 0, n, b, &error));
    CHECK(b[0] == 0 && fabs(b[n - 1] - (double)(n - 1) / vagus_channel_rate_hz(plain, c)) < 1e-9);
    DONE(vagus_channel_float64(plain, c, n, 0, NULL, &error));
    REFUSED_STATUS(VAGUS_USAGE, "samples", vagus_channel_float64(plain, c, n - 1, 2, a, &error));
    REFUSED_STATUS(VAGUS_USAGE, "samples", vagus_channel_float32(plain, c, (size_t)-1, 2, f, &error));
    REFUSED_STATUS(VAGUS_USAGE, "NULL", vagus_channel_times(plain, c, 0, 1, NULL, &error));
    free(a), free(b), free(f);
  }
  vagus_recording_free(plain);
  vagus_recording_free(packed);
}

static void labels_have_times(const char *file) {
  vagus_recording *recording;
  vagus_label label;
  double before = -1;
  int track;
  size_t i, n;
  MADE(recording = vagus_read(file, &error));
  track = vagus_track_index(recording, "atr");
  CHECK(track >= 0 && vagus_track_index(recording, "nobody") == -1);
  CHECK(strcmp(vagus_track_name(recording, (size_t)track), "atr") == 0);
  n = vagus_track_labels(recording, (size_t)track);
  CHECK(n > 30);
  for (i = 0; i < n; ++i) {
    DONE(vagus_track_label(recording, (size_t)track, i, &label, &error));
    CHECK(label.t_s >= before && label.t_end_s == label.t_s && label.label[0] != 0);
    CHECK(fabs(label.t_s - (double)label.tick / vagus_track_tick_hz(recording, (size_t)track)) < 1e-12);
    before = label.t_s;
  }
  REFUSED_STATUS(VAGUS_USAGE, "label", vagus_track_label(recording, (size_t)track, n, &label, &error));
  REFUSED_STATUS(VAGUS_USAGE, "track", vagus_track_label(recording, 99, 0, &label, &error));
  vagus_recording_free(recording);
}

static void names_are_found(const char *file) {
  vagus_names *names;
  MADE(names = vagus_find(file, &error));
  CHECK(vagus_names_count(names) == 1 && strcmp(vagus_names_at(names, 0), file) == 0 && vagus_names_at(names, 1) == NULL);
  vagus_names_free(names);
}

/* Twenty seconds at 50 Hz with a hole of five, told by their stamps. */
static void arrays_become_a_recording(void) {
  enum { rows = 1000 };
  static double x[rows], t[rows], back[rows];
  static int16_t y[rows];
  const double at[] = {1.0, 2.5};
  const double until[] = {1.5, 3.0};
  const char *const labels[] = {"fall", "rest"};
  double from_s, to_s;
  vagus_maker *maker;
  vagus_recording *made, *read;
  vagus_label label;
  int i;
  for (i = 0; i < rows; ++i) {
    x[i] = sin(0.1 * i);
    y[i] = (int16_t)(i % 100);
    t[i] = i / 50.0 + (i < 500 ? 0 : 5);
  }
  x[7] = NAN;
  MADE(maker = vagus_maker_new("mine", &error));
  DONE(vagus_maker_set(maker, "subject", "p07", &error));
  DONE(vagus_maker_set(maker, "start", "2026-03-02T14:05:00Z", &error));
  DONE(vagus_maker_set(maker, "device", "band", &error));
  DONE(vagus_maker_set(maker, "patient name", "nobody", &error));
  DONE(vagus_maker_stamped(maker, "acc_x_g", NULL, VAGUS_FLOAT64, x, t, rows, &error));
  DONE(vagus_maker_stamped(maker, "counts", "g", VAGUS_INT16, y, t, rows, &error));
  DONE(vagus_maker_track(maker, "falls", at, until, labels, 2, 1000, &error));
  MADE(made = vagus_maker_finish(maker, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "needs a channel", vagus_maker_finish(maker, &error));
  vagus_maker_free(maker);
  CHECK(strcmp(vagus_recording_subject(made), "p07") == 0);
  CHECK(strcmp(vagus_recording_start(made), "2026-03-02T14:05:00Z") == 0);
  CHECK(strcmp(vagus_recording_attribute(made, "device"), "band") == 0);
  CHECK(vagus_recording_attribute(made, "patient name") == NULL);
  CHECK(vagus_channel_gaps(made, 0) == 1);
  DONE(vagus_channel_gap(made, 0, 0, &from_s, &to_s, &error));
  CHECK(fabs(from_s - 10) < 1e-9 && fabs(to_s - 15) < 1e-9);
  REFUSED_STATUS(VAGUS_USAGE, "gap", vagus_channel_gap(made, 0, 1, &from_s, &to_s, &error));
  DONE(vagus_channel_float64(made, 0, 0, rows, back, &error));
  for (i = 0; i < rows; ++i) CHECK(i == 7 ? isnan(back[i]) : back[i] == x[i]);
  DONE(vagus_channel_float64(made, 1, 0, rows, back, &error));
  CHECK(back[199] == 99);
  DONE(vagus_track_label(made, 0, 1, &label, &error));
  CHECK(label.tick == 2500 && label.end_tick == 3000 && strcmp(label.label, "rest") == 0);
  DONE(vagus_recording_write(made, "mine.csv", &error));
  REFUSED_STATUS(VAGUS_USAGE, "", vagus_recording_write(made, "mine.nothing", &error));
  REFUSED_STATUS(VAGUS_INPUT, "", vagus_recording_write(made, "no/such/folder/mine.csv", &error));
  MADE(read = vagus_read("mine.csv", &error));
  CHECK(vagus_channel_samples(read, 0) == rows && vagus_channel_gaps(read, 0) == 1);
  vagus_recording_free(made);
  vagus_recording_free(read);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  CHECK(strcmp(vagus_version(), VERSION_OF_PC) == 0);
  reads_the_same_from_file_and_archive(argv[1], argv[2]);
  modules_are_the_installed_ones(argv[3]);
  labels_have_times(argv[1]);
  names_are_found(argv[1]);
  arrays_become_a_recording();
  return failures != 0;
}
