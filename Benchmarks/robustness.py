#!/usr/bin/env python3
"""What is still found after a picture was edited, and what that costs, as Markdown tables.

    make benchmark-robustness
    .build/peers/bin/python Benchmarks/robustness.py ../shared/images --photos 50

Photographs are edited (edits.py, seeded) and looked for on a list of the originals' hashes, which pdqhash
made: by pdqhash and ImageHash as people use them, and by hashscan at each effort. Then strangers: every
photograph and every look-alike product photograph is asked in all views against all the others, and the nearest
is told. Last, the time from file to verdict with a list of a million random hashes, a round at each effort after
the other; ratios are medians of the rounds' own ratios.
"""
import argparse
import json
import multiprocessing
import pathlib
import platform
import random
import resource
import statistics
import subprocess
import tempfile
import time

import imagehash
import numpy as np
import pdqhash
from PIL import Image

import edits

HASHSCAN = pathlib.Path(__file__).parent.parent / ".build/release/hashscan"
EFFORTS = ["exact", "standard", "thorough"]
RADIUS, PHASH_RADIUS, LEAST_QUALITY = 31, 8, 50
ROUNDS = 5


def hashscan(*arguments, paths=None):
    """Runs it; found or not, it must not fail."""
    command = [HASHSCAN, *map(str, arguments)]
    lines = "\n".join(map(str, paths)) if paths is not None else None
    if paths is not None:
        command += ["--files-from", "-"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: {done.stderr}")
    return done.stdout


def scanned(database, effort, paths, *more):
    for line in hashscan("scan", "--json", "--db", database, "--effort", effort, *more,
                         paths=paths).splitlines():
        answer = json.loads(line)
        yield pathlib.Path(answer["path"]), answer


def pdq(image):
    bits, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    return f"{int(''.join(map(str, bits)), 2):064x}", quality


def make_list(database, rows):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("hash,id\n" + "".join(f"{text},{entry}\n" for text, entry in rows))
        file.flush()
        hashscan("import", file.name, "--list", "originals", "--kind", "pdq", "--db", database)


# --- Recall


def edit(work):
    """All edits of one photograph, written to files; what pdqhash and ImageHash say of them."""
    number, path, folder = work
    image = Image.open(path).convert("RGB")
    original, phash = int(pdq(image)[0], 16), imagehash.phash(image)
    found = {}
    for name in edits.NAMES:
        file = folder / edits.folder_name(name) / f"{number}.picture"
        file.write_bytes(edits.edited(image, name, number))
        copy = Image.open(file)
        found[name] = (
            (int(pdq(copy)[0], 16) ^ original).bit_count() <= RADIUS,
            imagehash.phash(copy.convert("RGB")) - phash <= PHASH_RADIUS)
    return number, found


def recall(photos, folder):
    for name in edits.NAMES:
        (folder / edits.folder_name(name)).mkdir(parents=True)
    with multiprocessing.Pool() as pool:
        peers = dict(pool.map(edit, [(n, path, folder) for n, path in photos.items()], chunksize=4))
    make_list(folder / "db", [(pdq(Image.open(path))[0], n) for n, path in photos.items()])
    hashscan("takedown", *photos.values(), "--crops", "--reason", "benchmark", "--db", folder / "crops")
    ours, strangers = {}, 0
    files = [folder / edits.folder_name(name) / f"{n}.picture" for name in edits.NAMES for n in photos]
    for effort in EFFORTS:
        for path, answer in scanned(folder / "db", effort, files):
            entries = {match["entry"] for match in answer.get("matches", [])}
            ours[effort, path.parent.name, path.stem] = path.stem in entries
            strangers += bool(entries - {path.stem})
    enrolled = edits.EDITS["cropped"]
    files = [folder / edits.folder_name(name) / f"{n}.picture" for name in enrolled for n in photos]
    for effort in EFFORTS[1:]:
        for path, answer in scanned(folder / "crops", effort, files):
            ours[effort + " crops", path.parent.name, path.stem] = bool(answer.get("matches"))

    def share(hits):
        hits = list(hits)
        return f"{100 * sum(hits) / len(hits):.1f}".removesuffix(".0")

    print(f"\n{len(photos)} photographs; percent found within {RADIUS} bits.\n")
    print("| edit | pdqhash | ImageHash phash ≤ 8 | exact | standard | thorough |\n|---|---|---|---|---|---|")
    for name in edits.NAMES:
        cells = [share(peers[n][name][peer] for n in photos) for peer in (0, 1)]
        cells += [share(ours[effort, edits.folder_name(name), n] for n in photos) for effort in EFFORTS]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"\nCopies that matched another picture's entry, at all efforts: {strangers}.")
    print("\nCrops of pictures that were taken down with `--crops`:\n")
    print("| edit | standard | thorough |\n|---|---|---|")
    for name in enrolled:
        cells = [share(ours[effort + " crops", edits.folder_name(name), n] for n in photos)
                 for effort in EFFORTS[1:]]
        print(f"| {name} | " + " | ".join(cells) + " |")


# --- Strangers


def strangers(pictures, folder, radius):
    """Everyone against everyone else: half of them on a list, the other half asked, by each bit of their
    numbers in turn. (Against all at once, each would find itself and be done.)"""
    names = sorted(pictures)
    hashes = {name: pdq(Image.open(pictures[name])) for name in names}
    names = [name for name in names if hashes[name][1] >= LEAST_QUALITY]
    compared, near = 0, {}
    for bit in range((len(names) - 1).bit_length()):
        for side in (0, 1):
            listed = [n for i, n in enumerate(names) if (i >> bit) & 1 == side]
            asked = [n for i, n in enumerate(names) if (i >> bit) & 1 != side]
            database = folder / f"strangers-{bit}-{side}"
            make_list(database, [(hashes[name][0], name) for name in listed])
            # A match with a list that blocks would end the search.
            hashscan("list", "set", "originals", "--meaning", "review", "--db", database)
            for path, answer in scanned(
                    database, "thorough", [pictures[name] for name in asked], "--radius", radius):
                compared += answer["hashes_asked"] * len(listed)
                for match in answer.get("matches", []):
                    near[path.name, match["entry"]] = match["distance"]
    false = {pair for pair, distance in near.items() if distance <= RADIUS}
    print(f"\nStrangers: {len(names)} pictures, {len(names) * (len(names) - 1) // 2:,} pairs, "
          f"{compared:,} comparisons of a view with a listed hash.")
    print(f"Within {RADIUS}: {len(false)} pairs. The nearest: "
          f"{min(near.values()) if near else f'farther than {radius}'}.")
    for pair in sorted(false):
        print(f"- {' and '.join(pair)}: {near[pair]}")


# --- Cost


def scan_seconds(folder, effort, paths):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    hashscan("scan", "--db", folder / "million", "--jobs", 1, "--effort", effort, paths=paths)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def cost(sets, folder, size):
    print(f"\nFrom file to verdict with {size:,} random hashes on a list, one thread, CPU time:\n")
    chance = np.random.default_rng(20)
    bits = np.argsort(chance.random((size, 256), dtype=np.float32), axis=1) < 128
    file = folder / "million.txt"
    file.write_text("".join(row.tobytes().hex() + "\n" for row in np.packbits(bits, axis=1)))
    hashscan("import", file, "--list", "random", "--kind", "pdq", "--db", folder / "million")
    print("| pictures | effort | hashes asked, mean / most | ms a picture | to exact |\n|---|---|---|---|---|")
    for name, (pictures, passes) in sets.items():
        asked = {effort: [answer["hashes_asked"] for _, answer in
                          scanned(folder / "million", effort, pictures)] for effort in EFFORTS}
        # What the process itself takes.
        start = statistics.median(scan_seconds(folder, "exact", []) for _ in range(ROUNDS))
        times = {effort: [] for effort in EFFORTS}
        for _ in range(ROUNDS):
            for effort in EFFORTS:
                used = scan_seconds(folder, effort, pictures * passes)
                times[effort].append((used - start) / len(pictures) / passes)
        pillow = []
        for _ in range(ROUNDS):
            begin = time.process_time()
            for path in pictures[:20]:
                pdq(Image.open(path))
            pillow.append((time.process_time() - begin) / len(pictures[:20]))
        for effort in EFFORTS:
            ratio = statistics.median(a / b for a, b in zip(times[effort], times["exact"]))
            print(f"| {name} ({len(pictures)}) | {effort} | {statistics.mean(asked[effort]):.1f} / "
                  f"{max(asked[effort])} | {1000 * statistics.median(times[effort]):.2f} | {ratio:.2f} |")
        print(f"| | pdqhash + Pillow, the hash only | 1 | {1000 * statistics.median(pillow):.2f} | |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--part", choices=["recall", "strangers", "cost"], action="append")
    parser.add_argument("--size", type=int, default=1_000_000, help="hashes on the list when timed")
    arguments = parser.parse_args()
    parts = arguments.part or ["recall", "strangers", "cost"]
    photos = sorted((arguments.images / "photos").iterdir())
    random.Random(7).shuffle(photos)
    chosen = {str(n): path for n, path in enumerate(photos[:arguments.photos])
              if pdq(Image.open(path))[1] >= LEAST_QUALITY}
    brand = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "")
    print(f"Machine: {brand or platform.processor()}, {platform.system()}.")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if "recall" in parts:
            recall(chosen, folder)
        if "strangers" in parts:
            both = photos + sorted((arguments.images / "negatives").iterdir())
            strangers({path.name: path for path in both}, folder, radius=64)
        if "cost" in parts:
            small = [path for path in photos if sorted(Image.open(path).size) in ([375, 500], [333, 500])]
            large = [path for path in sorted((arguments.images / "large").glob("*.jpg"))
                     if 8e6 < np.prod(Image.open(path).size) < 16e6]
            cost({"photographs of 500×375": (small, 10), "of 9 to 15 MP": (large, 4)}, folder,
                 arguments.size)


if __name__ == "__main__":
    main()
