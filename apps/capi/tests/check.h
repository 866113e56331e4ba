/* What the tests in C share: a check that says where it failed, and the error that a call has to give. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagus.h"

static int failures = 0;

#define CHECK(condition)                                                            \
  do {                                                                              \
    if (!(condition)) {                                                             \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                                   \
    }                                                                               \
  } while (0)

/* A call that has to succeed: `call` uses &error. */
#define MADE(call)                                                                            \
  do {                                                                                        \
    vagus_error* error = NULL;                                                                \
    if (!(call) || error != NULL) {                                                           \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, vagus_error_text(error)); \
      exit(1);                                                                                \
    }                                                                                         \
  } while (0)
#define DONE(call) MADE((call) == VAGUS_OK)

/* A call that has to be refused with that status and words in its text; `failed` is what it then gives. */
#define REFUSED(failed, expected, words, call)                                                                         \
  do {                                                                                                                 \
    vagus_error* error = NULL;                                                                                         \
    if (!((call) == (failed)) || vagus_error_status(error) != (expected) || !strstr(vagus_error_text(error), words)) { \
      fprintf(stderr, "%s:%d: %s: status %d, \"%s\"\n", __FILE__, __LINE__, #call, (int)vagus_error_status(error),     \
              vagus_error_text(error));                                                                                \
      ++failures;                                                                                                      \
    }                                                                                                                  \
    vagus_error_free(error);                                                                                           \
  } while (0)
#define REFUSED_HANDLE(expected, words, call) REFUSED(NULL, expected, words, call)
#define REFUSED_STATUS(expected, words, call) REFUSED(expected, expected, words, call)

#endif
