#!/usr/bin/env python3
"""Holds hashscan's hashes against pdqhash's and ImageHash's of the same files.

    pip install -r Benchmarks/requirements.txt
    python3 Fixtures/oracles.py HASHSCAN FILE...

Prints how many files lie at which distance, and those farther away than two decoders may bring them:
4 bits of PDQ (of pictures with detail), 2 of phash. Status 1 if there are any.
"""
import collections
import json
import subprocess
import sys

import imagehash
import numpy as np
import pdqhash
from PIL import Image

MOST = {"pdq": 4, "phash64": 2}


def bits(hash_text, other):
    return (int(hash_text, 16) ^ int(other, 16)).bit_count()


def oracle(kind, path):
    picture = Image.open(path).convert("RGB")
    if kind == "phash64":
        return str(imagehash.phash(picture)), 100
    vector, quality = pdqhash.compute(np.asarray(picture))
    return f"{int(''.join(str(bit) for bit in vector), 2):064x}", quality


def main():
    hashscan, *paths = sys.argv[1:]
    is_far = False
    for kind, most in MOST.items():
        output = subprocess.run([hashscan, "hash", "--kind", kind, "--json", *paths],
                                capture_output=True, text=True).stdout
        distances = collections.Counter()
        for line in map(json.loads, output.splitlines()):
            if "reason" in line:
                continue
            ours = line["frames"][0][kind]
            theirs, quality = oracle(kind, line["path"])
            if quality < 50:
                continue
            distance = bits(ours, theirs)
            distances[distance] += 1
            if distance > most:
                is_far = True
                print(f"{line['path']}: {kind} {distance} bits from the oracle's")
        total = sum(distances.values())
        print(f"{kind}: {total} files; " + ", ".join(
            f"{count} at {distance}" for distance, count in sorted(distances.items())))
    sys.exit(1 if is_far else 0)


if __name__ == "__main__":
    main()
