// A handle around libpng's row reader that never lets a longjmp cross a Swift frame: every entry
// point has its own setjmp and there are no callbacks into the caller.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct cpng_decoder cpng_decoder;

typedef struct {
  /// Bytes a pixel in the rows to come: 1 grey, 3 RGB, 4 RGBA. Palette indices become colours; samples of
  /// 16 bits keep their high byte.
  int32_t channels;
  // Whether the last channel is alpha.
  int32_t has_alpha;
  /// Passes over the picture: 1, or 7 when interlaced.
  int32_t passes;
  /// Whether each number has two bytes.
  int32_t is_wide;
} cpng_rows;

/// `bytes` must outlive the decoder. `max_chunk` bounds the memory of one ancillary chunk.
/// NULL when there is no memory.
cpng_decoder *cpng_create(const uint8_t *bytes, size_t size, size_t max_chunk);
void cpng_destroy(cpng_decoder *decoder);

typedef struct {
  uint32_t width, height;
  int32_t is_grey;
} cpng_header;

/// Reads what comes before the pixels, and takes no memory for them yet. 0, or -1 with `cpng_message` set.
int cpng_read_header(cpng_decoder *decoder, cpng_header *header);

/// What rows are to look like.
typedef enum {
  /// As stored, spread to whole bytes; 16 bits are cut to 8.
  CPNG_BYTES = 0,
  /// The same, and every picture as RGBA.
  CPNG_RGBA,
  /// As stored; numbers of 16 bits stay, in the machine's order.
  CPNG_WIDE,
} cpng_form;

/// Takes memory for a few rows. 0, or -1 with `cpng_message` set.
int cpng_start(cpng_decoder *decoder, cpng_form form, cpng_rows *rows);

/// Reads one row of the current pass; in an interlaced picture `row` must still hold what earlier passes
/// left there. 0, or -1 with `cpng_message` set.
int cpng_read_row(cpng_decoder *decoder, uint8_t *row);

/// Whether a checksum of a chunk that carries pixels was wrong (its data is used all the same).
int cpng_bad_checksum(const cpng_decoder *decoder);

/// Whether the bytes ended before the picture did.
int cpng_ended_early(const cpng_decoder *decoder);

/// libpng's text of the error.
const char *cpng_message(const cpng_decoder *decoder);

typedef enum {
  CPNG_INFLATED = 0,
  CPNG_NO_ROOM,
  CPNG_NOT_PACKED,
} cpng_outcome;

/// Inflates zlib data into at most `room` bytes of `out`, and sets `count` to how many there are.
cpng_outcome cpng_inflate(const uint8_t *packed, size_t size, uint8_t *out, size_t room, size_t *count);

/// The checksum of a chunk's type and data, by zlib.
uint32_t cpng_checksum(const uint8_t *bytes, size_t size);
