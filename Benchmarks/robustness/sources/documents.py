"""Pages of text: letters, articles, forms, tables, handwriting; and receipts."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .ink import colour, font, paragraph, price, word, words
from .scenes import fractal, scene

SIZE = (620, 877)


def sheet(rng):
    page = Image.new("RGB", SIZE, rng.choice(("white", "white", "#fbfaf5", "#f3eee2")))
    return page, ImageDraw.Draw(page), rng.randint(45, 90)


def article(rng):
    """A title, and columns with headings and perhaps a picture."""
    page, draw, margin = sheet(rng)
    y = paragraph(draw, rng, (margin, margin, SIZE[0] - margin, 300), "bold", rng.randint(24, 40), "black",
                  rng.randint(1, 3))
    columns, gap, size = rng.choice((1, 2, 2, 3)), 22, rng.randint(10, 14)
    wide = (SIZE[0] - 2 * margin - gap * (columns - 1)) / columns
    start = y + rng.randint(10, 60)
    for column in range(columns):
        left, y = margin + column * (wide + gap), start
        while y < SIZE[1] - margin - 40:
            kind = rng.random()
            if kind < 0.12 and y < SIZE[1] - 330:
                tall = rng.randint(100, 220)
                page.paste(scene(rng, (round(wide), tall)), (round(left), round(y)))
                y += tall + 12
            elif kind < 0.3:
                y = paragraph(draw, rng, (left, y + 8, left + wide, SIZE[1] - margin), "bold", size + 4, "black", 1)
            else:
                y = paragraph(draw, rng, (left, y, left + wide, SIZE[1] - margin), "serif", size, "black",
                              rng.randint(3, 14)) + 8
    return page


def letter(rng):
    page, draw, margin = sheet(rng)
    paragraph(draw, rng, (margin, margin, 320, 200), "sans", 14, "black", rng.randint(3, 5))
    y = rng.randint(200, 280)
    draw.text((SIZE[0] - 180, y), words(rng, 2), "black", font(rng, "serif", 14))
    for _ in range(rng.randint(1, 5)):
        y = paragraph(draw, rng, (margin, y + 34, SIZE[0] - margin, SIZE[1] - 150), "serif", 14, "black",
                      rng.randint(2, 7))
    draw.text((margin + rng.randint(0, 250), y + 40), words(rng, 2).title(), (30, 40, 120), font(rng, "hand", 34))
    return page


def form(rng):
    page, draw, margin = sheet(rng)
    draw.rectangle((0, 0, SIZE[0], rng.randint(40, 110)), colour(rng, 90, 220))
    draw.text((margin, 30), words(rng, 3).upper(), "black", font(rng, "bold", 24))
    y = 130
    while y < SIZE[1] - 80:
        columns, tall = rng.randint(1, 3), rng.choice((30, 44, 70, 120))
        for column in range(columns):
            left = margin + column * (SIZE[0] - 2 * margin) / columns
            draw.text((left, y), words(rng, 2), "black", font(rng, "sans", 12))
            draw.rectangle((left, y + 16, left + (SIZE[0] - 2 * margin) / columns - 12, y + tall), None, "black", 1)
            if rng.random() < 0.5:
                draw.text((left + 8, y + 16), words(rng, 2), (20, 30, 110), font(rng, "hand", 22))
        y += tall + rng.randint(10, 30)
    return page


def table(rng):
    page, draw, margin = sheet(rng)
    y = paragraph(draw, rng, (margin, margin, SIZE[0] - margin, 200), "serif", 14, "black", rng.randint(1, 6)) + 20
    columns, tall = rng.randint(2, 7), rng.randint(18, 34)
    wide, bottom = (SIZE[0] - 2 * margin) / columns, rng.uniform(0.5, 0.95) * SIZE[1]
    ruled, striped, row = rng.random() < 0.5, rng.random() < 0.5, 0
    while y < bottom:
        if row == 0 or (striped and row % 2 == 0):
            draw.rectangle((margin, y, SIZE[0] - margin, y + tall), "#dfe3ea")
        for column in range(columns):
            text = word(rng) if column == 0 or row == 0 else price(rng)
            draw.text((margin + column * wide + 5, y + 3), text, "black", font(rng, "sans", 12))
        if ruled:
            draw.line((margin, y, SIZE[0] - margin, y), "black", 1)
        y, row = y + tall, row + 1
    paragraph(draw, rng, (margin, y + 20, SIZE[0] - margin, SIZE[1] - margin), "serif", 14, "black",
              rng.randint(1, 9))
    return page


def handwritten(rng):
    """A note on blank, lined or squared paper."""
    page, draw, margin = sheet(rng)
    step, ruling = rng.randint(26, 40), rng.choice(("none", "lines", "squares"))
    for at in range(0, SIZE[1], step):
        if ruling != "none":
            draw.line((0, at, SIZE[0], at), "#b8c8e0", 1)
        if ruling == "squares":
            draw.line((at, 0, at, SIZE[1]), "#b8c8e0", 1)
    y = rng.randint(40, 200)
    while y < SIZE[1] * rng.uniform(0.5, 1):
        paragraph(draw, rng, (margin + rng.uniform(-10, 30), y, SIZE[0] - margin, SIZE[1]), "hand", step - 4,
                  (25, 35, 110), 1)
        y += step * rng.choice((1, 1, 1, 2))
    return page


def slide(rng):
    page = Image.new("RGB", (800, 450), rng.choice(("white", colour(rng, 0, 255))))
    draw = ImageDraw.Draw(page)
    ink = "black" if sum(page.getpixel((0, 0))) > 380 else "white"
    draw.text((50, rng.randint(30, 70)), words(rng, 3).title(), ink, font(rng, "bold", 40))
    if rng.random() < 0.5:
        page.paste(scene(rng, (320, 240)), (rng.choice((50, 430)), 150))
    y, left = 150, rng.choice((60, 420))
    while y < rng.uniform(250, 420):
        draw.ellipse((left - 16, y + 8, left - 8, y + 16), ink)
        y = paragraph(draw, rng, (left, y, left + 330, 440), "sans", 20, ink, rng.randint(1, 2)) + 12
    return page


def scanned(page, rng):
    """As it was, or with a scanner's shade and grain."""
    if rng.random() < 0.5:
        return page
    chance = np.random.default_rng(rng.randrange(2**32))
    shade = 0.86 + 0.14 * fractal(page.size, chance, 2, 2)
    grain = chance.normal(0, 4, shade.shape)
    pixels = np.asarray(page.filter(ImageFilter.GaussianBlur(0.6)), float) * shade[..., None] + grain[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def paint(rng):
    return scanned(rng.choice((article, article, letter, form, table, handwritten, slide))(rng), rng)


def bar_code(draw, rng, left, top, right, bottom):
    x = left
    while x < right:
        wide = rng.choice((1, 2, 3, 4))
        draw.rectangle((x, top, x + wide - 1, bottom), "black")
        x += wide + rng.choice((1, 2, 3))


def paint_receipt(rng):
    """A strip of paper: the shop, what was bought, the sum, and what else shops print."""
    width, size = rng.choice((300, 360, 420)), rng.randint(13, 18)
    rows = rng.randint(3, 28)
    height = 240 + rows * round(size * 1.5) + rng.randint(60, 320)
    tone = rng.randint(225, 255)
    strip = Image.new("RGB", (width, height), (tone, tone, tone - rng.randint(0, 8)))
    draw, mono = ImageDraw.Draw(strip), font(rng, "mono", size)
    y = rng.randint(10, 40)
    if rng.random() < 0.5:
        mark = rng.randint(30, 70)
        rng.choice((draw.ellipse, draw.rectangle))((width / 2 - mark, y, width / 2 + mark, y + mark), "black")
        y += mark + 12
    draw.text((width / 2, y), words(rng, 2).upper(), "black", font(rng, "bold", size + 8), anchor="ma")
    y += size + 26
    for _ in range(rng.randint(1, 4)):
        draw.text((width / 2, y), words(rng, 3), "black", mono, anchor="ma")
        y += size * 1.3
    y += rng.randint(8, 30)
    for _ in range(rows):
        draw.text((14, y), words(rng, rng.randint(1, 2))[:20], "black", mono)
        draw.text((width - 14, y), price(rng), "black", mono, anchor="ra")
        y += size * 1.5
    draw.line((10, y + 6, width - 10, y + 6), "black", 2)
    draw.text((14, y + 14), word(rng).upper(), "black", font(rng, "bold", size + 8))
    draw.text((width - 14, y + 14), price(rng), "black", font(rng, "bold", size + 8), anchor="ra")
    y = paragraph(draw, rng, (20, y + 70, width - 20, height - 90), "mono", size, "black", rng.randint(1, 6))
    if rng.random() < 0.7 and y < height - 70:
        bar_code(draw, rng, 40, y + 14, width - 40, min(height - 20, y + 70))
    strip = scanned(strip, rng)
    if rng.random() < 0.5:
        size = width + 2 * rng.randint(10, 90), height + 2 * rng.randint(10, 60)
        table = Image.new("RGB", size, colour(rng, 20, 170))
        table.paste(strip, ((table.width - width) // 2, (table.height - height) // 2))
        return table
    return strip
