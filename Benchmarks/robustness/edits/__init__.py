"""What people do to a picture before they post it again: each edit takes a picture and a random generator and
gives the bytes of a file. The same seed gives the same file."""
import io
import random

from PIL import Image, ImageOps

from . import (borders, by_albumentations, by_augly, captions, devices, frames, photographed, plain, rotation,
               stories, together, tone)

BY_HAND = (plain, tone, borders, captions, devices, frames, stories, rotation, photographed, together)

# By family, in the order of the tables.
EDITS = {}
for module in (*BY_HAND, by_augly, by_albumentations):
    EDITS.update(module.EDITS)

FAMILY = {name: family for family, members in EDITS.items() for name in members}
NAMES = list(FAMILY)


def folder_name(name):
    """For files."""
    return "".join(c if c.isalnum() or c == "." else "-" for c in name)


def edited(image, name, seed):
    """The bytes of the edited picture."""
    return EDITS[FAMILY[name]][name](image, random.Random(f"{seed} {name}"))


def edited_twice(image, names, seed):
    """Edited by the first, written, read again as a program would show it, and edited by the second."""
    first = ImageOps.exif_transpose(Image.open(io.BytesIO(edited(image, names[0], seed))))
    return edited(first.convert("RGB"), names[1], f"{seed} {names[0]}")
