// Weighted sums of rows of bytes, in whole numbers.
#pragma once
#include "body.h"

BODY void accumulate_body(uint32_t *restrict sums, const uint8_t *restrict a,
                          const uint8_t *restrict b, const uint8_t *restrict c,
                          const uint8_t *restrict d, uint16_t wa, uint16_t wb, uint16_t wc,
                          uint16_t wd, size_t count) {
  // 32 bytes at a time: left alone, the compiler takes as many as fit in 32-bit lanes.
#pragma clang loop vectorize_width(32) interleave_count(1)
  for (size_t k = 0; k < count; k++) {
    uint16_t sum = (uint16_t)((uint16_t)(a[k] * wa) + (uint16_t)(b[k] * wb));
    sum = (uint16_t)(sum + (uint16_t)(c[k] * wc));
    sum = (uint16_t)(sum + (uint16_t)(d[k] * wd));
    sums[k] += sum;
  }
}

BODY void accumulate_wide_body(uint32_t *restrict sums, const uint8_t *restrict row,
                               uint32_t weight, size_t count) {
  for (size_t k = 0; k < count; k++) sums[k] += weight * row[k];
}

// out[channels * i + c] = the weighted sum of `taps` columns from starts[i] on, channel c.
BODY void weigh_sums_body(const uint32_t *restrict sums, size_t channels,
                          const uint32_t *restrict weights, const uint32_t *restrict starts,
                          size_t taps, size_t count, uint64_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t *restrict weight = weights + i * taps;
    const uint32_t *restrict column = sums + channels * starts[i];
    if (channels == 1) {
      uint64_t total = 0;
      for (size_t k = 0; k < taps; k++) total += (uint64_t)weight[k] * column[k];
      out[i] = total;
    } else {
      uint64_t red = 0, green = 0, blue = 0;
      for (size_t k = 0; k < taps; k++) {
        red += (uint64_t)weight[k] * column[3 * k];
        green += (uint64_t)weight[k] * column[3 * k + 1];
        blue += (uint64_t)weight[k] * column[3 * k + 2];
      }
      out[3 * i] = red;
      out[3 * i + 1] = green;
      out[3 * i + 2] = blue;
    }
  }
}
