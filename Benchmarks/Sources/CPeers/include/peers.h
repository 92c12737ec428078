// What hashing is measured against: the bare decoders, and PDQ in its plain form.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Decode loops without any hashing; the number of bytes decoded, -1 on failure.
long bare_jpeg_grey(const uint8_t *bytes, size_t size);
long bare_png(const uint8_t *bytes, size_t size);
long bare_webp_luma(const uint8_t *bytes, size_t size);
long bare_webp_rgb(const uint8_t *bytes, size_t size);
long bare_gif(const uint8_t *bytes, size_t size);

/// PDQ as its reference states it: the whole picture in floats, two passes of two boxes over it,
/// 64×64 samples, DCT, median. 16 words of hash bits; luma row by row. -1 without memory.
int plain_pdq(const uint8_t *luma, size_t width, size_t height, uint16_t words[16]);
