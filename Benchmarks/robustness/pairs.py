"""Two edits one after the other, drawn by lot from all that are found alone.

A benchmark whose combinations are chosen can be fitted to. Here a pair's turn comes by a hash of its names, so
that adding an edit, or finding one more, changes few of the pairs that are measured.
"""
import collections
import hashlib
import multiprocessing
import random
import shutil
import statistics

import edits
import files
from scanning import make_list, scanned
from sources import pdq

COUNT, PICTURES, FOUND_ALONE = 200, 10, 90
EFFORTS = ["standard", "thorough"]
# They are two edits by themselves, or none.
NOT_SINGLE = {"as it was", "two at once", "inverted and turned"}
# Two of these may undo each other.
TURNS = {*edits.EDITS["turned"], "AugLy vflip", "AugLy hflip", "Albumentations horizontal flip",
         "Albumentations transpose"}


def found_alone(found, effort):
    """The single edits of which at least so many percent are found in the tune half of the photographs."""
    return [name for name in found.names() if edits.FAMILY[name] not in NOT_SINGLE
            and (found.share(effort, name, "photographs", "tune") or 0) >= FOUND_ALONE]


def turn(pair):
    return hashlib.sha256(" then ".join(pair).encode()).digest()


def drawn(names, count=COUNT):
    """So many ordered pairs."""
    pairs = [(first, second) for first in names for second in names
             if first != second and not {first, second} <= TURNS]
    return sorted(sorted(pairs, key=turn)[:count])


def sample(pair, pictures):
    """The pictures that a pair is applied to: so many of either half."""
    chance = random.Random(" then ".join(pair))
    chosen = []
    for half in ("tune", "test"):
        members = [picture for picture in pictures if picture.half == half]
        chosen += chance.sample(members, min(PICTURES, len(members)))
    return chosen


def edit(work):
    number, pair, pictures, folder = work
    place = folder / str(number)
    place.mkdir(parents=True)
    for picture in pictures:
        (place / f"{picture.key}.picture").write_bytes(edits.edited_twice(picture.open(), pair, picture.seed))
    return [place / f"{picture.key}.picture" for picture in pictures]


class PairsFound:
    """The percentage found of each pair by effort and half, and from how many edits the pairs were drawn."""

    def __init__(self, alone):
        self.alone = {effort: len(names) for effort, names in alone.items()}
        self.hits = collections.defaultdict(list)

    def share(self, effort, half, pair):
        hits = self.hits.get((effort, half, pair))
        return 100 * statistics.mean(hits) if hits else None

    def shares(self, effort, half):
        """From the worst pair to the best."""
        rows = [(self.share(effort, half, pair), pair) for e, h, pair in self.hits if (e, h) == (effort, half)]
        return sorted(rows)


def measure(alone, pictures, folder, count=COUNT):
    """For either effort, the pairs drawn from the edits that it finds alone."""
    wanted = {effort: set(drawn(names, count)) for effort, names in alone.items()}
    pairs = sorted(set().union(*wanted.values()))
    make_list(folder / "originals", [(pdq(picture.open())[0], picture.key) for picture in pictures])
    half_of = {picture.key: picture.half for picture in pictures}
    found, copies = PairsFound(alone), folder / "copies"
    work = [(number, pair, sample(pair, pictures), copies) for number, pair in enumerate(pairs)]
    with multiprocessing.Pool() as pool:
        for written in files.progress(pool.imap(edit, work), "pairs edited", len(work)):
            number = int(written[0].parent.name)
            for effort in EFFORTS:
                if pairs[number] in wanted[effort]:
                    for path, answer in scanned(folder / "originals", effort, written):
                        hit = any(match["entry"] == path.stem for match in answer.get("matches", []))
                        found.hits[effort, half_of[path.stem], pairs[number]].append(hit)
            shutil.rmtree(written[0].parent)
    return found
