// Straight lines across a small grey picture: where one picture ends and another begins.
#pragma once
#include "body.h"

enum { longest_line = 512, near_line = 2, far_line = 6 };

// Steps greater than this tell no more.
#define MOST_STEP 96

BODY void line_steps_body(const uint8_t *restrict grid, size_t width, size_t height, size_t blocks,
                          float *restrict rows_across, float *restrict rows_along,
                          float *restrict columns_across, float *restrict columns_along) {
  uint8_t right[longest_line] = {0}, below[longest_line] = {0};
  for (size_t i = 0; i < blocks * width; i++) columns_across[i] = columns_along[i] = 0;
  for (size_t i = 0; i < blocks * height; i++) rows_across[i] = rows_along[i] = 0;
  if (width < 3 || height < 3 || width > longest_line) return;
  for (size_t y = 1; y + 1 < height; y++) {
    const uint8_t *restrict row = grid + y * width;
    for (size_t x = 1; x + 1 < width; x++) {
      const uint8_t a = row[x - 1], b = row[x + 1], step = a > b ? a - b : b - a;
      right[x] = step < MOST_STEP ? step : MOST_STEP;
    }
    for (size_t x = 0; x < width; x++) {
      const uint8_t a = row[x - width], b = row[x + width], step = a > b ? a - b : b - a;
      below[x] = step < MOST_STEP ? step : MOST_STEP;
    }
    for (size_t block = 0; block < blocks; block++) {
      const size_t first = block * width / blocks, end = (block + 1) * width / blocks;
      uint32_t along = 0, across = 0;
      for (size_t x = first; x < end; x++) {
        along += right[x];
        across += below[x];
      }
      const float share = end > first ? 1.0f / (float)(end - first) : 0;
      rows_across[block * height + y] = share * (float)across;
      rows_along[block * height + y] = share * (float)along;
    }
    const size_t block = y * blocks / height;
    const float share = (float)blocks / (float)height;
    float *restrict across = columns_across + block * width;
    float *restrict along = columns_along + block * width;
    for (size_t x = 0; x < width; x++) {
      across[x] += share * right[x];
      along[x] += share * below[x];
    }
  }
}

BODY void line_evidence_body(const float *restrict across, const float *restrict along,
                             size_t lines, size_t blocks, float *restrict step,
                             float *restrict texture) {
  for (size_t i = 0; i < blocks * lines; i++) step[i] = texture[i] = 0;
  if (lines <= 2 * far_line) return;
  for (size_t block = 0; block < blocks; block++) {
    const float *restrict a = across + block * lines, *restrict l = along + block * lines;
    for (size_t y = far_line; y + far_line < lines; y++) {
      const float here = a[y] > a[y - 1] ? a[y] : a[y - 1];
      const float around = 0.125f * (a[y - 6] + a[y - 5] + a[y - 4] + a[y - 3] + a[y + 2] +
                                     a[y + 3] + a[y + 4] + a[y + 5]);
      step[block * lines + y] = (here - around) / (here + around + 4);
      const float before = l[y - 5] + l[y - 4] + l[y - 3] + l[y - 2];
      const float after = l[y + 1] + l[y + 2] + l[y + 3] + l[y + 4];
      const float change = before > after ? before - after : after - before;
      texture[block * lines + y] = change / (before + after + 8);
    }
  }
}

BODY void line_runs_body(const float *restrict evidence, size_t lines, size_t blocks,
                         const int32_t *shifts, float least, float *restrict sums,
                         float *restrict firsts, float *restrict ends) {
  float current[longest_line] = {0}, start[longest_line] = {0};
  if (lines > longest_line) lines = longest_line;
  for (size_t y = 0; y < lines; y++) sums[y] = firsts[y] = ends[y] = 0;
  for (size_t block = 0; block < blocks; block++) {
    const ptrdiff_t shift = shifts[block];
    const ptrdiff_t first = shift < 0 ? -shift : 0;
    const ptrdiff_t end = shift > 0 ? (ptrdiff_t)lines - shift : (ptrdiff_t)lines;
    const float *restrict e = evidence + block * lines;
    for (ptrdiff_t y = 0; y < (ptrdiff_t)lines; y++) {
      if (y >= first && y < end) continue;
      current[y] = 0;
      start[y] = (float)(block + 1);
    }
    for (ptrdiff_t y = first; y < end; y++) {
      const float sum = current[y] + e[y + shift] - least;
      const float begin = start[y];
      const float better = sum > sums[y] ? 1.0f : 0.0f;
      sums[y] = better > 0 ? sum : sums[y];
      firsts[y] = better > 0 ? begin : firsts[y];
      ends[y] = better > 0 ? (float)(block + 1) : ends[y];
      current[y] = sum > 0 ? sum : 0;
      start[y] = sum > 0 ? begin : (float)(block + 1);
    }
  }
}
