"""The pictures that are edited: photographs, any other folders that are given, and kinds that are painted here."""
import dataclasses
import hashlib
import multiprocessing
import pathlib
import random

import numpy as np
import pdqhash
from PIL import Image

from . import documents, drawings, memes, screens

PAINTED = {
    "drawings": drawings.paint,
    "screens": screens.paint,
    "documents": documents.paint,
    "receipts": documents.paint_receipt,
    "memes": memes.paint,
}
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif"}
LEAST_QUALITY = 50
# Larger ones are made smaller before they are edited; most edits tell their sizes in shares.
LONGEST = 1024


def pdq(image):
    """The hash in hexadecimal, and the quality."""
    bits, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    return f"{int(''.join(map(str, bits)), 2):064x}", quality


@dataclasses.dataclass(frozen=True)
class Picture:
    """One that is edited, or a stranger: of a kind, and by its number within it."""
    kind: str
    number: int
    path: pathlib.Path

    @property
    def key(self):
        return f"{self.kind}-{self.number}"

    @property
    def seed(self):
        """What its edits are drawn with."""
        return str(self.number) if self.kind == "photographs" else self.key

    @property
    def half(self):
        """Tune or test, by the file's name: adding pictures moves none from one half to the other."""
        return "test" if hashlib.sha256(self.path.name.encode()).digest()[0] % 2 else "tune"

    def open(self):
        image = Image.open(self.path).convert("RGB")
        if max(image.size) > LONGEST:
            image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        return image


def pictures_in(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)


def sample(kind, folder, count):
    """So many pictures of a folder, by lot, of those with enough detail to be compared."""
    paths = pictures_in(folder)
    random.Random(7).shuffle(paths)
    chosen = []
    for number, path in enumerate(paths[:count]):
        picture = Picture(kind, number, path)
        if pdq(picture.open())[1] >= LEAST_QUALITY:
            chosen.append(picture)
    return chosen


def paint(work):
    """Paints one picture into a file."""
    kind, number, path = work
    PAINTED[kind](random.Random(f"{kind} {number}")).save(path)
    return Picture(kind, number, path)


def painted(kind, count, folder):
    """So many pictures of a kind, painted into a folder; those with enough detail to be compared."""
    folder.mkdir(parents=True, exist_ok=True)
    work = [(kind, number, folder / f"{kind}-{number}.png") for number in range(count)]
    with multiprocessing.Pool() as pool:
        pictures = pool.map(paint, work)
    return [picture for picture in pictures if pdq(picture.open())[1] >= LEAST_QUALITY]
