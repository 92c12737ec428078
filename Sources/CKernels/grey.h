// Pillow's grey and its shrinking of a row.
#pragma once
#include "body.h"

// Grey in 16-bit fixed point.
BODY void grey_row_body(const uint8_t *restrict rgb, size_t width, uint8_t *restrict out) {
  for (size_t x = 0; x < width; x++) {
    out[x] = (uint8_t)((19595u * rgb[3 * x] + 38470u * rgb[3 * x + 1] + 7471u * rgb[3 * x + 2] +
                        0x8000u) >>
                       16);
  }
}

// out[i] = the weighted sum of `taps` bytes from starts[i] on, in fixed point of 22 bits. Weights
// come in halves, weight = high * 2^12 + low with 0 <= low < 2^12, so that products of 16 bits, of
// which a CPU adds two in one instruction, give the sum exactly.
BODY void weigh_row_body(const uint8_t *restrict row, const int16_t *restrict high,
                         const int16_t *restrict low, const uint32_t *restrict starts,
                         size_t taps, size_t count, uint8_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *restrict bytes = row + starts[i];
    const int16_t *restrict highs = high + i * taps;
    const int16_t *restrict lows = low + i * taps;
    int32_t high_sum = 0, low_sum = 0;
    for (size_t k = 0; k < taps; k++) {
      high_sum += (int32_t)highs[k] * (int16_t)bytes[k];
      low_sum += (int32_t)lows[k] * (int16_t)bytes[k];
    }
    int64_t sum = (int64_t)high_sum * 4096 + low_sum + (1 << 21);
    sum >>= 22;
    out[i] = sum < 0 ? 0 : sum > 255 ? 255 : (uint8_t)sum;
  }
}

// sums[x] += weight * row[x] for 32 columns.
BODY void spread_row_body(const uint8_t *restrict row, int32_t weight, int32_t *restrict sums) {
  for (size_t x = 0; x < 32; x++) sums[x] += weight * row[x];
}
