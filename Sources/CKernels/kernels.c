// A fused multiply-add rounds once where the reference rounds twice: hash bits would differ.
#pragma STDC FP_CONTRACT OFF

#include "ckernels.h"

#include "bands.h"
#include "boxes.h"
#include "grey.h"
#include "hamming.h"
#include "lines.h"
#include "sums.h"
#include "transform.h"
#include "views.h"

// No ifunc or target_clones: their resolvers crash under ThreadSanitizer.
#define INSTANCE(level, attribute)                                                               \
  attribute static void accumulate_##level(                                                      \
      uint32_t *sums, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d,    \
      uint16_t wa, uint16_t wb, uint16_t wc, uint16_t wd, size_t count) {                        \
    accumulate_body(sums, a, b, c, d, wa, wb, wc, wd, count);                                    \
  }                                                                                              \
  attribute static void accumulate_wide_##level(uint32_t *sums, const uint8_t *row,              \
                                                uint32_t weight, size_t count) {                 \
    accumulate_wide_body(sums, row, weight, count);                                              \
  }                                                                                              \
  attribute static void weigh_sums_##level(const uint32_t *sums, size_t channels,                \
                                           const uint32_t *weights, const uint32_t *starts,      \
                                           size_t taps, size_t count, uint64_t *out) {           \
    weigh_sums_body(sums, channels, weights, starts, taps, count, out);                          \
  }                                                                                              \
  attribute static uint32_t gradient_##level(const float *grid) { return gradient_body(grid); }  \
  attribute static void luma_tile_##level(const uint8_t *rows, size_t stride, size_t count,      \
                                          size_t channels, size_t width, float *line,            \
                                          float *tile) {                                         \
    luma_tile_body(rows, stride, count, channels, width, line, tile);                            \
  }                                                                                              \
  attribute static void box_rows_##level(const float *in, size_t width, size_t window,           \
                                         size_t ahead, float *out) {                             \
    box_rows_body(in, width, window, ahead, out);                                                \
  }                                                                                              \
  attribute static void box_columns_##level(const float *in, size_t width, size_t count,         \
                                            size_t window, size_t first, const float *sizes,     \
                                            float *sums, float *ring, float *out) {              \
    box_columns_body(in, width, count, window, first, sizes, sums, ring, out);                   \
  }                                                                                              \
  attribute static void pick_boxes_##level(const float *in, size_t width, size_t window,         \
                                           size_t ahead, const uint32_t *picks, size_t count,    \
                                           float *out) {                                         \
    pick_boxes_body(in, width, window, ahead, picks, count, out);                                \
  }                                                                                              \
  attribute static void transform_##level(const float *grid, const float *basis,                 \
                                          const float *transposed, float *out) {                 \
    transform_body(grid, basis, transposed, out);                                                \
  }                                                                                              \
  attribute static void signed_hashes_##level(const float *coefficients, unsigned forms,         \
                                              uint64_t *out) {                                   \
    signed_hashes_body(coefficients, forms, out);                                                \
  }                                                                                              \
  attribute static uint32_t flat_cells_##level(const float *grid, float step) {                  \
    return flat_cells_body(grid, step);                                                          \
  }                                                                                              \
  attribute static void line_steps_##level(                                                      \
      const uint8_t *grid, size_t width, size_t height, size_t blocks, float *rows_across,       \
      float *rows_along, float *columns_across, float *columns_along) {                          \
    line_steps_body(grid, width, height, blocks, rows_across, rows_along, columns_across,        \
                    columns_along);                                                              \
  }                                                                                              \
  attribute static void line_evidence_##level(const float *across, const float *along,           \
                                              size_t lines, size_t blocks, float *step,          \
                                              float *texture) {                                  \
    line_evidence_body(across, along, lines, blocks, step, texture);                             \
  }                                                                                              \
  attribute static void line_runs_##level(const float *evidence, size_t lines, size_t blocks,    \
                                          const int32_t *shifts, float least, float *sums,       \
                                          float *firsts, float *ends) {                          \
    line_runs_body(evidence, lines, blocks, shifts, least, sums, firsts, ends);                  \
  }                                                                                              \
  attribute static void relax_##level(float *grid, const uint16_t *cells, size_t count,          \
                                      size_t sweeps) {                                           \
    relax_body(grid, cells, count, sweeps);                                                      \
  }                                                                                              \
  attribute static size_t warp_##level(const float *square, size_t side, const float *map,       \
                                       float *out, uint16_t *unknown) {                          \
    return warp_body(square, side, map, out, unknown);                                           \
  }                                                                                              \
  attribute static void grey_row_##level(const uint8_t *rgb, size_t width, uint8_t *out) {        \
    grey_row_body(rgb, width, out);                                                              \
  }                                                                                              \
  attribute static void weigh_row_##level(                                                       \
      const uint8_t *row, const int16_t *high, const int16_t *low, const uint32_t *starts,       \
      size_t taps, size_t count, uint8_t *out) {                                                 \
    weigh_row_body(row, high, low, starts, taps, count, out);                                    \
  }                                                                                              \
  attribute static void spread_row_##level(const uint8_t *row, int32_t weight, int32_t *sums) {   \
    spread_row_body(row, weight, sums);                                                          \
  }                                                                                              \
  attribute static void distances_##level(const uint8_t *hashes, size_t words, size_t count,     \
                                          const uint8_t *query, uint16_t *out) {                 \
    distances_body(hashes, words, count, query, out);                                            \
  }                                                                                              \
  attribute static size_t scan_##level(const uint8_t *hashes, size_t words, size_t count,        \
                                       const uint8_t *query, uint32_t radius,                    \
                                       uint32_t *positions, uint16_t *out) {                     \
    return scan_body(hashes, words, count, query, radius, positions, out);                       \
  }                                                                                              \
  attribute static void mean_bytes_##level(const uint32_t *sums, const float *weights,           \
                                           const uint32_t *starts, size_t taps, size_t count,    \
                                           float scale, uint8_t *out) {                          \
    mean_bytes_body(sums, weights, starts, taps, count, scale, out);                             \
  }                                                                                              \
  attribute static void blend_rows_##level(                                                      \
      const uint8_t *grid, size_t width, size_t columns, const float *weights,                   \
      const uint32_t *starts, size_t taps, size_t count, size_t stride, float *out) {            \
    blend_rows_body(grid, width, columns, weights, starts, taps, count, stride, out);            \
  }                                                                                              \
  attribute static void blend_columns_##level(                                                   \
      const float *in, size_t stride, size_t rows, const float *weights, const uint32_t *starts, \
      size_t taps, size_t count, float *out) {                                                   \
    blend_columns_body(in, stride, rows, weights, starts, taps, count, out);                     \
  }                                                                                              \
  attribute static uint32_t differing_##level(const uint8_t *row, size_t width, uint8_t tone,    \
                                              uint8_t tolerance, uint32_t *counts) {             \
    return differing_body(row, width, tone, tolerance, counts);                                  \
  }                                                                                              \
  attribute static void band_keys_##level(const uint8_t *hashes, size_t size, size_t count,      \
                                          const uint32_t *table, uint32_t *out) {                \
    band_keys_body(hashes, size, count, table, out);                                             \
  }                                                                                              \
  attribute static ptrdiff_t probe_##level(const uint32_t *starts, uint32_t total, uint32_t key,    \
                                        const uint32_t *masks, size_t mask_count,                \
                                        uint32_t *ranges, uint64_t *candidates) {                \
    return probe_body(starts, total, key, masks, mask_count, ranges, candidates);                \
  }                                                                                              \
  attribute static void gather_##level(const uint32_t *const *chunks, uint32_t shift,            \
                                       const uint32_t *ranges, size_t count, uint32_t *out) {    \
    gather_body(chunks, shift, ranges, count, out);                                              \
  }                                                                                              \
  attribute static ptrdiff_t look_up_##level(const uint64_t *directory, uint32_t total,          \
                                             uint32_t key, const uint32_t *masks,                \
                                             size_t mask_count, uint32_t *places) {              \
    return look_up_body(directory, total, key, masks, mask_count, places);                       \
  }                                                                                              \
  attribute static ptrdiff_t collect_##level(                                                    \
      const uint32_t *const *chunks, uint32_t shift, uint32_t first, uint32_t total,             \
      const uint32_t *places, size_t count, size_t room, uint32_t *out) {                        \
    return collect_body(chunks, shift, first, total, places, count, room, out);                  \
  }                                                                                              \
  attribute static ptrdiff_t filter_##level(                                                        \
      const uint8_t *const *chunks, uint32_t shift, size_t words, const uint32_t *ids,           \
      size_t count, uint32_t total, const uint8_t *query, uint32_t radius, uint32_t *out_ids,    \
      uint16_t *out) {                                                                           \
    return filter_body(chunks, shift, words, ids, count, total, query, radius, out_ids, out);    \
  }                                                                                              \
  attribute static size_t scan_ranges_##level(                                                   \
      const uint8_t *const *chunks, uint32_t shift, size_t words, const uint32_t *ranges,        \
      size_t count, const uint8_t *query, uint32_t radius, uint32_t *positions, uint16_t *out) { \
    return scan_ranges_body(chunks, shift, words, ranges, count, query, radius, positions, out); \
  }                                                                                              \
  static const ck_kernels kernels_##level = {                                                    \
      .name = #level,                                                                            \
      .accumulate = accumulate_##level,                                                          \
      .accumulate_wide = accumulate_wide_##level,                                                \
      .weigh_sums = weigh_sums_##level,                                                          \
      .gradient = gradient_##level,                                                              \
      .luma_tile = luma_tile_##level,                                                            \
      .box_rows = box_rows_##level,                                                              \
      .box_columns = box_columns_##level,                                                        \
      .pick_boxes = pick_boxes_##level,                                                          \
      .transform = transform_##level,                                                            \
      .flat_cells = flat_cells_##level,                                                          \
      .signed_hashes = signed_hashes_##level,                                                    \
      .line_steps = line_steps_##level,                                                          \
      .line_evidence = line_evidence_##level,                                                    \
      .line_runs = line_runs_##level,                                                            \
      .relax = relax_##level,                                                                    \
      .warp = warp_##level,                                                                      \
      .grey_row = grey_row_##level,                                                              \
      .weigh_row = weigh_row_##level,                                                            \
      .spread_row = spread_row_##level,                                                          \
      .distances = distances_##level,                                                            \
      .scan = scan_##level,                                                                      \
      .mean_bytes = mean_bytes_##level,                                                          \
      .blend_rows = blend_rows_##level,                                                          \
      .blend_columns = blend_columns_##level,                                                    \
      .differing = differing_##level,                                                            \
      .band_keys = band_keys_##level,                                                            \
      .probe = probe_##level,                                                                    \
      .gather = gather_##level,                                                                  \
      .look_up = look_up_##level,                                                                \
      .collect = collect_##level,                                                                \
      .scan_ranges = scan_ranges_##level,                                                        \
      .filter = filter_##level,                                                                      \
  };

// On arm64 the portable code is NEON already: it belongs to the baseline.
INSTANCE(portable, )

#if defined(__x86_64__)
INSTANCE(avx2, __attribute__((target("avx2,popcnt"))))
INSTANCE(avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx2,popcnt,prefer-256-bit"))))

int ck_level_count(void) { return 3; }

const ck_kernels *ck_kernels_at(int level) {
  __builtin_cpu_init();
  switch (level) {
    case 0:
      return &kernels_portable;
    case 1:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? &kernels_avx2
                                                                                 : NULL;
    case 2:
      return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("avx512vpopcntdq")
                 ? &kernels_avx512
                 : NULL;
    default:
      return NULL;
  }
}
#else
int ck_level_count(void) { return 1; }

const ck_kernels *ck_kernels_at(int level) { return level == 0 ? &kernels_portable : NULL; }
#endif

const ck_kernels *ck_best_kernels(void) {
  for (int level = ck_level_count() - 1; level > 0; level--) {
    const ck_kernels *kernels = ck_kernels_at(level);
    if (kernels != NULL) return kernels;
  }
  return &kernels_portable;
}
