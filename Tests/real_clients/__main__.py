#!/usr/bin/env python3
"""Has the clients of other people ask hashd, as they are, and the programs of operators look at what it gives them.

    python3 Tests/real_clients HASHD HASHSCAN FIXTURES SUPPORT_DIR [VENV]

Run as root, hashd has a user of its own, and the clients are another in the group that may connect; else all are
one user. SUPPORT_DIR is the folder Support. VENV is a folder for the Python environment with `requests`; it is made
with pip if it is not there, and is temporary if none is named. A check whose program is not installed is skipped.
ONLY=word in the environment runs the checks with that word in their name. The last line is "N passed, N failed,
N skipped"; status 1 on a failure.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

# For checking.py and clients.py.
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abuse_hashd"))

from checking import CHECKS, Skipped
from world import World

# In the order in which their checks are made.
import with_curl
import with_requests
import with_node
import with_php
import hooks
import tokens
import prometheus
import rotation
import units


def main():
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    results = {"passed": 0, "failed": 0, "skipped": 0}

    def tell(result, function, told):
        results[result] += 1
        print(f"{result:7} {function.__name__.replace('_', ' ')}" + (f": {told}" if told else ""), flush=True)

    with tempfile.TemporaryDirectory(prefix="hashd-clients-") as folder:
        world = World(pathlib.Path(folder), *(pathlib.Path(each).resolve() for each in sys.argv[1:]))
        try:
            world.start()
            for function in CHECKS:
                if os.environ.get("ONLY", "") not in function.__name__:
                    continue
                try:
                    tell("passed", function, function(world))
                except Skipped as reason:
                    tell("skipped", function, reason)
                except (AssertionError, KeyError, OSError, ValueError, subprocess.SubprocessError) as error:
                    tell("failed", function, str(error) or repr(error))
        finally:
            world.stop()
    print(", ".join(f"{count} {name}" for name, count in results.items()))
    sys.exit(1 if results["failed"] else 0)


if __name__ == "__main__":
    main()
