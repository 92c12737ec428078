// Y straight from its blocks: cheaper than libjpeg's grey rows, and it lets a sample of the blocks be looked at
// before they are pixels.
#include "decoder.h"

#include <jpegint.h>
#include <math.h>
#include <string.h>

typedef jpeg_component_info component;

// libjpeg's exact inverse transform, which its headers leave out.
extern void jpeg_idct_islow(j_decompress_ptr, component *, JCOEFPTR, JSAMPARRAY, JDIMENSION);

int cjpeg_luma_is_plain(const cjpeg_decoder *decoder) {
  const struct jpeg_decompress_struct *info = &decoder->info;
  int count = info->num_components;
  if (count == 1) return 1;
  if (count != 3) return 0;
  const component *y = &info->comp_info[0], *cb = &info->comp_info[1], *cr = &info->comp_info[2];
  return cb->h_samp_factor == cr->h_samp_factor && cb->v_samp_factor == cr->v_samp_factor &&
         y->h_samp_factor % cb->h_samp_factor == 0 && y->v_samp_factor % cb->v_samp_factor == 0;
}

void cjpeg_luma_prepare(cjpeg_decoder *decoder) {
  struct jpeg_decompress_struct *info = &decoder->info;
  info->raw_data_out = TRUE;
  // All of what is stored is decoded, or chroma would not be there to be looked at.
  info->out_color_space = info->jpeg_color_space;
}

// MARK: Sums

static cjpeg_sums *whole_picture(cjpeg_luma *luma) { return &luma->sums[CJPEG_CELLS * CJPEG_CELLS]; }

// The cell of a block of the current strip that begins at a column.
static cjpeg_sums *cell(cjpeg_decoder *decoder, JDIMENSION column) {
  JDIMENSION width = decoder->info.output_width;
  JDIMENSION place = column < width ? column * CJPEG_CELLS / width : CJPEG_CELLS - 1;
  return &decoder->luma.sums[decoder->luma.row_of_cells * CJPEG_CELLS + (int)place];
}

static void add(cjpeg_sums *sums, cjpeg_sums more) {
  sums->count += more.count;
  sums->sum += more.sum;
  sums->squares += more.squares;
  sums->error += more.error;
  sums->chroma += more.chroma;
}

// MARK: Looking at blocks

// Mean and deviation of a block, from its coefficients by Parseval's theorem.
static cjpeg_block measure(const component *c, const JCOEF *coefficients) {
  // No scan of this component came.
  if (c->quant_table == NULL) return (cjpeg_block){0, 0};
  const UINT16 *quantisers = c->quant_table->quantval;
  uint64_t words[16];
  memcpy(words, coefficients, sizeof words);
  uint64_t any = words[0] >> 16;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  any = words[0] & 0x0000FFFFFFFFFFFF;
#endif
  for (int i = 1; i < 16; i++) any |= words[i];
  float squares = 0;
  if (any != 0) {
    // In four sums, so that the compiler can add four at a time.
    float sums[4] = {0};
    for (int k = 0; k < 64; k += 4)
      for (int i = 0; i < 4; i++) {
        float value = (float)coefficients[k + i] * (float)quantisers[k + i];
        sums[i] += value * value;
      }
    float mean = (float)coefficients[0] * (float)quantisers[0];
    squares = fmaxf(0, sums[0] + sums[1] + sums[2] + sums[3] - mean * mean);
  }
  return (cjpeg_block){
      .mean = (float)coefficients[0] * (float)quantisers[0] / 8,
      .deviation = sqrtf(squares) / 8,
  };
}

// The most that values of this mean and deviation can lie above 0 on average, counting only those that do.
static float beyond(float mean, float deviation) {
  return (sqrtf(deviation * deviation + mean * mean) + mean) / 2;
}

// Takes libjpeg's place at a chroma block: notes what it holds, and makes no pixels.
static void note_chroma(j_decompress_ptr info, component *c, JCOEFPTR coefficients, JSAMPARRAY out,
                        JDIMENSION column) {
  cjpeg_luma *luma = &self((j_common_ptr)info)->luma;
  int index = c->component_index;
  // `out` is one of the rows in `planes`, `column` lies within the component's blocks.
  size_t row = (size_t)(out - luma->planes[index]) / (size_t)c->DCT_scaled_size;
  size_t place = row * c->width_in_blocks + column / (JDIMENSION)c->DCT_scaled_size;
  luma->chroma[index][place] = measure(c, coefficients);
}

// Takes libjpeg's place at a Y block of a reduced picture: makes its pixels, and if frequencies that were left
// out may have clipped, compares them with the whole block.
static void check_reduced(j_decompress_ptr info, component *c, JCOEFPTR coefficients, JSAMPARRAY out,
                          JDIMENSION column) {
  cjpeg_decoder *decoder = self((j_common_ptr)info);
  cjpeg_luma *luma = &decoder->luma;
  luma->inverse(info, c, coefficients, out, column);
  cjpeg_block block = measure(c, coefficients);
  float mean = block.mean + 128;
  if (beyond(mean - 255, block.deviation) + beyond(-mean, block.deviation) < 2) return;
  JSAMPLE pixels[64];
  JSAMPROW rows[8];
  for (int i = 0; i < 8; i++) rows[i] = pixels + 8 * i;
  jpeg_idct_islow(info, c, coefficients, rows, 0);
  int whole = 0, reduced = 0, side = c->DCT_scaled_size;
  for (int i = 0; i < 64; i++) whole += pixels[i];
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) reduced += out[y][column + (JDIMENSION)x];
  // Counted as blocks of chroma are, which may be larger.
  const component *y = &info->comp_info[0];
  const component *last = &info->comp_info[info->num_components - 1];
  int share = y->h_samp_factor * y->v_samp_factor / (last->h_samp_factor * last->v_samp_factor);
  double error = fabs(whole / 64.0 - reduced / (double)(side * side)) / share;
  add(cell(decoder, column), (cjpeg_sums){.error = error});
  add(whole_picture(luma), (cjpeg_sums){.error = error});
}

// MARK: Strips

static uint64_t random_number(cjpeg_luma *luma) {
  // Knuth's linear congruential generator; the upper bits are the good ones.
  luma->seed = luma->seed * 6364136223846793005u + 1442695040888963407u;
  return luma->seed >> 33;
}

void cjpeg_luma_start(cjpeg_decoder *decoder) {
  struct jpeg_decompress_struct *info = &decoder->info;
  cjpeg_luma *luma = &decoder->luma;
  luma->lines = info->max_v_samp_factor * info->min_DCT_scaled_size;
  for (int i = 0; i < info->num_components; i++) {
    const component *c = &info->comp_info[i];
    JDIMENSION rows = (JDIMENSION)(c->v_samp_factor * c->DCT_scaled_size);
    // No more blocks than this arrive in a strip.
    size_t blocks = (size_t)c->v_samp_factor * c->width_in_blocks;
    if (i == 0) {
      luma->planes[0] = info->mem->alloc_sarray(
          (j_common_ptr)info, JPOOL_IMAGE, c->width_in_blocks * (JDIMENSION)c->DCT_scaled_size, rows);
      continue;
    }
    luma->planes[i] =
        info->mem->alloc_small((j_common_ptr)info, JPOOL_IMAGE, rows * sizeof(JSAMPROW));
    memset(luma->planes[i], 0, rows * sizeof(JSAMPROW));
    luma->chroma[i] =
        info->mem->alloc_large((j_common_ptr)info, JPOOL_IMAGE, blocks * sizeof(cjpeg_block));
    memset(luma->chroma[i], 0, blocks * sizeof(cjpeg_block));
  }
  luma->inverse = info->idct->inverse_DCT[0];
  for (int i = 1; i < info->num_components; i++) info->idct->inverse_DCT[i] = note_chroma;

  // One strip in sixteen is looked at, or more, so that there are four at least. The caller's secret decides
  // which: who makes a file cannot know them.
  int strips = (int)((info->output_height + (JDIMENSION)luma->lines - 1) / (JDIMENSION)luma->lines);
  luma->stride = strips / 4 < 1 ? 1 : strips / 4 > 16 ? 16 : strips / 4;
  luma->seed = decoder->limits.secret;
  luma->next_sample = (int)(random_number(luma) % (uint64_t)luma->stride);
}

// The error that clipping makes of a Y with this chroma, as the blocks' bounds allow it.
static float clipping(float y, cjpeg_block cb, cjpeg_block cr) {
  // Weights of Cb and Cr in red, green and blue, and of these in luma (ITU-T T.871).
  static const float weights[3][3] = {
      {0, 1.402f, 0.299f}, {-0.344136f, -0.714136f, 0.587f}, {1.772f, 0, 0.114f}};
  float error = 0;
  for (int i = 0; i < 3; i++) {
    const float *w = weights[i];
    float mean = y + w[0] * cb.mean + w[1] * cr.mean;
    float deviation = fabsf(w[0]) * cb.deviation + fabsf(w[1]) * cr.deviation;
    error += w[2] * (beyond(mean - 255, deviation) + beyond(-mean, deviation));
  }
  return error;
}

// The error of a chroma block whose Y lies between two levels.
static double error_of(cjpeg_block cb, cjpeg_block cr, unsigned least, unsigned most) {
  // The most that chroma moves any colour.
  float reach = 1.772f * (fabsf(cb.mean) + fabsf(cr.mean) + 2 * (cb.deviation + cr.deviation));
  if ((float)least >= reach && (float)most + reach <= 255) return 0;
  return fmaxf(clipping((float)least, cb, cr), clipping((float)most, cb, cr));
}

// Adds the blocks of a strip to the sums, each with the pixels of Y that it colours.
static void evaluate(cjpeg_decoder *decoder, int filled) {
  const struct jpeg_decompress_struct *info = &decoder->info;
  cjpeg_luma *luma = &decoder->luma;
  const component *y = &info->comp_info[0];
  const component *c = &info->comp_info[info->num_components - 1];
  int side = y->DCT_scaled_size;
  int width = y->h_samp_factor / c->h_samp_factor * side;
  int height = y->v_samp_factor / c->v_samp_factor * side;
  for (int top = 0, row = 0; top < filled; top += height, row++) {
    int bottom = top + height < filled ? top + height : filled;
    for (JDIMENSION left = 0, column = 0; left < info->output_width;
         left += (JDIMENSION)width, column++) {
      JDIMENSION rest = info->output_width - left;
      int count = rest < (JDIMENSION)width ? (int)rest : width;
      unsigned least = 255, most = 0, sum = 0;
      for (int line = top; line < bottom; line++) {
        const JSAMPLE *pixels = luma->planes[0][line] + left;
        for (int i = 0; i < count; i++) {
          least = pixels[i] < least ? pixels[i] : least;
          most = pixels[i] > most ? pixels[i] : most;
          sum += pixels[i];
        }
      }
      double mean = sum / (double)(count * (bottom - top));
      cjpeg_sums found = {.count = 1, .sum = mean, .squares = mean * mean};
      if (info->num_components == 3) {
        size_t place = (size_t)row * c->width_in_blocks + column;
        cjpeg_block cb = luma->chroma[1][place], cr = luma->chroma[2][place];
        found.error = error_of(cb, cr, least, most);
        found.chroma = fabsf(cb.mean) + fabsf(cr.mean) + cb.deviation + cr.deviation;
      }
      add(cell(decoder, left), found);
      add(whole_picture(luma), found);
    }
  }
}

static void fill(cjpeg_decoder *decoder) {
  struct jpeg_decompress_struct *info = &decoder->info;
  cjpeg_luma *luma = &decoder->luma;
  int isSampled = luma->strip == luma->next_sample;
  for (int i = 1; i < info->num_components; i++) info->comp_info[i].component_needed = isSampled;
  int isReduced = info->comp_info[0].DCT_scaled_size < DCTSIZE;
  info->idct->inverse_DCT[0] = isSampled && isReduced ? check_reduced : luma->inverse;
  JDIMENSION start = info->output_scanline;
  luma->row_of_cells = (int)(start * CJPEG_CELLS / info->output_height);
  jpeg_read_raw_data(info, luma->planes, (JDIMENSION)luma->lines);
  JDIMENSION rest = info->output_height - start;
  luma->filled = rest < (JDIMENSION)luma->lines ? (int)rest : luma->lines;
  luma->taken = 0;
  if (isSampled) {
    evaluate(decoder, luma->filled);
    // One in each group of as many strips.
    int group = luma->strip / luma->stride + 1;
    luma->next_sample = group * luma->stride + (int)(random_number(luma) % (uint64_t)luma->stride);
  }
  luma->strip++;
}

void cjpeg_luma_read(cjpeg_decoder *decoder, uint8_t *out, size_t stride, int rows, volatile int *done) {
  struct jpeg_decompress_struct *info = &decoder->info;
  cjpeg_luma *luma = &decoder->luma;
  while (*done < rows) {
    if (luma->taken == luma->filled) {
      if (info->output_scanline >= info->output_height) return;
      fill(decoder);
    }
    memcpy(out + (size_t)*done * stride, luma->planes[0][luma->taken++], info->output_width);
    (*done)++;
  }
}

cjpeg_luma_quality cjpeg_luma_error(const cjpeg_decoder *decoder, int index) {
  if (index < 0 || index >= CJPEG_CELLS * CJPEG_CELLS + 1) return (cjpeg_luma_quality){0, 0, 0};
  const cjpeg_sums *sums = &decoder->luma.sums[index];
  if (sums->count == 0) return (cjpeg_luma_quality){0, 0, 0};
  double mean = sums->sum / sums->count;
  return (cjpeg_luma_quality){
      .error = sums->error / sums->count,
      .contrast = sqrt(fmax(0, sums->squares / sums->count - mean * mean)),
      .chroma = sums->chroma / sums->count,
  };
}
