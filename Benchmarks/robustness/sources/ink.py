"""Fonts, words and colours for painted pictures."""
import pathlib

import augly
from PIL import ImageFont

# Those that AugLy ships, so that every machine paints the same.
FONTS = pathlib.Path(augly.__file__).parent / "assets/fonts"
FACES = {
    "sans": ("IBMPlexSans-Regular", "IBMPlexSans-Light", "CaviarDreams", "Raleway-Regular"),
    "bold": ("IBMPlexSans-Bold", "Chunkfive", "IBMPlexSerif-Bold", "Raleway-ExtraBold"),
    "serif": ("IBMPlexSerif-Regular", "IBMPlexSerif-Text", "Elsie-Regular"),
    "mono": ("IBMPlexMono-Regular", "IBMPlexMono-Medium"),
    "hand": ("DancingScript-Regular", "Allura-Regular", "GrandHotel-Regular"),
}
SYLLABLES = """ba be bo da den do fa fer ga gen ha in ka kel la lo ma mir na no o pa per ra ris sa sol ta ten ul va
wen zu""".split()


def font(rng, face, size):
    path = FONTS / f"{rng.choice(FACES[face])}.ttf"
    return ImageFont.truetype(path, size) if path.exists() else ImageFont.load_default(size)


def word(rng):
    return "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4))))


def words(rng, count):
    return " ".join(word(rng) for _ in range(count))


def price(rng):
    return f"{rng.choice((1, 3, 8, 12, 40, 110)) * rng.uniform(0.3, 1.5):.2f}"


def colour(rng, darkest=0, lightest=255):
    return tuple(rng.randint(darkest, lightest) for _ in range(3))


def paragraph(draw, rng, box, face, size, ink, lines=None, ragged=True, spacing=1.35):
    """Lines of text within a box (left, top, right, bottom) until it is full. Tells where they end."""
    left, top, right, bottom = box
    letters = font(rng, face, size)
    count = 0
    while top + size < bottom and (lines is None or count < lines):
        last = lines is not None and count == lines - 1
        goal = (right - left) * (rng.uniform(0.2, 0.8) if last else rng.uniform(0.86, 1) if ragged else 0.98)
        line = word(rng)
        while True:
            longer = f"{line} {word(rng)}"
            if draw.textlength(longer, letters) > goal:
                break
            line = longer
        draw.text((left, top), line, ink, letters)
        top += size * spacing
        count += 1
    return top
