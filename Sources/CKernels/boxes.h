// PDQ's box passes in the reference's own order of operations, sixteen rows side by side.
//
// A tile holds 16 rows transposed: tile[16 x + r] is column x of row r, so that the running sums
// along the rows, which must be taken in order, run in sixteen lanes at once.
#pragma once
#include "body.h"

enum { lanes = 16 };

typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));

BODY void transpose8(v8 r[8]) {
  v8 t[8], s[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    s[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    s[i + 1] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    s[i + 2] = __builtin_shufflevector(t[i + 1], t[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    s[i + 3] = __builtin_shufflevector(t[i + 1], t[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = __builtin_shufflevector(s[i], s[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = __builtin_shufflevector(s[i], s[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// Eight floats at any address. No functions: vectors as arguments would need the wider set's ABI.
#define LOAD8(p) (*(const v8 *)(p))
#define STORE8(p, v) (*(v8 *)(p) = (v))

// Luma of up to 16 rows into a tile; `width` rounded up to 8 columns, missing rows and columns 0.
// `line` has room for 8 rows of the rounded width.
BODY void luma_tile_body(const uint8_t *rows, size_t stride, size_t count, size_t channels,
                         size_t width, float *restrict line, float *restrict tile) {
  const size_t padded = (width + 7) / 8 * 8;
  for (size_t first = 0; first < lanes; first += 8) {
    for (size_t r = 0; r < 8; r++) {
      float *restrict out = line + r * padded;
      if (first + r >= count) {
        memset(out, 0, padded * sizeof *out);
        continue;
      }
      const uint8_t *restrict in = rows + (first + r) * stride;
      if (channels == 1) {
        for (size_t x = 0; x < width; x++) out[x] = in[x];
      } else {
        for (size_t x = 0; x < width; x++)
          out[x] = 0.299f * in[3 * x] + 0.587f * in[3 * x + 1] + 0.114f * in[3 * x + 2];
      }
      for (size_t x = width; x < padded; x++) out[x] = 0;
    }
    for (size_t x = 0; x < padded; x += 8) {
      v8 block[8];
      for (size_t r = 0; r < 8; r++) block[r] = LOAD8(line + r * padded + x);
      transpose8(block);
      for (size_t c = 0; c < 8; c++) STORE8(tile + lanes * (x + c) + first, block[c]);
    }
  }
}

// A box along each row: a running sum, the column ahead added before the one behind is dropped,
// divided by how many it holds.
BODY void box_rows_body(const float *restrict in, size_t width, size_t window, size_t ahead,
                        float *restrict out) {
  v16 sum = {0};
  const v16 *const columns = (const v16 *)in;
  v16 *const boxes = (v16 *)out;
  for (size_t x = 0; x < window; x++) {
    sum += columns[x];
    if (x >= ahead) boxes[x - ahead] = sum / (float)(x + 1);
  }
  const float size = (float)window;
  for (size_t x = window; x < width; x++) {
    sum += columns[x];
    sum -= columns[x - window];
    boxes[x - ahead] = sum / size;
  }
  for (size_t k = 0; k < ahead; k++) {
    sum -= columns[width - window + k];
    boxes[width - ahead + k] = sum / (float)(window - 1 - k);
  }
}

// The same, but only the boxes at `picks` (ascending) are kept: out[16 i + r].
BODY void pick_boxes_body(const float *restrict in, size_t width, size_t window, size_t ahead,
                          const uint32_t *picks, size_t pick_count, float *restrict out) {
  v16 sum = {0};
  const v16 *const columns = (const v16 *)in;
  v16 *const boxes = (v16 *)out;
  size_t next = 0;
  size_t x = 0;
  for (; x < window && x < width; x++) {
    sum += columns[x];
    while (next < pick_count && picks[next] + ahead == x) boxes[next++] = sum / (float)(x + 1);
  }
  const float size = (float)window;
  while (next < pick_count && picks[next] + ahead < width) {
    const size_t end = picks[next] + ahead;
    for (; x <= end; x++) {
      sum += columns[x];
      sum -= columns[x - window];
    }
    boxes[next++] = sum / size;
    while (next < pick_count && picks[next] + ahead == end) boxes[next++] = sum / size;
  }
  for (; x < width; x++) {
    sum += columns[x];
    sum -= columns[x - window];
  }
  for (size_t k = 0; k < ahead; k++) {
    sum -= columns[width - window + k];
    while (next < pick_count && picks[next] == width - ahead + k)
      boxes[next++] = sum / (float)(window - 1 - k);
  }
}

// A box down each column, fed with the rows of a tile in order. `sums` and `ring` (the last
// `window` rows) carry over from tile to tile and begin at 0; adding or dropping 0 changes nothing,
// so the first rows need no case of their own. Row r is the `first + r`th; out[16 x + r] is its
// sum over sizes[r].
BODY void box_columns_body(const float *restrict in, size_t width, size_t count, size_t window,
                           size_t first, const float *sizes, float *restrict sums,
                           float *restrict ring, float *restrict out) {
  const size_t padded = (width + 7) / 8 * 8;
  for (size_t start = 0; start < count; start += 8) {
    const size_t rows = count - start < 8 ? count - start : 8;
    size_t slot = (first + start) % window;
    float *slots[8];
    for (size_t r = 0; r < rows; r++) {
      slots[r] = ring + slot * padded;
      slot = slot + 1 == window ? 0 : slot + 1;
    }
    for (size_t x = 0; x < padded; x += 8) {
      v8 block[8];
      for (size_t c = 0; c < 8; c++) block[c] = LOAD8(in + lanes * (x + c) + start);
      transpose8(block);
      v8 sum = LOAD8(sums + x);
      for (size_t r = 0; r < rows; r++) {
        sum += block[r];
        sum -= LOAD8(slots[r] + x);
        STORE8(slots[r] + x, block[r]);
        block[r] = sum / sizes[start + r];
      }
      STORE8(sums + x, sum);
      transpose8(block);
      for (size_t c = 0; c < 8; c++) STORE8(out + lanes * (x + c) + start, block[c]);
    }
  }
}
