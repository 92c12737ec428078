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

// out[i] = the weighted sum of `taps` bytes from starts[i] on, in fixed point of 22 bits.
BODY void weigh_row_body(const uint8_t *restrict row, const int32_t *restrict weights,
                         const uint32_t *restrict starts, size_t taps, size_t count,
                         uint8_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *restrict bytes = row + starts[i];
    const int32_t *restrict weight = weights + i * taps;
    int32_t sum = 1 << 21;
    for (size_t k = 0; k < taps; k++) sum += weight[k] * bytes[k];
    sum >>= 22;
    out[i] = sum < 0 ? 0 : sum > 255 ? 255 : (uint8_t)sum;
  }
}
