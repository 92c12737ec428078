#!/usr/bin/env python3
"""How much the shuffle of bits before banding saves on real hashes.

    make benchmark-skew

PDQ hashes of random crops of the photographs in ../shared, by pdqhash; hashes nearer than 64 bits to an earlier
one are left out, so that copies do not count as skew. For bands of neighbouring bits, and of bits dealt by a
shuffle, it prints how many candidates a bucket look-up yields, against balanced random hashes of the same
number: the sum of squares of the buckets' sizes, as a query is distributed as the hashes are.
"""
import pathlib
import sys

import numpy as np
import pdqhash
from PIL import Image

CROPS = 60
BITS = 256


def hashes_of(folder):
    random = np.random.default_rng(7)
    found = []
    for path in sorted(folder.iterdir()):
        picture = np.asarray(Image.open(path).convert("RGB"))
        height, width = picture.shape[:2]
        if min(height, width) < 160:
            continue
        for _ in range(CROPS):
            side = random.integers(96, min(height, width))
            x, y = random.integers(0, width - side + 1), random.integers(0, height - side + 1)
            bits, quality = pdqhash.compute(np.ascontiguousarray(picture[y:y + side, x:x + side]))
            if quality >= 50:
                found.append(np.packbits(bits))
    return np.array(found)


def apart(hashes):
    """Those that lie at least 64 bits from all before them."""
    kept = np.empty_like(hashes)
    count = 0
    table = np.array([bin(value).count("1") for value in range(256)], dtype=np.uint8)
    for value in hashes:
        if count == 0 or table[kept[:count] ^ value].sum(axis=1).min() >= 64:
            kept[count] = value
            count += 1
    return kept[:count]


def candidates(bits, order, bands):
    """Hashes in a query's own bucket, itself left out, over all bands."""
    total = 0
    for band in range(bands):
        part = bits[:, order[band * BITS // bands:(band + 1) * BITS // bands]].astype(np.uint64)
        keys = part @ (np.uint64(1) << np.arange(part.shape[1], dtype=np.uint64))
        sizes = np.unique(keys, return_counts=True)[1].astype(np.float64)
        total += (sizes * (sizes - 1)).sum()
    return total / len(bits)


def main():
    real = apart(hashes_of(pathlib.Path(sys.argv[1])))
    count = len(real)
    random = np.random.default_rng(8)
    order = random.random((count, BITS))
    balanced = order < np.partition(order, BITS // 2, axis=1)[:, BITS // 2:BITS // 2 + 1]
    bits = np.unpackbits(real, axis=1)
    bands = round(BITS / np.log2(count))
    plain = np.arange(BITS)
    shuffles = [random.permutation(BITS) for _ in range(5)]
    base = candidates(balanced, plain, bands)
    print(f"{count} real hashes, {bands} bands; candidates against random hashes:")
    print(f"  neighbouring bits  {candidates(bits, plain, bands) / base:.2f}")
    mean = np.mean([candidates(bits, shuffle, bands) for shuffle in shuffles])
    print(f"  shuffled bits      {mean / base:.2f}")


if __name__ == "__main__":
    main()
