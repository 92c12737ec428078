#!/usr/bin/env python3
"""Scanning much, and again: the ledger, rematch, watching.

    make benchmark-ledger                                   # 20,000 files of 500×375, 100,000 small ones
    make benchmark-ledger FILES=100000 SMALL=1000000        # some hours, 15 GB

Pictures are made up: smooth noise at many scales, each with other numbers. Figures:

* the first scan with a cold and a warm page cache, beside a bare reader of 32 files at once, and how busy the cores are;
* the second scan, memory that is not the map, bytes of the ledger for each file;
* a new list of 1,000 and one of 10,000 entries against the ledger (`rematch`), and a scan after it;
* whether a rematch finds what a fresh scan finds, at each effort: every hundredth file is listed;
* scans killed at random moments: whether the answers are those of an undisturbed one, and how many files were decoded twice;
* how long a file that was closed in a watched folder waits for its answer, and whether 10,000 at once are all told.

Emptying the page cache needs root; without, both scans are warm.
"""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool

import numpy as np
from PIL import Image

HASHSCAN = pathlib.Path(__file__).parent.parent / ".build/release/hashscan"
CORES = os.cpu_count()


def paint(arguments):
    """Writes a thousand pictures into a folder of their own."""
    folder, number, count, size, quality = arguments
    rng = np.random.default_rng(number)
    place = folder / f"{number:04}"
    place.mkdir(parents=True)
    for index in range(count):
        picture = np.zeros((size[1], size[0]), np.float32)
        for cells in (3, 6, 12, 24):
            noise = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32))
            picture += np.asarray(noise.resize(size, Image.BICUBIC)) / cells ** 0.5
        picture = 128 + 50 * picture / picture.std()
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(
            place / f"p{index:03}.jpg", quality=quality)


def make(folder, count, size, quality):
    with Pool(CORES) as pool:
        pool.map(paint, [(folder, number, min(1000, count - 1000 * number), size, quality)
                         for number in range((count + 999) // 1000)], chunksize=1)


class Run:
    """A run of hashscan, with its time, the processors' time and the most memory that was not the map."""

    def __init__(self, *arguments):
        start, before = time.perf_counter(), os.times()
        process = subprocess.Popen([HASHSCAN, *map(str, arguments)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.memory = 0
        watcher = threading.Thread(target=self.watch, args=(process,))
        watcher.start()
        self.output, self.errors = process.communicate()
        watcher.join()
        self.seconds = time.perf_counter() - start
        after = os.times()
        self.busy = (after.children_user + after.children_system - before.children_user
                     - before.children_system) / self.seconds / CORES
        self.lines, self.status = self.output.splitlines(), process.returncode

    def watch(self, process):
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                return
            found = re.search(r"RssAnon:\s+(\d+)", status)
            self.memory = max(self.memory, int(found.group(1)) if found else 0)
            time.sleep(0.05)


def empty_cache():
    subprocess.run(["sync"], check=True)
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    except OSError:
        return False


def read_bare(folder):
    def read(path):
        return len(path.read_bytes())
    start = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        sum(pool.map(read, [path for path in folder.rglob("*.jpg")]))
    return time.perf_counter() - start


def random_list(path, count, seed):
    text = np.random.default_rng(seed).bytes(32 * count).hex()
    path.write_text("\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + "\n")


def import_list(path, name, database):
    return Run("import", path, "--list", name, "--kind", "pdq", "--db", database)


def matches(run):
    return {(line["path"], match["list"], match["entry"])
            for line in map(json.loads, run.lines) for match in line.get("matches") or []}


def time_scans(folder, count, work, title):
    database = work / f"db-{title}"
    random_list(work / "base.txt", 100_000, 1)
    import_list(work / "base.txt", "base", database)
    if not empty_cache():
        print("(the page cache could not be emptied)")
    bare = read_bare(folder)
    empty_cache()
    first = Run("scan", folder, "--db", database)
    print(f"{count:,} {title}: first scan, cold {first.seconds:.1f} s ({count / first.seconds:,.0f} files/s, cores"
          f" {100 * first.busy:.0f} % busy; a bare reader {bare:.1f} s), {first.memory / 1024:.0f} MiB besides the map")
    size = (database / "ledger/data.mdb").stat().st_size
    print(f"  the ledger: {size / count:,.0f} bytes a file")
    time.sleep(2.5)
    again = [Run("scan", folder, "--db", database) for _ in range(3)]
    print(f"  second scan: {statistics.median(run.seconds for run in again):.1f} s,"
          f" {max(run.memory for run in again) / 1024:.0f} MiB besides the map")
    for entries in (1000, 10_000):
        random_list(work / "new.txt", entries, entries)
        import_list(work / "new.txt", f"new-{entries}", database)
        run = Run("rematch", "--db", database)
        print(f"  rematch of {entries:,} new entries: {run.seconds:.1f} s")
    random_list(work / "new.txt", 1000, 9)
    import_list(work / "new.txt", "new", database)
    run = Run("scan", folder, "--db", database)
    print(f"  scan after 1,000 new entries: {run.seconds:.1f} s")
    return database


def time_exact(folder, count, work):
    """The first scan at effort exact, with everything in memory."""
    read_bare(folder)
    run = Run("scan", folder, "--effort", "exact", "--no-ledger", "--db", work / "db-of 500×375")
    database = work / "db-exact"
    import_list(work / "base.txt", "base", database)
    Run("list", "set", "base", "--effort", "exact", "--db", database)
    kept = Run("scan", folder, "--db", database)
    print(f"  effort exact, warm: {count / kept.seconds:,.0f} files/s with the ledger,"
          f" {count / run.seconds:,.0f} without")


def compare_sets(folder, work):
    """Every hundredth file is listed after all were scanned: a rematch and a fresh scan must agree."""
    chosen = sorted(folder.rglob("*.jpg"))[::100]
    hashed = Run("hash", "--json", *chosen)
    rows = [json.loads(line)["frames"][0]["pdq"] for line in hashed.lines]
    for effort in ("exact", "standard", "thorough"):
        database = work / f"db-sets-{effort}"
        import_list(work / "base.txt", "base", database)
        Run("list", "set", "base", "--effort", effort, "--db", database)
        Run("scan", folder, "--db", database)
        (work / "copies.txt").write_text(
            "\n".join(row if isinstance(row, str) else row["hash"] for row in rows) + "\n")
        import_list(work / "copies.txt", "copies", database)
        Run("list", "set", "copies", "--effort", effort, "--db", database)
        found = matches(Run("rematch", "--json", "--db", database))
        fresh = matches(Run("scan", folder, "--no-ledger", "--json", "--db", database))
        equal = "equal" if found == fresh else f"NOT equal: {len(found ^ fresh)} differ"
        print(f"  {effort}: {len(found):,} matches by rematch, {len(fresh):,} by a fresh scan: {equal}")


def kill_at_random(folder, work, times):
    database = work / "db-killed"
    import_list(work / "base.txt", "base", database)
    rng, seconds = random.Random(3), []
    start = time.perf_counter()
    for _ in range(times):
        process = subprocess.Popen([HASHSCAN, "scan", str(folder), "--db", str(database)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.05, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed = time.perf_counter() - start
    resumed = Run("scan", folder, "--json", "--db", database)
    verify = Run("db", "verify", "--db", database)
    fresh = Run("scan", folder, "--json", "--no-ledger", "--db", database)

    def answers(run):
        return {(line["path"], line["verdict"]) for line in map(json.loads, run.lines)}
    print(f"  killed {times} times in {killed:.0f} s, then {resumed.seconds:.1f} s (undisturbed {fresh.seconds:.1f} s):"
          f" answers {'the same' if answers(resumed) == answers(fresh) else 'NOT the same'}, ledger"
          f" {'whole' if verify.status == 0 else 'NOT whole'}")


def watch(folder, work):
    database, place = work / "db-watch", work / "watched"
    place.mkdir()
    import_list(work / "base.txt", "base", database)
    picture = next(folder.rglob("*.jpg"))
    process = subprocess.Popen([HASHSCAN, "watch", str(place), "--json", "--db", str(database)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seen, told = {}, threading.Event()

    def listen():
        for line in process.stdout:
            seen.setdefault(json.loads(line)["path"], time.perf_counter())
            told.set()
    threading.Thread(target=listen, daemon=True).start()
    shutil.copy(picture, place / "probe.jpg")
    told.wait(20)
    waits = []
    for number in range(50):
        path = place / f"one-{number}.jpg"
        path.write_bytes(picture.read_bytes() + bytes([number]))
        closed = time.perf_counter()
        while str(path) not in seen and time.perf_counter() - closed < 5:
            time.sleep(0.001)
        waits.append(seen.get(str(path), float("inf")) - closed)
    many = place / "many"
    many.mkdir()
    names = [many / f"{number}.jpg" for number in range(10_000)]
    for name in names:
        name.write_bytes(picture.read_bytes() + name.name.encode())
    deadline = time.perf_counter() + 300
    while time.perf_counter() < deadline and not all(str(name) in seen for name in names):
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    process.wait()
    print(f"  watch: a closed file is answered after {1000 * statistics.median(waits):.0f} ms, {1000 * max(waits):.0f} at"
          f" most; of 10,000 at once {sum(str(name) not in seen for name in names)} missed")


def main():
    files, small = map(int, sys.argv[1:3])
    with tempfile.TemporaryDirectory(dir=sys.argv[3] if len(sys.argv) > 3 else None) as name:
        work = pathlib.Path(name)
        make(work / "files", files, (500, 375), 85)
        time_scans(work / "files", files, work, "of 500×375")
        time_exact(work / "files", files, work)
        sample = work / "sample"
        sample.mkdir()
        for place in sorted((work / "files").iterdir())[:20]:
            place.rename(sample / place.name)
        compare_sets(sample, work)
        kill_at_random(sample, work, 100)
        watch(sample, work)
        if small:
            make(work / "small", small, (64, 48), 60)
            time_scans(work / "small", small, work, "of 64×48")


if __name__ == "__main__":
    main()
