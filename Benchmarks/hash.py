#!/usr/bin/env python3
"""Hashing beside the bare decoders and the usual libraries, in one run, as a Markdown table.

    make benchmark-hash

Every way takes its turn in every round; a figure is the median over the rounds of CPU seconds, one
thread, files in memory before the clock starts. Ratios are medians of the rounds' own ratios, so that
a machine that slows down slows both sides.
"""
import io
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import imagehash
import numpy as np
import pdqhash
from PIL import Image

ROUNDS = 7
BENCH = pathlib.Path(__file__).parent / ".build/release/hash-bench"
cv2.setNumThreads(1)
Image.MAX_IMAGE_PIXELS = None
PHASH = cv2.img_hash.PHash_create()


def ours(method, files, passes=1):
    arguments = [BENCH, method, *files, "--passes", str(passes)]
    return float(subprocess.check_output(arguments, stderr=subprocess.DEVNULL))


def peer(work, pictures):
    start = time.process_time()
    for picture in pictures:
        work(picture)
    return time.process_time() - start


def pillow(picture):
    return Image.open(io.BytesIO(picture)).convert("RGB")


def opencv(picture, flag):
    return cv2.imdecode(np.frombuffer(picture, np.uint8), flag)


PEERS = {
    "pdqhash + Pillow": lambda p: pdqhash.compute(np.asarray(pillow(p))),
    "pdqhash + OpenCV": lambda p: pdqhash.compute(opencv(p, cv2.IMREAD_COLOR_RGB)),
    "ImageHash phash + Pillow": lambda p: imagehash.phash(pillow(p)),
    "OpenCV PHash, reduced grey 1/2": lambda p: PHASH.compute(
        opencv(p, cv2.IMREAD_REDUCED_GRAYSCALE_2)),
    "OpenCV PHash, reduced grey 1/4": lambda p: PHASH.compute(
        opencv(p, cv2.IMREAD_REDUCED_GRAYSCALE_4)),
    "OpenCV PHash, reduced grey 1/8": lambda p: PHASH.compute(
        opencv(p, cv2.IMREAD_REDUCED_GRAYSCALE_8)),
}


def is_progressive(path):
    return Image.open(path).info.get("progressive", 0) == 1


def sets(images, folder):
    """The sets of pictures, with the bare decoder of each."""
    photos = sorted((images / "photos").iterdir())
    large = sorted((images / "large").iterdir())
    jpegs = [path for path in large if path.suffix == ".jpg"]
    encoded = {"png": {}, "webp": {"quality": 80}, "lossless.webp": {"lossless": True}, "gif": {}}
    for path in photos[:100]:
        picture = Image.open(path).convert("RGB")
        for ending, options in encoded.items():
            picture.save(folder / f"{path.stem}.{ending}", **options)
    made = {ending: sorted(folder.glob(f"*.{ending}")) for ending in encoded}
    made["webp"] = [path for path in made["webp"] if ".lossless" not in path.name]
    return [
        ("photos, JPEG", photos, "bare-jpeg", True),
        ("large, baseline JPEG", [p for p in jpegs if not is_progressive(p)], "bare-jpeg", True),
        ("large, progressive JPEG", [p for p in jpegs if is_progressive(p)], "bare-jpeg", True),
        ("photos, PNG", made["png"], "bare-png", False),
        ("large, PNG", [p for p in large if p.suffix == ".png"], "bare-png", False),
        ("photos, WebP", made["webp"], "bare-webp-luma", False),
        ("large, WebP", [p for p in large if p.suffix == ".webp"], "bare-webp-luma", False),
        ("photos, lossless WebP", made["lossless.webp"], "bare-webp-rgb", False),
        ("photos, GIF", made["gif"], "bare-gif", False),
    ]


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def median(values):
    return statistics.median(values)


def ratio(above, below):
    return median([a / b for a, b in zip(above, below)])


def main():
    images = pathlib.Path(sys.argv[1])
    print(f"Machine: {machine()}, {platform.system()}; {ROUNDS} rounds, one thread.\n")
    cores = {size: {m: [] for m in ("core-plain", "core-fast", "core-exact")}
             for size in ("512x384", "4000x3000")}
    for _ in range(ROUNDS):
        for size, methods in cores.items():
            for method, seconds in methods.items():
                seconds.append(ours(method, [size], passes=3))
    print("| decoded luma to PDQ | plain form | fast way | exact way |\n|---|---|---|---|")
    for size, methods in cores.items():
        plain = methods["core-plain"]
        print(f"| {size} | 1 | {ratio(plain, methods['core-fast']):.0f} times as fast "
              f"| {ratio(plain, methods['core-exact']):.0f} times as fast |")

    with tempfile.TemporaryDirectory() as folder:
        for name, files, bare, is_jpeg in sets(images, pathlib.Path(folder)):
            pictures = [path.read_bytes() for path in files]
            passes = 3 if sum(map(len, pictures)) < 30e6 else 1
            methods = {"bare": [], "pdq": [], "all": []}
            others = {key: [] for key in PEERS if is_jpeg or "reduced" not in key}
            for _ in range(ROUNDS):
                for method, seconds in methods.items():
                    seconds.append(ours(bare if method == "bare" else method, files, passes))
                for key, seconds in others.items():
                    seconds.append(peer(PEERS[key], pictures))
            print(f"\n### {name} ({len(files)} files)\n")
            print("| way | ms a picture | to the bare decoder |\n|---|---|---|")
            rows = {f"{bare} (no hash)": methods["bare"], "**PDQ**": methods["pdq"],
                    "**PDQ, phash and SHA-256**": methods["all"], **others}
            for key, seconds in rows.items():
                print(f"| {key} | {1000 * median(seconds) / len(files):.3f} "
                      f"| {ratio(seconds, methods['bare']):.3f} |")


if __name__ == "__main__":
    main()
