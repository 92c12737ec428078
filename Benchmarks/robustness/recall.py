"""How many edited copies are found on a list of the originals: by pdqhash and ImageHash as people use them, and
by hashscan at each effort."""
import collections
import multiprocessing
import shutil

import imagehash
from PIL import Image

import edits
import files
from scanning import EFFORTS, RADIUS, hashscan, make_list, scanned
from sources import pdq

PEERS = ["pdqhash", "ImageHash phash ≤ 8"]
PHASH_RADIUS = 8
# The edits that are also looked for among parts that `takedown --crops` lists, and at which efforts.
ENROLLED, CROPS = list(edits.EDITS["cropped"]), {effort: f"{effort} crops" for effort in EFFORTS[1:]}


class Found:
    """Whether a copy was found, for each way to look for it, edit and picture."""

    def __init__(self, pictures):
        self.pictures = {picture.key: picture for picture in pictures}
        self.hits = collections.defaultdict(dict)
        # Copies that matched the entry of another picture, with its kind and that of the other.
        self.strangers = collections.Counter()

    def note(self, way, name, key, hit):
        self.hits[way, name][key] = hit

    def share(self, way, name, kind=None, half=None):
        """In percent, of the pictures of a kind and a half; None if there are none."""
        hits = [hit for key, hit in self.hits.get((way, name), {}).items()
                if kind in (None, self.pictures[key].kind) and half in (None, "both", self.pictures[key].half)]
        return 100 * sum(hits) / len(hits) if hits else None

    def names(self):
        """In the order of the tables."""
        known = {name for _, name in self.hits}
        return [name for name in edits.NAMES if name in known]


def edit(work):
    """All of these edits of one picture, written to files; what pdqhash and ImageHash say of them."""
    picture, names, folder, ask_peers = work
    files.write_edits(folder, picture, names)
    if not ask_peers:
        return picture.key, {}
    image = picture.open()
    original, phash = int(pdq(image)[0], 16), imagehash.phash(image)
    answers = {}
    for name in names:
        copy = Image.open(files.place(folder, name, picture)).convert("RGB")
        answers[name] = ((int(pdq(copy)[0], 16) ^ original).bit_count() <= RADIUS,
                         imagehash.phash(copy) - phash <= PHASH_RADIUS)
    return picture.key, answers


def look_for(found, database, paths, efforts, ways=None, own=None):
    """Notes which of these copies match their original's entry, or what `own` says of the answer."""
    name_of = {edits.folder_name(name): name for name in edits.NAMES}
    for effort in efforts:
        for path, answer in scanned(database, effort, paths):
            key, entries = path.stem, {match["entry"] for match in answer.get("matches", [])}
            hit = own(answer) if own else key in entries
            found.note(ways[effort] if ways else effort, name_of[path.parent.name], key, hit)
            if not own and effort == EFFORTS[-1]:
                for other in entries - {key}:
                    found.strangers[found.pictures[key].kind, found.pictures[other].kind] += 1


def batches(pictures, size):
    for start in range(0, len(pictures), size):
        yield pictures[start:start + size]


def measure(pictures, names, folder, peers=True, crops=True):
    """Edits them some at a time, since all copies of all pictures would take gigabytes."""
    found = Found(pictures)
    make_list(folder / "originals", [(pdq(picture.open())[0], picture.key) for picture in pictures])
    enrolled = [name for name in ENROLLED if crops and name in names]
    taken_down = [picture for picture in pictures if picture.kind == "photographs"]
    if enrolled and taken_down:
        hashscan("takedown", *(picture.path for picture in taken_down), "--crops", "--reason", "benchmark",
                 "--db", folder / "crops")
    cores = multiprocessing.cpu_count()
    with multiprocessing.Pool(cores) as pool:
        for batch in files.progress(list(batches(pictures, 8 * cores)), f"batches of {8 * cores} pictures"):
            copies = folder / "copies"
            for key, answers in pool.imap_unordered(edit, [(p, names, copies, peers) for p in batch]):
                for name, hits in answers.items():
                    for way, hit in zip(PEERS, hits):
                        found.note(way, name, key, bool(hit))
            look_for(found, folder / "originals", [files.place(copies, n, p) for n in names for p in batch], EFFORTS)
            paths = [files.place(copies, n, p) for n in enrolled for p in batch if p.kind == "photographs"]
            if paths:
                look_for(found, folder / "crops", paths, CROPS, CROPS, lambda answer: bool(answer.get("matches")))
            shutil.rmtree(copies)
    return found
