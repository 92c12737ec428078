"""Frames that are not of one tone, or whose edges do not reach the corners."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from .canvas import any_colour, encoded, gradient, rounded_mask, written

PAGES = ("white", "#f5f5f5", "#e8e8ec", "#f3ead8", "#dfe7ee")


def rounded(image, rng, background):
    """The picture fills the canvas, but for its corners."""
    radius = round(rng.uniform(0.04, 0.12) * min(image.size))
    canvas = Image.new("RGB", image.size, background)
    canvas.paste(image, (0, 0), rounded_mask(image.size, radius))
    return canvas


def page(image, rng, least=0.05, most=0.2):
    """An empty page, and where on it the picture goes."""
    left, top, right, bottom = (round(rng.uniform(least, most) * max(image.size)) for _ in range(4))
    canvas = Image.new("RGB", (image.width + left + right, image.height + top + bottom), rng.choice(PAGES))
    return canvas, (left, top)


def rounded_on_a_page(image, rng):
    canvas, place = page(image, rng)
    canvas.paste(image, place, rounded_mask(image.size, round(rng.uniform(0.04, 0.12) * min(image.size))))
    return canvas


def shadowed(image, rng):
    """On a light page, with a soft shadow."""
    canvas, (left, top) = page(image, rng, 0.08, 0.2)
    reach = rng.uniform(0.012, 0.035) * max(image.size)
    x, y = left + rng.uniform(-0.5, 1) * reach, top + rng.uniform(0.2, 1) * reach
    shade = Image.new("L", canvas.size)
    ImageDraw.Draw(shade).rectangle((x, y, x + image.width, y + image.height), round(255 * rng.uniform(0.35, 0.7)))
    shade = shade.filter(ImageFilter.GaussianBlur(reach))
    canvas.paste("black", (0, 0), shade)
    canvas.paste(image, (left, top))
    return canvas


def on_pattern(image, rng, pattern):
    """In the middle of a pattern of 4 to 12 percent at each side."""
    rim = round(rng.uniform(0.04, 0.12) * max(image.size))
    canvas = pattern((image.width + 2 * rim, image.height + 2 * rim), rim)
    canvas.paste(image, (rim, rim))
    return canvas


def gradient_bordered(image, rng):
    first, second, across = any_colour(rng), any_colour(rng), rng.random() < 0.5
    return on_pattern(image, rng, lambda size, rim: gradient(size, first, second, across))


def noise_bordered(image, rng):
    chance, grey = np.random.default_rng(rng.randrange(2**32)), rng.random() < 0.5

    def pattern(size, rim):
        width, height = size
        noise = chance.integers(0, 256, (height, width) if grey else (height, width, 3), np.uint8)
        return Image.fromarray(noise).convert("RGB")

    return on_pattern(image, rng, pattern)


def chequered(image, rng):
    first, second = rng.choice((("black", "white"), ("#c01818", "white"), ("#204080", "#e0e0c0"),
                                ("#404040", "#a0a0a0")))
    squares = rng.choice((1, 2, 3))

    def pattern(size, rim):
        canvas, side = Image.new("RGB", size, first), max(3, rim // squares)
        draw = ImageDraw.Draw(canvas)
        for row in range(-(-size[1] // side)):
            for column in range(row % 2, -(-size[0] // side), 2):
                draw.rectangle((column * side, row * side, (column + 1) * side - 1, (row + 1) * side - 1), second)
        return canvas

    return on_pattern(image, rng, pattern)


def polaroid(image, rng):
    """A white rim, wide below, with writing or without, on a table or a wall of one tone."""
    rim = round(rng.uniform(0.04, 0.07) * max(image.size))
    foot = round(rng.uniform(3, 5) * rim)
    print_ = Image.new("RGB", (image.width + 2 * rim, image.height + rim + foot), "#faf8f2")
    print_.paste(image, (rim, rim))
    if rng.random() < 0.6:
        written(ImageDraw.Draw(print_), (2 * rim, image.height + rim * 1.6, image.width, 0), rng, "#303040",
                max(9, foot // 3))
    return ImageOps.expand(print_, rng.randint(0, 2 * rim), rng.choice(("#8a7a66", "#d5d0c8", "#404448")))


EDITS = {
    "frames": {
        "rounded corners": lambda i, r: encoded(rounded(i, r, r.choice(("black", "white")))),
        "rounded corners on a page": lambda i, r: encoded(rounded_on_a_page(i, r)),
        "shadow": lambda i, r: encoded(shadowed(i, r)),
        "gradient border": lambda i, r: encoded(gradient_bordered(i, r)),
        "noise border": lambda i, r: encoded(noise_bordered(i, r)),
        "chequered border": lambda i, r: encoded(chequered(i, r)),
        "polaroid": lambda i, r: encoded(polaroid(i, r)),
    },
}
