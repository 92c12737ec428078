"""What is still found after a picture was edited, and what that costs, as Markdown tables.

    make benchmark-robustness
    .build/peers/bin/python Benchmarks/robustness ../shared/images --photos 50 --part recall

Pictures are edited (folder edits: by this project's own hand, AugLy's and Albumentations', all seeded) and looked
for on a list of the originals' hashes. They are photographs, kinds that are painted (folder sources), and any
folder given. The names of the files split them into two halves: what is tuned looks at *tune*, and the numbers
that count are those of *test*.
"""
import argparse
import pathlib
import platform
import random
import sys
import tempfile
import time

import cost
import document
import files
import pairs
import plot
import recall
import scanning
import sources
import strangers
import tables

PARTS = ["recall", "pairs", "strangers", "cost"]


def arguments():
    parser = argparse.ArgumentParser(prog="robustness", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("images", type=pathlib.Path, help="a folder of photographs, or one with folders photos, negatives and large")
    add("--part", choices=PARTS, action="append", help="only this; may be repeated")
    add("--photos", type=int, default=200, help="photographs that are edited (200)")
    add("--others", type=int, default=20, help="pictures of each other kind that are edited (20)")
    add("--more", action="append", default=[], metavar="NAME=FOLDER",
        help="pictures of another kind; may be repeated")
    add("--kinds", help="edit only these kinds, with commas between them")
    add("--half", choices=["tune", "test", "both"], default="both", help="edit only this half of the pictures")
    add("--edits", help="only these edits, with commas between them")
    add("--family", help="only the edits of these families, with commas between them")
    add("--pairs", type=int, default=pairs.COUNT, help=f"pairs drawn for each effort ({pairs.COUNT})")
    add("--strangers", type=int, default=2000, help="pictures of a kind that are compared with all others (2000)")
    add("--near", type=int, default=48, help="tell distances of strangers up to this (48)")
    add("--size", type=int, default=1_000_000, help="hashes on the list when time is measured (1,000,000)")
    add("--write", type=pathlib.Path, metavar="FOLDER", help="only write the edited pictures into a folder, with "
        "their originals' hashes in originals.csv")
    add("--write-docs", type=pathlib.Path, metavar="FOLDER", help="put the test half's tables into Robustness.md of "
        "this folder, and the plot beside it")
    add("--hashscan", type=pathlib.Path, default=scanning.program, help="the program, if it is elsewhere")
    given = parser.parse_args()
    if given.write_docs and given.half == "tune":
        parser.error("the document has the test half's numbers")
    return given


def folders(given):
    """The kinds of pictures that are at hand as files."""
    photos = given.images / "photos"
    known = {"photographs": photos if photos.is_dir() else given.images}
    for more in given.more:
        name, equals, where = more.partition("=")
        if not equals or not pathlib.Path(where).is_dir():
            raise SystemExit(f"--more {more}: NAME=FOLDER is wanted, and a folder that exists")
        known[name] = pathlib.Path(where)
    return known


def edited_pictures(given, painted):
    """Those that will be edited: of both halves."""
    known, chosen = folders(given), []
    every = list(dict.fromkeys([*known, *sources.PAINTED]))
    for kind in given.kinds.split(",") if given.kinds else every:
        if kind not in every:
            raise SystemExit(f"no pictures of the kind {kind!r}; there are: {', '.join(every)}")
        if kind in known:
            chosen += sources.sample(kind, known[kind], given.photos if kind == "photographs" else given.others)
        else:
            chosen += sources.painted(kind, given.others, painted / kind)
    return chosen


def kinds_of_strangers(given, painted):
    """All that is edited, and look-alike products, which the folder of images may have."""
    known = folders(given)
    if (given.images / "negatives").is_dir():
        known.setdefault("products", given.images / "negatives")
    for kind in sources.PAINTED:
        if kind not in known:
            sources.painted(kind, min(200, given.strangers), painted / kind)
            known[kind] = painted / kind
    return known


def machine():
    model = ""
    if pathlib.Path("/proc/cpuinfo").exists():
        model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "")
    return f"Machine: {model or platform.processor()}, {platform.system()}."


class Report:
    """Prints each part when it is measured, and writes the document."""

    def __init__(self, docs):
        self.docs = docs

    def tell(self, shown, kept):
        """`shown` on standard output; `kept` for the document."""
        for name, content in shown.items():
            print(f"\n## {name.capitalize()}\n\n{content}", flush=True)
        if self.docs:
            document.write(self.docs / "Robustness.md", kept)


def measure_recall(given, pictures, names, folder, report):
    """Recall; and for the pairs, what is found alone."""
    found = recall.measure(pictures, names, folder)
    report.tell(tables.recall(found, given.half), tables.recall(found, "test"))
    if given.write_docs:
        plot.draw(found, given.write_docs / "robustness.svg")
    return found


def measure_pairs(given, found, names, pictures, folder, report):
    """The tune half says which edits are found alone; if that was not measured, it is now."""
    tune = [p for p in pictures if p.kind == "photographs" and p.half == "tune"]
    if found is None or given.half == "test":
        found = recall.measure(tune, names, folder / "alone", peers=False, crops=False)
    alone = {effort: pairs.found_alone(found, effort) for effort in pairs.EFFORTS}
    photographs = [p for p in pictures if p.kind == "photographs" and given.half in ("both", p.half)]
    told = pairs.measure(alone, photographs, folder, given.pairs)
    report.tell(tables.of_pairs(told, given.half), tables.of_pairs(told, "test"))


def measure_strangers(given, folder, report):
    kinds = kinds_of_strangers(given, folder / "painted")
    told = strangers.measure(kinds, folder, given.near, given.strangers)
    made = tables.of_strangers(told)
    report.tell(made, made)
    for own in (False, True):
        if matches := tables.stranger_matches(told, own):
            print(f"\nOf {'one kind' if own else 'two kinds'}, within {scanning.RADIUS}:\n\n{matches}", flush=True)


def measure_cost(given, folder, report):
    photos = sources.pictures_in(folders(given)["photographs"])
    random.Random(7).shuffle(photos)
    large = given.images / "large"
    rows = cost.measure(photos, sorted(large.glob("*.jpg")), folder, given.size)
    made = tables.of_cost(rows, given.size)
    report.tell(made, made)


def main():
    given = arguments()
    scanning.program = given.hashscan.resolve()
    names, parts = files.named(given.edits, given.family), given.part or PARTS
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        if given.write:
            pictures = edited_pictures(given, given.write / "painted")
            files.write(given.write, [p for p in pictures if given.half in ("both", p.half)], names)
            return
        print(machine(), flush=True)
        report, found, pictures = Report(given.write_docs), None, []
        places = {part: folder / part for part in parts}
        for place in places.values():
            place.mkdir()
        if {"recall", "pairs"} & places.keys():
            pictures = edited_pictures(given, folder / "painted")
        for part in parts:
            begin = time.monotonic()
            if part == "recall":
                chosen = [p for p in pictures if given.half in ("both", p.half)]
                found = measure_recall(given, chosen, names, places[part], report)
            elif part == "pairs":
                measure_pairs(given, found, names, pictures, places[part], report)
            elif part == "strangers":
                measure_strangers(given, places[part], report)
            else:
                measure_cost(given, places[part], report)
            print(f"{part}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
