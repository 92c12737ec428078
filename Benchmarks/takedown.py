#!/usr/bin/env python3
"""How long a takedown takes while another process searches a large list, and when it is found.

    make benchmark-takedown SIZES=1000000

A process of its own imports SIZES random hashes; `hashscan scan` of a folder of pictures runs in a loop; then
a painted picture is taken down a few times. "Commit" is the time of the whole `hashscan takedown` process
less that of `hashscan hash` of the same picture, which decodes and hashes as well; "found" says that the next
search of another process has it.
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).parent
HASHSCAN = HERE.parent / ".build/release/hashscan"
PICTURE = HERE.parent / "Fixtures/uploads/glacier.jpg"
UPLOADS = HERE.parent / "Fixtures/uploads"


def run(*arguments):
    start = time.perf_counter()
    result = subprocess.run([HASHSCAN, *arguments], capture_output=True, text=True)
    return time.perf_counter() - start, result


def main():
    for count in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            database = ("--db", folder / "db")
            text = np.random.default_rng(1).bytes(32 * count).hex()
            (folder / "list.txt").write_text(
                "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + "\n")
            run("import", folder / "list.txt", "--list", "l", "--kind", "pdq", *database)
            load = subprocess.Popen(
                ["sh", "-c", f"while :; do '{HASHSCAN}' scan '{UPLOADS}' --db '{folder}/db'; done"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            plain, commits, found = [], [], 0
            for case in range(15):
                plain.append(run("hash", PICTURE)[0])
                commits.append(
                    run("takedown", PICTURE, "--reason", "r", "--case", str(case), *database)[0])
                found += run("scan", PICTURE, *database)[1].returncode == 1
                run("release", "--case", str(case), *database)
                found += run("scan", PICTURE, *database)[1].returncode == 0
            load.kill()
            load.wait()
            milliseconds = 1000 * (statistics.median(commits) - statistics.median(plain))
            print(f"{count:,} hashes: takedown committed in {milliseconds:.1f} ms; next searches of other"
                  f" processes right in {found} of 30")


if __name__ == "__main__":
    main()
