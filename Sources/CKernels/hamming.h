// Hamming distances of hashes lying one behind the other.
#pragma once
#include "body.h"

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
