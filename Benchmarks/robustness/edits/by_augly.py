"""Edits by AugLy, a library of what people do to pictures that they post.

Its last release was written for Pillow 8 and numpy 1.19. Two names that it uses are gone since; they are put
back here, where it looks for them. And it does without libmagic, a library of the system.
"""
import functools
import pathlib
import sys
import types

import augly
import numpy as np
from PIL import Image, ImageFont

from .canvas import WORDS, any_colour, either, encoded

# perspective_transform asks for numpy's alias of Python's own float, which went with numpy 1.24. AugLy is
# imported after that, since its defaults may ask for it, too.
if "float" not in vars(np):
    np.float = float


def size_of_lines(font, text):
    """The width of the longest line, and the height of all."""
    lines = text.split("\n")
    boxes = [font.getbbox(line) for line in lines]
    return max(box[2] for box in boxes), sum(box[3] for box in boxes) + 4 * (len(lines) - 1)


# meme_format asks a font for the size of a text, which Pillow 10 took out.
if not hasattr(ImageFont.FreeTypeFont, "getsize_multiline"):
    ImageFont.FreeTypeFont.getsize_multiline = size_of_lines

# It looks at the files that it opens with libmagic. Here it opens none but its own templates, at which it does
# not look: it is given an empty module.
sys.modules.setdefault("magic", types.ModuleType("magic"))

from augly import image as library  # noqa: E402 (after the three above)

ASSETS = pathlib.Path(augly.__file__).parent / "assets"
TEMPLATES = sorted((ASSETS / "screenshot_templates").glob("*.png"))
EMOJIS = sorted((ASSETS / "twemojis").glob("*/*.png"))


def by(function, **given):
    """An edit: the function with these arguments; those that are functions are drawn by the generator."""
    def edit(image, rng):
        drawn = {name: value(rng) if callable(value) else value for name, value in given.items()}
        return encoded(function(image, **drawn).convert("RGB"))
    return edit


def some_lines(rng):
    return "\n".join(" ".join(rng.choices(WORDS, k=rng.randint(2, 5))) for _ in range(rng.randint(1, 2)))


def meme(image, rng):
    return library.meme_format(image, text=some_lines(rng),
                               caption_height=round(image.height * rng.uniform(0.15, 0.5)))


def emoji(image, rng):
    """What overlay_emoji does, with an emoji that is open already."""
    return library.overlay_image(image, Image.open(rng.choice(EMOJIS)).convert("RGBA"), overlay_size=0.15,
                                 x_pos=rng.uniform(0, 0.8), y_pos=rng.uniform(0, 0.8))


def template(path, **options):
    return by(functools.partial(library.overlay_onto_screenshot, template_filepath=str(path),
                                max_image_size_pixels=4_000_000, **options))


EDITS = {
    "AugLy": {
        **{f"AugLy screenshot, {path.stem}": template(path) for path in TEMPLATES},
        **{f"AugLy screenshot, {path.stem}, scaled": template(path, resize_src_to_match_template=False)
           for path in TEMPLATES},
        "AugLy meme": lambda i, r: encoded(meme(i, r).convert("RGB")),
        "AugLy aspect ratio": by(library.change_aspect_ratio, ratio=lambda r: r.choice((0.75, 1, 1.33, 1.78))),
        "AugLy blur": by(library.blur, radius=2),
        "AugLy brightness 0.5": by(library.brightness, factor=0.5),
        "AugLy brightness 1.5": by(library.brightness, factor=1.5),
        "AugLy contrast 0.5": by(library.contrast, factor=0.5),
        "AugLy contrast 1.7": by(library.contrast, factor=1.7),
        "AugLy saturation": by(library.saturation, factor=lambda r: r.choice((0.2, 3))),
        "AugLy colour jitter": by(library.color_jitter, brightness_factor=lambda r: r.uniform(0.7, 1.3),
                                  contrast_factor=lambda r: r.uniform(0.7, 1.3),
                                  saturation_factor=lambda r: r.uniform(0.5, 1.6)),
        "AugLy greyscale": by(library.grayscale),
        "AugLy encoding quality": by(library.encoding_quality, quality=20),
        "AugLy opacity": by(library.opacity, level=0.5),
        "AugLy random noise": by(library.random_noise, seed=lambda r: r.randrange(2**32)),
        "AugLy pad": by(library.pad, w_factor=lambda r: r.uniform(0.05, 0.25),
                        h_factor=lambda r: r.uniform(0.05, 0.25), color=any_colour),
        "AugLy pad to a square": by(library.pad_square, color=any_colour),
        "AugLy pixelization": by(library.pixelization, ratio=0.3),
        "AugLy scale 0.5": by(library.scale, factor=0.5),
        "AugLy sharpen": by(library.sharpen, factor=5),
        "AugLy rotate 3": by(library.rotate, degrees=lambda r: either(r, 3)),
        "AugLy skew": by(library.skew, skew_factor=lambda r: either(r, 0.05), axis=lambda r: r.randrange(2)),
        "AugLy vflip": by(library.vflip),
        "AugLy hflip": by(library.hflip),
        "AugLy crop": by(library.crop, x1=0.02, y1=0.02, x2=0.98, y2=0.98),
        "AugLy emoji": lambda i, r: encoded(emoji(i, r).convert("RGB")),
        "AugLy stripes": by(library.overlay_stripes, line_width=0.2, line_opacity=0.4, line_color=any_colour,
                            line_angle=lambda r: r.uniform(0, 80)),
        "AugLy perspective σ 10": by(library.perspective_transform, sigma=10, seed=lambda r: r.randrange(2**32)),
        "AugLy perspective σ 20": by(library.perspective_transform, sigma=20, seed=lambda r: r.randrange(2**32)),
    },
}
