#include "cpng.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

struct cpng_decoder {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  char message[192];
  int bad_checksum;
  int ended_early;
};

static void on_error(png_structp png, png_const_charp text) {
  cpng_decoder *decoder = png_get_error_ptr(png);
  snprintf(decoder->message, sizeof decoder->message, "%s", text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  cpng_decoder *decoder = png_get_error_ptr(png);
  // libpng gives "IDAT: CRC error": only chunks that carry pixels matter here.
  if (strstr(text, "CRC error") != NULL &&
      (strncmp(text, "IDAT", 4) == 0 || strncmp(text, "PLTE", 4) == 0 ||
       strncmp(text, "IHDR", 4) == 0)) {
    decoder->bad_checksum = 1;
  }
}

static void on_read(png_structp png, png_bytep out, size_t count) {
  cpng_decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->left) {
    decoder->ended_early = 1;
    png_error(png, "the data ends early");
  }
  memcpy(out, decoder->next, count);
  decoder->next += count;
  decoder->left -= count;
}

// Chunks that do not affect the pixels as we use them; they are not even inflated.
static const png_byte passed_over[] =
    "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0tIME\0zTXt";

cpng_decoder *cpng_create(const uint8_t *bytes, size_t size, size_t max_chunk) {
  cpng_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
  if (decoder->png == NULL) {
    free(decoder);
    return NULL;
  }
  decoder->next = bytes;
  decoder->left = size;
  if (setjmp(png_jmpbuf(decoder->png))) {
    cpng_destroy(decoder);
    return NULL;
  }
  decoder->info = png_create_info_struct(decoder->png);
  png_set_read_fn(decoder->png, decoder, on_read);
  png_set_chunk_malloc_max(decoder->png, max_chunk);
  png_set_chunk_cache_max(decoder->png, 64);
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_NEVER, passed_over,
                              (int)(sizeof passed_over / 5));
  // The caller checks the sizes in the header against its own limits.
  png_set_user_limits(decoder->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Pixels of a chunk with a wrong checksum are used and reported; ancillary ones are dropped.
  png_set_crc_action(decoder->png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
  return decoder;
}

void cpng_destroy(cpng_decoder *decoder) {
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
  free(decoder);
}

int cpng_read_header(cpng_decoder *decoder, cpng_header *header) {
  png_structp png = decoder->png;
  if (setjmp(png_jmpbuf(png))) return -1;
  png_read_info(png, decoder->info);
  header->width = png_get_image_width(png, decoder->info);
  header->height = png_get_image_height(png, decoder->info);
  header->is_grey = (png_get_color_type(png, decoder->info) & PNG_COLOR_MASK_COLOR) == 0;
  return 0;
}

int cpng_start(cpng_decoder *decoder, cpng_form form, cpng_rows *rows) {
  // Alpha stays: the caller drops it, or lays the pixels over a page.
  png_structp png = decoder->png;
  if (setjmp(png_jmpbuf(png))) return -1;
  png_set_expand(png);
  if (form == CPNG_WIDE)
    png_set_swap(png);
  else
    png_set_strip_16(png);
  if (form == CPNG_RGBA) {
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
  }
  rows->passes = png_set_interlace_handling(png);
  png_read_update_info(png, decoder->info);
  rows->channels = png_get_channels(png, decoder->info);
  rows->has_alpha = rows->channels % 2 == 0;
  rows->is_wide = png_get_bit_depth(png, decoder->info) == 16;
  return 0;
}

int cpng_read_row(cpng_decoder *decoder, uint8_t *row) {
  if (setjmp(png_jmpbuf(decoder->png))) return -1;
  png_read_row(decoder->png, row, NULL);
  return 0;
}

int cpng_bad_checksum(const cpng_decoder *decoder) { return decoder->bad_checksum; }
int cpng_ended_early(const cpng_decoder *decoder) { return decoder->ended_early; }
const char *cpng_message(const cpng_decoder *decoder) { return decoder->message; }

uint32_t cpng_checksum(const uint8_t *bytes, size_t size) {
  return (uint32_t)crc32_z(0, bytes, size);
}

cpng_outcome cpng_inflate(const uint8_t *packed, size_t size, uint8_t *out, size_t room, size_t *count) {
  z_stream stream = {0};
  *count = 0;
  if (size > UINT32_MAX || room > UINT32_MAX || inflateInit(&stream) != Z_OK) return CPNG_NOT_PACKED;
  stream.next_in = (z_const Bytef *)packed;
  stream.avail_in = (uInt)size;
  stream.next_out = out;
  stream.avail_out = (uInt)room;
  int status = inflate(&stream, Z_FINISH);
  *count = room - stream.avail_out;
  int is_full = stream.avail_out == 0;
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return CPNG_INFLATED;
  return is_full ? CPNG_NO_ROOM : CPNG_NOT_PACKED;
}
