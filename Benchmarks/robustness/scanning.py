"""Lists and scans by hashscan itself."""
import json
import pathlib
import subprocess
import tempfile

EFFORTS = ["exact", "standard", "thorough"]
RADIUS = 31

# Another program may be named on the command line.
program = pathlib.Path(__file__).resolve().parents[2] / ".build/release/hashscan"


def hashscan(*arguments, paths=None):
    """Runs it; found or not, it must not fail."""
    command = [program, *map(str, arguments)]
    lines = None
    if paths is not None:
        command += ["--files-from", "-"]
        lines = "\n".join(map(str, paths))
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: {done.stderr}")
    return done.stdout


def scanned(database, effort, paths, *more):
    """Each path with what hashscan answers."""
    for line in hashscan("scan", "--json", "--db", database, "--effort", effort, *more, paths=paths).splitlines():
        answer = json.loads(line)
        yield pathlib.Path(answer["path"]), answer


def make_list(database, rows, meaning="block"):
    """A list "originals" of pairs of a hash and an entry."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("hash,id\n" + "".join(f"{text},{entry}\n" for text, entry in rows))
        file.flush()
        hashscan("import", file.name, "--list", "originals", "--kind", "pdq", "--db", database)
    if meaning != "block":
        hashscan("list", "set", "originals", "--meaning", meaning, "--db", database)
