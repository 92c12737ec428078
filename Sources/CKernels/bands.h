// Multi-index hashing: hashes are grouped into buckets by some of their bits; a query looks at few buckets.
#pragma once
#include "hamming.h"

// How many elements ahead of its use an address is prefetched.
enum { ahead_of_use = 16 };

// out[i] = the band's bits of hash i, gathered by a table of 256 entries for each byte.
BODY void band_keys_body(const uint8_t *restrict hashes, size_t size, size_t count,
                         const uint32_t *restrict table, uint32_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    uint32_t key = 0;
    for (size_t byte = 0; byte < size; byte++) key |= table[256 * byte + hashes[i * size + byte]];
    out[i] = key;
  }
}

// The buckets at key ^ mask that are not empty, as pairs of first and end position; `starts` has an
// entry for each bucket and one more. -1 if they are not ascending positions up to `total`.
BODY ptrdiff_t probe_body(const uint32_t *restrict starts, uint32_t total, uint32_t key,
                       const uint32_t *restrict masks, size_t mask_count,
                       uint32_t *restrict ranges, uint64_t *candidates) {
  size_t found = 0;
  uint64_t sum = 0;
  for (size_t i = 0; i < mask_count; i++) {
    if (i + ahead_of_use < mask_count)
      __builtin_prefetch(starts + (key ^ masks[i + ahead_of_use]));
    const uint32_t *bucket = starts + (key ^ masks[i]);
    const uint32_t first = bucket[0], end = bucket[1];
    if (first > end || end > total) return -1;
    // Always written, but counted only if the bucket holds anything: there is no branch to mispredict.
    ranges[2 * found] = first;
    ranges[2 * found + 1] = end;
    found += first < end;
    sum += end - first;
  }
  *candidates = sum;
  return (ptrdiff_t)found;
}

// Buckets in a directory: a number of 64 bits for every 32 buckets and one more. Its low half has a bit for each bucket that
// is not empty; its high half says how many such buckets lie before these 32. Each bucket that is not empty has an element:
// what it holds, or, with the highest bit set, where in the rest of the elements that begins, whose last has that bit set.

// The places of the elements of the buckets at key ^ mask that are not empty; -1 if one is not below `total`.
BODY ptrdiff_t look_up_body(const uint64_t *restrict directory, uint32_t total, uint32_t key,
                            const uint32_t *restrict masks, size_t mask_count,
                            uint32_t *restrict places) {
  size_t found = 0;
  uint32_t wrong = 0;
  for (size_t i = 0; i < mask_count; i++) {
    if (i + ahead_of_use < mask_count)
      __builtin_prefetch(directory + ((key ^ masks[i + ahead_of_use]) >> 5));
    const uint32_t bucket = key ^ masks[i], bit = bucket & 31;
    const uint64_t entry = directory[bucket >> 5];
    const uint32_t held = (uint32_t)entry, before = held & (((uint32_t)1 << bit) - 1);
    const uint32_t place = (uint32_t)(entry >> 32) + (uint32_t)__builtin_popcount(before);
    const uint32_t taken = held >> bit & 1;
    // Always written, but counted only if the bucket holds anything: there is no branch to mispredict.
    places[found] = place;
    found += taken;
    wrong |= taken & (place >= total);
  }
  return wrong ? -1 : (ptrdiff_t)found;
}

// What the buckets with these places hold; as much of it as there is `room` for is copied to `out`. Elements in chunks of
// 2^shift: `first` of buckets, and the rest up to `total`. Returns how much it is; -1 if it lies past the rest, or is more
// than all.
BODY ptrdiff_t collect_body(const uint32_t *const *chunks, uint32_t shift, uint32_t first,
                            uint32_t total, const uint32_t *restrict places, size_t count,
                            size_t room, uint32_t *restrict out) {
  const uint32_t mask = ((uint32_t)1 << shift) - 1, highest = (uint32_t)1 << 31;
  size_t copied = 0;
  for (size_t i = 0; i < count; i++) {
    if (i + ahead_of_use < count) {
      const uint32_t next = places[i + ahead_of_use];
      __builtin_prefetch(chunks[next >> shift] + (next & mask));
    }
    uint32_t element = chunks[places[i] >> shift][places[i] & mask];
    if (element & highest) {
      uint32_t place = first + (element & ~highest);
      do {
        if (place < first || place >= total || copied > total) return -1;
        element = chunks[place >> shift][place & mask];
        if (copied < room) out[copied] = element & ~highest;
        copied++;
        place++;
      } while (!(element & highest));
    } else {
      if (copied < room) out[copied] = element;
      copied++;
    }
  }
  return (ptrdiff_t)copied;
}

// Copies the elements at the positions of the ranges to `out`; elements in chunks of 2^shift.
BODY void gather_body(const uint32_t *const *chunks, uint32_t shift,
                      const uint32_t *restrict ranges, size_t count, uint32_t *restrict out) {
  const uint32_t mask = ((uint32_t)1 << shift) - 1;
  for (size_t i = 0; i < count; i++) {
    if (i + ahead_of_use < count) {
      const uint32_t next = ranges[2 * (i + ahead_of_use)];
      __builtin_prefetch(chunks[next >> shift] + (next & mask));
    }
    for (uint32_t p = ranges[2 * i]; p < ranges[2 * i + 1]; p++)
      *out++ = chunks[p >> shift][p & mask];
  }
}

// Those of `ids` whose hashes lie within the radius, with their distances; hashes in chunks of 2^shift.
// -1 if an id is not below `total`.
BODY ptrdiff_t filter_body(const uint8_t *const *chunks, uint32_t shift, size_t words,
                        const uint32_t *restrict ids, size_t count, uint32_t total,
                        const uint8_t *query, uint32_t radius, uint32_t *restrict out_ids,
                        uint16_t *restrict out) {
  const uint32_t mask = ((uint32_t)1 << shift) - 1;
  const size_t size = 8 * words;
  uint64_t q[4] = {0};
  memcpy(q, query, size);
  size_t found = 0;
  for (size_t i = 0; i < count; i++)
    if (ids[i] >= total) return -1;
  for (size_t i = 0; i < count; i++) {
    if (i + ahead_of_use < count) {
      const uint32_t next = ids[i + ahead_of_use];
      __builtin_prefetch(chunks[next >> shift] + size * (next & mask));
    }
    const uint8_t *hash = chunks[ids[i] >> shift] + size * (ids[i] & mask);
    const uint32_t distance = words == 4 ? distance256(hash, q)
                                         : (uint32_t)__builtin_popcountll(word_at(hash, 0) ^ q[0]);
    if (distance > radius) continue;
    out_ids[found] = ids[i];
    out[found++] = (uint16_t)distance;
  }
  return (ptrdiff_t)found;
}

// Those of the hashes at the positions of the ranges that lie within the radius, with their distances;
// hashes in chunks of 2^shift.
BODY size_t scan_ranges_body(const uint8_t *const *chunks, uint32_t shift, size_t words,
                             const uint32_t *restrict ranges, size_t count, const uint8_t *query,
                             uint32_t radius, uint32_t *restrict positions,
                             uint16_t *restrict out) {
  const uint32_t chunk = (uint32_t)1 << shift, mask = chunk - 1;
  const size_t size = 8 * words;
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    if (i + ahead_of_use < count) {
      const uint32_t next = ranges[2 * (i + ahead_of_use)];
      const uint8_t *hash = chunks[next >> shift] + size * (next & mask);
      __builtin_prefetch(hash);
      __builtin_prefetch(hash + 64);
    }
    for (uint32_t p = ranges[2 * i], end = ranges[2 * i + 1]; p < end;) {
      const uint32_t left = chunk - (p & mask), n = end - p < left ? end - p : left;
      const size_t hits = scan_body(chunks[p >> shift] + size * (p & mask), words, n, query, radius,
                                    positions + found, out + found);
      for (size_t hit = 0; hit < hits; hit++) positions[found + hit] += p;
      found += hits;
      p += n;
    }
  }
  return found;
}
