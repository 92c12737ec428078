// PDQ's DCT in the reference's own order of operations.
#pragma once
#include "body.h"

// Elements side by side share a vector; no sum is split.
BODY void transform_body(const float *restrict grid, const float *restrict basis,
                         const float *restrict transposed, float *restrict out) {
  for (size_t i = 0; i < 16; i++) {
    float line[64];
    for (size_t half = 0; half < 64; half += 32) {
      float sum[32] = {0};
      for (size_t l = 0; l < 64; l++) {
        const float factor = basis[64 * i + l];
        for (size_t k = 0; k < 32; k++) sum[k] += factor * grid[64 * l + half + k];
      }
      memcpy(line + half, sum, sizeof sum);
    }
    float sum[16] = {0};
    for (size_t k = 0; k < 64; k++)
      for (size_t j = 0; j < 16; j++) sum[j] += line[k] * transposed[16 * k + j];
    memcpy(out + 16 * i, sum, sizeof sum);
  }
}

// Cells of a 64×64 grid that differ from the one to their right and the one below by less than `step`.
BODY uint32_t flat_cells_body(const float *restrict grid, float step) {
  uint32_t flat = 0;
  for (size_t row = 0; row < 63; row++)
    for (size_t i = 64 * row; i < 64 * row + 63; i++) {
      const float across = grid[i + 1] - grid[i], down = grid[i + 64] - grid[i];
      flat += (across < step) & (across > -step) & (down < step) & (down > -step);
    }
  return flat;
}

// The steps between neighbouring samples of a 64×64 grid, each in hundredths of the range and
// truncated, added up.
BODY uint32_t gradient_body(const float *restrict grid) {
  uint32_t sum = 0;
  for (size_t i = 0; i < 63 * 64; i++) {
    int32_t step = (int32_t)(((grid[i] - grid[i + 64]) * 100) / 255);
    sum += (uint32_t)(step < 0 ? -step : step);
  }
  for (size_t row = 0; row < 64; row++)
    for (size_t i = 64 * row; i < 64 * row + 63; i++) {
      int32_t step = (int32_t)(((grid[i] - grid[i + 1]) * 100) / 255);
      sum += (uint32_t)(step < 0 ? -step : step);
    }
  return sum;
}

// Which of 256 values lie above their lower median, value k in bit k % 64 of word k / 64.
BODY void above_median(const float *restrict values, uint64_t *restrict words) {
  // Floats in the order of whole numbers.
  int32_t keys[256];
  for (size_t k = 0; k < 256; k++) {
    int32_t bits;
    memcpy(&bits, values + k, sizeof bits);
    keys[k] = bits ^ ((bits >> 31) & 0x7fffffff);
  }
  // The greatest number that fewer than 128 lie below, bit by bit from the highest on.
  int32_t median = INT32_MIN;
  for (int bit = 31; bit >= 0; bit--) {
    const int32_t next = (int32_t)((uint32_t)median + ((uint32_t)1 << bit));
    int32_t below = 0;
    for (size_t k = 0; k < 256; k++) below += keys[k] < next;
    if (below < 128) median = next;
  }
  const int32_t bits = median ^ ((median >> 31) & 0x7fffffff);
  float threshold;
  memcpy(&threshold, &bits, sizeof threshold);
  for (size_t word = 0; word < 4; word++) {
    uint64_t set = 0;
    for (size_t bit = 0; bit < 64; bit++)
      set |= (uint64_t)(values[64 * word + bit] > threshold) << bit;
    words[word] = set;
  }
}

// The hashes of 16×16 coefficients with the signs of the odd rows, of the odd columns, of both and of none reversed:
// out[4 * form] on for form = 2 * rows + columns, where bit `form` of `forms` is set.
BODY void signed_hashes_body(const float *restrict coefficients, unsigned forms,
                             uint64_t *restrict out) {
  for (size_t rows = 0; rows < 2; rows++)
    for (size_t columns = 0; columns < 2; columns++) {
      if (!(forms >> (2 * rows + columns) & 1)) continue;
      float values[256];
      // Row and column 0 have the frequency 1, which is odd.
      for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < 16; j++) {
          const size_t reverses = (rows & (i + 1)) ^ (columns & (j + 1));
          const float value = coefficients[16 * i + j];
          values[16 * i + j] = reverses & 1 ? -value : value;
        }
      above_median(values, out + 4 * (2 * rows + columns));
    }
}
