/* Prints what detectors say of recordings as a table of all fields, by the C interface. Arguments: DETECTORS (parted by
 * commas) RECORDING... */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vagus.h"

static void print_row(const vagus_events *events, size_t row) {
  size_t f;
  for (f = 0; f < vagus_events_fields(events); ++f) {
    if (f > 0) putchar(',');
    switch (vagus_events_field_type(events, f)) {
      case VAGUS_FLOAT64: printf("%.17g", vagus_events_float64(events, f)[row]); break;
      case VAGUS_FLOAT32: printf("%.9g", (double)vagus_events_float32(events, f)[row]); break;
      case VAGUS_INT64: printf("%" PRId64, vagus_events_int64(events, f)[row]); break;
      case VAGUS_BOOL: printf("%d", vagus_events_bool(events, f)[row]); break;
      default: printf("%s", vagus_events_text(events, f)[row]);
    }
  }
  putchar('\n');
}

static int print_table(const char *detector, const char *name) {
  static const char *const types[] = {"", "i2", "i4", "i8", "f4", "f8", "b", "t"};
  vagus_error *error = NULL;
  vagus_recording *recording = vagus_read(name, &error);
  vagus_result *result = recording == NULL ? NULL : vagus_run(detector, recording, NULL, &error);
  const vagus_events *events = vagus_result_events(result);
  size_t i;
  if (result == NULL) {
    fprintf(stderr, "%s\n", vagus_error_text(error));
    vagus_error_free(error);
    vagus_recording_free(recording);
    return 1;
  }
  printf("# %s %s\n", detector, name);
  for (i = 0; i < vagus_events_fields(events); ++i)
    printf("%s%s:%s", i > 0 ? "," : "", vagus_events_field_name(events, i), types[vagus_events_field_type(events, i)]);
  putchar('\n');
  for (i = 0; i < vagus_events_count(events); ++i) print_row(events, i);
  for (i = 0; i < vagus_events_unreadable(events); ++i) {
    vagus_stretch stretch;
    (void)vagus_events_stretch(events, i, &stretch, NULL);
    printf("unreadable,%.17g,%.17g,%s\n", stretch.t_start_s, stretch.t_end_s, stretch.reason);
  }
  vagus_result_free(result);
  vagus_recording_free(recording);
  return 0;
}

int main(int argc, char **argv) {
  char *detector;
  int i, failed = 0;
  if (argc < 3) return 2;
  for (detector = strtok(argv[1], ","); detector != NULL; detector = strtok(NULL, ","))
    for (i = 2; i < argc; ++i) failed |= print_table(detector, argv[i]);
  return failed;
}
