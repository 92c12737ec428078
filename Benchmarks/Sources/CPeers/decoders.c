#include "include/peers.h"

#include <gif_lib.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

#include <jpeglib.h>

struct jpeg_failure {
  struct jpeg_error_mgr manager;
  jmp_buf escape;
};

static void jpeg_failed(j_common_ptr info) {
  longjmp(((struct jpeg_failure *)info->err)->escape, 1);
}

long bare_jpeg_grey(const uint8_t *bytes, size_t size) {
  struct jpeg_decompress_struct info;
  struct jpeg_failure failure;
  info.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = jpeg_failed;
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&info);
    return -1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, size);
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_GRAYSCALE;
  jpeg_start_decompress(&info);
  JSAMPARRAY rows = info.mem->alloc_sarray((j_common_ptr)&info, JPOOL_IMAGE, info.output_width, 16);
  long total = 0;
  while (info.output_scanline < info.output_height)
    total += (long)jpeg_read_scanlines(&info, rows, 16) * info.output_width;
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return total;
}

struct source {
  const uint8_t *next;
  size_t left;
};

static void png_pull(png_structp png, png_bytep out, size_t count) {
  struct source *source = png_get_io_ptr(png);
  if (count > source->left) png_error(png, "end");
  memcpy(out, source->next, count);
  source->next += count;
  source->left -= count;
}

static void png_quiet(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

long bare_png(const uint8_t *bytes, size_t size) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, png_quiet);
  png_infop info = png_create_info_struct(png);
  struct source source = {bytes, size};
  uint8_t *volatile row = NULL;
  if (setjmp(png_jmpbuf(png))) {
    free(row);
    png_destroy_read_struct(&png, &info, NULL);
    return -1;
  }
  png_set_read_fn(png, &source, png_pull);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_read_update_info(png, info);
  size_t length = png_get_rowbytes(png, info);
  uint32_t height = png_get_image_height(png, info);
  row = malloc(length);
  for (uint32_t y = 0; y < height; y++) png_read_row(png, row, NULL);
  free(row);
  png_destroy_read_struct(&png, &info, NULL);
  return (long)(length * height);
}

long bare_webp_luma(const uint8_t *bytes, size_t size) {
  int width, height, stride, uv_stride;
  uint8_t *u, *v;
  uint8_t *luma = WebPDecodeYUV(bytes, size, &width, &height, &u, &v, &stride, &uv_stride);
  if (luma == NULL) return -1;
  WebPFree(luma);
  return (long)width * height;
}

long bare_webp_rgb(const uint8_t *bytes, size_t size) {
  int width, height;
  uint8_t *pixels = WebPDecodeRGB(bytes, size, &width, &height);
  if (pixels == NULL) return -1;
  WebPFree(pixels);
  return (long)width * height * 3;
}

static int gif_pull(GifFileType *file, GifByteType *out, int count) {
  struct source *source = file->UserData;
  size_t taken = (size_t)count < source->left ? (size_t)count : source->left;
  memcpy(out, source->next, taken);
  source->next += taken;
  source->left -= taken;
  return (int)taken;
}

long bare_gif(const uint8_t *bytes, size_t size) {
  struct source source = {bytes, size};
  int error;
  GifFileType *file = DGifOpen(&source, gif_pull, &error);
  if (file == NULL) return -1;
  long total = -1;
  if (DGifSlurp(file) == GIF_OK) total = (long)file->SWidth * file->SHeight;
  DGifCloseFile(file, &error);
  return total;
}
