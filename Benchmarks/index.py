#!/usr/bin/env python3
"""Hamming search beside the usual structures, in one run, as a Markdown table.

    make benchmark-index                      (100,000 and 1,000,000 hashes of 256 bits)
    make benchmark-index SIZES=10000000       (ten million: ten minutes, 12 GB of memory)
    make benchmark-index SIZES=1000000 MORE="--bits 64 --radius 10"
    make benchmark-index SIZES=50000000 MORE=--alone   (without peers: half an hour, 30 GB of disk)

Random hashes, balanced as real ones are (half of their bits set); half of the queries are stored hashes
with 0 to `radius` bits flipped, half are strangers. One query at a time, one thread; a figure is the
median over the rounds of each round's median. Recall is against the scan.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

import faiss
import numpy as np
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

ROUNDS = 5
QUERIES = 200
CHUNK = 50_000
HERE = pathlib.Path(__file__).parent
BENCH = HERE / ".build/release/index-bench"
HASHSCAN = HERE.parent / ".build/release/hashscan"
KINDS = {256: "pdq", 64: "phash64"}
faiss.omp_set_num_threads(1)


def balanced(random, count, bits):
    """Hashes with half of their bits set."""
    order = random.random((count, bits), dtype=np.float32)
    middle = np.partition(order, bits // 2, axis=1)[:, bits // 2:bits // 2 + 1]
    return np.packbits(order < middle, axis=1)


def write_lines(path, hashes, mode="w"):
    text, width = hashes.tobytes().hex(), 2 * hashes.shape[1]
    with open(path, mode) as file:
        for start in range(0, len(text), width):
            file.write(text[start:start + width] + "\n")


def make_queries(random, hashes, bits, radius):
    queries = balanced(random, QUERIES, bits)
    for index in range(0, QUERIES, 2):
        changed = np.unpackbits(hashes[random.integers(len(hashes))])
        changed[random.permutation(bits)[: random.integers(0, radius + 1)]] ^= 1
        queries[index] = np.packbits(changed)
    return queries


def prepare(folder, count, bits, radius):
    """Writes the list as text and in binary, and the queries; returns hashes and queries."""
    random = np.random.default_rng(count)
    with open(folder / "hashes", "wb") as file:
        for start in range(0, count, CHUNK):
            part = balanced(random, min(CHUNK, count - start), bits)
            part.tofile(file)
            write_lines(folder / "list.txt", part, "a")
    hashes = np.memmap(folder / "hashes", dtype=np.uint8, mode="r").reshape(count, bits // 8)
    queries = make_queries(random, hashes, bits, radius)
    write_lines(folder / "queries.txt", queries)
    return hashes, queries


def run_bench(method, source, folder, arguments, rounds=ROUNDS):
    lines = subprocess.check_output(
        [BENCH, method, source, folder / "queries.txt", "--radius", str(arguments.radius),
         "--kind", KINDS[arguments.bits], "--rounds", str(rounds)], text=True).split()
    return statistics.median(map(float, lines[:-1])), int(lines[-1])


def peer(queries, search):
    medians = []
    for _ in range(ROUNDS + 1):
        times, found = [], 0
        for query in queries:
            start = time.perf_counter()
            found += search(query)
            times.append((time.perf_counter() - start) * 1e6)
        medians.append(statistics.median(times))
    return statistics.median(medians[1:]), found


def measure(folder, count, arguments):
    bits, radius = arguments.bits, arguments.radius
    hashes, queries = prepare(folder, count, bits, radius)
    database = folder / "db"
    start = time.perf_counter()
    subprocess.run([HASHSCAN, "import", folder / "list.txt", "--list", "l", "--kind", KINDS[bits],
                    "--db", database], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([HASHSCAN, "index", "seal", "--db", database], check=True,
                   stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    print(subprocess.check_output([HASHSCAN, "index", "stats", "--db", database], text=True))
    rows = [("**ours**", *run_bench("ours", database, folder, arguments), seconds)]
    rows.append(("ours, 50 at once", *run_bench("batch", database, folder, arguments), None))
    rows.append(("scan of all, SIMD", *run_bench("scan", folder / "hashes", folder, arguments, 1),
                 None))
    if arguments.alone:
        return rows
    if count <= 1_000_000:
        rows.append(("BK-tree in memory",
                     *run_bench("bktree", folder / "hashes", folder, arguments, 1), None))

    def add(label, build, search):
        start = time.perf_counter()
        index = build()
        seconds = time.perf_counter() - start
        rows.append((label, *peer(queries, search(index)), seconds))

    def flat():
        index = faiss.IndexBinaryFlat(bits)
        index.add(np.ascontiguousarray(hashes))
        return index

    def multi(bands, width, flips):
        def build():
            index = faiss.IndexBinaryMultiHash(bits, bands, width)
            index.nflip = flips
            index.add(np.ascontiguousarray(hashes))
            return index
        return build

    def threatexchange():
        with open(folder / "list.txt") as lines:
            return PDQIndex.build((line.strip(), None) for line in lines)

    # FAISS takes distances below the radius.
    def in_faiss(index):
        return lambda query: int(index.range_search(query[None], radius + 1)[0][-1])

    add("faiss IndexBinaryFlat", flat, in_faiss)
    if bits == 256:
        add("faiss MultiHash 16×16, 1 flip", multi(16, 16, 1), in_faiss)
        add("faiss MultiHash 11×23, 2 flips", multi(11, 23, 2), in_faiss)
        add("threatexchange PDQIndex", threatexchange,
            lambda index: lambda query: len(index.query(query.tobytes().hex())))
    else:
        # Exact up to radius 11: four bands, two flips in each.
        add("faiss MultiHash 4×16, 2 flips", multi(4, 16, 2), in_faiss)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="+", type=int)
    parser.add_argument("--bits", type=int, default=256, choices=KINDS)
    parser.add_argument("--radius", type=int, default=31)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    arguments = parser.parse_args()
    for count in arguments.sizes:
        with tempfile.TemporaryDirectory() as name:
            rows = measure(pathlib.Path(name), count, arguments)
        mine, truth = rows[0][1], next(row[2] for row in rows if row[0].startswith("scan"))
        print(f"### {count:,} hashes of {arguments.bits} bits, radius {arguments.radius}\n")
        print("| way | µs a search | to ours | recall | build, s |\n|---|---|---|---|---|")
        for label, microseconds, found, seconds in rows:
            built = "" if seconds is None else f"{seconds:.1f}"
            print(f"| {label} | {microseconds:.1f} | {microseconds / mine:.1f} "
                  f"| {found / truth:.3f} | {built} |", flush=True)


if __name__ == "__main__":
    main()
