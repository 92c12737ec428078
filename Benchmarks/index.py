#!/usr/bin/env python3
"""Hamming search beside the usual structures, in one run, as a Markdown table.

    make benchmark-index                      (100,000 and 1,000,000 hashes)
    make benchmark-index SIZES="10000000"     (ten million: ten minutes, 12 GB of memory)

Random balanced hashes of 256 bits, as real PDQ hashes are; half of the queries are stored hashes with 0
to 31 bits flipped, half are strangers. One query at a time, one thread; a figure is the median over the
rounds of each round's median. Recall is against the scan.
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import faiss
import numpy as np
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

ROUNDS = 5
QUERIES = 200
RADIUS = 31
HERE = pathlib.Path(__file__).parent
BENCH = HERE / ".build/release/index-bench"
HASHSCAN = HERE.parent / ".build/release/hashscan"
faiss.omp_set_num_threads(1)


def balanced(random, count):
    """Hashes with half of their bits set."""
    parts = []
    for start in range(0, count, 50_000):
        order = random.random((min(50_000, count - start), 256), dtype=np.float32)
        middle = np.partition(order, 128, axis=1)[:, 128:129]
        parts.append(np.packbits(order < middle, axis=1))
    return np.concatenate(parts)


def make_queries(random, hashes):
    queries = balanced(random, QUERIES)
    for index in range(0, QUERIES, 2):
        bits = np.unpackbits(hashes[random.integers(len(hashes))])
        bits[random.permutation(256)[: random.integers(0, RADIUS + 1)]] ^= 1
        queries[index] = np.packbits(bits)
    return queries


def ours(method, source, queries, rounds=ROUNDS):
    lines = subprocess.check_output(
        [BENCH, method, source, queries, "--radius", str(RADIUS), "--rounds", str(rounds)],
        text=True).split()
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


def faiss_search(index):
    # FAISS takes distances below the radius.
    return lambda query: int(index.range_search(query[None], RADIUS + 1)[0][-1])


def measure(count):
    random = np.random.default_rng(count)
    hashes = balanced(random, count)
    queries = make_queries(random, hashes)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = hashes.tobytes().hex()
        lines = [text[i * 64:(i + 1) * 64] for i in range(count)]
        (folder / "list.txt").write_text("\n".join(lines) + "\n")
        (folder / "queries.txt").write_text("\n".join(q.tobytes().hex() for q in queries) + "\n")
        hashes.tofile(folder / "hashes")
        start = time.perf_counter()
        subprocess.run([HASHSCAN, "import", folder / "list.txt", "--list", "l", "--kind", "pdq",
                        "--db", folder / "db"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([HASHSCAN, "index", "seal", "--db", folder / "db"], check=True,
                       stdout=subprocess.DEVNULL)
        rows.append(("**ours**", *ours("ours", folder / "db", folder / "queries.txt"),
                     time.perf_counter() - start))
        rows.append(("scan of all, SIMD", *ours("scan", folder / "hashes", folder / "queries.txt"),
                     None))
        if count <= 1_000_000:
            rows.append(("BK-tree in memory",
                         *ours("bktree", folder / "hashes", folder / "queries.txt", 1), None))

        def add(label, build, search):
            start = time.perf_counter()
            index = build()
            seconds = time.perf_counter() - start
            rows.append((label, *peer(queries, search(index)), seconds))

        def flat():
            index = faiss.IndexBinaryFlat(256)
            index.add(hashes)
            return index

        def multi(bands, bits, flips):
            def build():
                index = faiss.IndexBinaryMultiHash(256, bands, bits)
                index.nflip = flips
                index.add(hashes)
                return index
            return build

        def threatexchange():
            return PDQIndex.build((line, None) for line in lines)

        add("faiss IndexBinaryFlat", flat, faiss_search)
        add("faiss MultiHash 16×16, 1 flip", multi(16, 16, 1), faiss_search)
        add("faiss MultiHash 11×23, 2 flips", multi(11, 23, 2), faiss_search)
        add("threatexchange PDQIndex", threatexchange,
            lambda index: lambda query: len(index.query(query.tobytes().hex())))
    return rows


def main():
    for count in map(int, sys.argv[1:]):
        rows = measure(count)
        mine, truth = rows[0][1], next(row[2] for row in rows if row[0].startswith("scan"))
        print(f"\n### {count:,} hashes, radius {RADIUS}\n", flush=True)
        print("| way | µs a search | to ours | recall | build, s |\n|---|---|---|---|---|")
        for label, microseconds, found, seconds in rows:
            built = "" if seconds is None else f"{seconds:.1f}"
            print(f"| {label} | {microseconds:.1f} | {microseconds / mine:.1f} "
                  f"| {found / truth:.3f} | {built} |", flush=True)


if __name__ == "__main__":
    main()
