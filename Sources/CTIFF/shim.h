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
