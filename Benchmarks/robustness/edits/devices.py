"""The picture on a telephone's or a browser's screen, in a layout that is drawn by lot."""
from PIL import Image, ImageDraw

from .canvas import any_colour, clouds, encoded, rounded_mask, wide, written

LIGHT = {"page": "#ffffff", "bar": "#e6e8eb", "line": "#d0d3d8", "ink": "#1c1e21"}
DARK = {"page": "#121212", "bar": "#2a2b2e", "line": "#3a3b3e", "ink": "#e6e6e6"}


def status_bar(draw, width, height, rng, ink):
    """The time, and what the battery and the aerial say."""
    size = round(height * 0.5)
    written(draw, (width * 0.06, height * 0.25, width * 0.2, 0), rng, ink, size)
    for index in range(rng.randint(2, 4)):
        right = width * 0.94 - index * size * 1.6
        draw.rectangle((right - size, height * 0.3, right, height * 0.7), outline=ink, width=2)


def block(draw, left, top, right, rng, colours):
    """A line of a feed: an avatar and writing, a row of buttons, or some lines of text. Tells where it ends."""
    kind = rng.choice(("author", "buttons", "text", "text", "rule"))
    size = rng.randint(22, 32)
    if kind == "author":
        draw.ellipse((left, top, left + 64, top + 64), any_colour(rng))
        written(draw, (left + 84, top + 4, right, 0), rng, colours["ink"], size)
        return top + 76
    if kind == "buttons":
        for index in range(rng.randint(3, 6)):
            x = left + index * 90
            shape = rng.choice((draw.ellipse, draw.rectangle))
            shape((x, top + 4, x + 42, top + 46), outline=colours["ink"], width=4)
        return top + 60
    if kind == "rule":
        draw.line((left, top + 8, right, top + 8), colours["line"], 2)
        return top + 18
    lines = rng.randint(1, 4)
    written(draw, (left, top, right, 0), rng, colours["ink"], size, lines)
    return top + round(lines * size * 1.25) + 14


def telephone_screen(image, rng):
    """An upright screen: a status bar, an application's bar or none, and the picture among other blocks."""
    colours = rng.choice((LIGHT, DARK))
    width, height = 720, rng.randint(1280, 1600)
    screen = Image.new("RGB", (width, height), colours["page"])
    draw = ImageDraw.Draw(screen)
    margin = rng.choice((0, 0, rng.randint(12, 60)))
    picture = wide(image, width - 2 * margin)
    most = round(height * 0.72)
    if picture.height > most:
        picture = picture.resize((round(picture.width * most / picture.height), most), Image.Resampling.LANCZOS)
    status = rng.randint(36, 60)
    top = status
    if rng.random() < 0.7:
        bar = rng.randint(70, 110)
        draw.rectangle((0, status, width, status + bar), colours[rng.choice(("bar", "page"))])
        written(draw, (30, status + bar * 0.3, width * 0.6, 0), rng, colours["ink"], 34)
        top += bar
    status_bar(draw, width, status, rng, colours["ink"])
    free = height - top - picture.height - 110
    place = top + round(free * rng.uniform(0.1, 0.9))
    y, low = top + 16, place - 90
    while y < low:
        y = block(draw, 30, y, width - 40, rng, colours)
    y = place + picture.height + rng.randint(14, 30)
    while y < height - 230:
        y = block(draw, 30, y, width - 40, rng, colours)
    screen.paste(picture, ((width - picture.width) // 2, place))
    if rng.random() < 0.7:
        draw.rectangle((0, height - 100, width, height), colours["bar"])
        for x in range(60, width, 150):
            draw.rectangle((x, height - 76, x + 44, height - 32), outline=colours["ink"], width=4)
    return screen


def telephone(image, rng):
    """The device itself round its screen: a dark outline with round corners on some background."""
    screen = telephone_screen(image, rng)
    rim = rng.randint(14, 40)
    body = Image.new("RGB", (screen.width + 2 * rim, screen.height + 2 * rim), rng.choice(
        ("#0a0a0a", "#1b1b1d", "#e3e3e5", "#50545c")))
    radius = rng.randint(40, 90)
    body.paste(screen, (rim, rim), rounded_mask(screen.size, radius))
    if rng.random() < 0.5:
        middle = body.width // 2
        ImageDraw.Draw(body).rounded_rectangle((middle - 90, rim + 8, middle + 90, rim + 40), 16, "black")
    margins = [rng.randint(20, 200) for _ in range(2)]
    size = (body.width + 2 * margins[0], body.height + 2 * margins[1])
    if rng.random() < 0.6:
        canvas = Image.new("RGB", size, rng.choice(("white", "#f0f0f2", "#dcdcdc", "#202024")))
    else:
        canvas = clouds(size, rng, any_colour(rng), any_colour(rng), 3)
    canvas.paste(body, tuple(margins), rounded_mask(body.size, radius + rim))
    return canvas


def tabs(draw, width, height, rng, colours):
    draw.rectangle((0, 0, width, height), colours["line"])
    x, open_, count = rng.randint(10, 90), rng.randrange(5), rng.randint(1, 5)
    each = min(260, (width - x - 60) // count)
    for tab in range(count):
        colour = colours["page" if tab == open_ % count else "bar"]
        draw.rounded_rectangle((x, 8, x + each - 6, height + 10), 9, colour)
        written(draw, (x + 16, height * 0.4, x + each - 20, 0), rng, colours["ink"], 15)
        x += each


def address_bar(draw, top, width, height, rng, colours):
    draw.rectangle((0, top, width, top + height), colours["bar"])
    for x in range(20, 20 + 34 * rng.randint(2, 4), 34):
        draw.ellipse((x, top + height * 0.3, x + height * 0.4, top + height * 0.7), outline=colours["ink"], width=2)
    draw.rounded_rectangle((170, top + 7, width * rng.uniform(0.75, 0.95), top + height - 7), height // 2,
                           colours["page"])
    written(draw, (195, top + height * 0.28, width * 0.5, 0), rng, colours["ink"], round(height * 0.38))


def browser(image, rng):
    """A window with tabs and an address bar, and a page that has the picture among text."""
    colours = rng.choice((LIGHT, DARK))
    width = rng.randint(1000, 1400)
    column = round(width * rng.uniform(0.5, 0.85))
    left = rng.choice(((width - column) // 2, round(width * 0.05), width - column - round(width * 0.05)))
    picture = wide(image, round(column * rng.uniform(0.75, 1)))
    if picture.height > 900:
        picture = picture.resize((round(picture.width * 900 / picture.height), 900), Image.Resampling.LANCZOS)
    head = rng.randint(36, 48), rng.randint(40, 56)
    above, below = rng.randint(20, 200), rng.randint(20, 260)
    canvas = Image.new("RGB", (width, sum(head) + above + picture.height + below), colours["page"])
    draw = ImageDraw.Draw(canvas)
    tabs(draw, width, head[0], rng, colours)
    address_bar(draw, head[0], width, head[1], rng, colours)
    y, place = sum(head) + 14, sum(head) + above
    while y < place - 110:
        y = block(draw, left, y, left + column, rng, colours)
    y = place + picture.height + 16
    while y < canvas.height - 130:
        y = block(draw, left, y, left + column, rng, colours)
    if rng.random() < 0.4 and left > 160:
        for y in range(sum(head) + 30, canvas.height - 60, 50):
            written(draw, (24, y, left - 30, 0), rng, colours["ink"], 17)
    draw.rectangle((width - 14, sum(head), width, canvas.height), colours["bar"])
    canvas.paste(picture, (left, place))
    return canvas


EDITS = {
    "devices": {
        "telephone screen": lambda i, r: encoded(telephone_screen(i, r)),
        "telephone frame": lambda i, r: encoded(telephone(i, r)),
        "browser frame": lambda i, r: encoded(browser(i, r)),
    },
}
