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
