// What the files of this folder share.
#pragma once
#include "cjpeg.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

// What one block of chroma holds: its mean, and the standard deviation about it.
typedef struct {
  float mean, deviation;
} cjpeg_block;

// Cells along each side, each judged by itself: a part of a picture may be a picture.
#define CJPEG_CELLS 4

// Sums over blocks: their number, means, squares of means, errors, and chroma.
typedef struct {
  double count, sum, squares, error, chroma;
} cjpeg_sums;

// Y as it comes from its blocks, a strip of them at a time, and what a sample of the strips says about the
// difference to the luma that is seen.
typedef struct {
  // The rows of a strip, and for chroma, places that nothing is written to.
  JSAMPARRAY planes[3];
  // How many rows are there, and how many of them were handed out.
  int filled, taken;
  // Lines of a whole strip.
  int lines;
  // What was found of the chroma blocks of a sampled strip, row by row.
  cjpeg_block *chroma[3];
  // libjpeg's own way from coefficients to Y.
  void (*inverse)(j_decompress_ptr, jpeg_component_info *, JCOEFPTR, JSAMPARRAY, JDIMENSION);
  // Which strip to sample next, out of how many each, and what chooses it.
  int strip, next_sample, stride;
  uint64_t seed;
  // Of the blocks that were sampled, by their place in the picture: the last is of the whole picture.
  cjpeg_sums sums[CJPEG_CELLS * CJPEG_CELLS + 1];
  // The row of cells that the current strip lies in.
  int row_of_cells;
} cjpeg_luma;

struct cjpeg_decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
  int64_t damaged_row;
  int ended_early;
  cjpeg_failure reason;
  cjpeg_limits limits;
  int64_t deadline;
  // The scan whose blocks were counted last, and the number of blocks of all scans up to it.
  int counted_scan;
  int64_t blocks;
  // Whether rows are read as Y blocks: of grey pictures, and of YCbCr of which only Y is asked for.
  int reads_luma;
  cjpeg_luma luma;
};

// libjpeg hands back pointers to our members; info comes first, so the cast is exact.
static inline cjpeg_decoder *self(j_common_ptr info) { return (cjpeg_decoder *)info; }

// Whether Y can be read as blocks: it has the picture's full resolution.
int cjpeg_luma_is_plain(const cjpeg_decoder *decoder);

// Before and after libjpeg's own start. Either may leave by longjmp.
void cjpeg_luma_prepare(cjpeg_decoder *decoder);
void cjpeg_luma_start(cjpeg_decoder *decoder);

// Copies up to `rows` rows to `out`, one every `stride` bytes, and returns how many. May leave by longjmp, with
// `done` saying how many were copied.
void cjpeg_luma_read(cjpeg_decoder *decoder, uint8_t *out, size_t stride, int rows, volatile int *done);
