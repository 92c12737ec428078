"""Borders of one tone, and crops."""
from PIL import Image, ImageOps

from .canvas import encoded


def cropped(image, left=0.0, top=0.0, right=0.0, bottom=0.0):
    width, height = image.size
    return image.crop((round(left * width), round(top * height), width - round(right * width),
                       height - round(bottom * height)))


def cropped_all_round(image, share):
    return cropped(image, share, share, share, share)


def cropped_one_side(image, rng, share):
    return cropped(image, **{rng.choice(("left", "top", "right", "bottom")): share})


def bordered(image, share, colour):
    return ImageOps.expand(image, round(share * max(image.size)), colour)


def letterboxed(image, colour="black"):
    """On a square canvas."""
    side = max(image.size)
    canvas = Image.new("RGB", (side, side), colour)
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas


EDITS = {
    "bordered": {
        "border 2 % black": lambda i, r: encoded(bordered(i, 0.02, "black")),
        "border 2 % white": lambda i, r: encoded(bordered(i, 0.02, "white")),
        "border 5 % black": lambda i, r: encoded(bordered(i, 0.05, "black")),
        "border 5 % white": lambda i, r: encoded(bordered(i, 0.05, "white")),
        "border 10 % black": lambda i, r: encoded(bordered(i, 0.1, "black")),
        "border 10 % white": lambda i, r: encoded(bordered(i, 0.1, "white")),
        "letterbox black": lambda i, r: encoded(letterboxed(i)),
        "letterbox white": lambda i, r: encoded(letterboxed(i, "white")),
    },
    "cropped": {
        "crop 1 % each side": lambda i, r: encoded(cropped_all_round(i, 0.01)),
        "crop 2 % each side": lambda i, r: encoded(cropped_all_round(i, 0.02)),
        "crop 5 % each side": lambda i, r: encoded(cropped_all_round(i, 0.05)),
        "crop 5 % on one side": lambda i, r: encoded(cropped_one_side(i, r, 0.05)),
        "crop 10 % on one side": lambda i, r: encoded(cropped_one_side(i, r, 0.1)),
        "crop 10 % each side": lambda i, r: encoded(cropped_all_round(i, 0.1)),
    },
}
