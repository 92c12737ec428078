#include "ckernels.h"

#include <string.h>

// A fused multiply-add rounds once where the reference rounds twice: hash bits would differ.
#pragma STDC FP_CONTRACT OFF

// Each kernel is written once, as plain C, and instantiated for every instruction set; the compiler
// vectorises the loops for the set at hand. No ifunc or target_clones: their resolvers crash under
// ThreadSanitizer.
#define BODY static inline __attribute__((always_inline))

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

BODY uint64_t word_at(const uint8_t *bytes, size_t index) {
  uint64_t word;
  memcpy(&word, bytes + 8 * index, 8);
  return word;
}

BODY uint32_t distance256(const uint8_t *hash, const uint64_t query[4]) {
  uint32_t sum = 0;
  for (size_t i = 0; i < 4; i++) sum += (uint32_t)__builtin_popcountll(word_at(hash, i) ^ query[i]);
  return sum;
}

BODY void distances_body(const uint8_t *hashes, size_t words, size_t count, const uint8_t *query,
                         uint16_t *out) {
  uint64_t q[4] = {0};
  memcpy(q, query, 8 * words);
  if (words == 4) {
    for (size_t i = 0; i < count; i++) out[i] = (uint16_t)distance256(hashes + 32 * i, q);
  } else {
    for (size_t i = 0; i < count; i++)
      out[i] = (uint16_t)__builtin_popcountll(word_at(hashes, i) ^ q[0]);
  }
}

// Distances of a block first, without branches, then the few that lie within the radius.
BODY size_t scan_body(const uint8_t *hashes, size_t words, size_t count, const uint8_t *query,
                      uint32_t radius, uint32_t *positions, uint16_t *out) {
  enum { block = 64 };
  uint16_t distance[block];
  size_t found = 0;
  for (size_t start = 0; start < count; start += block) {
    size_t n = count - start < block ? count - start : block;
    distances_body(hashes + 8 * words * start, words, n, query, distance);
    uint16_t nearest = UINT16_MAX;
    for (size_t i = 0; i < n; i++) nearest = distance[i] < nearest ? distance[i] : nearest;
    if (nearest > radius) continue;
    for (size_t i = 0; i < n; i++) {
      if (distance[i] > radius) continue;
      positions[found] = (uint32_t)(start + i);
      out[found++] = distance[i];
    }
  }
  return found;
}

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
  attribute static void transform_##level(const float *grid, const float *basis,                 \
                                          const float *transposed, float *out) {                 \
    transform_body(grid, basis, transposed, out);                                                \
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
  static const ck_kernels kernels_##level = {                                              \
      #level,            accumulate_##level, accumulate_wide_##level,                            \
      transform_##level, distances_##level,  scan_##level};

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
