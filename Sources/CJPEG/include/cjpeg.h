// A handle around libjpeg's decompressor that never lets a longjmp cross a Swift frame:
// every entry point has its own setjmp, there are no callbacks into the caller, and no policy
// lives here (limits come in as numbers, colours go out as libjpeg has them).
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct cjpeg_decoder cjpeg_decoder;

typedef struct {
  uint32_t width, height;
  /// Bytes a pixel in the rows to come: 1 grey (libjpeg's Y), 3 RGB, 4 CMYK.
  int32_t channels;
  /// Stored as grey, not as colours of which only Y is asked for.
  int32_t is_grey;
  /// An Adobe marker was seen: its CMYK is stored inverted.
  int32_t adobe;
  /// More than one scan: damage at the end coarsens the whole picture instead of cutting it off.
  int32_t multiscan;
  int32_t progressive;
  /// Its Y, if asked for, has the picture's full resolution; else nothing is known of its `cjpeg_luma_error`.
  int32_t is_plain;
} cjpeg_header;

typedef struct {
  /// Bytes that libjpeg may hold.
  long memory;
  int scans;
  /// 8×8 blocks of all scans together.
  int64_t blocks;
  /// How long it may work from now on; 0 for no limit.
  int64_t nanoseconds;
  /// Decides which strips are looked at for `cjpeg_luma_error`.
  uint64_t secret;
} cjpeg_limits;

/// Why a call failed.
typedef enum {
  CJPEG_DAMAGED = 0,
  CJPEG_UNSUPPORTED,
  CJPEG_OVER_LIMIT,
  CJPEG_OUT_OF_TIME,
} cjpeg_failure;

/// `bytes` must outlive the decoder. NULL when there is no memory.
cjpeg_decoder *cjpeg_create(const uint8_t *bytes, size_t size, cjpeg_limits limits);
void cjpeg_destroy(cjpeg_decoder *decoder);

/// YCbCr pictures of at most `colour_side` pixels a side come as RGB, larger ones as their Y.
/// 0, or -1 with `cjpeg_message` set.
int cjpeg_read_header(cjpeg_decoder *decoder, uint32_t colour_side, cjpeg_header *header);

/// Begins the decompression, with sides of 1/`denominator` (1, 2, 4 or 8), rounded up. With `coarse`, a
/// progressive picture ends at the scan after which no bits to come, times their quantisers, can move the mean of a
/// block by more than 4 levels of 255, nor its pixels by more than 16 (standard deviation). 0, or -1 with `cjpeg_message` set.
int cjpeg_start(cjpeg_decoder *decoder, int denominator, int coarse);

/// Reads up to `rows` rows into `out`, one every `stride` bytes. Returns how many, 0 at the end, or -1 with
/// `cjpeg_message` set.
int cjpeg_read_rows(cjpeg_decoder *decoder, uint8_t *out, size_t stride, int rows);

/// The row that was being read when the data first turned out damaged or missing, -1 if it never did.
int64_t cjpeg_damaged_row(const cjpeg_decoder *decoder);

/// What a sample of the blocks says about Y, once all rows were read: how far the luma that is seen is from it, at
/// most, and how far blocks are from each other (standard deviation of their means), in levels of 255.
///
/// They differ where colours clip, and where a reduced picture leaves out frequencies that clip.
/// Also the mean chroma of blocks: the sum of Cb's and Cr's distance from grey, and of their deviations.
typedef struct {
  double error, contrast, chroma;
} cjpeg_luma_quality;
/// `index` counts 16 cells, four in each of four rows, and then the whole picture.
cjpeg_luma_quality cjpeg_luma_error(const cjpeg_decoder *decoder, int index);

/// Whether the bytes ended before the picture's end marker.
int cjpeg_ended_early(const cjpeg_decoder *decoder);

/// Why the last call failed.
cjpeg_failure cjpeg_reason(const cjpeg_decoder *decoder);

/// libjpeg's text of the error, or of the first damage.
const char *cjpeg_message(const cjpeg_decoder *decoder);
