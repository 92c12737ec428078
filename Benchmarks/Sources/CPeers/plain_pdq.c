#pragma STDC FP_CONTRACT OFF
#include "include/peers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One box pass along a line of `count` values, `step` apart.
static void box(const float *in, float *out, size_t count, size_t step, size_t window) {
  const size_t half = (window + 2) / 2;
  size_t left = 0, right = 0, written = 0, held = 0;
  float sum = 0;
  for (size_t i = 0; i + 1 < half; i++, held++) sum += in[step * right++];
  for (size_t i = 0; i < window - half + 1; i++) {
    sum += in[step * right++];
    held++;
    out[step * written++] = sum / (float)held;
  }
  for (size_t i = 0; i + window < count; i++) {
    sum += in[step * right++];
    sum -= in[step * left++];
    out[step * written++] = sum / (float)held;
  }
  for (size_t i = 0; i + 1 < half; i++) {
    sum -= in[step * left++];
    held--;
    out[step * written++] = sum / (float)held;
  }
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return x < y ? -1 : x > y;
}

int plain_pdq(const uint8_t *luma, size_t width, size_t height, uint16_t words[16]) {
  float *a = malloc(width * height * sizeof *a), *b = malloc(width * height * sizeof *b);
  if (a == NULL || b == NULL) {
    free(a);
    free(b);
    return -1;
  }
  for (size_t i = 0; i < width * height; i++) a[i] = luma[i];
  const size_t across = (width + 127) / 128, down = (height + 127) / 128;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t y = 0; y < height; y++) box(a + y * width, b + y * width, width, 1, across);
    for (size_t x = 0; x < width; x++) box(b + x, a + x, height, width, down);
  }
  static float basis[16][64];
  static int is_ready = 0;
  if (!is_ready) {
    const double scale = (float)sqrt(2.0 / 64.0);
    for (int i = 0; i < 16; i++)
      for (int j = 0; j < 64; j++)
        basis[i][j] = (float)(scale * cos((M_PI / 2.0 / 64.0) * (i + 1) * (2 * j + 1)));
    is_ready = 1;
  }
  float grid[64][64], half[16][64], out[256], sorted[256];
  for (size_t i = 0; i < 64; i++)
    for (size_t j = 0; j < 64; j++)
      grid[i][j] = a[(2 * i + 1) * height / 128 * width + (2 * j + 1) * width / 128];
  free(a);
  free(b);
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 64; j++) {
      float sum = 0;
      for (int k = 0; k < 64; k++) sum += basis[i][k] * grid[k][j];
      half[i][j] = sum;
    }
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 16; j++) {
      float sum = 0;
      for (int k = 0; k < 64; k++) sum += half[i][k] * basis[j][k];
      out[16 * i + j] = sum;
    }
  memcpy(sorted, out, sizeof out);
  qsort(sorted, 256, sizeof *sorted, ascending);
  memset(words, 0, 16 * sizeof *words);
  for (int k = 0; k < 256; k++)
    if (out[k] > sorted[127]) words[k >> 4] |= (uint16_t)(1u << (k & 15));
  return 0;
}
