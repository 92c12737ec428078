"""What people do to a picture before they post it again: each edit takes a photograph and a random
generator and gives the bytes of a file. The same seed gives the same files."""
import io
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

WORDS = """when you open the fridge and nothing is there me at three in the morning nobody ever said it
would be easy look what I found today this is fine the same picture again Monday has come wait for
it""".split()


def encoded(image, format="JPEG", **options):
    file = io.BytesIO()
    if format == "JPEG":
        options = {"quality": 90, **options}
    image.save(file, format, **options)
    return file.getvalue()


def scaled(image, factor, resample=Image.Resampling.BICUBIC):
    size = [max(8, round(side * factor)) for side in image.size]
    return image.resize(size, resample)


def cropped(image, left=0.0, top=0.0, right=0.0, bottom=0.0):
    width, height = image.size
    return image.crop((round(left * width), round(top * height), width - round(right * width),
                       height - round(bottom * height)))


def bordered(image, share, colour):
    return ImageOps.expand(image, round(share * max(image.size)), colour)


def letterboxed(image, colour="black"):
    """On a square canvas."""
    side = max(image.size)
    canvas = Image.new("RGB", (side, side), colour)
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas


def rotated(image, degrees, **options):
    return image.rotate(degrees, Image.Resampling.BICUBIC, **options)


def written(draw, box, rng, colour, size, lines=1):
    """Text somewhere in a box."""
    font = ImageFont.load_default(size)
    left, top, right, _ = box
    for line in range(lines):
        text = ""
        while draw.textlength(text, font) < (right - left) * rng.uniform(0.4, 0.85):
            text += rng.choice(WORDS) + " "
        draw.text((left, top + line * size * 1.25), text, colour, font)


def captioned(image, rng, share=0.15, below=False):
    """A bar of text above the picture, or below it."""
    bar = round(share * image.height)
    dark = rng.random() < 0.3
    canvas = Image.new("RGB", (image.width, image.height + bar), "black" if dark else "white")
    canvas.paste(image, (0, 0 if below else bar))
    top = image.height if below else 0
    written(ImageDraw.Draw(canvas), (image.width * 0.03, top + bar * 0.12, image.width, 0), rng,
            "white" if dark else "black", max(8, round(bar * 0.35)), 2)
    return canvas


def screenshot(image, rng):
    """A viewer's window: bars above and below with writing, margins at the sides."""
    dark = rng.random() < 0.5
    page, bar, ink = ("#202124", "#35363a", "#e8eaed") if dark else ("#ffffff", "#dee1e6", "#202124")
    side, head, foot = (round(rng.uniform(a, b) * max(image.size))
                        for a, b in ((0.02, 0.12), (0.06, 0.14), (0.04, 0.12)))
    canvas = Image.new("RGB", (image.width + 2 * side, image.height + head + foot), page)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, canvas.width, head * 0.7), bar)
    written(draw, (canvas.width * 0.05, head * 0.15, canvas.width * 0.6, 0), rng, ink,
            max(8, round(head * 0.35)))
    written(draw, (canvas.width * 0.05, canvas.height - foot * 0.7, canvas.width * 0.6, 0), rng,
            ink, max(8, round(foot * 0.35)))
    canvas.paste(image, (side, head))
    return canvas


def phone(image, rng):
    """A post in a feed on a telephone: the picture takes the whole width."""
    dark = rng.random() < 0.5
    page, line, ink = ("#000000", "#262626", "#f5f5f5") if dark else ("#ffffff", "#dbdbdb", "#111111")
    width = 720
    post = image.resize((width, round(width * image.height / image.width)), Image.Resampling.LANCZOS)
    height = max(1480, post.height + 460)
    canvas = Image.new("RGB", (width, height), page)
    draw = ImageDraw.Draw(canvas)
    written(draw, (30, 12, 300, 0), rng, ink, 26)
    draw.text((width - 110, 12), "12:47", ink, ImageFont.load_default(26))
    draw.line((0, 120, width, 120), line, 2)
    top = rng.randint(200, min(420, height - post.height - 240))
    draw.ellipse((24, top - 84, 92, top - 16), tuple(rng.randrange(256) for _ in range(3)))
    written(draw, (110, top - 66, 420, 0), rng, ink, 30)
    canvas.paste(post, (0, top))
    below = top + post.height
    for x in (30, 110, 190):
        draw.ellipse((x, below + 22, x + 44, below + 66), outline=ink, width=4)
    written(draw, (30, below + 90, width - 60, 0), rng, ink, 28, 3)
    draw.line((0, height - 100, width, height - 100), line, 2)
    for x in range(60, width, 150):
        draw.rectangle((x, height - 76, x + 44, height - 32), outline=ink, width=4)
    return canvas


def watermarked(image, rng, share, centre):
    """A logo over the picture: an area of that share of the whole."""
    width, height = round(image.width * share ** 0.5), round(image.height * share ** 0.5)
    image = image.copy()
    left = (image.width - width) // 2 if centre else image.width - width - 5
    top = (image.height - height) // 2 if centre else image.height - height - 5
    draw = ImageDraw.Draw(image)
    draw.rectangle((left, top, left + width, top + height),
                   tuple(rng.randrange(256) for _ in range(3)))
    written(draw, (left + 4, top + 4, left + width, 0), rng, "white", max(8, height // 4))
    return image


def noisy(image, rng, deviation):
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, deviation, (*image.size[::-1], 3))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def exif_rotated(image):
    """The pixels turned, and EXIF told so: shown, it is the same picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(image.transpose(Image.Transpose.ROTATE_90), exif=exif)


def gamma(image, exponent):
    return image.point([round(255 * (v / 255) ** exponent) for v in range(256)] * 3)


TURN = Image.Transpose

# By name: the groups that the table has, each with its edits.
EDITS = {
    "as it was": {
        "identity": lambda i, r: encoded(i, quality=95),
    },
    "recompressed": {
        "JPEG 50": lambda i, r: encoded(i, quality=50),
        "JPEG 20": lambda i, r: encoded(i, quality=20),
        "JPEG 10": lambda i, r: encoded(i, quality=10),
        "WebP 50": lambda i, r: encoded(i, "WEBP", quality=50),
        "GIF, 256 colours": lambda i, r: encoded(i.quantize(256), "GIF"),
    },
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
    },
    "resized": {
        "resized 0.5": lambda i, r: encoded(scaled(i, 0.5)),
        "resized 0.25": lambda i, r: encoded(scaled(i, 0.25)),
        "resized 2": lambda i, r: encoded(scaled(i, 2)),
        "stretched to a square": lambda i, r: encoded(i.resize((400, 400), Image.Resampling.BICUBIC)),
    },
    "turned": {
        "mirrored": lambda i, r: encoded(i.transpose(TURN.FLIP_LEFT_RIGHT)),
        "upside down, mirrored": lambda i, r: encoded(i.transpose(TURN.FLIP_TOP_BOTTOM)),
        "turned 90 degrees": lambda i, r: encoded(i.transpose(TURN.ROTATE_90)),
        "turned 180 degrees": lambda i, r: encoded(i.transpose(TURN.ROTATE_180)),
        "turned 270 degrees": lambda i, r: encoded(i.transpose(TURN.ROTATE_270)),
        "EXIF-rotated": lambda i, r: exif_rotated(i),
    },
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
    "captioned": {
        "caption above": lambda i, r: encoded(captioned(i, r)),
        "caption below": lambda i, r: encoded(captioned(i, r, 0.2, below=True)),
        "screenshot of a viewer": lambda i, r: encoded(screenshot(i, r)),
        "screenshot of a telephone": lambda i, r: encoded(phone(i, r)),
        "logo, 5 % in the corner": lambda i, r: encoded(watermarked(i, r, 0.05, centre=False)),
        "logo, 10 % in the middle": lambda i, r: encoded(watermarked(i, r, 0.1, centre=True)),
    },
    "rotated": {
        "rotated 1 degree": lambda i, r: encoded(rotated(i, r.choice((-1, 1)))),
        "rotated 2 degrees": lambda i, r: encoded(rotated(i, r.choice((-2, 2)))),
        "rotated 3 degrees": lambda i, r: encoded(rotated(i, r.choice((-3, 3)))),
        "rotated 5 degrees": lambda i, r: encoded(rotated(i, r.choice((-5, 5)))),
        "rotated 2 degrees, grown, white": lambda i, r: encoded(
            rotated(i, r.choice((-2, 2)), expand=True, fillcolor="white")),
    },
    "cropped": {
        "crop 1 % each side": lambda i, r: encoded(cropped(i, *[0.01] * 4)),
        "crop 2 % each side": lambda i, r: encoded(cropped(i, *[0.02] * 4)),
        "crop 5 % each side": lambda i, r: encoded(cropped(i, *[0.05] * 4)),
        "crop 5 % on one side": lambda i, r: encoded(
            cropped(i, **{r.choice(("left", "top", "right", "bottom")): 0.05})),
        "crop 10 % on one side": lambda i, r: encoded(
            cropped(i, **{r.choice(("left", "top", "right", "bottom")): 0.1})),
        "crop 10 % each side": lambda i, r: encoded(cropped(i, *[0.1] * 4)),
    },
    "two at once": {
        "resized 0.5 + JPEG 50": lambda i, r: encoded(scaled(i, 0.5), quality=50),
        "mirrored + JPEG 30 + resized 0.5": lambda i, r: encoded(
            scaled(i.transpose(TURN.FLIP_LEFT_RIGHT), 0.5), quality=30),
        "mirrored + border 5 %": lambda i, r: encoded(
            bordered(i.transpose(TURN.FLIP_LEFT_RIGHT), 0.05, "black")),
        "border 5 % + JPEG 30 + resized 0.5": lambda i, r: encoded(
            scaled(bordered(i, 0.05, "black"), 0.5), quality=30),
        "mirrored + caption above": lambda i, r: encoded(
            captioned(i.transpose(TURN.FLIP_LEFT_RIGHT), r)),
        "crop 2 % + JPEG 50 + resized 0.5": lambda i, r: encoded(
            scaled(cropped(i, *[0.02] * 4), 0.5), quality=50),
    },
}


NAMES = [name for members in EDITS.values() for name in members]


def folder_name(name):
    """For files."""
    return "".join(c if c.isalnum() or c == "." else "-" for c in name)


def edited(image, name, seed):
    """The bytes of the edited picture."""
    edits = {name: edit for members in EDITS.values() for name, edit in members.items()}
    return edits[name](image, random.Random(f"{seed} {name}"))
