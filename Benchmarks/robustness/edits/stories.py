"""An upright canvas that is the picture's own copy, enlarged and blurred or darkened, and the picture over it."""
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from .canvas import encoded, wide, written

SIZE = (720, 1280)


def backdrop(image, rng):
    """The picture's copy, large enough to cover all of the canvas, blurred."""
    cover = ImageOps.fit(image, SIZE, Image.Resampling.BICUBIC)
    return cover.filter(ImageFilter.GaussianBlur(rng.uniform(14, 30)))


def story(image, rng, margin=0.0, darkened=False):
    canvas = backdrop(image, rng)
    if darkened:
        canvas = ImageEnhance.Brightness(canvas).enhance(rng.uniform(0.3, 0.6))
    picture = wide(image, round(SIZE[0] * (1 - 2 * margin)))
    if picture.height > SIZE[1] * 0.92:
        picture = picture.resize((round(picture.width * SIZE[1] * 0.92 / picture.height), round(SIZE[1] * 0.92)),
                                 Image.Resampling.LANCZOS)
    top = round((SIZE[1] - picture.height) * rng.uniform(0.35, 0.65))
    canvas.paste(picture, ((SIZE[0] - picture.width) // 2, top))
    if rng.random() < 0.3:
        written(ImageDraw.Draw(canvas), (60, top + picture.height + 20, SIZE[0] - 60, 0), rng, "white", 34)
    return canvas


EDITS = {
    "stories": {
        "story over blurred copy": lambda i, r: encoded(story(i, r)),
        "story over darkened copy": lambda i, r: encoded(story(i, r, darkened=True)),
        "inset over blurred copy": lambda i, r: encoded(story(i, r, margin=r.uniform(0.05, 0.15))),
    },
}
