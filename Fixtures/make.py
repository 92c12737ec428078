#!/usr/bin/env python3
"""Makes the pictures and the list in this folder: seeded, so that it gives the same ones again.

    pip install numpy==2.4.6 pillow==13.0.0 pdqhash==0.2.8
    python3 Fixtures/make.py

Twelve pictures are painted. Six are put on the list (blocklist.csv, hashed by pdqhash from the
painted pixels), and edited copies of them uploaded in all four formats; the other six are uploaded
as strangers. expected.csv holds pdqhash's hash of every upload that decodes.
"""
import csv
import pathlib
import shutil

import numpy as np
import pdqhash
from PIL import Image, ImageFilter

HERE = pathlib.Path(__file__).parent
SIZE = (400, 300)
NAMES = [
    "aurora", "basalt", "canyon", "dunes", "estuary", "fjord",
    "glacier", "heath", "island", "jungle", "kelp", "lagoon",
]


def paint(seed):
    """Soft clouds of colour with a few hard-edged shapes: detail at all the scales PDQ looks at."""
    random = np.random.default_rng(seed)
    width, height = SIZE
    picture = np.zeros((height, width, 3))
    for cells in (3, 5, 9, 17, 31):
        small = random.uniform(0, 255, (cells, cells, 3)).astype(np.uint8)
        layer = Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC)
        picture += np.asarray(layer, float) / cells**0.5
    y, x = np.mgrid[0:height, 0:width]
    for _ in range(6):
        cx, cy, r = random.uniform(0, width), random.uniform(0, height), random.uniform(20, 80)
        inside = (x - cx) ** 2 + ((y - cy) * random.uniform(0.5, 2)) ** 2 < r**2
        picture[inside] += random.uniform(-120, 120, 3)
    low, high = picture.min(), picture.max()
    return Image.fromarray(((picture - low) * 255 / (high - low)).astype(np.uint8))


def pdq(image):
    bits, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    return f"{int(''.join(str(bit) for bit in bits), 2):064x}", quality


def main():
    uploads = HERE / "uploads"
    shutil.rmtree(uploads, ignore_errors=True)
    for folder in ("2026/10", "2026/11", "broken"):
        (uploads / folder).mkdir(parents=True)
    pictures = {name: paint(seed) for seed, name in enumerate(NAMES)}

    with open(HERE / "blocklist.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["kind", "hash", "id", "label", "quality"])
        for number, name in enumerate(NAMES[:6]):
            rows.writerow(["pdq", pdq(pictures[name])[0], f"case-{number + 1}", name,
                           pdq(pictures[name])[1]])

    def half(image):
        return image.resize((SIZE[0] // 2, SIZE[1] // 2), Image.Resampling.LANCZOS)

    pictures["aurora"].save(uploads / "2026/10/aurora-recompressed.jpg", quality=20)
    half(pictures["basalt"]).save(uploads / "2026/10/basalt-half-size.jpg", quality=70)
    pictures["canyon"].quantize(128).save(uploads / "2026/10/canyon-128-colours.png")
    pictures["dunes"].save(uploads / "2026/11/dunes.webp", quality=40)
    half(pictures["estuary"]).save(uploads / "2026/11/estuary.gif")
    pictures["fjord"].convert("L").filter(ImageFilter.GaussianBlur(1)).save(
        uploads / "2026/11/fjord-grey-progressive.jpg", quality=60, progressive=True)

    pictures["glacier"].save(uploads / "glacier.jpg", quality=85)
    half(pictures["heath"]).save(uploads / "heath.png")
    pictures["island"].save(uploads / "island.webp", quality=60)
    half(pictures["jungle"]).save(uploads / "jungle.gif")
    pictures["kelp"].convert("CMYK").save(uploads / "kelp-cmyk.jpg", quality=60)
    half(pictures["lagoon"]).save(uploads / "lagoon-lossless.webp", lossless=True)

    Image.new("RGB", (64, 64), (200, 220, 240)).save(HERE / "flat.gif")

    whole = (uploads / "glacier.jpg").read_bytes()
    (uploads / "broken/cut-off.jpg").write_bytes(whole[: len(whole) * 6 // 10])
    (uploads / "broken/a-text.jpg").write_text("This is no picture, whatever its name says.\n")

    with open(HERE / "expected.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["path", "pdq", "quality"])
        for path in sorted(uploads.rglob("*.*")):
            if path.parent.name != "broken":
                rows.writerow([path.relative_to(uploads), *pdq(Image.open(path))])


if __name__ == "__main__":
    main()
