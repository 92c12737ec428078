"""Pictures of every kind against all others: none may match.

All that have enough detail are on one list that asks for a review (a match with one that blocks would end the
search), and every picture is asked against it, dull ones too. What a picture has in common with others of its own
kind (pages of one form, templates of memes) is told apart from what it has with other kinds.
"""
import collections
import dataclasses
import hashlib
import multiprocessing
import random

from PIL import Image

from files import progress
from scanning import RADIUS, make_list, scanned
from sources import LEAST_QUALITY, Picture, pdq, pictures_in

EFFORTS = ["standard", "thorough"]


def looked_at(picture):
    """The file's digest, and the hash with its quality; None for what Pillow can't open."""
    try:
        return hashlib.sha256(picture.path.read_bytes()).digest(), pdq(Image.open(picture.path))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def unique(kinds, most):
    """The pictures of all kinds, each with its hash; of the same file under two names only one."""
    pictures = []
    for kind, folder in kinds.items():
        paths = pictures_in(folder)
        random.Random(7).shuffle(paths)
        pictures += [Picture(kind, number, path.resolve()) for number, path in enumerate(paths[:most])]
    seen, chosen, hashes = set(), [], {}
    with multiprocessing.Pool() as pool:
        answers = progress(pool.imap(looked_at, pictures, 8), "pictures hashed", len(pictures))
        for picture, answer in zip(pictures, answers):
            if answer and answer[0] not in seen:
                seen.add(answer[0])
                chosen.append(picture)
                hashes[picture.key] = answer[1]
    return chosen, hashes


@dataclasses.dataclass
class Against:
    """One kind asked against its own, or against all others."""
    comparisons: int = 0
    # By picture and entry, the distance and the view that came nearest.
    near: dict = dataclasses.field(default_factory=dict)

    @property
    def false(self):
        return {pair: match for pair, match in self.near.items() if match[0] <= RADIUS}

    @property
    def nearest(self):
        return min((distance for distance, _ in self.near.values()), default=None)


class Strangers:
    def __init__(self, pictures, hashes, near):
        self.listed = collections.Counter(p.kind for p in pictures if hashes[p.key][1] >= LEAST_QUALITY)
        self.count = collections.Counter(p.kind for p in pictures)
        self.names = {p.key: p.path.name for p in pictures}
        self.near = near
        # How many hashes were asked, by effort and kind, one number a picture.
        self.asked = collections.defaultdict(list)
        # By effort, kind and whether it is its own.
        self.against = collections.defaultdict(Against)


def measure(kinds, folder, near, most):
    pictures, hashes = unique(kinds, most)
    told = Strangers(pictures, hashes, near)
    listed = [p for p in pictures if hashes[p.key][1] >= LEAST_QUALITY]
    on_list, by_path = {p.key for p in listed}, {str(p.path): p for p in pictures}
    kind_of = {p.key: p.kind for p in pictures}
    make_list(folder / "strangers", [(hashes[p.key][0], p.key) for p in listed], meaning="review")
    for effort in EFFORTS:
        for path, answer in scanned(folder / "strangers", effort, by_path, "--radius", near):
            if "hashes_asked" not in answer:
                continue
            picture, asked = by_path[str(path)], answer["hashes_asked"]
            told.asked[effort, picture.kind].append(asked)
            own, others = (told.against[effort, picture.kind, own] for own in (True, False))
            own.comparisons += asked * (told.listed[picture.kind] - (picture.key in on_list))
            others.comparisons += asked * (len(listed) - told.listed[picture.kind])
            for match in answer.get("matches", []):
                if match["entry"] != picture.key:
                    side = own if kind_of[match["entry"]] == picture.kind else others
                    side.near[picture.key, match["entry"]] = match["distance"], match["view"]
    return told
