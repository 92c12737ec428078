"""What is on a screen: posts of a feed, a chat, windows of programs."""
import math

from PIL import Image, ImageDraw

from .ink import colour, font, paragraph, price, word, words
from .scenes import scene

LIGHT, DARK = ("#ffffff", "#e9ebee", "#1c1e21"), ("#15171a", "#2a2d31", "#e4e6e8")


def upright(rng):
    page, bar, ink = rng.choice((LIGHT, DARK))
    canvas = Image.new("RGB", (540, rng.choice((960, 1100, 1170))), page)
    return canvas, ImageDraw.Draw(canvas), bar, ink


def feed(rng):
    """Posts, with and without pictures."""
    canvas, draw, bar, ink = upright(rng)
    draw.rectangle((0, 0, 540, 90), rng.choice((bar, colour(rng, 30, 160))))
    draw.text((24, 44), word(rng).title(), ink, font(rng, "bold", 30))
    y = 100 + rng.randint(0, 60)
    while y < canvas.height - 60:
        draw.ellipse((20, y, 70, y + 50), colour(rng))
        paragraph(draw, rng, (84, y + 2, 320, y + 50), "sans", 18, ink, 2)
        y = paragraph(draw, rng, (20, y + 64, 515, canvas.height), "sans", rng.choice((18, 20, 26)), ink,
                      rng.randint(1, 7))
        if rng.random() < 0.6:
            tall = rng.randint(180, 420)
            canvas.paste(scene(rng, (540, tall)), (0, round(y + 8)))
            y += tall + 16
        for x in range(24, 24 + 70 * rng.randint(2, 5), 70):
            draw.ellipse((x, y + 6, x + 30, y + 36), outline=ink, width=3)
        y += 60
        draw.rectangle((0, y, 540, y + 8), bar)
        y += 22
    return canvas


def chat(rng):
    """Two who write to each other in bubbles."""
    canvas, draw, bar, ink = upright(rng)
    draw.rectangle((0, 0, 540, 84), bar)
    draw.ellipse((20, 18, 68, 66), colour(rng))
    draw.text((84, 26), words(rng, 2).title(), ink, font(rng, "sans", 24))
    own, y = colour(rng, 60, 230), 100
    size = rng.choice((18, 20, 23))
    while y < canvas.height - 120:
        mine, wide = rng.random() < 0.5, rng.randint(120, 380)
        lines = rng.choice((1, 1, 2, 3, 5, 8))
        tall = round(lines * size * 1.35) + 22
        left = 520 - wide if mine else 20
        if rng.random() < 0.14:
            tall = rng.randint(150, 260)
            canvas.paste(scene(rng, (wide, tall)), (left, y))
        else:
            draw.rounded_rectangle((left, y, left + wide, y + tall), 16, own if mine else bar)
            paragraph(draw, rng, (left + 14, y + 8, left + wide - 10, y + tall), "sans", size, ink, lines)
        y += tall + rng.choice((6, 14, 40))
    draw.rounded_rectangle((16, canvas.height - 70, 470, canvas.height - 16), 26, bar)
    return canvas


def window(rng):
    page, bar, ink = rng.choice((LIGHT, DARK))
    canvas = Image.new("RGB", rng.choice(((960, 600), (900, 700), (1100, 620))), page)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, canvas.width, 34), bar)
    draw.text((14, 7), words(rng, 3), ink, font(rng, "sans", 16))
    for x in (26, 52, 78):
        draw.ellipse((canvas.width - x, 10, canvas.width - x + 15, 25), colour(rng, 100, 220))
    return canvas, draw, bar, ink


def editor(rng):
    """A program's text with its indents and colours."""
    canvas, draw, bar, ink = window(rng)
    side = rng.choice((0, 160, 220))
    draw.rectangle((0, 34, side, canvas.height), bar)
    for y in range(46, canvas.height - 24 if side else 0, 24):
        draw.text((14 + 16 * rng.randrange(3), y), word(rng), ink, font(rng, "sans", 14))
    letters, inks, indent = font(rng, "mono", 15), [colour(rng, 70, 190) for _ in range(4)] + [ink] * 3, 0
    for y in range(44, canvas.height - 20, 20):
        x = side + 40 + 30 * indent
        for _ in range(rng.choice((0, 1, 2, 3, 5, 8))):
            text = word(rng) + rng.choice((" ", "(", ") ", " = ", ".", ", "))
            draw.text((x, y), text, rng.choice(inks), letters)
            x += draw.textlength(text, letters)
        indent = max(0, min(5, indent + rng.choice((-2, -1, 0, 0, 1, 1))))
    return canvas


def sheet(rng):
    """A table of numbers."""
    canvas, draw, bar, ink = window(rng)
    across, down = rng.choice((70, 96, 130)), rng.choice((22, 27, 34))
    head, letters = 34 + rng.randint(30, 90), font(rng, "sans", 14)
    columns = [rng.random() for _ in range(0, canvas.width, across)]
    for row, y in enumerate(range(head, canvas.height, down)):
        draw.line((0, y, canvas.width, y), bar, 1)
        shaded = rng.random() < 0.08
        for column, x in enumerate(range(0, canvas.width, across)):
            if shaded or row == 0:
                draw.rectangle((x, y, x + across, y + down), bar)
            if rng.random() < columns[column]:
                draw.text((x + 6, y + 4), word(rng) if column % 3 == 0 else price(rng), ink, letters)
    for x in range(0, canvas.width, across):
        draw.line((x, head, x, canvas.height), bar, 1)
    return canvas


def dashboard(rng):
    """Charts in boxes."""
    canvas, draw, bar, ink = window(rng)
    rows, columns = rng.randint(1, 3), rng.randint(2, 3)
    for row in range(rows):
        for column in range(columns):
            left, top = 16 + column * (canvas.width - 20) / columns, 50 + row * (canvas.height - 60) / rows
            right, low = left + (canvas.width - 20) / columns - 14, top + (canvas.height - 60) / rows - 14
            draw.rounded_rectangle((left, top, right, low), 8, None, bar, 3)
            draw.text((left + 12, top + 8), words(rng, 2), ink, font(rng, "sans", 15))
            left, top, right, low = left + 16, top + 40, right - 16, low - 16
            tone, kind = colour(rng, 60, 220), rng.choice(("bars", "line", "pie", "number"))
            if kind == "bars":
                for index in range(count := rng.randint(4, 16)):
                    x = left + index * (right - left) / count
                    draw.rectangle((x, low - (low - top) * rng.random(), x + (right - left) / count * 0.7, low), tone)
            elif kind == "line":
                y, points = rng.random(), []
                for index in range(31):
                    y = min(1, max(0, y + rng.gauss(0, 0.14)))
                    points.append((left + index * (right - left) / 30, top + y * (low - top)))
                draw.line(points, tone, 3)
            elif kind == "pie":
                radius, angle = min(right - left, low - top) / 2, 0
                while angle < 360:
                    end = angle + rng.uniform(20, 140)
                    box = (left, top, left + 2 * radius, top + 2 * radius)
                    draw.pieslice(box, angle, min(360, end), colour(rng, 60, 230))
                    angle = end
            else:
                draw.text((left, top), price(rng), tone, font(rng, "bold", 44))
    return canvas


def files(rng):
    """A folder's content, as small pictures with names."""
    canvas, draw, bar, ink = window(rng)
    side, cell = rng.choice((0, 170)), rng.choice((96, 130, 170))
    draw.rectangle((0, 34, side, canvas.height), bar)
    for y in range(50, canvas.height - 20 if side else 0, 30):
        draw.text((16, y), word(rng), ink, font(rng, "sans", 15))
    left, total = rng.randint(6, 60), 0
    for y in range(50, canvas.height - cell, cell + 26):
        for x in range(side + 16, canvas.width - cell, cell + 14):
            total += 1
            if total > left:
                break
            if rng.random() < 0.5:
                canvas.paste(scene(rng, (cell, round(cell * 0.75))), (x, y))
            else:
                draw.rounded_rectangle((x + cell * 0.15, y, x + cell * 0.8, y + cell * 0.7), 6, colour(rng, 90, 230))
            draw.text((x, y + cell * 0.8), word(rng), ink, font(rng, "sans", 14))
    return canvas


def street_map(rng):
    """A map with streets, a park, water and a way."""
    canvas, draw, bar, ink = window(rng)
    draw.rectangle((0, 34, *canvas.size), "#eceae4")
    width, height = canvas.size
    for tone in ("#b9dcb0", "#a9cbe8", "#b9dcb0"):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(60, 240)
        draw.polygon([(x + r * rng.uniform(0.5, 1) * math.cos(a), y + r * rng.uniform(0.5, 1) * math.sin(a))
                      for a in (k * math.pi / 5 for k in range(10))], tone)
    tilt = rng.uniform(-0.6, 0.6)
    for _ in range(rng.randint(8, 26)):
        angle = tilt + rng.choice((0, math.pi / 2)) + rng.gauss(0, 0.08)
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        dx, dy = 1500 * math.cos(angle), 1500 * math.sin(angle)
        draw.line((x - dx, y - dy, x + dx, y + dy), rng.choice(("white", "white", "#f7d774")), rng.randint(4, 14))
    points = [(rng.uniform(0.1, 0.9) * width, rng.uniform(0.15, 0.9) * height) for _ in range(rng.randint(3, 6))]
    draw.line(points, "#2a66d9", 7, joint="curve")
    draw.rounded_rectangle((20, 50, 320, 96), 10, "white")
    paragraph(draw, rng, (34, 60, 300, 96), "sans", 18, "black", 1)
    return canvas


def paint(rng):
    return rng.choice((feed, feed, chat, chat, editor, sheet, dashboard, files, street_map))(rng)
