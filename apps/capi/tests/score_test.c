/* Scores. Arguments: a WFDB header, what `vagus score ec57 --from-s 5 --json` said of its labels and health.beats. */
#include <math.h>

#include "check.h"

static char *line_of(const char *path) {
  static char line[65536];
  FILE *file = fopen(path, "rb");
  if (file == NULL || fgets(line, sizeof line, file) == NULL) exit(2);
  fclose(file);
  line[strcspn(line, "\n")] = 0;
  return line;
}

static void beats_are_counted_as_the_program_counts_them(const char *file, const char *expected) {
  vagus_recording *recording;
  vagus_result *result;
  vagus_options *options;
  vagus_marks *sides[2][2];
  vagus_score *score;
  int64_t none = 0;
  int a, b;
  MADE(recording = vagus_read(file, &error));
  MADE(result = vagus_run("health.beats", recording, NULL, &error));
  MADE(options = vagus_options_new(&error));
  DONE(vagus_options_set(options, "from_s", "5", &error));
  MADE(sides[0][0] = vagus_marks_of_recording(recording, NULL, &error));
  MADE(sides[0][1] = vagus_marks_of_name(file, &error));
  MADE(sides[1][0] = vagus_marks_of_result(result, &error));
  {
    const vagus_events *events = vagus_result_events(result);
    const int64_t *samples = vagus_events_int64(events, (size_t)vagus_events_field(events, "sample"));
    MADE(sides[1][1] = vagus_marks_of_samples(samples, NULL, vagus_events_count(events), NULL, 0, 0, &error));
  }
  for (a = 0; a < 2; ++a) {
    for (b = 0; b < 2; ++b) {
      MADE(score = vagus_score_new("ec57", sides[0][a], sides[1][b], options, &error));
      CHECK(strcmp(vagus_score_json(score), expected) == 0);
      CHECK(strstr(vagus_score_table(score), "ensitivity") != NULL);
      vagus_score_free(score);
    }
  }
  DONE(vagus_options_set(options, "from_s", "soon", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "from_s", vagus_score_new("ec57", sides[0][0], sides[1][0], options, &error));
  DONE(vagus_options_set(options, "from_s", "nan", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "from_s", vagus_score_new("ec57", sides[0][0], sides[1][0], options, &error));
  DONE(vagus_options_set(options, "from_s", "0", &error));
  DONE(vagus_options_set(options, "depth", "1", &error));
  REFUSED_HANDLE(VAGUS_USAGE, "depth", vagus_score_new("ec57", sides[0][0], sides[1][0], options, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "ec57", vagus_score_new("ec75", sides[0][0], sides[1][0], NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "rows", vagus_score_new("events", sides[0][0], sides[1][1], NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_score_new("ec57", NULL, sides[1][0], NULL, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "rate_hz", vagus_marks_of_samples(&none, NULL, 1, NULL, 0, NAN, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_marks_of_samples(&none, NULL, 1, NULL, 1, 0, &error));
  REFUSED_HANDLE(VAGUS_USAGE, "NULL", vagus_marks_of_samples(NULL, NULL, 1, NULL, 0, 0, &error));
  for (a = 0; a < 4; ++a) vagus_marks_free(sides[a / 2][a % 2]);
  MADE(sides[0][0] = vagus_marks_of_recording(recording, "nobody", &error));
  MADE(sides[1][0] = vagus_marks_of_name("no such file", &error));
  REFUSED_HANDLE(VAGUS_INPUT, "nobody", vagus_score_new("ec57", sides[0][0], sides[0][0], NULL, &error));
  REFUSED_HANDLE(VAGUS_INPUT, "no such file", vagus_score_new("ec57", sides[1][0], sides[1][0], NULL, &error));
  vagus_marks_free(sides[0][0]);
  vagus_marks_free(sides[1][0]);
  vagus_options_free(options);
  vagus_result_free(result);
  vagus_recording_free(recording);
}

static void falls_and_windows_are_rows(void) {
  const vagus_row truth[] = {{100, 103, 101, NAN, NULL, "fall"}, {500, 503, 501, NAN, NULL, "fall"}, {0, 3600, NAN, NAN, "worn", NULL}};
  const vagus_row found[] = {{102, NAN, 101.2, 0.9, NULL, NULL}, {2000, NAN, NAN, 0.8, NULL, NULL}};
  const vagus_row labels[] = {{0, 10, NAN, NAN, NULL, "walk"}, {10, 20, NAN, NAN, NULL, "rest"}};
  vagus_marks *reference, *test;
  vagus_score *score;
  MADE(reference = vagus_marks_of_rows(truth, 3, 3600, &error));
  MADE(test = vagus_marks_of_rows(found, 2, 3600, &error));
  MADE(score = vagus_score_new("events", reference, test, NULL, &error));
  CHECK(strstr(vagus_score_json(score), "\"detected\":1,\"missed\":1,\"false_alarms\":1") != NULL);
  vagus_score_free(score);
  REFUSED_HANDLE(VAGUS_USAGE, "moments", vagus_score_new("ec57", reference, test, NULL, &error));
  vagus_marks_free(reference);
  vagus_marks_free(test);
  MADE(reference = vagus_marks_of_rows(labels, 2, 20, &error));
  MADE(score = vagus_score_new("windows", reference, reference, NULL, &error));
  CHECK(strstr(vagus_score_json(score), "walk") != NULL);
  vagus_score_free(score);
  vagus_marks_free(reference);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  beats_are_counted_as_the_program_counts_them(argv[1], line_of(argv[2]));
  falls_and_windows_are_rows();
  return failures != 0;
}
