"""Brightness, contrast, colour, sharpness."""
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from .canvas import encoded, noisy


def gamma(image, exponent):
    return image.point([round(255 * (v / 255) ** exponent) for v in range(256)] * 3)


def contrast(image, factor):
    return ImageEnhance.Contrast(image).enhance(factor)


def brightness(image, factor):
    return ImageEnhance.Brightness(image).enhance(factor)


def veiled(image, colour, share):
    """Behind a veil of a colour."""
    return Image.blend(image, Image.new("RGB", image.size, colour), share)


def sepia(image):
    return ImageOps.colorize(ImageOps.grayscale(image), "#1c1108", "#fff3dc", "#a08058")


EDITS = {
    "toned": {
        "grey": lambda i, r: encoded(ImageOps.grayscale(i)),
        "gamma 0.6": lambda i, r: encoded(gamma(i, 0.6)),
        "gamma 1.6": lambda i, r: encoded(gamma(i, 1.6)),
        "blur 2": lambda i, r: encoded(i.filter(ImageFilter.GaussianBlur(2))),
        "blur 5": lambda i, r: encoded(i.filter(ImageFilter.GaussianBlur(5))),
        "sharpened": lambda i, r: encoded(i.filter(ImageFilter.UnsharpMask(3, 150))),
        "noise 25": lambda i, r: encoded(noisy(i, r, 25)),
        "equalized": lambda i, r: encoded(ImageOps.equalize(i)),
        "inverted": lambda i, r: encoded(ImageOps.invert(i)),
        "contrast × 0.25": lambda i, r: encoded(contrast(i, 0.25)),
        "contrast × 0.15": lambda i, r: encoded(contrast(i, 0.15)),
        "contrast × 2": lambda i, r: encoded(contrast(i, 2)),
        "brightness × 0.3": lambda i, r: encoded(brightness(i, 0.3)),
        "brightness × 1.5": lambda i, r: encoded(brightness(i, 1.5)),
        "faded": lambda i, r: encoded(veiled(i, "white", 0.7)),
        "darkened": lambda i, r: encoded(veiled(i, "black", 0.75)),
        "coloured veil": lambda i, r: encoded(
            veiled(i, r.choice(("#c06020", "#2060a0", "#208040", "#802080")), 0.4)),
        "sepia": lambda i, r: encoded(sepia(i)),
        "autocontrast": lambda i, r: encoded(ImageOps.autocontrast(i, 2)),
    },
}
