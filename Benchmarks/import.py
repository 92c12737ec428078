#!/usr/bin/env python3
"""How fast lists are imported, and in how much memory.

    make benchmark-import

A text list of a million random PDQ hashes, up to the receipt (sealing comes after it), and a VICS 2.0 file of
a bit less than a gigabyte with MD5, SHA-1 and PhotoDNA. Memory is the process's largest resident set, with
the database's pages that are mapped into it.
"""
import base64
import json
import os
import pathlib
import subprocess
import tempfile
import time

HASHSCAN = pathlib.Path(__file__).parent.parent / ".build/release/hashscan"


def write_text(path, count):
    with open(path, "w") as file:
        for _ in range(count):
            file.write(os.urandom(32).hex() + "\n")


def write_vics(path, count):
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media"
    with open(path, "w") as file:
        file.write(f'{{\n "@odata.context": "{context}",\n "value": [\n')
        for number in range(1, count + 1):
            noise = os.urandom(180)
            record = {
                "MediaID": number, "Category": 1 + number % 3, "MD5": noise[:16].hex().upper(),
                "SHA1": noise[16:36].hex().upper(), "MediaSize": str(1000 + number),
                "DateUpdated": "2026-06-07T02:31:49.8300Z", "IsPrecategorized": "true",
                "VictimIdentified": False, "OffenderIdentified": False, "IsDistributed": True,
                "Series": "", "Tags": "", "PhotoDNA": base64.b64encode(noise[36:]).decode(),
                "MediaFiles": [{"FileName": f"n{number:08d}.JPEG",
                                "FilePath": f"/DCIM/n{number:08d}.JPEG"}]}
            file.write(json.dumps(record, indent=1) + (",\n" if number < count else "\n"))
        file.write(" ]\n}\n")


def measure(folder, name, path, *arguments):
    start = time.perf_counter()
    process = subprocess.Popen(
        ["stdbuf", "-oL", HASHSCAN, "import", path, "--list", "l", "--db", folder / f"db-{name}",
         *arguments], stdout=subprocess.PIPE, text=True)
    receipt = process.stdout.readline()
    seconds = time.perf_counter() - start
    _, _, usage = os.wait4(process.pid, 0)
    megabytes = os.path.getsize(path) / 1e6
    print(f"{receipt.split('; ')[0].split(': ')[1]}")
    print(f"  {seconds:.2f} s, {megabytes / seconds:.0f} MB/s, {usage.ru_maxrss / 1024:.0f} MiB"
          f" (with sealing)", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_text(folder / "list.txt", 1_000_000)
        for attempt in range(3):
            measure(folder, f"text{attempt}", folder / "list.txt", "--kind", "pdq")
        write_vics(folder / "vics.json", 1_430_000)
        measure(folder, "vics", folder / "vics.json", "--category", "1=a", "--category", "2=b",
                "--category", "3=c")


if __name__ == "__main__":
    main()
