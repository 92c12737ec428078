// The inner loops, compiled for several CPUs and chosen once at run time. Every path gives the
// same results: arithmetic is on integers, or on floats in one stated order without contraction.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;

  /// sums[k] += wa * a[k] + wb * b[k] + wc * c[k] + wd * d[k]; the weights add up to at most 257,
  /// so that the products' sum fits 16 bits.
  void (*accumulate)(uint32_t *sums, const uint8_t *a, const uint8_t *b, const uint8_t *c,
                     const uint8_t *d, uint16_t wa, uint16_t wb, uint16_t wc, uint16_t wd,
                     size_t count);

  /// sums[k] += weight * row[k], for any weight whose sums fit 32 bits.
  void (*accumulate_wide)(uint32_t *sums, const uint8_t *row, uint32_t weight, size_t count);

  /// out[channels * i + c] = the weighted sum of `taps` columns from starts[i] on, channel c, for
  /// `count` outputs with `taps` weights each; 1 or 3 channels.
  void (*weigh_sums)(const uint32_t *sums, size_t channels, const uint32_t *weights,
                     const uint32_t *starts, size_t taps, size_t count, uint64_t *out);

  /// The sum of the steps between neighbours in a 64×64 grid, each in hundredths of 255 and truncated.
  uint32_t (*gradient)(const float *grid);

  // PDQ's box passes in the reference's own order (boxes.h). A tile holds 16 rows transposed,
  // tile[16 x + r] being column x of row r, its width rounded up to 8 columns.

  /// Luma of up to 16 rows into a tile. `line` has room for 8 rows of the rounded width.
  void (*luma_tile)(const uint8_t *rows, size_t stride, size_t count, size_t channels,
                    size_t width, float *line, float *tile);

  /// A box of `window` columns, `ahead` of them ahead, along each row of a tile.
  void (*box_rows)(const float *in, size_t width, size_t window, size_t ahead, float *out);

  /// A box of `window` rows down each column, fed with `count` rows of a tile, the first being the
  /// `first`th of all; out[16 x + r] is the sum over sizes[r]. `sums` (the rounded width) and
  /// `ring` (`window` times that) begin at 0.
  void (*box_columns)(const float *in, size_t width, size_t count, size_t window, size_t first,
                      const float *sizes, float *sums, float *ring, float *out);

  /// As `box_rows`, keeping the boxes at `picks` only, which ascend: out[16 i + r].
  void (*pick_boxes)(const float *in, size_t width, size_t window, size_t ahead,
                     const uint32_t *picks, size_t count, float *out);

  /// out[16 i + j] = Σk T[i][k] * transposed[16 k + j], where T[i][k] = Σl basis[64 i + l] *
  /// grid[64 l + k]: each a single sum from zero, taken in order.
  void (*transform)(const float *grid, const float *basis, const float *transposed, float *out);

  /// The hashes (which of 256 values lie above their lower median, 4 words) of 16×16 coefficients whose odd rows, odd
  /// columns, both or none have their signs reversed: out[4 * form] on for form = 2 * rows + columns, where bit
  /// `form` of `forms` is set.
  void (*signed_hashes)(const float *coefficients, unsigned forms, uint64_t *out);

  /// Cells of a 64×64 grid that differ from their neighbours to the right and below by less than `step`.
  uint32_t (*flat_cells)(const float *grid, float step);

  /// Pillow's grey of a row of RGB.
  void (*grey_row)(const uint8_t *rgb, size_t width, uint8_t *out);

  /// out[i] = the weighted sum of `taps` bytes of `row` from starts[i] on, in fixed point of 22
  /// bits, for `count` outputs with `taps` weights each, weight = high * 4096 + low.
  void (*weigh_row)(const uint8_t *row, const int16_t *high, const int16_t *low,
                    const uint32_t *starts, size_t taps, size_t count, uint8_t *out);

  /// sums[x] += weight * row[x] for 32 columns.
  void (*spread_row)(const uint8_t *row, int32_t weight, int32_t *sums);

  /// Hamming distances of `count` hashes of `words` 64-bit words (1 or 4), lying one behind the
  /// other at any alignment, to `query`.
  void (*distances)(const uint8_t *hashes, size_t words, size_t count, const uint8_t *query,
                    uint16_t *out);

  /// The positions of those within `radius`, in order, with their distances; `positions` and `out`
  /// have room for `count`. Returns how many there are.
  size_t (*scan)(const uint8_t *hashes, size_t words, size_t count, const uint8_t *query,
                 uint32_t radius, uint32_t *positions, uint16_t *out);

  // Views of a small grey picture, `width` bytes a row (views.h).

  /// out[i] = the weighted sum of `taps` sums from starts[i] on, times `scale`, rounded; `taps` is a
  /// multiple of 8.
  void (*mean_bytes)(const uint32_t *sums, const float *weights, const uint32_t *starts,
                     size_t taps, size_t count, float scale, uint8_t *out);

  /// out[stride * i + x] = the weighted sum of `taps` rows from starts[i] on, for `count` outputs with
  /// `taps` weights each and the first `columns` columns.
  void (*blend_rows)(const uint8_t *grid, size_t width, size_t columns, const float *weights,
                     const uint32_t *starts, size_t taps, size_t count, size_t stride, float *out);

  /// out[count * r + i] = the weighted sum of `taps` columns of row r from starts[i] on; `taps` is a
  /// multiple of 8.
  void (*blend_columns)(const float *in, size_t stride, size_t rows, const float *weights,
                        const uint32_t *starts, size_t taps, size_t count, float *out);

  /// counts[x] += 1 where the row differs from `tone` by more than `tolerance`. Returns how often it does.
  uint32_t (*differing)(const uint8_t *row, size_t width, uint8_t tone, uint8_t tolerance,
                        uint32_t *counts);

  // Straight lines across a picture of up to 512×512 bytes, told in blocks of it (lines.h).

  /// The mean step over two pixels across each row and along it, in each of `blocks` parts of the width, and the same
  /// for columns in parts of the height: rows[b * height + y], columns[b * width + x].
  void (*line_steps)(const uint8_t *grid, size_t width, size_t height, size_t blocks,
                     float *rows_across, float *rows_along, float *columns_across,
                     float *columns_along);

  /// How clearly each line stands out from those near it, from -1 to 1, by the steps across it; and how much the steps
  /// along the lines differ between its two sides, from 0 to 1. Lines within 6 of an end have 0.
  void (*line_evidence)(const float *across, const float *along, size_t lines, size_t blocks,
                        float *step, float *texture);

  /// For each line the stretch of blocks with the greatest sum of evidence less `least`: the sum, the first block and
  /// the end. The line leads from block to block through line + shifts[b]; past the ends there is no evidence.
  void (*line_runs)(const float *evidence, size_t lines, size_t blocks, const int32_t *shifts,
                    float least, float *sums, float *firsts, float *ends);

  /// Moves cells of a 64×64 grid towards the mean of their neighbours, in the order given, `sweeps` times.
  void (*relax)(float *grid, const uint16_t *cells, size_t count, size_t sweeps);

  /// Samples a square of `side` by `side` (2 or more) at 64×64 places of the unit square, taken through a projective
  /// map of 9 numbers to columns and rows of the square. Cells that do not lie in it repeat its edge and are listed in
  /// `unknown`, which has room for all 4,096 and one more; returns how many they are.
  size_t (*warp)(const float *square, size_t side, const float *map, float *out,
                 uint16_t *unknown);

  // Multi-index hashing (bands.h). Arrays that are given as chunks have 2^shift elements in each.

  /// out[i] = the band's bits of hash i, gathered by a table of 256 entries for each of its bytes.
  void (*band_keys)(const uint8_t *hashes, size_t size, size_t count, const uint32_t *table,
                    uint32_t *out);

  /// The buckets at key ^ mask that are not empty, as pairs of first and end position; their number,
  /// and what they hold in all. `starts` has an entry for each bucket and one more, `ranges` room for
  /// two for each mask. -1 if the starts are not ascending positions up to `total`.
  ptrdiff_t (*probe)(const uint32_t *starts, uint32_t total, uint32_t key, const uint32_t *masks,
                  size_t mask_count, uint32_t *ranges, uint64_t *candidates);

  /// Copies the elements at the positions of the ranges to `out`.
  void (*gather)(const uint32_t *const *chunks, uint32_t shift, const uint32_t *ranges,
                 size_t count, uint32_t *out);

  /// The places of the elements of the buckets at key ^ mask that are not empty, for which `places` has room for each mask;
  /// how many they are. The directory has a number for every 32 buckets and one more: in its low half a bit for each bucket
  /// that is not empty, in its high half how many of these lie before. -1 if a place is not below `total`.
  ptrdiff_t (*look_up)(const uint64_t *directory, uint32_t total, uint32_t key,
                       const uint32_t *masks, size_t mask_count, uint32_t *places);

  /// What the buckets with these places hold, up to `room` of it. An element is what the bucket holds, or with its highest
  /// bit set where what it holds begins among those from `first` to `total`, of which the last has that bit set. Returns
  /// how much it is, with what there is no room for; -1 if it lies past `total`.
  ptrdiff_t (*collect)(const uint32_t *const *chunks, uint32_t shift, uint32_t first,
                       uint32_t total, const uint32_t *places, size_t count, size_t room,
                       uint32_t *out);

  /// Those of `ids` whose hashes of `words` words lie within the radius, with their distances.
  /// -1 if an id is not below `total`.
  ptrdiff_t (*filter)(const uint8_t *const *chunks, uint32_t shift, size_t words,
                   const uint32_t *ids, size_t count, uint32_t total, const uint8_t *query,
                   uint32_t radius, uint32_t *out_ids, uint16_t *out);

  /// Those of the hashes at the positions of the ranges that lie within the radius, with their distances.
  size_t (*scan_ranges)(const uint8_t *const *chunks, uint32_t shift, size_t words,
                        const uint32_t *ranges, size_t count, const uint8_t *query,
                        uint32_t radius, uint32_t *positions, uint16_t *out);
} ck_kernels;

/// How many paths are compiled in, from the portable (0) to the fastest.
int ck_level_count(void);

/// The kernels of a level, NULL when this CPU cannot run them.
const ck_kernels *ck_kernels_at(int level);

/// The fastest kernels this CPU can run; never NULL.
const ck_kernels *ck_best_kernels(void);
