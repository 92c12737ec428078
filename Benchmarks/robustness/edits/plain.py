"""One thing done to a picture that leaves its frame alone: recompressed, resized, turned."""
from PIL import Image, ImageOps

from .canvas import encoded, scaled

TURN = Image.Transpose

ORIENTATIONS = {
    "mirrored": TURN.FLIP_LEFT_RIGHT,
    "upside down, mirrored": TURN.FLIP_TOP_BOTTOM,
    "turned 90 degrees": TURN.ROTATE_90,
    "turned 180 degrees": TURN.ROTATE_180,
    "turned 270 degrees": TURN.ROTATE_270,
    "transposed": TURN.TRANSPOSE,
    "transversed": TURN.TRANSVERSE,
}


def exif_rotated(image):
    """The pixels turned, and EXIF told so: shown, it is the same picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(image.transpose(TURN.ROTATE_90), exif=exif)


def in_orientation(name, before=lambda image: image):
    return lambda image, rng: encoded(before(image).transpose(ORIENTATIONS[name]))


EDITS = {
    "as it was": {
        "identity": lambda i, r: encoded(i, quality=95),
    },
    "recompressed": {
        "JPEG 50": lambda i, r: encoded(i, quality=50),
        "JPEG 20": lambda i, r: encoded(i, quality=20),
        "JPEG 10": lambda i, r: encoded(i, quality=10),
        "WebP 50": lambda i, r: encoded(i, "WEBP", quality=50),
        "GIF, 256 colours": lambda i, r: encoded(i.quantize(256), "GIF"),
    },
    "resized": {
        "resized 0.5": lambda i, r: encoded(scaled(i, 0.5)),
        "resized 0.25": lambda i, r: encoded(scaled(i, 0.25)),
        "resized 2": lambda i, r: encoded(scaled(i, 2)),
        "stretched to a square": lambda i, r: encoded(i.resize((400, 400), Image.Resampling.BICUBIC)),
    },
    "turned": {
        **{name: in_orientation(name) for name in ORIENTATIONS},
        "EXIF-rotated": lambda i, r: exif_rotated(i),
    },
    "inverted and turned": {
        f"inverted + {name}": in_orientation(name, ImageOps.invert) for name in ORIENTATIONS
    },
}
