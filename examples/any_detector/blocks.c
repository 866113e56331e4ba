/* Reads the blocks of `frames = "npy"` and says when six axes were still: what a reader in C looks like.
 *   cc -std=c99 -O2 blocks.c -o blocks -lm
 *   vagus run --exec ./blocks --frames npy --reads acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps day.csv */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 6
#define ROW_BYTES (8 + 4 * COLUMNS)

static float energy, threshold = 0.02f;
static int was_still;

static void take(const char *row) {
  double t_s;
  float v[COLUMNS];
  memcpy(&t_s, row, sizeof t_s);
  memcpy(v, row + 8, sizeof v);
  const float acc = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) - 1;
  const float gyr = (v[3] * v[3] + v[4] * v[4] + v[5] * v[5]) * 1e-4f;
  energy += 0.002f * (acc * acc + gyr - energy);
  const int still = energy < threshold;
  if (still && !was_still) printf("{\"t_s\": %.6f}\n", t_s);
  was_still = still;
}

int main(void) {
  static char rows[8192 * ROW_BYTES];
  for (;;) {
    unsigned char head[10];
    char text[4096];
    if (fread(head, 1, 10, stdin) != 10 || memcmp(head, "\x93NUMPY\x01", 7) != 0) return 1;
    const size_t length = head[8] + 256u * head[9];
    if (length >= sizeof text || fread(text, 1, length, stdin) != length) return 1;
    text[length] = 0;
    const char *shape = strstr(text, "'shape': (");
    if (shape == NULL) return 1;
    size_t left = strtoul(shape + 10, NULL, 10);
    if (left == 0) return 0; /* the last block */
    while (left > 0) {
      const size_t now = left < 8192 ? left : 8192;
      if (fread(rows, ROW_BYTES, now, stdin) != now) return 1;
      for (size_t i = 0; i < now; ++i) take(rows + i * ROW_BYTES);
      left -= now;
    }
  }
}
