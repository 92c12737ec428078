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
