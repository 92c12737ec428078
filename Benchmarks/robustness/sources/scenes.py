"""Painted scenes that have what photographs have: soft light, depth, textures, grain."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .ink import colour


def fractal(size, chance, octaves=6, coarsest=3):
    """Noise of all scales, from 0 to 1."""
    width, height = size
    total = np.zeros((height, width))
    for octave in range(octaves):
        cells = coarsest * 2**octave
        grid = chance.random((max(2, round(cells * height / width)) + 1, cells + 1)).astype(np.float32)
        total += np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)) / 2**octave
    total -= total.min()
    return total / total.max()


def mixed(first, second, share):
    """An array of colours between two, by an array of shares."""
    return np.array(first) * (1 - share[..., None]) + np.array(second) * share[..., None]


# Each at the top and at the horizon.
SKIES = (((60, 110, 190), (200, 220, 240)), ((30, 30, 70), (240, 150, 90)), ((120, 125, 130), (210, 210, 205)),
         ((10, 12, 30), (40, 50, 90)), ((90, 140, 170), (250, 230, 200)))


def sky(size, rng, chance):
    height = np.linspace(0, 1, size[1])[:, None] * np.ones(size[0])
    top, low = rng.choice(SKIES)
    clouds = (fractal(size, chance) - rng.uniform(0.35, 0.6)).clip(0, 0.4) / 0.4
    return mixed(mixed(top, low, height), (250, 245, 240), clouds * rng.uniform(0.3, 0.95))


def ridge(scene, base, rough, tone, rng, chance):
    """Hills whose upper edge is a rough line."""
    height, width, _ = scene.shape
    line = np.cumsum(chance.normal(0, rough, width))
    line = base * height + np.convolve(line - line.mean(), np.ones(9) / 9, "same")
    mask = np.arange(height)[:, None] > line[None, :]
    texture = fractal((width, height), chance, 6, rng.randint(4, 20))
    scene[mask] = mixed(np.array(tone) * 0.55, np.array(tone) * 1.25, texture)[mask]


def landscape(size, rng, chance):
    scene = sky(size, rng, chance)
    for layer in range(rng.randint(1, 4)):
        tone = np.array(colour(rng, 30, 150)) * (1 - 0.15 * layer)
        ridge(scene, rng.uniform(0.35, 0.55) + 0.12 * layer, rng.uniform(0.4, 2.5), tone, rng, chance)
    return scene


def seaside(size, rng, chance):
    scene = sky(size, rng, chance)
    line = round(size[1] * rng.uniform(0.35, 0.7))
    rows = size[1] - line
    ripples = fractal((size[0], rows), chance, 5, 3)
    ripples = np.roll(ripples, 1, 0) - ripples + 0.5 + np.sin(np.geomspace(1, 60, rows))[:, None] * 0.1
    scene[line:] = mixed(colour(rng, 10, 90), colour(rng, 90, 200), ripples.clip(0, 1))
    if rng.random() < 0.6:
        ridge(scene, rng.uniform(0.75, 0.9), 1.2, (200, 180, 140), rng, chance)
    return scene


def lit_ball(scene, centre, radius, tone):
    """A ball under a lamp from the upper left."""
    height, width, _ = scene.shape
    y, x = np.mgrid[:height, :width]
    u, v = (x - centre[0]) / radius, (y - centre[1]) / radius
    inside = u * u + v * v < 1
    depth = np.sqrt((1 - u * u - v * v).clip(0))
    light = (0.25 + 0.85 * (-0.5 * u - 0.6 * v + 0.62 * depth)).clip(0.12, 1.3)
    scene[inside] = (np.array(tone) * light[..., None])[inside]


def still_life(size, rng, chance):
    scene = mixed(colour(rng, 30, 120), colour(rng, 120, 220), fractal(size, chance, 3, 2))
    line = round(size[1] * rng.uniform(0.5, 0.7))
    scene[line:] = mixed(colour(rng, 50, 120), colour(rng, 110, 200),
                         fractal((size[0], size[1] - line), chance, 6, 8))
    for _ in range(rng.randint(3, 9)):
        radius = rng.uniform(0.05, 0.17) * size[0]
        centre = rng.uniform(0.1, 0.9) * size[0], line + rng.uniform(-0.6, 0.9) * radius
        lit_ball(scene, centre, radius, colour(rng, 40, 230))
    return scene


def street(size, rng, chance):
    scene = sky(size, rng, chance)
    picture = Image.fromarray(scene.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    x, ground = 0, size[1] * rng.uniform(0.75, 0.95)
    while x < size[0]:
        width, top = rng.randint(40, 130), size[1] * rng.uniform(0.1, 0.6)
        wall = colour(rng, 60, 210)
        draw.rectangle((x, top, x + width, ground), wall)
        step, pane = rng.randint(14, 30), tuple(round(c * rng.uniform(0.3, 1.2)) for c in wall)
        for left in range(x + 8, x + width - step // 2, step):
            for upper in range(round(top) + 10, round(ground) - step, round(step * 1.4)):
                light = pane if rng.random() < 0.8 else "#ffe9a0"
                draw.rectangle((left, upper, left + step // 2, upper + step * 0.8), light)
        x += width + rng.choice((0, 0, 12))
    draw.rectangle((0, ground, *size), colour(rng, 50, 110))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.8)), float)


def portrait(size, rng, chance):
    """Somebody in front of something out of focus."""
    scene = mixed(colour(rng, 20, 120), colour(rng, 100, 230), fractal(size, chance, 3, 3))
    picture = Image.fromarray(scene.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(6))
    draw = ImageDraw.Draw(picture)
    width, height = size
    middle, top = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.1, 0.35)
    radius = height * rng.uniform(0.14, 0.24)
    skin, hair = rng.choice(((236, 200, 170), (190, 140, 105), (120, 80, 58), (246, 215, 195))), colour(rng, 10, 120)
    draw.ellipse((middle - 2.3 * radius, top + 2.3 * radius, middle + 2.3 * radius, height * 1.6),
                 colour(rng, 20, 220))
    draw.ellipse((middle - 1.1 * radius, top - 0.3 * radius, middle + 1.1 * radius,
                  top + rng.uniform(1.6, 3) * radius), hair)
    draw.ellipse((middle - 0.85 * radius, top, middle + 0.85 * radius, top + 2.3 * radius), skin)
    for side in (-1, 1):
        x, y = middle + side * 0.35 * radius, top + radius
        draw.ellipse((x - radius * 0.14, y - radius * 0.09, x + radius * 0.14, y + radius * 0.09), "white")
        draw.ellipse((x - radius * 0.07, y - radius * 0.08, x + radius * 0.07, y + radius * 0.08), (30, 25, 20))
    mouth = (middle - 0.35 * radius, top + 1.3 * radius, middle + 0.35 * radius, top + 1.85 * radius)
    draw.arc(mouth, 10, 170, (130, 50, 50), 3)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(1.3)), float)


KINDS = (landscape, seaside, still_life, street, portrait)


def scene(rng, size):
    chance = np.random.default_rng(rng.randrange(2**32))
    painted = rng.choice(KINDS)(size, rng, chance)
    painted = painted + chance.normal(0, rng.uniform(2, 7), painted.shape)
    return Image.fromarray(painted.clip(0, 255).astype(np.uint8))
