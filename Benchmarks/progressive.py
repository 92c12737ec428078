#!/usr/bin/env python3
"""What the first scans of progressive JPEGs give: for each file and number of scans the bits by which
the PDQ hash differs from that of all scans, and the CPU time against the whole file's.

    python3 Benchmarks/progressive.py HASH_BENCH HASHSCAN FILE...

Measured by cutting the file behind the scan, which is what stopping early would decode.
"""
import json
import pathlib
import subprocess
import sys
import tempfile


def scans(data):
    """The positions behind each scan; empty for a file that is not progressive."""
    ends, position, progressive = [], 2, False
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            position += 1
            continue
        marker = data[position + 1]
        if marker in (0x00, 0xFF) or 0xD0 <= marker <= 0xD8:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            break
        progressive |= marker == 0xC2
        length = int.from_bytes(data[position + 2:position + 4], "big")
        position += 2 + length
        if marker == 0xDA:
            while position + 1 < len(data) and not (
                    data[position] == 0xFF and data[position + 1] != 0
                    and not 0xD0 <= data[position + 1] <= 0xD7):
                position += 1
            ends.append(position)
    return ends if progressive else []


def main():
    bench, hashscan, *files = sys.argv[1:]
    print("| file | scans | bits after 1, 2, … scans | time after 1, 2, … scans |\n|---|---|---|---|")
    for name in files:
        data = pathlib.Path(name).read_bytes()
        ends = scans(data)
        if not ends:
            continue
        hashes, times = [], []
        with tempfile.TemporaryDirectory() as folder:
            for end in ends:
                path = pathlib.Path(folder) / "cut.jpg"
                path.write_bytes(data[:end] + b"\xff\xd9")
                line = subprocess.run([hashscan, "hash", "--json", path],
                                      capture_output=True, text=True).stdout
                hashes.append(int(json.loads(line)["frames"][0]["pdq"], 16))
                times.append(float(subprocess.check_output(
                    [bench, "pdq", path, "--passes", "3"])))
        bits = ", ".join(str((one ^ hashes[-1]).bit_count()) for one in hashes)
        share = ", ".join(f"{one / times[-1]:.2f}" for one in times)
        print(f"| {pathlib.Path(name).name} | {len(ends)} | {bits} | {share} |")


if __name__ == "__main__":
    main()
