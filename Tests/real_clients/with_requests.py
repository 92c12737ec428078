"""Python's requests, and requests-unixsocket."""
import os
import subprocess
import sys

from checking import check, expect, Skipped

PACKAGES = ("requests", "requests-unixsocket")


def python(world):
    """The interpreter of an environment with the packages; it is made the first time."""
    venv = world.venv or world.folder / "venv"
    if not (venv / "bin/python").exists():
        made = subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, text=True)
        if made.returncode:
            raise Skipped("Python cannot make environments: " + made.stdout.strip()[:200])
        made = subprocess.run([venv / "bin/pip", "install", "-q", *PACKAGES], capture_output=True, text=True)
        if made.returncode:
            raise Skipped(f"pip has not installed {', '.join(PACKAGES)}: {made.stderr.strip()[-200:]}")
    if not os.access(venv / "bin/python", os.X_OK):
        raise Skipped(f"no Python in {venv}")
    return venv / "bin/python"


def ask(world, how, where):
    command = [python(world), world.folder / "programs/ask.py", how, where]
    # Python itself may be where only this user can reach it.
    if world.as_client and not can_run(world, command[0]):
        world = AsOurselves(world)
    return world.both_pictures(command)


def can_run(world, interpreter):
    try:
        return world.run([interpreter, "-c", "import requests"]).returncode == 0
    except OSError:
        return False


class AsOurselves:
    """The world, with clients that are this user."""

    def __init__(self, world):
        self.world = world
        self.matching, self.clean = world.matching, world.clean

    def run(self, command):
        return self.world.run(command, user=None, group=None, extra_groups=None)

    def both_pictures(self, command):
        return type(self.world).both_pictures(self, command) + ", as this user"


@check
def requests_over_the_socket(world):
    return ask(world, "body", "http+unix://" + str(world.socket).replace("/", "%2F"))


@check
def requests_over_tcp(world):
    return ask(world, "body", f"http://127.0.0.1:{world.port}")


@check
def requests_with_a_form(world):
    ask(world, "form", "http+unix://" + str(world.socket).replace("/", "%2F"))
    return ask(world, "form", f"http://localhost:{world.port}")


@check
def requests_that_reads_errors(world):
    """The JSON of an error can be read although the body of the request was too large."""
    result = AsOurselves(world).run([python(world), world.folder / "programs/ask.py", "large",
                                     f"http://127.0.0.1:{world.port}", world.clean])
    expect(result.stdout.strip() == b"413 too-large", result.stdout, result.stderr.decode()[-300:])
