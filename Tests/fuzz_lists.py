#!/usr/bin/env python3
"""Imports damaged lists, and looks at what the program answers and what it left.

    python3 Tests/fuzz_lists.py HASHSCAN FILE...

Each round takes one of the files, cuts, doubles, swaps, flips or swells parts of it, and imports what comes of
it into a database that many rounds share. The status must be 0, 2 or 3, within 20 seconds; a refused list must
leave the journal as it was. At the end the index and the journal are verified, and the largest memory of any
import is told. ROUNDS in the environment is how many, 4000 without it; SEED, which.
"""
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

ROUNDS = int(os.environ.get("ROUNDS", 4000))
OPTIONS = [[], ["--kind", "pdq"], ["--kind", "phash64"], ["--replace"], ["--dry-run"],
           ["--category", "1=x", "--category", "A1=y"]]
TOKENS = [b"", b"\0", b"\xff\xfe", b"\xc0\x80", b'"', b"{", b"[" * 200, b"<a>" * 80, b"&amp;", b"\n", b",",
          b"-1", b"1e999", b"99999999999999999999", b"null", b"true", b"x" * 70_000, b"0" * 64, b"]]>",
          b"<!DOCTYPE a>", b"\xef\xbb\xbf"]


def damage(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice([0, 1, 2, 10, 200]))
        kind = chance.randrange(6)
        if kind == 0:
            data[start:end] = chance.choice(TOKENS)
        elif kind == 1:
            data[start:end] = chance.randbytes(end - start)
        elif kind == 2:
            data[start:start] = data[start:end]
        elif kind == 3:
            del data[start:end]
        elif kind == 4:
            other = chance.randrange(len(data) + 1)
            data[other:other] = data[start:end]
        elif chance.random() < 0.2:
            del data[start:]
    return bytes(data)


def main():
    hashscan, paths = sys.argv[1], [path for path in sys.argv[2:] if not path.endswith("expected.json")]
    files = [pathlib.Path(path).read_bytes() for path in paths]
    chance = random.Random(int(os.environ.get("SEED", 1)))
    statuses = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        database = folder / "db"
        source = folder / "list"

        def run(*arguments):
            return subprocess.run([hashscan, *arguments, "--db", database], capture_output=True,
                                  timeout=20)

        for number in range(ROUNDS):
            source.write_bytes(damage(chance.choice(files), chance))
            before = run("audit").stdout if number % 20 == 0 else None
            result = run("import", source, "--list", f"list-{number % 7}", *chance.choice(OPTIONS))
            statuses[result.returncode] = statuses.get(result.returncode, 0) + 1
            refused = result.returncode == 2
            if result.returncode not in (0, 2, 3) or refused and b"not imported: " not in result.stderr:
                pathlib.Path("fuzz-failure").write_bytes(source.read_bytes())
                print(f"round {number}: status {result.returncode}, the list is in fuzz-failure\n"
                      + result.stderr.decode(errors="replace")[-2000:])
                sys.exit(1)
            if before is not None and refused and run("audit").stdout != before:
                print(f"round {number}: refused, and changed something")
                sys.exit(1)
            if number % 50 == 49:
                run("list", "undo", f"list-{number % 7}")
        for check in (["index", "verify"], ["audit", "verify"]):
            result = run(*check)
            if result.returncode != 0:
                print(result.stdout.decode(), result.stderr.decode())
                sys.exit(1)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{ROUNDS} damaged lists: {statuses.get(0, 0)} imported, {statuses.get(3, 0)} in part, {statuses.get(2, 0)} refused;"
          f" no more than {largest} MiB")


if __name__ == "__main__":
    main()
