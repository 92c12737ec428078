#include "include/search.h"

#include <stdlib.h>
#include <string.h>

#define POPCNT __attribute__((target("popcnt")))

#if !defined(__x86_64__)
#undef POPCNT
#define POPCNT
#endif

POPCNT static inline unsigned distance64(const uint8_t *a, const uint8_t *b) {
  uint64_t x, y;
  memcpy(&x, a, 8);
  memcpy(&y, b, 8);
  return (unsigned)__builtin_popcountll(x ^ y);
}

POPCNT static inline unsigned distance256(const uint8_t *a, const uint8_t *b) {
  uint64_t x[4], y[4];
  memcpy(x, a, 32);
  memcpy(y, b, 32);
  return (unsigned)(__builtin_popcountll(x[0] ^ y[0]) + __builtin_popcountll(x[1] ^ y[1]) +
                    __builtin_popcountll(x[2] ^ y[2]) + __builtin_popcountll(x[3] ^ y[3]));
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f,avx512vl,avx512vpopcntdq"))) static size_t scan256_avx512(
    const uint8_t *hashes, size_t count, const uint8_t *query, unsigned radius) {
  const __m256i q = _mm256_loadu_si256((const __m256i *)query);
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    __m256i bits = _mm256_popcnt_epi64(
        _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(hashes + 32 * i)), q));
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    unsigned sum = (unsigned)(_mm_extract_epi64(half, 0) + _mm_extract_epi64(half, 1));
    found += sum <= radius;
  }
  return found;
}

__attribute__((target("avx512f,avx512vpopcntdq"))) static size_t scan64_avx512(
    const uint8_t *hashes, size_t count, const uint8_t *query, unsigned radius) {
  uint64_t word;
  memcpy(&word, query, 8);
  __m512i q = _mm512_set1_epi64((long long)word), limit = _mm512_set1_epi64(radius);
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512i bits = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(hashes + 8 * i), q));
    found += (size_t)__builtin_popcount(_mm512_cmple_epu64_mask(bits, limit));
  }
  for (; i < count; i++) found += distance64(hashes + 8 * i, query) <= radius;
  return found;
}
#endif

POPCNT static size_t scan_portable(const uint8_t *hashes, size_t count, size_t width,
                                   const uint8_t *query, unsigned radius) {
  size_t found = 0;
  if (width == 8) {
    for (size_t i = 0; i < count; i++) found += distance64(hashes + 8 * i, query) <= radius;
  } else {
    for (size_t i = 0; i < count; i++) found += distance256(hashes + 32 * i, query) <= radius;
  }
  return found;
}

size_t scan_all(const uint8_t *hashes, size_t count, size_t width, const uint8_t *query,
                unsigned radius) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vpopcntdq"))
    return width == 8 ? scan64_avx512(hashes, count, query, radius)
                      : scan256_avx512(hashes, count, query, radius);
#endif
  return scan_portable(hashes, count, width, query, radius);
}

typedef struct {
  uint32_t first_child, next_sibling;
  uint16_t edge;
} bk_node;

struct bk_tree {
  const uint8_t *hashes;
  size_t count, width;
  bk_node nodes[];
};

POPCNT static unsigned distance(const bk_tree *tree, const uint8_t *a, const uint8_t *b) {
  return tree->width == 8 ? distance64(a, b) : distance256(a, b);
}

bk_tree *bk_build(const uint8_t *hashes, size_t count, size_t width) {
  bk_tree *tree = malloc(sizeof *tree + count * sizeof *tree->nodes);
  if (tree == NULL) return NULL;
  tree->hashes = hashes;
  tree->count = count;
  tree->width = width;
  if (count > 0) tree->nodes[0] = (bk_node){0, 0, 0};
  for (size_t i = 1; i < count; i++) {
    size_t at = 0;
    for (;;) {
      unsigned edge = distance(tree, hashes + width * i, hashes + width * at);
      uint32_t child = tree->nodes[at].first_child;
      while (child != 0 && tree->nodes[child].edge != edge) child = tree->nodes[child].next_sibling;
      if (child == 0) {
        tree->nodes[i] = (bk_node){0, tree->nodes[at].first_child, (uint16_t)edge};
        tree->nodes[at].first_child = (uint32_t)i;
        break;
      }
      at = child;
    }
  }
  return tree;
}

static size_t search(const bk_tree *tree, uint32_t at, const uint8_t *query, unsigned radius) {
  unsigned here = distance(tree, tree->hashes + tree->width * (size_t)at, query);
  size_t found = here <= radius;
  for (uint32_t child = tree->nodes[at].first_child; child != 0;
       child = tree->nodes[child].next_sibling) {
    unsigned edge = tree->nodes[child].edge;
    if ((edge > here ? edge - here : here - edge) <= radius)
      found += search(tree, child, query, radius);
  }
  return found;
}

size_t bk_search(const bk_tree *tree, const uint8_t *query, unsigned radius) {
  return tree->count == 0 ? 0 : search(tree, 0, query, radius);
}

void bk_free(bk_tree *tree) { free(tree); }
