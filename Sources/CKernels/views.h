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

// out[stride * i + x] = the weighted sum of `taps` rows from starts[i] on, for `count` outputs and `columns` columns.
BODY void blend_rows_body(const uint8_t *restrict grid, size_t width, size_t columns,
                          const float *restrict weights, const uint32_t *restrict starts,
                          size_t taps, size_t count, size_t stride, float *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const float *restrict weight = weights + i * taps;
    const uint8_t *restrict row = grid + (size_t)starts[i] * width;
    float *restrict sum = out + i * stride;
    for (size_t x = 0; x < columns; x++) sum[x] = 0;
    size_t k = 0;
    // Four rows at once: the sums are read and written a quarter as often.
    for (; k + 4 <= taps; k += 4) {
      const uint8_t *restrict a = row + k * width;
      const float wa = weight[k], wb = weight[k + 1], wc = weight[k + 2], wd = weight[k + 3];
      for (size_t x = 0; x < columns; x++)
        sum[x] += (wa * a[x] + wb * a[width + x]) + (wc * a[2 * width + x] + wd * a[3 * width + x]);
    }
    for (; k < taps; k++)
      for (size_t x = 0; x < columns; x++) sum[x] += weight[k] * row[k * width + x];
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

// Relaxes cells of a 64×64 grid towards the mean of their neighbours, in the order given, so many times over; cells
// past the grid are as the ones beside them.
BODY void relax_body(float *restrict grid, const uint16_t *restrict cells, size_t count,
                     size_t sweeps) {
  // More than 1 overshoots, which gets there in fewer sweeps (successive over-relaxation).
  const float pace = 1.6f;
  for (size_t sweep = 0; sweep < sweeps; sweep++) {
    for (size_t i = 0; i < count; i++) {
      const size_t cell = cells[i], x = cell & 63, y = cell >> 6;
      const float value = grid[cell];
      const float beside = (x > 0 ? grid[cell - 1] : value) + (x < 63 ? grid[cell + 1] : value);
      const float around = (y > 0 ? grid[cell - 64] : value) + (y < 63 ? grid[cell + 64] : value);
      grid[cell] = value + pace * (0.25f * (beside + around) - value);
    }
  }
}

// Samples a square of `side` by `side` floats at 64×64 places, between four of them each: at
// ((m0 u + m1 v + m2) / w, (m3 u + m4 v + m5) / w) with w = m6 u + m7 v + m8, for u and v from 1/128 to 127/128.
// Cells whose place does not lie in the square have the value of the nearest place that does, and are listed in
// `unknown`; their number is returned.
BODY size_t warp_body(const float *restrict square, size_t side, const float *restrict m,
                      float *restrict out, uint16_t *restrict unknown) {
  size_t count = 0;
  const float last = (float)(side - 1);
  const int32_t inner = (int32_t)side - 2;
  for (size_t row = 0; row < 64; row++) {
    const float v = ((float)row + 0.5f) / 64;
    int32_t corners[64];
    uint8_t known[64];
    float rights[64], belows[64];
    for (size_t column = 0; column < 64; column++) {
      const float u = ((float)column + 0.5f) / 64;
      const float w = m[6] * u + m[7] * v + m[8];
      const float x = (m[0] * u + m[1] * v + m[2]) / w, y = (m[3] * u + m[4] * v + m[5]) / w;
      // Comparisons with a number that is none are false: it counts as 0.
      const float cx = x > 0 ? (x < last ? x : last) : 0, cy = y > 0 ? (y < last ? y : last) : 0;
      const int32_t wx = (int32_t)cx, wy = (int32_t)cy;
      const int32_t ix = wx < inner ? wx : inner, iy = wy < inner ? wy : inner;
      corners[column] = iy * (int32_t)side + ix;
      rights[column] = cx - (float)ix;
      belows[column] = cy - (float)iy;
      known[column] = (x >= -1) & (x <= last + 1) & (y >= -1) & (y <= last + 1);
    }
    for (size_t column = 0; column < 64; column++) {
      const float *corner = square + corners[column];
      const float right = rights[column];
      const float upper = corner[0] + right * (corner[1] - corner[0]);
      const float lower = corner[side] + right * (corner[side + 1] - corner[side]);
      out[64 * row + column] = upper + belows[column] * (lower - upper);
      // Always written, but counted only if it is unknown.
      unknown[count] = (uint16_t)(64 * row + column);
      count += !known[column];
    }
  }
  return count;
}
