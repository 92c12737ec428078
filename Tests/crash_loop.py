#!/usr/bin/env python3
"""Kills imports and sealings at any moment and looks at what they left.

    python3 Tests/crash_loop.py HASHSCAN [ROUNDS]

Each round starts an import of 60,000 random hashes (which seals them at its end) or a sealing, kills it
after a random time, and then asks "hashscan index verify", which walks the whole index and holds searches
against brute force, and "hashscan audit verify". Status 1 at the first database that is not as before or as after.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SIZE = 60_000


def run(hashscan, *arguments):
    return subprocess.run([hashscan, *arguments], capture_output=True, text=True)


def entries(hashscan, database):
    output = run(hashscan, "lists", "--json", "--db", database).stdout
    return sum(json.loads(line)["entries"] for line in output.splitlines())


def main():
    hashscan = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    chance = random.Random(1)
    kills = finished = 0
    with tempfile.TemporaryDirectory() as folder:
        database, source = pathlib.Path(folder) / "db", pathlib.Path(folder) / "list.txt"
        count = longest = 0
        for number in range(rounds):
            if number % 25 == 0:
                # A fresh database now and then, so that a round stays short.
                subprocess.run(["rm", "-rf", database], check=True)
                count = 0
            if count > 0 and number % 4 == 3:
                command = ["index", "seal"]
            else:
                source.write_text("".join(f"{chance.getrandbits(256):064x}\n" for _ in range(SIZE)))
                command = ["import", source, "--list", f"list-{number}", "--kind", "pdq"]
            start = time.monotonic()
            process = subprocess.Popen([hashscan, *command, "--db", database],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(chance.uniform(0, max(longest, 0.5)))
                finished += 1
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
            longest = max(longest, min(time.monotonic() - start, 2))
            if not (database / "data.mdb").exists():
                continue
            verified = run(hashscan, "index", "verify", "--samples", "5", "--db", database)
            if "no lists" in verified.stderr or "not a database of this" in verified.stderr:
                continue
            journal = run(hashscan, "audit", "verify", "--db", database)
            now = entries(hashscan, database)
            if verified.returncode or journal.returncode or now - count not in (0, SIZE):
                print(f"round {number}, {command}: {count} entries before, {now} after\n"
                      + verified.stdout + verified.stderr + journal.stdout + journal.stderr)
                sys.exit(1)
            count = now
    print(f"{rounds} rounds: {kills} killed, {finished} finished first; every database was whole")


if __name__ == "__main__":
    main()
