"""Edited pictures as files: a folder for each edit, and in it a file for each picture, named by its key."""
import pathlib
import sys
import time

import edits
from sources import pdq


def named(text, family=None):
    """The edits that are asked for: names with a comma between them (where a name has one itself, it may be
    written as its folder is), or all of some families."""
    names = list(edits.NAMES) if not text and not family else []
    for wanted in (family or "").split(",") if family else []:
        if wanted.strip() not in edits.EDITS:
            raise SystemExit(f"no family {wanted!r}; there are: {', '.join(edits.EDITS)}")
        names += edits.EDITS[wanted.strip()]
    folders = {edits.folder_name(name): name for name in edits.NAMES}
    rest = text or ""
    while rest.strip(", "):
        rest = rest.strip(", ")
        # The longest first: "upside down, mirrored" is one name.
        known = [n for n in (*edits.NAMES, *folders) if rest == n or rest.startswith(n + ",")]
        if not known:
            raise SystemExit(f"no edit begins {rest!r}")
        name = max(known, key=len)
        names.append(folders.get(name, name))
        rest = rest[len(name):]
    return list(dict.fromkeys(names))


def place(folder, name, picture):
    return pathlib.Path(folder) / edits.folder_name(name) / f"{picture.key}.picture"


def write_edits(folder, picture, names):
    """All of these edits of one picture."""
    image = picture.open()
    for name in names:
        file = place(folder, name, picture)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(edits.edited(image, name, picture.seed))


def write(folder, pictures, names):
    """Edited pictures and the hashes of the originals, for others to scan."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "originals.csv", "w") as file:
        file.write("hash,id\n" + "".join(f"{pdq(picture.open())[0]},{picture.key}\n" for picture in pictures))
    with open(folder / "originals.txt", "w") as file:
        file.write("".join(f"{picture.key}\t{picture.half}\t{picture.path.resolve()}\n" for picture in pictures))
    for picture in progress(pictures, "pictures edited"):
        write_edits(folder, picture, names)


def progress(things, what, total=None):
    """Goes through them and tells on standard error how far it is."""
    total = total or len(things)
    start = said = time.monotonic()
    for count, thing in enumerate(things, 1):
        yield thing
        now = time.monotonic()
        if now - said > 5 or count == total:
            said = now
            print(f"{count} of {total} {what}, {now - start:.0f} s", file=sys.stderr)
