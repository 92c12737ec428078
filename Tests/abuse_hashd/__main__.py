#!/usr/bin/env python3
"""Does to hashd what broken, slow and malicious clients do, and looks at what it answers.

    python3 Tests/abuse_hashd HASHD HASHSCAN FIXTURES [SHARED]

Each check is a function of one of the files here, in the order below. After each of them the daemon must answer
GET /v1/health within two seconds; at the end its open files, its memory and its log are looked at. SHARED is
the folder with images/hostile; without it those pictures are skipped. ONLY=word in the environment runs the
checks with that word in their name. The last line is "N passed, N failed, N skipped"; status 1 on a failure.
"""
import http.client
import os
import pathlib
import signal
import sys
import tempfile

from checking import CHECKS, expect, Skipped
from daemon import World

# In the order in which their checks are made.
import cut_off
import framing
import too_large
import crowds
import no_requests
import parameters
import paths
import pictures
import decoders
import writers
import tokens
import places
import life
import left_behind


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    results = {"passed": 0, "failed": 0, "skipped": 0}

    def tell(result, function, told):
        results[result] += 1
        name = function.__name__.replace("_", " ")
        print(f"{result:7} {name}" + (f": {told}" if told else ""), flush=True)

    with tempfile.TemporaryDirectory(prefix="hashd-abuse-") as folder:
        world = World(pathlib.Path(folder), *sys.argv[1:4], sys.argv[4] if len(sys.argv) == 5 else None)
        try:
            for function in CHECKS:
                if os.environ.get("ONLY", "") not in function.__name__:
                    continue
                try:
                    told = function(world)
                    expect(world.daemon.process.poll() is None, "the daemon ended")
                    world.daemon.health()
                    tell("passed", function, told)
                except Skipped as reason:
                    tell("skipped", function, reason)
                except (AssertionError, KeyError, OSError, http.client.HTTPException) as error:
                    tell("failed", function, str(error) or repr(error))
                    if world.daemon.process.poll() is not None:
                        print(f"        the daemon ended with {world.daemon.process.returncode}; started anew", flush=True)
                        world.daemon.start()
        finally:
            world.daemon.stop(signal.SIGKILL)
            world.patient.stop(signal.SIGKILL)
    print(", ".join(f"{count} {name}" for name, count in results.items()))
    sys.exit(1 if results["failed"] else 0)


if __name__ == "__main__":
    main()
