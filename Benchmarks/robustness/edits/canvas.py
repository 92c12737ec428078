"""What the edits share: writing a file, scaling, text, textures, and putting a picture onto a canvas."""
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

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


def wide(image, width):
    """Of that width, in its own aspect."""
    return image.resize((width, max(1, round(width * image.height / image.width))),
                        Image.Resampling.LANCZOS)


def either(rng, degrees):
    """To the left or to the right."""
    return rng.choice((-degrees, degrees))


def any_colour(rng):
    return tuple(rng.randrange(256) for _ in range(3))


def written(draw, box, rng, colour, size, lines=1):
    """Text somewhere in a box."""
    font = ImageFont.load_default(size)
    left, top, right, _ = box
    for line in range(lines):
        text = ""
        while draw.textlength(text, font) < (right - left) * rng.uniform(0.4, 0.85):
            text += rng.choice(WORDS) + " "
        draw.text((left, top + line * size * 1.25), text, colour, font)


def noisy(image, rng, deviation):
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, deviation, (*image.size[::-1], 3))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def rounded_mask(size, radius):
    """White where a rectangle with round corners is, with smooth edges."""
    mask = Image.new("L", (2 * size[0], 2 * size[1]))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 2 * radius, 255)
    return mask.resize(size, Image.Resampling.BOX)


def clouds(size, rng, first, second, coarseness=6):
    """Two colours that flow into each other in blots."""
    width, height = coarseness, max(2, round(coarseness * size[1] / size[0]))
    chance = np.random.default_rng(rng.randrange(2**32)).random((height, width))
    blots = Image.fromarray((255 * chance).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, second), Image.new("RGB", size, first), blots)


def gradient(size, first, second, across=True):
    """From one colour to the other, from left to right or from top to bottom."""
    ramp = Image.linear_gradient("L")
    ramp = (ramp.transpose(Image.Transpose.ROTATE_90) if across else ramp).resize(size)
    return Image.composite(Image.new("RGB", size, second), Image.new("RGB", size, first), ramp)


def wood(size, rng):
    """The top of a wooden table: boards, with grain along them."""
    chance = np.random.default_rng(rng.randrange(2**32))
    width, height = size
    grain = chance.normal(0, 1, (height, max(2, width // 40)))
    grain = np.asarray(Image.fromarray(grain.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))
    shade = grain * rng.uniform(4, 10)
    boards = rng.randint(3, 7)
    for board in range(boards):
        top, end = (height * b // boards for b in (board, board + 1))
        shade[top:end] += rng.uniform(-14, 14)
        shade[top:top + 2] -= 45
    colour = np.array(rng.choice(((150, 111, 74), (104, 72, 48), (190, 160, 120), (84, 80, 76))))
    table = (colour + shade[..., None]).clip(0, 255).astype(np.uint8)
    return Image.fromarray(table).filter(ImageFilter.GaussianBlur(0.7))


def placed(canvas, image, corners):
    """The picture on the canvas, its corners (from top left, clockwise) at these points."""
    width, height = image.size
    own = ((0, 0), (width, 0), (width, height), (0, height))
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, own):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    coefficients = np.linalg.solve(np.array(rows, float), np.array(values, float))
    method = Image.Transform.PERSPECTIVE
    # A rim of one pixel, so that the edge of the mask is as smooth as that of the picture.
    mask = Image.new("L", image.size, 255)
    ImageDraw.Draw(mask).rectangle((0, 0, width - 1, height - 1), outline=128)
    shown = image.transform(canvas.size, method, coefficients, Image.Resampling.BICUBIC)
    mask = mask.transform(canvas.size, method, coefficients, Image.Resampling.BILINEAR)
    return Image.composite(shown, canvas, mask)


def turned_corners(size, middle, degrees):
    """Where the corners of a picture of that size are when it is turned about that middle."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    width, height = size
    own = np.array(((0, 0), (width, 0), (width, height), (0, height))) - (width / 2, height / 2)
    return own @ turn + middle
