#!/usr/bin/env python3
"""What confined decoders cost, as a Markdown table: file to verdict, against decoding in the program's own process.

    make benchmark-confinement

The photographs (about 500×375), each many times under different names, against a list of a million random hashes.
In every round each way scans all of them; the ratio is the median of the rounds' own ratios, so that a machine
that slows down slows both sides. The start of a worker is from the moment that it is spawned until it says that it
is confined and ready.
"""
import argparse
import os
import pathlib
import re
import socket
import statistics
import subprocess
import tempfile
import time

from daemon import HASHSCAN, import_list

WORKER = HASHSCAN.parent / "hashworker"


def scan(folder, listing, effort, confinement, jobs):
    """Seconds of processor time, all processes, and on the clock."""
    before, start = os.times(), time.monotonic()
    result = subprocess.run(
        [HASHSCAN, "scan", "--files-from", listing, "--db", folder / "db", "--effort", effort, "--confinement",
         confinement, "--jobs", str(jobs)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    clock, after = time.monotonic() - start, os.times()
    assert re.search(r"Scanned \d+ files", result.stdout) and result.returncode in (0, 1), result.stdout[-300:]
    return after.children_user + after.children_system - before.children_user - before.children_system, clock


def start_of_a_worker():
    """Milliseconds."""
    ours, theirs = socket.socketpair()
    shared = os.memfd_create("picture")
    os.ftruncate(shared, 256 << 20)
    start = time.monotonic()
    process = subprocess.Popen(
        ["sh", "-c", f'exec "$0" {256 << 20} {768 << 20} 120 0 3<&{theirs.fileno()} 4<&{shared}', WORKER],
        pass_fds=[theirs.fileno(), shared], env={"SWIFT_BACKTRACE": "enable=no"})
    greeting = ours.recv(8, socket.MSG_WAITALL)
    took = time.monotonic() - start
    assert greeting[:4] == b"HSW!" and greeting[5] == 3, greeting
    ours.close()
    theirs.close()
    os.close(shared)
    process.wait()
    return took * 1000


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("images", type=pathlib.Path)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--copies", type=int, default=8)
    options.add_argument("--list", type=int, default=1_000_000)
    options = options.parse_args()
    cores = os.cpu_count()
    with tempfile.TemporaryDirectory(prefix="confinement-") as name:
        folder = pathlib.Path(name)
        import_list(folder, options.list)
        listing = folder / "files"
        photos = sorted((options.images / "photos").iterdir())
        listing.write_text("".join(f"{path.resolve()}\n" for path in photos) * options.copies)
        print("| effort | jobs | on the clock | processor time |")
        print("| --- | --- | --- | --- |")
        for effort in ("exact", "standard"):
            for jobs in (1, cores):
                ratios = []
                for number in range(options.rounds + 1):
                    ways = ["off", "required"] if number % 2 else ["required", "off"]
                    took = {way: scan(folder, listing, effort, way, jobs) for way in ways}
                    # The first round warms up.
                    if number:
                        ratios.append([took["required"][k] / took["off"][k] for k in (1, 0)])
                clock, processor = (statistics.median(ratio[k] for ratio in ratios) for k in (0, 1))
                print(f"| {effort} | {jobs} | {clock:.3f} | {processor:.3f} |", flush=True)
    starts = sorted(start_of_a_worker() for _ in range(101))
    print(f"\nStart of a worker: median {statistics.median(starts):.1f} ms, the slowest of 101 {starts[-1]:.1f} ms.")


if __name__ == "__main__":
    main()
