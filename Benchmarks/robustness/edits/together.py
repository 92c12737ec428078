"""What people do two or three of at once, chosen by hand; pairs drawn by lot are the work of pairs.py."""
from PIL import Image

from .borders import bordered, cropped_all_round
from .canvas import encoded, scaled
from .captions import captioned

TURN = Image.Transpose


def mirrored(image):
    return image.transpose(TURN.FLIP_LEFT_RIGHT)


EDITS = {
    "two at once": {
        "resized 0.5 + JPEG 50": lambda i, r: encoded(scaled(i, 0.5), quality=50),
        "mirrored + JPEG 30 + resized 0.5": lambda i, r: encoded(scaled(mirrored(i), 0.5), quality=30),
        "mirrored + border 5 %": lambda i, r: encoded(bordered(mirrored(i), 0.05, "black")),
        "border 5 % + JPEG 30 + resized 0.5": lambda i, r: encoded(
            scaled(bordered(i, 0.05, "black"), 0.5), quality=30),
        "mirrored + caption above": lambda i, r: encoded(captioned(mirrored(i), r)),
        "crop 2 % + JPEG 50 + resized 0.5": lambda i, r: encoded(
            scaled(cropped_all_round(i, 0.02), 0.5), quality=50),
        "mirrored + crop 2 %": lambda i, r: encoded(cropped_all_round(mirrored(i), 0.02), quality=50),
        "crop 2 % + border 5 %": lambda i, r: encoded(
            bordered(cropped_all_round(i, 0.02), 0.05, r.choice(("black", "white")))),
        "crop 2 % + caption": lambda i, r: encoded(captioned(cropped_all_round(i, 0.02), r)),
        "turned 90 degrees + crop 2 %": lambda i, r: encoded(
            cropped_all_round(i.transpose(TURN.ROTATE_90), 0.02)),
        "border 5 % + turned 90 degrees": lambda i, r: encoded(
            bordered(i, 0.05, r.choice(("black", "white"))).transpose(TURN.ROTATE_90)),
        "caption + turned 180 degrees": lambda i, r: encoded(captioned(i, r).transpose(TURN.ROTATE_180)),
    },
}
