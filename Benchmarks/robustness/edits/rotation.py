"""Rotated by a few degrees: the corners cut off, grown to hold them, cut to fill, or on a page."""
import math

from PIL import Image

from .canvas import either, encoded, placed, turned_corners


def rotated(image, degrees, **options):
    return image.rotate(degrees, Image.Resampling.BICUBIC, **options)


def straightened(image, degrees):
    """Rotated about its middle and cut to the largest rectangle of its own aspect that has no empty
    corner, as a telephone's editor does."""
    width, height = image.size
    sine, cosine = math.sin(math.radians(abs(degrees))), math.cos(math.radians(degrees))
    factor = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    left, top = width * (1 - factor) / 2, height * (1 - factor) / 2
    box = (math.ceil(left), math.ceil(top), math.floor(width - left), math.floor(height - top))
    return rotated(image, degrees).crop(box)


def grown(image, degrees, colour):
    """The canvas grows, so that no corner is lost."""
    return rotated(image, degrees, expand=True, fillcolor=colour)


def on_a_page(image, rng, degrees):
    """Askew somewhere on a page with margins."""
    page = rng.choice(("white", "#f4f4f4", "#d8d8d8", "#808080", "#f3ead8", "#e9dcc0"))
    corners = turned_corners(image.size, (0, 0), degrees)
    corners -= corners.min(axis=0)
    width, height = corners.max(axis=0)
    margins = [rng.uniform(0.04, 0.3) * max(image.size) for _ in range(4)]
    canvas = Image.new("RGB", (round(width + margins[0] + margins[2]),
                               round(height + margins[1] + margins[3])), page)
    return placed(canvas, image, corners + margins[:2])


def black_or_white(rng):
    return rng.choice(("black", "white"))


EDITS = {
    "rotated": {
        "rotated 1 degree": lambda i, r: encoded(rotated(i, either(r, 1))),
        **{f"rotated {n} degrees": lambda i, r, n=n: encoded(rotated(i, either(r, n))) for n in (2, 3, 5)},
        "rotated 2 degrees, grown, white": lambda i, r: encoded(grown(i, either(r, 2), "white")),
        **{f"rotated {n} degrees, grown": lambda i, r, n=n: encoded(
            grown(i, either(r, n), black_or_white(r))) for n in (2, 3, 4, 5)},
    },
    "straightened": {
        "straightened 1 degree": lambda i, r: encoded(straightened(i, either(r, 1))),
        **{f"straightened {n} degrees": lambda i, r, n=n: encoded(straightened(i, either(r, n)))
           for n in (2, 3, 4, 5)},
    },
    "tilted": {
        "tilted on a page": lambda i, r: encoded(on_a_page(i, r, either(r, r.uniform(2, 8)))),
        "tilted 4 degrees on a page": lambda i, r: encoded(on_a_page(i, r, either(r, 4))),
    },
}
