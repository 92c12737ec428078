// Sampling of a small grey picture, and the steps between its lines (see Perceptual/Views).
#pragma once
#include "body.h"

typedef float ck_float8 __attribute__((ext_vector_type(8)));
typedef uint32_t ck_uint8x32 __attribute__((ext_vector_type(8)));

// Passed by address: without AVX, eight floats cannot be passed by value.
BODY float ck_sum8(const ck_float8 *lanes) {
  const ck_float8 sum = *lanes;
  const float low = (sum[0] + sum[4]) + (sum[1] + sum[5]);
  const float high = (sum[2] + sum[6]) + (sum[3] + sum[7]);
  return low + high;
}

// out[i] = the weighted sum of `taps` sums from starts[i] on, rounded.
BODY void mean_bytes_body(const uint32_t *restrict sums, const float *restrict weights,
                          const uint32_t *restrict starts, size_t taps, size_t count, float scale,
                          uint8_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t *restrict column = sums + starts[i];
    ck_float8 sum = 0;
    for (size_t k = 0; k < taps; k += 8) {
      ck_uint8x32 a;
      ck_float8 w;
      memcpy(&a, column + k, sizeof a);
      memcpy(&w, weights + i * taps + k, sizeof w);
      sum += __builtin_convertvector(a, ck_float8) * w;
    }
    const float mean = ck_sum8(&sum) * scale + 0.5f;
    out[i] = mean < 255 ? (uint8_t)mean : 255;
  }
}

// out[stride * i + x] = the weighted sum of `taps` rows from starts[i] on, for `count` outputs.
BODY void blend_rows_body(const uint8_t *restrict grid, size_t width, const float *restrict weights,
                          const uint32_t *restrict starts, size_t taps, size_t count,
                          size_t stride, float *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const float *restrict weight = weights + i * taps;
    const uint8_t *restrict row = grid + (size_t)starts[i] * width;
    float *restrict sum = out + i * stride;
    for (size_t x = 0; x < width; x++) sum[x] = 0;
    size_t k = 0;
    // Four rows at once: the sums are read and written a quarter as often.
    for (; k + 4 <= taps; k += 4) {
      const uint8_t *restrict a = row + k * width;
      const float wa = weight[k], wb = weight[k + 1], wc = weight[k + 2], wd = weight[k + 3];
      for (size_t x = 0; x < width; x++)
        sum[x] += (wa * a[x] + wb * a[width + x]) + (wc * a[2 * width + x] + wd * a[3 * width + x]);
    }
    for (; k < taps; k++)
      for (size_t x = 0; x < width; x++) sum[x] += weight[k] * row[k * width + x];
  }
}

// out[count * r + i] = the weighted sum of `taps` columns of row r from starts[i] on.
BODY void blend_columns_body(const float *restrict in, size_t stride, size_t rows,
                             const float *restrict weights, const uint32_t *restrict starts,
                             size_t taps, size_t count, float *restrict out) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < count; i++) {
      const float *restrict column = in + r * stride + starts[i];
      ck_float8 sum = 0;
      for (size_t k = 0; k < taps; k += 8) {
        ck_float8 a, w;
        memcpy(&a, column + k, sizeof a);
        memcpy(&w, weights + i * taps + k, sizeof w);
        sum += a * w;
      }
      out[r * count + i] = ck_sum8(&sum);
    }
  }
}

BODY void row_steps_body(const uint8_t *restrict row, const uint8_t *restrict previous,
                         size_t width, uint8_t least, uint32_t *restrict sum,
                         uint32_t *restrict count) {
  uint32_t total = 0, real = 0;
  for (size_t x = 0; x < width; x++) {
    const uint8_t step = row[x] > previous[x] ? row[x] - previous[x] : previous[x] - row[x];
    total += step;
    real += step > least;
  }
  *sum = total;
  *count = real;
}

BODY void column_steps_body(const uint8_t *restrict row, size_t width, uint8_t least,
                            uint32_t *restrict sums, uint32_t *restrict counts) {
  for (size_t x = 1; x < width; x++) {
    const uint8_t step = row[x] > row[x - 1] ? row[x] - row[x - 1] : row[x - 1] - row[x];
    sums[x] += step;
    counts[x] += step > least;
  }
}

BODY uint32_t differing_body(const uint8_t *restrict row, size_t width, uint8_t tone,
                             uint8_t tolerance, uint32_t *restrict counts) {
  uint32_t total = 0;
  for (size_t x = 0; x < width; x++) {
    const uint8_t step = row[x] > tone ? row[x] - tone : tone - row[x];
    const uint32_t differs = step > tolerance;
    counts[x] += differs;
    total += differs;
  }
  return total;
}
