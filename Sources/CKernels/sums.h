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
