#pragma once
#include <tiffio.h>

// Getters with a variable number of arguments, which Swift does not call.
static inline uint16_t ctiff_short(TIFF *tiff, uint32_t tag, uint16_t standard) {
  uint16_t value = standard;
  return TIFFGetField(tiff, tag, &value) == 1 ? value : standard;
}

static inline uint32_t ctiff_long(TIFF *tiff, uint32_t tag) {
  uint32_t value = 0;
  return TIFFGetField(tiff, tag, &value) == 1 ? value : 0;
}

static inline const void *ctiff_profile(TIFF *tiff, uint32_t *size) {
  const void *profile = NULL;
  return TIFFGetField(tiff, TIFFTAG_ICCPROFILE, size, &profile) == 1 ? profile : NULL;
}

// Where the directories below this one lie; at most 65,535.
static inline const uint64_t *ctiff_subdirectories(TIFF *tiff, uint16_t *count) {
  uint64_t *offsets = NULL;
  *count = 0;
  return TIFFGetField(tiff, TIFFTAG_SUBIFD, count, &offsets) == 1 ? offsets : NULL;
}

// Whether the numbers of a page with alpha are stored as they are, not multiplied by it. libtiff would multiply them, and
// lose what is hidden under low alpha: it is told that they are multiplied already.
static inline int ctiff_keep_colours(TIFF *tiff) {
  uint16_t count = 0;
  const uint16_t *kinds = NULL;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) != 1 || count == 0 || count > 16 ||
      kinds[0] != EXTRASAMPLE_UNASSALPHA)
    return 0;
  uint16_t changed[16];
  for (int i = 0; i < count; i++) changed[i] = kinds[i];
  changed[0] = EXTRASAMPLE_ASSOCALPHA;
  return TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, count, changed) == 1;
}
