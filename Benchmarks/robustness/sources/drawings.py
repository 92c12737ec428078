"""Line art and cartoons on white or on flat colours: nothing has a texture."""
import math

from PIL import Image, ImageDraw

from .ink import colour, paragraph


def canvas(rng, background=None):
    size = rng.choice(((500, 400), (400, 500), (480, 480), (640, 400)))
    picture = Image.new("RGB", size, background or "white")
    return picture, ImageDraw.Draw(picture)


def figure(draw, rng, x, y, height, outline="black"):
    """A cartoon's person or animal, standing on (x, y)."""
    line = max(2, round(height / 70))
    fill = rng.choice(("white", colour(rng, 90, 255)))
    head, body = height * rng.uniform(0.17, 0.26), height * rng.uniform(0.3, 0.42)
    hips = y - height + 2 * head + body
    wide = height * rng.uniform(0.1, 0.22)
    for side in (-1, 1):
        foot = x + side * wide * rng.uniform(0.4, 1.6)
        draw.line((x + side * wide * 0.5, hips, foot, y), outline, 2 * line)
        draw.line((foot, y, foot + side * height * 0.06, y), outline, 2 * line)
        hand = (x + side * height * rng.uniform(0.15, 0.4), y - height * rng.uniform(0.25, 0.9))
        draw.line((x + side * wide * 0.7, hips - body * 0.8, *hand), outline, 2 * line)
    shape = rng.choice((draw.ellipse, draw.rectangle))
    shape((x - wide, hips - body, x + wide, hips), fill, outline, line)
    top = hips - body - 2 * head
    if rng.random() < 0.6:
        for side in (-1, 1):
            ear, tall = x + side * head * 0.7, head * rng.uniform(0.4, 1.4)
            draw.polygon(((ear - head * 0.3, top + head * 0.5), (ear + side * head * 0.2, top - tall + head * 0.4),
                          (ear + head * 0.3, top + head * 0.5)), fill, outline)
    draw.ellipse((x - head, top, x + head, top + 2 * head), rng.choice(("white", fill)), outline, line)
    eye = head * rng.uniform(0.08, 0.25)
    for side in (-1, 1):
        ex, ey = x + side * head * 0.38, top + head * 0.85
        draw.ellipse((ex - eye, ey - eye, ex + eye, ey + eye), rng.choice(("black", "white")), outline, line)
    mouth = (x - head * 0.4, top + head * 1.1, x + head * 0.4, top + head * 1.6)
    draw.arc(mouth, *rng.choice(((10, 170), (190, 350))), outline, line)


def cartoon(rng):
    picture, draw = canvas(rng, rng.choice(("white", colour(rng, 180, 255))))
    width, height = picture.size
    if rng.random() < 0.5:
        draw.rectangle((0, height * 0.8, width, height), colour(rng, 120, 230))
    count = rng.randint(1, 4)
    for place in range(count):
        figure(draw, rng, width * (place + 0.5) / count + rng.uniform(-20, 20), height * rng.uniform(0.85, 0.95),
               height * rng.uniform(0.45, 0.8))
    return picture


def plant(rng):
    """A tree, branch by branch."""
    picture, draw = canvas(rng)
    width, height = picture.size
    spread, shrink, depth = rng.uniform(0.25, 0.7), rng.uniform(0.66, 0.8), rng.randint(6, 9)
    leaf = rng.choice((None, colour(rng, 60, 220)))

    def branch(x, y, angle, length, left):
        end = (x + length * math.sin(angle), y - length * math.cos(angle))
        draw.line((x, y, *end), "black", max(1, left))
        if left == 0:
            if leaf:
                draw.ellipse((end[0] - 5, end[1] - 5, end[0] + 5, end[1] + 5), leaf)
            return
        for side in (-1, 1):
            if left > depth - 2 or rng.random() < 0.93:
                branch(*end, angle + side * spread * rng.uniform(0.6, 1.4),
                       length * shrink * rng.uniform(0.85, 1.15), left - 1)

    branch(width * rng.uniform(0.35, 0.65), height * 0.97, rng.uniform(-0.15, 0.15), height * 0.24, depth)
    return picture


def rosette(rng):
    """A curve that two turning wheels draw."""
    picture, draw = canvas(rng)
    width, height = picture.size
    for _ in range(rng.randint(1, 3)):
        first, second, share = rng.randint(2, 9), rng.randint(5, 31), rng.uniform(0.2, 0.7)
        radius = min(width, height) * rng.uniform(0.25, 0.48)
        points = []
        for step in range(1500):
            angle = 2 * math.pi * step / 1500
            x = (1 - share) * math.cos(first * angle) + share * math.cos(second * angle)
            y = (1 - share) * math.sin(first * angle) - share * math.sin(second * angle)
            points.append((width / 2 + radius * x, height / 2 + radius * y))
        draw.line(points, rng.choice(("black", colour(rng, 0, 180))), rng.randint(1, 4))
    return picture


def houses(rng):
    """A row of houses in outline."""
    picture, draw = canvas(rng)
    width, height = picture.size
    ground, x = height * rng.uniform(0.75, 0.9), 15
    draw.line((0, ground, width, ground), "black", 3)
    while x < width - 60:
        wide, tall = rng.randint(60, 150), rng.randint(70, 220)
        fill = rng.choice(("white", "white", colour(rng, 150, 250)))
        draw.rectangle((x, ground - tall, x + wide, ground), fill, "black", 3)
        draw.polygon(((x - 8, ground - tall), (x + wide * rng.uniform(0.2, 0.8), ground - tall - rng.randint(20, 90)),
                      (x + wide + 8, ground - tall)), rng.choice(("white", colour(rng, 90, 220))), "black")
        for left in range(round(x) + 12, round(x) + wide - 25, 38):
            for top in range(round(ground) - tall + 15, round(ground) - 50, 46):
                draw.rectangle((left, top, left + 22, top + 28), "white", "black", 2)
                draw.line((left + 11, top, left + 11, top + 28), "black", 1)
        x += wide + rng.randint(0, 50)
    sun = rng.randint(20, 45)
    cx, cy = rng.uniform(0.1, 0.9) * width, rng.uniform(0.08, 0.2) * height
    draw.ellipse((cx - sun, cy - sun, cx + sun, cy + sun), rng.choice(("white", "#ffd84a")), "black", 3)
    return picture


def comic(rng):
    """A page of panels with figures and what they say."""
    picture, draw = canvas(rng)
    width, height = picture.size
    rows = rng.randint(1, 3)
    for row in range(rows):
        columns = rng.randint(1, 3)
        cuts = [0, *sorted(rng.uniform(0.25, 0.75) for _ in range(columns - 1)), 1]
        for left, right in zip(cuts, cuts[1:]):
            box = (8 + left * (width - 16) + 4, 8 + row * (height - 16) / rows + 4, 8 + right * (width - 16) - 4,
                   8 + (row + 1) * (height - 16) / rows - 4)
            if box[2] - box[0] < 60:
                continue
            draw.rectangle(box, rng.choice(("white", colour(rng, 170, 255))), "black", 3)
            tall = box[3] - box[1]
            for _ in range(rng.randint(1, 2)):
                figure(draw, rng, rng.uniform(box[0] + 30, box[2] - 30), box[3] - 6, tall * rng.uniform(0.4, 0.6))
            bubble = (box[0] + 10, box[1] + 8, box[0] + (box[2] - box[0]) * rng.uniform(0.6, 0.9),
                      box[1] + tall * 0.28)
            draw.rounded_rectangle(bubble, 14, "white", "black", 2)
            paragraph(draw, rng, (bubble[0] + 10, bubble[1] + 5, bubble[2] - 8, bubble[3]), "sans", 13, "black")
    return picture


def paint(rng):
    return rng.choice((cartoon, cartoon, plant, rosette, houses, comic))(rng)
