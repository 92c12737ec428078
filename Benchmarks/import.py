#!/usr/bin/env python3
"""How fast lists are imported, and in how much memory.

    make benchmark-import                  (a million hashes)
    make benchmark-import LIST=10000000    (ten million: four minutes)

A text list of random PDQ hashes, up to the receipt and with sealing, and a VICS 2.0 file of a bit less than a
gigabyte with MD5, SHA-1 and PhotoDNA. Memory is the largest resident set, with the database's pages that are
mapped into it; its own is RssAnon, looked at five times a second.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
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


def largest_anonymous(process, found):
    """Keeps the largest RssAnon of a process in found[0], in KiB, until it has ended."""
    try:
        while True:
            for line in open(f"/proc/{process.pid}/status"):
                if line.startswith("RssAnon"):
                    found[0] = max(found[0], int(line.split()[1]))
            time.sleep(0.2)
    except OSError:
        pass


def measure(folder, name, path, *arguments):
    start = time.perf_counter()
    process = subprocess.Popen(
        ["stdbuf", "-oL", HASHSCAN, "import", path, "--list", "l", "--db", folder / f"db-{name}",
         *arguments], stdout=subprocess.PIPE, text=True)
    own = [0]
    threading.Thread(target=largest_anonymous, args=(process, own), daemon=True).start()
    receipt = process.stdout.readline()
    seconds = time.perf_counter() - start
    _, _, usage = os.wait4(process.pid, 0)
    whole = time.perf_counter() - start
    megabytes = os.path.getsize(path) / 1e6
    print(f"{receipt.split('; ')[0].split(': ')[1]}")
    print(f"  {seconds:.2f} s, {megabytes / seconds:.0f} MB/s; {whole:.1f} s with sealing;"
          f" {usage.ru_maxrss / 1024:.0f} MiB, {own[0] / 1024:.0f} of its own", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        count = int(sys.argv[1])
        write_text(folder / "list.txt", count)
        for attempt in range(3 if count <= 1_000_000 else 1):
            measure(folder, f"text{attempt}", folder / "list.txt", "--kind", "pdq")
        write_vics(folder / "vics.json", 1_430_000)
        measure(folder, "vics", folder / "vics.json", "--category", "1=a", "--category", "2=b",
                "--category", "3=c")


if __name__ == "__main__":
    main()
