#!/usr/bin/env python3
"""The library's documentation.

    python3 Support/documentation.py check BUILD_FOLDER      names public declarations without a doc comment
    python3 Support/documentation.py build BUILD_FOLDER      makes a site of them and of the articles, in BUILD_FOLDER/docs

Reads the modules that a debug build left in the folder, by way of the compiler's own symbol graph. `PictureHashing` is
re-exported by `HashEngine` and documented as a part of it. Status 1 when a declaration has no doc comment, or when
docc has anything to complain about: a link that leads nowhere, above all.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ["PictureHashing", "HashEngine"]


def module_maps(build):
    """Every module map that the library's imports may need."""
    maps = [*ROOT.glob("Sources/*/module.modulemap"), *build.glob("debug/*.build/module.modulemap"),
            *build.glob("checkouts/*/Sources/*/include/module.modulemap")]
    return [flag for path in maps for flag in ("-Xcc", f"-fmodule-map-file={path}", "-Xcc", f"-I{path.parent}")]


def system_headers():
    flags = subprocess.run(["pkg-config", "--cflags", "libxml-2.0", "yajl", "libpng"], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split()
    return [part for flag in flags for part in ("-Xcc", flag)]


def symbol_graphs(build, folder):
    """Leaves the modules' symbol graphs in a folder, as of one module."""
    machine = subprocess.run(["swift", "-print-target-info"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for module in MODULES:
        subprocess.run(
            ["swift", "symbolgraph-extract", "-module-name", module, "-target",
             json.loads(machine)["target"]["triple"], "-I", str(build / "debug/Modules"), *module_maps(build),
             *system_headers(), "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder],
            check=True)
    for path in pathlib.Path(folder).glob("*.symbols.json"):
        graph = json.loads(path.read_text())
        graph["module"]["name"] = MODULES[-1]
        path.write_text(json.dumps(graph))
        path.rename(path.with_name(path.name.replace("@", f"-{MODULES[-1]}@")))


def is_inherited(symbol):
    """A requirement of the standard library's, which its own documentation covers, or one that the compiler wrote."""
    return "location" not in symbol or symbol["names"]["title"].startswith(("==(", "<(", "hash(into:)"))


def check(folder):
    total, missing = 0, []
    for path in sorted(pathlib.Path(folder).iterdir()):
        for symbol in json.loads(path.read_text())["symbols"]:
            if is_inherited(symbol):
                continue
            total += 1
            if not symbol.get("docComment", {}).get("lines"):
                place = symbol["location"]
                path = place["uri"].removeprefix("file://").removeprefix(f"{ROOT}/")
                missing.append(f"{path}:{place['position']['line'] + 1}: {'.'.join(symbol['pathComponents'])}")
    for line in sorted(missing):
        print(line)
    print(f"{total} public declarations, {len(missing)} without a doc comment")
    return 1 if missing else 0


def make_site(folder, output):
    done = subprocess.run(
        ["docc", "convert", ROOT / "Sources/HashEngine/HashEngine.docc", "--additional-symbol-graph-dir", folder,
         "--fallback-display-name", "HashEngine", "--fallback-bundle-identifier", "HashEngine", "--output-path", output,
         "--transform-for-static-hosting", "--warnings-as-errors"])
    if done.returncode == 0:
        print(f"{output}/documentation/hashengine/index.html")
    return done.returncode


def main():
    task, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        symbol_graphs(build, folder)
        sys.exit(check(folder) if task == "check" else make_site(folder, build / "docs"))


if __name__ == "__main__":
    main()
