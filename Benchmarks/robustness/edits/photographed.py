"""Seen by a camera: in perspective, on a screen, on paper."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import any_colour, clouds, encoded, noisy, placed, turned_corners, wood


def moved(corners, size, rng, deviation):
    """Each corner by a normal deviate: that many pixels for a picture of 500."""
    deviation *= max(size) / 500
    return corners + np.array([[rng.gauss(0, deviation), rng.gauss(0, deviation)] for _ in range(4)])


def in_perspective(image, rng, deviation):
    """On a canvas of one tone that holds all of it."""
    corners = moved(turned_corners(image.size, (0, 0), 0), image.size, rng, deviation)
    margin = rng.uniform(0.01, 0.06) * max(image.size)
    corners += margin - corners.min(axis=0)
    canvas = Image.new("RGB", tuple(int(side) for side in np.ceil(corners.max(axis=0) + margin)),
                       rng.choice(("black", "white", "#808080")))
    return placed(canvas, image, corners)


def vignetted(image, strength):
    """Darker towards the corners."""
    x, y = (np.linspace(-1, 1, side) for side in image.size)
    shade = 1 - strength * (x[None, :] ** 2 + y[:, None] ** 2) / 2
    return Image.fromarray((np.asarray(image) * shade[..., None]).clip(0, 255).astype(np.uint8))


def as_a_camera_sees(image, rng):
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.1) * max(image.size) / 700))
    image = vignetted(image, rng.uniform(0.1, 0.35))
    return noisy(image, rng, rng.uniform(3, 7))


def photograph(image, scene, rng, deviation):
    """The picture in perspective in the middle of a scene, and all of it through a camera."""
    middle = (scene.width * rng.uniform(0.47, 0.53), scene.height * rng.uniform(0.47, 0.53))
    corners = turned_corners(image.size, middle, rng.uniform(-2, 2))
    corners = moved(corners, image.size, rng, deviation)
    return as_a_camera_sees(placed(scene, image, corners), rng)


def around(image, rng, least, most):
    """A size that leaves room round the picture."""
    return tuple(round(side + rng.uniform(least, most) * max(image.size)) for side in image.size)


def of_a_screen(image, rng):
    """A monitor that shows nothing else, in a dim room."""
    dim = tuple(round(c * 0.3) for c in any_colour(rng))
    room = clouds(around(image, rng, 0.4, 0.8), rng, (18, 17, 16), dim)
    draw = ImageDraw.Draw(room)
    for _ in range(rng.randint(1, 4)):
        x, y, r = rng.uniform(0, room.width), rng.uniform(0, room.height), rng.uniform(0.02, 0.1) * room.width
        draw.ellipse((x - r, y - r, x + r, y + r), tuple(round(c * rng.uniform(0.2, 0.6)) for c in any_colour(rng)))
    room = room.filter(ImageFilter.GaussianBlur(0.02 * room.width))
    bezel = round(rng.uniform(0.02, 0.06) * max(image.size))
    tone = rng.randint(5, 30)
    monitor = Image.new("RGB", (image.width + 2 * bezel, image.height + 2 * bezel), (tone, tone, tone + 2))
    monitor.paste(image, (bezel, bezel))
    return photograph(monitor, room, rng, rng.uniform(10, 20))


def of_a_print(image, rng):
    """A print with or without a white rim, lying on a table."""
    size = around(image, rng, 0.2, 0.6)
    plain = tuple(rng.randint(60, 220) for _ in range(3))
    table = wood(size, rng) if rng.random() < 0.7 else noisy(clouds(
        size, rng, plain, tuple(round(0.8 * c) for c in plain)), rng, 6)
    rim = round(rng.choice((0, 0.02, 0.04)) * max(image.size))
    paper = Image.new("RGB", (image.width + 2 * rim, image.height + 2 * rim), "#f2efe8")
    paper.paste(image, (rim, rim))
    return photograph(paper, table, rng, rng.uniform(10, 20))


EDITS = {
    "photographed": {
        "perspective σ 10": lambda i, r: encoded(in_perspective(i, r, 10)),
        "perspective σ 20": lambda i, r: encoded(in_perspective(i, r, 20)),
        "photograph of a screen": lambda i, r: encoded(of_a_screen(i, r), quality=80),
        "photograph of a print": lambda i, r: encoded(of_a_print(i, r), quality=80),
    },
}
