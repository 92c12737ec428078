"""Text, logos, and the plainest screenshots."""
from PIL import Image, ImageDraw, ImageFont

from .canvas import any_colour, encoded, wide, written


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


def post(image, rng):
    """A post in a feed on a telephone: the picture takes the whole width."""
    dark = rng.random() < 0.5
    page, line, ink = ("#000000", "#262626", "#f5f5f5") if dark else ("#ffffff", "#dbdbdb", "#111111")
    width = 720
    picture = wide(image, width)
    height = max(1480, picture.height + 460)
    canvas = Image.new("RGB", (width, height), page)
    draw = ImageDraw.Draw(canvas)
    written(draw, (30, 12, 300, 0), rng, ink, 26)
    draw.text((width - 110, 12), "12:47", ink, ImageFont.load_default(26))
    draw.line((0, 120, width, 120), line, 2)
    top = rng.randint(200, min(420, height - picture.height - 240))
    draw.ellipse((24, top - 84, 92, top - 16), any_colour(rng))
    written(draw, (110, top - 66, 420, 0), rng, ink, 30)
    canvas.paste(picture, (0, top))
    below = top + picture.height
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
    draw.rectangle((left, top, left + width, top + height), any_colour(rng))
    written(draw, (left + 4, top + 4, left + width, 0), rng, "white", max(8, height // 4))
    return image


EDITS = {
    "captioned": {
        "caption above": lambda i, r: encoded(captioned(i, r)),
        "caption below": lambda i, r: encoded(captioned(i, r, 0.2, below=True)),
        "screenshot of a viewer": lambda i, r: encoded(screenshot(i, r)),
        "screenshot of a telephone": lambda i, r: encoded(post(i, r)),
        "logo, 5 % in the corner": lambda i, r: encoded(watermarked(i, r, 0.05, centre=False)),
        "logo, 10 % in the middle": lambda i, r: encoded(watermarked(i, r, 0.1, centre=True)),
    },
}
