"""Compares what is found with what a browser shows: renders every file of some folders in headless Chromium, lists
the hashes of what it shows, scans the files, and prints a table by format. A file counts as missed when it was
scanned and what the browser shows of it was not found. Pictures so regular that a hash says nothing about them, since
rounding decides its bits, are left out: those whose hash moves when one number in seven is changed by one.

    python3 Tests/as_seen HASHSCAN FOLDER... [--limit SHARE] [--names]
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

from browser import Session

MINIMUM_QUALITY = 50
# Bits that a hash may move by rounding.
STEADY = 12


def png(path, width, height, rgba):
    """Writes opaque pixels."""

    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    pixels = bytearray(rgba)
    del pixels[3::4]
    rows = b"".join(b"\0" + pixels[y * width * 3:(y + 1) * width * 3] for y in range(height))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def reference(path):
    """PDQ by pdqhash, where it is installed: hash and quality."""
    import numpy
    import pdqhash
    from PIL import Image

    vector, quality = pdqhash.compute(numpy.asarray(Image.open(path)))
    return numpy.packbits(vector).tobytes().hex(), int(quality)


def hashes(hashscan, pictures):
    """What is shown of each file: its PDQ hash and quality, by pdqhash or else by hashscan itself."""
    try:
        return {number: reference(path) for number, path in pictures.items()}
    except ImportError:
        pass
    numbers = list(pictures)
    found = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start:start + 500]
        run = subprocess.run([hashscan, "hash", "--json", *[pictures[n] for n in part]], capture_output=True, text=True)
        for number, line in zip(part, run.stdout.splitlines()):
            frames = json.loads(line).get("frames") or [{}]
            if "pdq" in frames[0]:
                found[number] = (frames[0]["pdq"], frames[0]["quality"])
    return found


def outcome(line, number):
    """How a file was found by what the browser shows of it."""
    views = [match.get("view", "") for match in line.get("matches") or [] if match["entry"] == f"file-{number}"]
    if not views:
        return "not scanned" if line["verdict"] == "not_scanned" else "missed"
    if any(view == "as stored" for view in views):
        return "as stored"
    return "as in a browser" if any(view.startswith("as in a browser") for view in views) else "otherwise"


def scan(options, database, paths):
    """The answers for files, by path."""
    run = subprocess.run(
        [options.hashscan, "scan", "--json", "--effort", options.effort, "--db", database, *paths],
        capture_output=True, text=True)
    return {line["path"]: line for line in map(json.loads, run.stdout.splitlines()) if "path" in line}


def list_hashes(options, folder, name, hashes):
    """A database with one list of these hashes, for review: then all matches are told."""
    source, database = os.path.join(folder, f"{name}.csv"), os.path.join(folder, name)
    with open(source, "w") as file:
        file.write("pdq,id\n")
        for number, value in hashes.items():
            file.write(f"{value},file-{number}\n")
    for words in (["list", "create", "shown", "--meaning", "review"], ["import", source, "--list", "shown"]):
        subprocess.run([options.hashscan, *words, "--db", database], check=True, capture_output=True)
    return database


def alone(options, folder, path, number, value):
    """The answer for a file where nothing else is listed."""
    database = list_hashes(options, folder, f"alone-{number}", {number: value})
    return scan(options, database, [path])[path]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("hashscan")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--limit", type=float, default=0.01, help="the share that may be missed (0.01)")
    parser.add_argument("--effort", default="standard")
    parser.add_argument("--names", action="store_true", help="name the files that are not scanned, too")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    options = parser.parse_args()
    files = sorted(
        str(file) for path in map(pathlib.Path, options.paths)
        for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(compare(options, files, folder))


def shaken(rgba):
    """The same pixels, with one number in seven changed by one."""
    pixels = bytearray(rgba)
    pixels[::7] = bytes(value ^ 1 for value in pixels[::7])
    return pixels


def distance(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def compare(options, files, folder):
    pictures, others, blank = {}, {}, set()

    def keep(number, width, height, rgba):
        if width == 0 or rgba.count(255) == len(rgba):
            # Nothing is shown, or nothing but the page.
            blank.add(number)
            return
        pictures[number] = os.path.join(folder, f"{number}.png")
        others[number] = os.path.join(folder, f"{number}-shaken.png")
        png(pictures[number], width, height, rgba)
        png(others[number], width, height, shaken(rgba))

    Session(files, keep).run(options.chromium)
    shown = hashes(options.hashscan, pictures)
    again = hashes(options.hashscan, others)
    detailed = {number: value for number, (value, quality) in shown.items() if quality >= MINIMUM_QUALITY}
    listed = {number: value for number, value in detailed.items()
              if number in again and distance(value, again[number][0]) <= STEADY}
    database = list_hashes(options, folder, "all", listed)
    names = os.path.join(folder, "names")
    with open(names, "wb") as file:
        file.write(b"\0".join(os.fsencode(files[number]) for number in listed) + b"\0")
    scanned = scan(options, database, ["--null", "--files-from", names])

    columns = ["as stored", "as in a browser", "otherwise", "not scanned", "missed"]
    table = collections.defaultdict(collections.Counter)
    missed = []
    for number in listed:
        line = scanned.get(files[number])
        if line is None:
            continue
        result = outcome(line, number)
        if result == "missed" and line["verdict"] == "match":
            # It matches something else: is it found, or was it not scanned, where there is nothing else?
            line = alone(options, folder, files[number], number, listed[number])
            result = outcome(line, number)
        kind = line.get("format") or pathlib.Path(files[number]).suffix.lstrip(".").lower() or "other"
        table[kind][result] += 1
        if result == "missed" or options.names and result == "not scanned":
            missed.append((files[number], result, (line.get("reason") or {}).get("message", "")))
    total = sum(table.values(), collections.Counter())
    print(f"{len(files)} files: {len(listed)} shown and compared, {len(shown) - len(detailed)} too flat, "
          f"{len(detailed) - len(listed)} too regular, {len(files) - len(shown)} not shown.")
    print(f"{'format':8}" + "".join(f"{name:>17}" for name in columns))
    for kind, counts in sorted(table.items()) + [("all", total)]:
        print(f"{kind:8}" + "".join(f"{counts[name]:17}" for name in columns))
    for name, result, message in missed:
        print(f"{result}: {name} {message}".rstrip())
    share = total["missed"] / max(1, sum(total.values()))
    print(f"Missed: {100 * share:.2f} %.")
    return 0 if total and share <= options.limit else 1


main()
