// For clock_gettime.
#define _POSIX_C_SOURCE 199309L

#include "decoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jerror.h>
#include <jpegint.h>

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static cjpeg_failure reason_of(int code) {
  switch (code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      return CJPEG_UNSUPPORTED;
    case JERR_IMAGE_TOO_BIG:
    case JERR_NO_BACKING_STORE:
    case JERR_OUT_OF_MEMORY:
    case JERR_WIDTH_OVERFLOW:
      return CJPEG_OVER_LIMIT;
    default:
      return CJPEG_DAMAGED;
  }
}

static void on_error(j_common_ptr info) {
  info->err->format_message(info, self(info)->message);
  self(info)->reason = reason_of(info->err->msg_code);
  longjmp(self(info)->escape, 1);
}

static void give_up(cjpeg_decoder *decoder, cjpeg_failure reason, const char *text) {
  decoder->reason = reason;
  snprintf(decoder->message, sizeof decoder->message, "%s", text);
  longjmp(decoder->escape, 1);
}

// Warnings that mean wrong pixels, as against harmless ones (stray bytes before a marker, an odd
// Adobe or JFIF header, a sequential scan that states a range of coefficients it does not need).
static int means_damage(int code) {
  switch (code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      return 1;
    default:
      return 0;
  }
}

static void on_message(j_common_ptr info, int level) {
  cjpeg_decoder *decoder = self(info);
  if (level >= 0) return;
  decoder->errors.num_warnings++;
  if (decoder->damaged_row < 0 && means_damage(decoder->errors.msg_code)) {
    decoder->damaged_row = decoder->info.output_scanline;
    info->err->format_message(info, decoder->message);
  }
}

static void on_output(j_common_ptr info) { (void)info; }

// Called between rows of blocks, by libjpeg or by our own loop.
static void on_progress(j_common_ptr common) {
  cjpeg_decoder *decoder = self(common);
  const struct jpeg_decompress_struct *info = &decoder->info;
  if (info->input_scan_number > decoder->limits.scans)
    give_up(decoder, CJPEG_OVER_LIMIT, "it has too many scans");
  if (info->input_scan_number != decoder->counted_scan) {
    decoder->counted_scan = info->input_scan_number;
    for (int i = 0; i < info->comps_in_scan && i < MAX_COMPS_IN_SCAN; i++) {
      const jpeg_component_info *component = info->cur_comp_info[i];
      if (component == NULL) continue;
      decoder->blocks += (int64_t)component->width_in_blocks * component->height_in_blocks;
    }
    if (decoder->blocks > decoder->limits.blocks)
      give_up(decoder, CJPEG_OVER_LIMIT, "its scans have too many pixels together");
  }
  if (decoder->deadline != 0 && now() > decoder->deadline)
    give_up(decoder, CJPEG_OUT_OF_TIME, "out of time");
}

static void source_nothing(j_decompress_ptr info) { (void)info; }

// All bytes are in memory from the start: if libjpeg needs more, they ended early.
static boolean source_fill(j_decompress_ptr info) {
  static const JOCTET end[2] = {0xFF, JPEG_EOI};
  cjpeg_decoder *decoder = self((j_common_ptr)info);
  decoder->ended_early = 1;
  // Arithmetic decoding goes on with zeros that are as good as any bytes, and warns of nothing.
  if (info->arith_code && decoder->damaged_row < 0 && info->output_scanline < info->output_height)
    decoder->damaged_row = info->output_scanline;
  info->src->next_input_byte = end;
  info->src->bytes_in_buffer = 2;
  return TRUE;
}

static void source_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) {
    source_fill(info);
    return;
  }
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= (size_t)count;
}

cjpeg_decoder *cjpeg_create(const uint8_t *bytes, size_t size, cjpeg_limits limits) {
  cjpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->damaged_row = -1;
  decoder->limits = limits;
  if (limits.nanoseconds > 0) decoder->deadline = now() + limits.nanoseconds;
  decoder->info.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  decoder->errors.output_message = on_output;
  if (setjmp(decoder->escape)) {
    cjpeg_destroy(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->info);
  decoder->info.mem->max_memory_to_use = limits.memory;
  decoder->progress.progress_monitor = on_progress;
  decoder->info.progress = &decoder->progress;
  decoder->source.init_source = source_nothing;
  decoder->source.fill_input_buffer = source_fill;
  decoder->source.skip_input_data = source_skip;
  decoder->source.resync_to_restart = jpeg_resync_to_restart;
  decoder->source.term_source = source_nothing;
  decoder->source.next_input_byte = bytes;
  decoder->source.bytes_in_buffer = size;
  decoder->info.src = &decoder->source;
  return decoder;
}

void cjpeg_destroy(cjpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->info);
  free(decoder);
}

int cjpeg_read_header(cjpeg_decoder *decoder, uint32_t colour_side, cjpeg_header *header) {
  if (setjmp(decoder->escape)) return -1;
  jpeg_read_header(&decoder->info, TRUE);
  J_COLOR_SPACE stored = decoder->info.jpeg_color_space;
  if (stored == JCS_YCbCr && decoder->info.image_width <= colour_side &&
      decoder->info.image_height <= colour_side) {
    stored = JCS_RGB;
  }
  switch (stored) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
      decoder->info.out_color_space = JCS_GRAYSCALE;
      header->channels = 1;
      break;
    case JCS_RGB:
      decoder->info.out_color_space = JCS_RGB;
      header->channels = 3;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      decoder->info.out_color_space = JCS_CMYK;
      header->channels = 4;
      break;
    default:
      decoder->reason = CJPEG_UNSUPPORTED;
      snprintf(decoder->message, sizeof decoder->message, "unknown colour space of %d components",
               decoder->info.num_components);
      return -1;
  }
  header->is_grey = decoder->info.jpeg_color_space == JCS_GRAYSCALE;
  header->width = decoder->info.image_width;
  header->height = decoder->info.image_height;
  header->adobe = decoder->info.saw_Adobe_marker;
  header->multiscan = jpeg_has_multiple_scans(&decoder->info);
  header->progressive = decoder->info.progressive_mode;
  decoder->reads_luma =
      decoder->info.out_color_space == JCS_GRAYSCALE && cjpeg_luma_is_plain(decoder);
  header->is_plain = header->channels != 1 || decoder->reads_luma;
  return 0;
}

// How far bits that are still to come can move the pixels of a block: as a standard deviation, times 8.
static double missing(const struct jpeg_decompress_struct *info, int component, int first, int last) {
  const JQUANT_TBL *table = info->comp_info[component].quant_table;
  if (table == NULL) table = info->quant_tbl_ptrs[info->comp_info[component].quant_tbl_no & 3];
  if (table == NULL) return INFINITY;
  double squares = 0;
  for (int k = first; k <= last; k++) {
    // The low bits of the coefficient that are still to come, in zigzag order; -1 if none came.
    int bits = info->coef_bits[component][k];
    if (bits < 0) return INFINITY;
    double size = ((1 << bits) - 1) * (double)table->quantval[jpeg_natural_order[k]];
    squares += size * size;
  }
  return sqrt(squares);
}

// Whether what is still to come cannot change what a hash sees: no block's mean by more than four levels of 255,
// nor its pixels so much that clipping would.
static int has_coarse_form(const struct jpeg_decompress_struct *info) {
  if (info->coef_bits == NULL) return 0;
  for (int i = 0; i < info->num_components; i++)
    if (missing(info, i, 0, 0) > 4 * 8 || missing(info, i, 1, 63) > 16 * 8) return 0;
  return 1;
}

int cjpeg_start(cjpeg_decoder *decoder, int denominator, int coarse) {
  if (setjmp(decoder->escape)) return -1;
  decoder->info.scale_num = 1;
  decoder->info.scale_denom = (unsigned)denominator;
  if (decoder->reads_luma) cjpeg_luma_prepare(decoder);
  if (coarse) {
    decoder->info.buffered_image = TRUE;
    jpeg_start_decompress(&decoder->info);
    for (;;) {
      // libjpeg calls the progress monitor everywhere but here.
      on_progress((j_common_ptr)&decoder->info);
      int status = jpeg_consume_input(&decoder->info);
      if (status == JPEG_REACHED_EOI || status == JPEG_SUSPENDED) break;
      if (status == JPEG_SCAN_COMPLETED && has_coarse_form(&decoder->info)) break;
    }
    jpeg_start_output(&decoder->info, decoder->info.input_scan_number);
  } else {
    jpeg_start_decompress(&decoder->info);
  }
  if (decoder->reads_luma) cjpeg_luma_start(decoder);
  return 0;
}

int cjpeg_read_rows(cjpeg_decoder *decoder, uint8_t *out, size_t stride, int rows) {
  // volatile: read again after a longjmp.
  volatile int done = 0;
  if (setjmp(decoder->escape)) return done > 0 ? done : -1;
  if (decoder->reads_luma) {
    cjpeg_luma_read(decoder, out, stride, rows, &done);
    return done;
  }
  while (done < rows && decoder->info.output_scanline < decoder->info.output_height) {
    JSAMPROW lines[8];
    int count = rows - done;
    if (count > 8) count = 8;
    for (int i = 0; i < count; i++) lines[i] = out + (size_t)(done + i) * stride;
    done += (int)jpeg_read_scanlines(&decoder->info, lines, (JDIMENSION)count);
  }
  return done;
}

int64_t cjpeg_damaged_row(const cjpeg_decoder *decoder) { return decoder->damaged_row; }
int cjpeg_ended_early(const cjpeg_decoder *decoder) { return decoder->ended_early; }
cjpeg_failure cjpeg_reason(const cjpeg_decoder *decoder) { return decoder->reason; }
const char *cjpeg_message(const cjpeg_decoder *decoder) { return decoder->message; }
