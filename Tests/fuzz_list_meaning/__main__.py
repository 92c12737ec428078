#!/usr/bin/env python3
"""Imports lists whose meaning is known, and compares what is listed with it.

    python3 Tests/fuzz_list_meaning HASHSCAN

Each round draws a dialect, realistic dirt and a meaning, writes a list, imports it under a new name and
exports it. What is active must be what the list means, or the receipt must tell the difference: the records
that are not listed are at most those it counts as rejected, skipped or of unsupported kinds (or withdrawn, if
their source took them back), or nothing was imported. What is withdrawn, harmless, of poor quality or ended
must never be active, no hash may be listed that the list does not have, and no text may have a hash in it.

In the environment: ROUNDS, how many, 20000 without it; SEED, which; ONLY, the name of one dialect; ROUND, one
round alone; JOBS, how many at a time, 2 without it; FAILURES, after how many failed rounds to stop, 1 without
it. A failure's list is left in the file `fuzz-failure`, further ones in `fuzz-failure-2` and so on. At the
end there is a line for each dialect, and the kinds of failure if there were any.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import dialects
import meaning

ROUNDS = int(os.environ.get("ROUNDS", 20000))
SEED = os.environ.get("SEED", "1")
ONLY = os.environ.get("ONLY") or None
JOBS = int(os.environ.get("JOBS", 2))
FAILURES = int(os.environ.get("FAILURES", 1))
# Rounds that share a database; later ones take longer, since each makes a list.
CHUNK = 100


class Importer:
    """Runs hashscan on one database."""

    def __init__(self, hashscan, folder):
        self.hashscan, self.database, self.source = hashscan, folder / "db", folder / "list"

    def run(self, *arguments):
        command = [self.hashscan, *arguments, "--db", self.database]
        return subprocess.run(command, capture_output=True, timeout=60)

    def judge(self, case, name, chance):
        """Imports a case: how it ended, what was printed, and what is wrong with it."""
        self.source.write_bytes(case.data)
        # What is printed for people must not have hashes in it either.
        shown = b""
        if chance.random() < 0.05:
            dry = self.run("import", self.source, "--list", name, "--dry-run", *case.arguments)
            shown = dry.stdout + dry.stderr
        # In a new list there is nothing to withdraw, so this changes nothing.
        replace = ["--replace"] if chance.random() < 0.1 else []
        result = self.run("import", self.source, "--list", name, "--json", *case.arguments, *replace)
        printed = (result.stdout + result.stderr).decode(errors="replace")
        try:
            receipt = json.loads(result.stdout)
        except ValueError:
            receipt = None
        exported = self.export(name)
        shown = shown.decode(errors="replace") + printed
        faults = meaning.judge(case, result.returncode, shown, receipt, exported)
        return result.returncode, printed, faults, receipt

    def export(self, name):
        result = self.run("export", "--list", name, "--format", "jsonl")
        if result.returncode != 0:
            return None
        # Only a line feed ends a line of JSON Lines.
        return [json.loads(line) for line in result.stdout.decode().split("\n") if line]


def outcome(case, status, receipt):
    """Imported wholly, in part, or refused; and whether the refused list was clean."""
    if status == 2:
        return "refused" if case.dirt else "refused, clean"
    return "in part" if receipt and receipt["rejected"] else "wholly"


def rounds(hashscan, numbers):
    """Runs these rounds in a database of their own."""
    counts, failures = collections.Counter(), []
    with tempfile.TemporaryDirectory() as name:
        importer = Importer(hashscan, pathlib.Path(name))
        for number in numbers:
            chance = random.Random(f"{SEED}-{number}")
            case = dialects.draw(chance, ONLY)
            try:
                status, printed, faults, receipt = importer.judge(case, f"list-{number}", chance)
            except subprocess.TimeoutExpired:
                status, printed, faults, receipt = -1, "", [("crash", "no end within a minute")], None
            counts[case.dialect, outcome(case, status, receipt)] += 1
            if faults:
                failures.append((number, case, status, printed, faults))
    return counts, failures


def tell(number, case, status, printed, faults, place):
    """Prints a failure, and leaves its list."""
    path = pathlib.Path("fuzz-failure" if place == 1 else f"fuzz-failure-{place}")
    path.write_bytes(case.data)
    options = " ".join(case.arguments)
    only = f" ONLY={ONLY!r}" if ONLY else ""
    print(f"SEED={SEED} ROUND={number}{only}: {case.dialect}; status {status}, {options or 'no options'};"
          f" the list is in {path}")
    print("  dirt: " + ("; ".join(case.dirt) or "none") + "".join(f"; {note}" for note in case.notes))
    for kind, words in faults[:4]:
        print(f"  {kind}: {words[:600]}")
    print("  printed: " + printed.strip()[-1500:])


def report(counts, kinds):
    """A line for each dialect, and one for each kind of failure."""
    columns = ["wholly", "in part", "refused", "refused, clean"]
    print(f"{'':24}" + "".join(f"{column:>16}" for column in columns))
    for name in dialects.DIALECTS:
        numbers = [counts[name, column] for column in columns]
        if any(numbers):
            print(f"{name:24}" + "".join(f"{number:16}" for number in numbers))
    for (dialect, kind), number in sorted(kinds.items(), key=lambda item: -item[1]):
        print(f"{number:6} failed: {dialect}: {kind}")


def main():
    if len(sys.argv) != 2 or ONLY is not None and ONLY not in dialects.DIALECTS:
        sys.exit(f"{__doc__}\nDialects: {', '.join(dialects.DIALECTS)}")
    hashscan = os.path.abspath(sys.argv[1])
    numbers = [int(os.environ["ROUND"])] if "ROUND" in os.environ else range(ROUNDS)
    chunks = [numbers[start:start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    counts, kinds, failed, done = collections.Counter(), collections.Counter(), 0, 0
    with concurrent.futures.ProcessPoolExecutor(JOBS) as pool:
        # In order, so that the first failure is the same whatever JOBS is.
        for some, failures in pool.map(rounds, [hashscan] * len(chunks), chunks):
            counts += some
            done += sum(some.values())
            for failure in failures:
                failed += 1
                kinds.update({(failure[1].dialect, kind) for kind, _ in failure[4]})
                if failed <= FAILURES:
                    tell(*failure, failed)
            if failed >= FAILURES:
                pool.shutdown(cancel_futures=True)
                break
    report(counts, kinds)
    print(f"{done} lists, {failed} with another meaning than they were read with")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
