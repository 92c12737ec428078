#!/usr/bin/env python3
"""hashd beside hashscan, in one run, as a Markdown table.

    make benchmark-daemon
    .build/peers/bin/python Benchmarks/daemon.py ../shared/images --soak

200 JPEGs of about 100 kB, cut from the large pictures (seeded), and a list of a million random hashes. In every
round hashscan scans the pictures in its own process, with as many jobs as there are cores, and hashd-load sends the same ones over
8 connections; then it sends batches of 100 hashes to /v1/lookup. Ratios are medians of the rounds' own ratios,
so that a machine that slows down slows both sides. hashd-load takes its part of the same cores; what it used is
told as well.

--soak sends 200,000 pictures of mixed sizes and watches the daemon's memory, and opens 1,000 connections.
"""
import argparse
import contextlib
import io
import json
import os
import pathlib
import platform
import random
import socket
import statistics
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
HASHSCAN = HERE.parent / ".build/release/hashscan"
HASHD = HERE.parent / ".build/release/hashd"
LOAD = HERE / ".build/release/hashd-load"
CORES = os.cpu_count()
# Of 100 pictures of a soak, how many have how many bytes.
MIXTURE = {10_000: 60, 100_000: 35, 1_000_000: 4, 4_000_000: 1}
SLICES = 20
Image.MAX_IMAGE_PIXELS = None


# --- What is sent


def jpeg(picture, width):
    file = io.BytesIO()
    picture.resize((width, width * 3 // 4), Image.Resampling.LANCZOS).save(file, "JPEG", quality=85)
    return file.getvalue()


def picture_of(size, sources, chance):
    """A JPEG of quality 85 and about `size` bytes, cut from one of the sources."""
    while True:
        source = chance.choice(sources)
        part = chance.uniform(0.4, 1)
        width = int(min(source.width, source.height * 4 / 3) * part)
        left, top = chance.randrange(source.width - width + 1), chance.randrange(source.height - width * 3 // 4 + 1)
        cut = source.crop((left, top, left + width, top + width * 3 // 4))
        low, high = 64, 6000
        for _ in range(9):
            middle = (low + high) // 2
            data = jpeg(cut, middle)
            if abs(len(data) - size) < 0.1 * size:
                return data
            low, high = (middle, high) if len(data) < size else (low, middle)


def write_pictures(folder, size, count, sources, chance):
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        paths.append(folder / f"{size}-{number:03}.jpg")
        paths[-1].write_bytes(picture_of(size, sources, chance))
    return paths


def large_pictures(images):
    """Photographs and drawings, made small enough to be kept."""
    pictures = []
    for path in sorted((images / "large").iterdir()):
        with contextlib.suppress(OSError):
            picture = Image.open(path).convert("RGB")
            picture.thumbnail((3000, 3000))
            if min(picture.size) > 600:
                pictures.append(picture)
    return pictures


def write_batches(folder, count, chance):
    paths = []
    for number in range(count):
        paths.append(folder / f"batch-{number}.json")
        hashes = [f"{chance.getrandbits(256):064x}" for _ in range(100)]
        paths[-1].write_text(json.dumps({"kind": "pdq", "hashes": hashes}))
    return paths


def import_list(folder, size):
    text = np.random.default_rng(1).bytes(32 * size).hex()
    (folder / "list.txt").write_text("\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + "\n")
    subprocess.run([HASHSCAN, "import", folder / "list.txt", "--list", "l", "--kind", "pdq", "--db", folder / "db"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The daemon is measured, not the views, of which `robustness` tells.
    subprocess.run([HASHSCAN, "list", "set", "l", "--effort", "exact", "--db", folder / "db"], check=True,
                   stdout=subprocess.DEVNULL)


# --- What is measured


class Daemon:
    def __init__(self, folder):
        self.socket = str(folder / "socket")
        self.process = subprocess.Popen(
            [HASHD, "--socket", self.socket, "--database", folder / "db", "--set", f"log.file={folder / 'log'}"])
        for _ in range(500):
            with contextlib.suppress(OSError):
                return self.connect().close()
            time.sleep(0.02)
        raise SystemExit("hashd does not answer")

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.socket)
        return client

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def memory(self, name="VmRSS"):
        """In MiB."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(name):
                return int(line.split()[1]) / 1024

    def cpu_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, requests, *arguments, connections=8):
        before = self.cpu_seconds()
        output = subprocess.check_output(
            [LOAD, self.socket, "--connections", str(connections), "--requests", str(requests), *arguments])
        result = json.loads(output)
        result["daemon_cpu_seconds"] = self.cpu_seconds() - before
        if set(result["statuses"]) != {"200"}:
            raise SystemExit(f"not all were answered with 200: {result['statuses']}")
        return result


def scan(folder, listing, count):
    """Pictures a second, and the processor's seconds for one."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [HASHSCAN, "scan", "--files-from", listing, "--jobs", str(CORES), "--db", folder / "db", "--confinement", "off"],
        stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("hashscan scan failed, or found something")
    return count / seconds, (usage.ru_utime + usage.ru_stime) / count


def compare(folder, daemon, pictures, batches, options):
    """Both ways in turn; a dictionary of lists, one figure a round."""
    listing = folder / "files.txt"
    repeated = (pictures * (options.requests // len(pictures) + 1))[:options.requests]
    listing.write_text("".join(f"{path}\n" for path in repeated))
    daemon.load(options.requests // 4, *pictures)
    rounds = []
    for _ in range(options.rounds):
        scanned, scan_cpu = scan(folder, listing, options.requests)
        answered = daemon.load(options.requests, *pictures)
        bodies = [f"--body-file={path}" for path in batches]
        looked_up = daemon.load(options.lookups, *bodies)
        rounds.append({
            "scan": scanned, "scan_cpu": scan_cpu * 1000,
            "match": answered["per_second"], "match_cpu": answered["daemon_cpu_seconds"] * 1000 / options.requests,
            "ratio": answered["per_second"] / scanned,
            "p50": answered["latency_us"]["p50"], "p99": answered["latency_us"]["p99"],
            "tail": answered["latency_us"]["p99"] / answered["latency_us"]["p50"],
            "own": answered["own_share_us"]["mean"], "own_p50": answered["own_share_us"]["p50"],
            "own_p99": answered["own_share_us"]["p99"],
            "load_cpu": answered["cpu_seconds"] * 1000 / options.requests,
            "lookup": looked_up["per_second"] * 100 / CORES,
            "lookup_p99": looked_up["latency_us"]["p99"],
        })
    return {name: [each[name] for each in rounds] for name in rounds[0]}


def table(figures):
    rows = [
        ("hashscan scan, pictures a second", "scan", max, "{:.0f}", ""),
        ("hashd, 8 connections, pictures a second", "match", max, "{:.0f}", ""),
        ("hashd / hashscan", "ratio", max, "{:.1%}", "≥ 85 %"),
        ("processor a picture: hashscan, ms", "scan_cpu", min, "{:.2f}", ""),
        ("processor a picture: hashd, ms", "match_cpu", min, "{:.2f}", ""),
        ("processor a picture: hashd-load, ms", "load_cpu", min, "{:.3f}", ""),
        ("latency, median, µs", "p50", min, "{:.0f}", ""),
        ("latency, 99th percentile, µs", "p99", min, "{:.0f}", ""),
        ("99th percentile / median", "tail", min, "{:.2f}", "≤ 4"),
        ("the daemon's own share, mean, µs", "own", min, "{:.0f}", "≤ 300"),
        ("the daemon's own share, median, µs", "own_p50", min, "{:.0f}", ""),
        ("the daemon's own share, 99th percentile, µs", "own_p99", min, "{:.0f}", ""),
        ("/v1/lookup, hashes a second and core", "lookup", max, "{:.0f}", "≥ 15,000"),
        ("/v1/lookup, 99th percentile of a batch, µs", "lookup_p99", min, "{:.0f}", ""),
    ]
    print("| | median | best | to reach |\n|---|---:|---:|---:|")
    for title, name, best, form, goal in rows:
        values = figures[name]
        print(f"| {title} | {form.format(statistics.median(values))} | {form.format(best(values))} | {goal} |")


def soak(daemon, folder, sources, requests, chance):
    """Memory over many pictures of mixed sizes: after each slice of them, and after a warm-up of two."""
    files = [path for size, count in MIXTURE.items()
             for path in write_pictures(folder / "mixture", size, count, sources, chance)]
    chance.shuffle(files)
    resident, own = [], []
    for number in range(SLICES):
        daemon.load(requests // SLICES, *files)
        resident.append(daemon.memory())
        own.append(daemon.memory("RssAnon"))
        print(f"  {(number + 1) * requests // SLICES:,} requests: {resident[-1]:.1f} MiB, {own[-1]:.1f} of its own",
              flush=True)
    print(f"\n| {requests:,} pictures of 10 kB to 4 MB | after a tenth | at the end | least | most |\n|---|---:|---:|---:|---:|")
    for title, values in (("resident, MiB", resident[1:]), ("its own (RssAnon), MiB", own[1:])):
        print(f"| {title} | {values[0]:.1f} | {values[-1]:.1f} | {min(values) / values[0] - 1:+.1%}"
              f" | {max(values) / values[0] - 1:+.1%} |")


def idle(daemon, count):
    before, clients = daemon.memory(), []
    for _ in range(count):
        client = daemon.connect()
        client.sendall(b"GET /v1/version HTTP/1.1\r\nHost: hashd\r\n\r\n")
        client.recv(4096)
        clients.append(client)
    after = daemon.memory()
    for client in clients:
        client.close()
    print(f"\n{count:,} idle connections that have asked once: {before:.1f} to {after:.1f} MiB,"
          f" {(after - before) * 1024 / count:.1f} KiB each")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=pathlib.Path, help="the folder with large/")
    parser.add_argument("--size", type=int, default=1_000_000, help="hashes on the list")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=2000, help="pictures a round, for each")
    parser.add_argument("--lookups", type=int, default=1000, help="batches of 100 hashes a round")
    parser.add_argument("--soak", action="store_true", help="memory over many requests, and idle connections")
    parser.add_argument("--soak-requests", type=int, default=200_000)
    options = parser.parse_args()
    chance = random.Random(6)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sources = large_pictures(options.images)
        pictures = write_pictures(folder / "pictures", 100_000, 200, sources, chance)
        batches = write_batches(folder, 50, chance)
        import_list(folder, options.size)
        daemon = Daemon(folder)
        try:
            print(f"{platform.processor() or platform.machine()}, {CORES} cores, {options.size:,} hashes,"
                  f" {options.rounds} rounds of {options.requests:,} pictures\n", flush=True)
            table(compare(folder, daemon, pictures, batches, options))
            if options.soak:
                print(flush=True)
                soak(daemon, folder, sources, options.soak_requests, chance)
                idle(daemon, 1000)
        finally:
            daemon.stop()


if __name__ == "__main__":
    main()
