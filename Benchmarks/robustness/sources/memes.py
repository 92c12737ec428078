"""Memes: a scene with white text over it, or bars of text round it, or several scenes in a table."""
from PIL import Image, ImageDraw

from .ink import font, paragraph, words
from .scenes import scene


def over(draw, rng, centre, y, width, size):
    """White letters with a black outline."""
    letters = font(rng, "bold", size)
    text = words(rng, rng.randint(2, 6)).upper()
    while draw.textlength(text, letters) > width * 0.95 and " " in text:
        text = text.rpartition(" ")[0]
    draw.text((centre, y), text, "white", letters, anchor="mm", stroke_width=max(1, size // 12), stroke_fill="black")


def with_white_text(rng):
    size = rng.choice(((500, 375), (480, 480), (400, 560), (600, 340)))
    picture = scene(rng, size)
    draw, letters = ImageDraw.Draw(picture), rng.randint(28, 48)
    for y in rng.choice(((0.1, 0.9), (0.1,), (0.9,), (0.1, 0.22, 0.9))):
        over(draw, rng, size[0] / 2, y * size[1], size[0], letters)
    return picture


def with_bars(rng):
    size = rng.choice(((500, 375), (480, 480), (600, 340)))
    dark, head, foot = rng.random() < 0.3, rng.randint(50, 150), rng.choice((0, 0, 60, 90))
    canvas = Image.new("RGB", (size[0], size[1] + head + foot), "black" if dark else "white")
    canvas.paste(scene(rng, size), (0, head))
    draw, ink = ImageDraw.Draw(canvas), "white" if dark else "black"
    paragraph(draw, rng, (12, 10, size[0] - 12, head - 4), rng.choice(("bold", "sans")), rng.randint(22, 34), ink)
    if foot:
        paragraph(draw, rng, (12, head + size[1] + 8, size[0] - 12, canvas.height - 4), "sans", 24, ink)
    return canvas


def in_panels(rng):
    """Scenes at one side and what they stand for at the other."""
    rows, width = rng.randint(2, 4), rng.choice((400, 520))
    height = rng.randint(130, 210)
    canvas = Image.new("RGB", (width, rows * height), "white")
    draw, left = ImageDraw.Draw(canvas), rng.random() < 0.5
    for row in range(rows):
        canvas.paste(scene(rng, (width // 2, height)), (0 if left else width // 2, row * height))
        x = width // 2 + 12 if left else 12
        paragraph(draw, rng, (x, row * height + 30, x + width // 2 - 24, (row + 1) * height - 10), "bold", 22,
                  "black", rng.randint(1, 4))
        draw.line((0, row * height, width, row * height), "black", 3)
    return canvas


def paint(rng):
    return rng.choice((with_white_text, with_white_text, with_bars, in_panels))(rng)
