"""The time from file to verdict with a long list of random hashes, a round at each effort after the other; ratios
are medians of the rounds' own ratios, so that a machine that slows down slows all."""
import ctypes
import dataclasses
import os
import resource
import statistics
import time

import numpy as np
from PIL import Image

from scanning import EFFORTS, hashscan, scanned
from sources import pdq

ROUNDS = 5


@dataclasses.dataclass
class Row:
    pictures: str
    way: str
    asked_mean: float
    asked_most: int
    milliseconds: float
    to_exact: float | None


def random_list(folder, size):
    chance = np.random.default_rng(20)
    bits = np.argsort(chance.random((size, 256), dtype=np.float32), axis=1) < 128
    file = folder / "random.txt"
    file.write_text("".join(row.tobytes().hex() + "\n" for row in np.packbits(bits, axis=1)))
    hashscan("import", file, "--list", "random", "--kind", "pdq", "--db", folder / "random")


def adopt_orphans():
    """hashscan may end before the process that decodes for it has. The time of that one would count for nobody;
    so Linux is told that whatever a child leaves behind becomes this process's own child."""
    PR_SET_CHILD_SUBREAPER = 36
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def wait_for_orphans():
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        pass


def scan_seconds(database, effort, paths):
    """Of the processor, not of the clock."""
    wait_for_orphans()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    hashscan("scan", "--db", database, "--jobs", 1, "--effort", effort, paths=paths)
    wait_for_orphans()
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def pillow_seconds(pictures):
    begin = time.process_time()
    for path in pictures:
        pdq(Image.open(path))
    return (time.process_time() - begin) / len(pictures)


def measure_set(name, pictures, passes, database):
    asked = {effort: [answer["hashes_asked"] for _, answer in scanned(database, effort, pictures)]
             for effort in EFFORTS}
    # What the process itself takes.
    start = statistics.median(scan_seconds(database, "exact", []) for _ in range(ROUNDS))
    times = {effort: [] for effort in EFFORTS}
    for _ in range(ROUNDS):
        for effort in EFFORTS:
            used = scan_seconds(database, effort, pictures * passes)
            times[effort].append((used - start) / len(pictures) / passes)
    label = f"{name} ({len(pictures)})"
    for effort in EFFORTS:
        ratio = statistics.median(a / b for a, b in zip(times[effort], times["exact"]))
        yield Row(label, effort, statistics.mean(asked[effort]), max(asked[effort]),
                  1000 * statistics.median(times[effort]), ratio)
    pillow = statistics.median(pillow_seconds(pictures[:20]) for _ in range(ROUNDS))
    yield Row("", "pdqhash + Pillow, the hash only", 1, 1, 1000 * pillow, None)


def measure(photos, large, folder, size):
    """Photographs of one size, and large ones."""
    small = [path for path in photos if sorted(Image.open(path).size) in ([375, 500], [333, 500])]
    large = [path for path in large if 8e6 < np.prod(Image.open(path).size) < 16e6]
    adopt_orphans()
    random_list(folder, size)
    rows = []
    for name, pictures, passes in (("photographs of 500×375", small, 10), ("of 9 to 15 MP", large, 4)):
        if pictures:
            rows += measure_set(name, pictures, passes, folder / "random")
    return rows
