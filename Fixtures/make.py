#!/usr/bin/env python3
"""Makes the pictures and the list in this folder: seeded, so that it gives the same ones again.

    pip install numpy==2.4.6 pillow==12.3.0 pdqhash==0.2.8 imagehash==4.3.2
    python3 Fixtures/make.py

Twelve pictures are painted. Six are put on the list (blocklist.csv, hashed by pdqhash from the
painted pixels), and edited copies of them uploaded in all four formats; the other six are uploaded
as strangers. expected.csv holds what pdqhash and ImageHash say of every upload that decodes.
edited/ has copies that only other views of them find. animated/ has the same three pictures as an animation in each format that has them, turned/ one
picture in each orientation that metadata can state. phash-synthetic.tsv holds ImageHash's hashes of
pixels made by rule (pdq-synthetic.tsv, the reference's, came with the project's vectors). Pillow
13.0 shrinks columns before rows in pictures higher than wide; all before it, and so the lists that
people have, rows first.
"""
import csv
import pathlib
import shutil

import imagehash
import numpy as np
import pdqhash
from PIL import Image, ImageDraw, ImageFilter, ImageOps

HERE = pathlib.Path(__file__).parent
SIZE = (400, 300)
NAMES = [
    "aurora", "basalt", "canyon", "dunes", "estuary", "fjord",
    "glacier", "heath", "island", "jungle", "kelp", "lagoon",
]


def paint(seed):
    """Soft clouds of colour with a few hard-edged shapes: detail at all the scales PDQ looks at."""
    random = np.random.default_rng(seed)
    width, height = SIZE
    picture = np.zeros((height, width, 3))
    for cells in (3, 5, 9, 17, 31):
        small = random.uniform(0, 255, (cells, cells, 3)).astype(np.uint8)
        layer = Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC)
        picture += np.asarray(layer, float) / cells**0.5
    y, x = np.mgrid[0:height, 0:width]
    for _ in range(6):
        cx, cy, r = random.uniform(0, width), random.uniform(0, height), random.uniform(20, 80)
        inside = (x - cx) ** 2 + ((y - cy) * random.uniform(0.5, 2)) ** 2 < r**2
        picture[inside] += random.uniform(-120, 120, 3)
    low, high = picture.min(), picture.max()
    return Image.fromarray(((picture - low) * 255 / (high - low)).astype(np.uint8))


def pdq(image):
    bits, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    return f"{int(''.join(str(bit) for bit in bits), 2):064x}", quality


def main():
    uploads = HERE / "uploads"
    shutil.rmtree(uploads, ignore_errors=True)
    for folder in ("2026/10", "2026/11", "broken"):
        (uploads / folder).mkdir(parents=True)
    pictures = {name: paint(seed) for seed, name in enumerate(NAMES)}

    with open(HERE / "blocklist.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["kind", "hash", "id", "label", "quality"])
        for number, name in enumerate(NAMES[:6]):
            rows.writerow(["pdq", pdq(pictures[name])[0], f"case-{number + 1}", name,
                           pdq(pictures[name])[1]])

    def half(image):
        return image.resize((SIZE[0] // 2, SIZE[1] // 2), Image.Resampling.LANCZOS)

    pictures["aurora"].save(uploads / "2026/10/aurora-recompressed.jpg", quality=20)
    half(pictures["basalt"]).save(uploads / "2026/10/basalt-half-size.jpg", quality=70)
    pictures["canyon"].quantize(128).save(uploads / "2026/10/canyon-128-colours.png")
    pictures["dunes"].save(uploads / "2026/11/dunes.webp", quality=40)
    half(pictures["estuary"]).save(uploads / "2026/11/estuary.gif")
    pictures["fjord"].convert("L").filter(ImageFilter.GaussianBlur(1)).save(
        uploads / "2026/11/fjord-grey-progressive.jpg", quality=60, progressive=True)

    pictures["glacier"].save(uploads / "glacier.jpg", quality=85)
    half(pictures["heath"]).save(uploads / "heath.png")
    pictures["island"].save(uploads / "island.webp", quality=60)
    half(pictures["jungle"]).save(uploads / "jungle.gif")
    pictures["kelp"].convert("CMYK").save(uploads / "kelp-cmyk.jpg", quality=60)
    half(pictures["lagoon"]).save(uploads / "lagoon-lossless.webp", lossless=True)

    Image.new("RGB", (64, 64), (200, 220, 240)).save(HERE / "flat.gif")

    whole = (uploads / "glacier.jpg").read_bytes()
    (uploads / "broken/cut-off.jpg").write_bytes(whole[: len(whole) * 6 // 10])
    (uploads / "broken/a-text.jpg").write_text("This is no picture, whatever its name says.\n")

    with open(HERE / "expected.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["path", "pdq", "quality", "phash64"])
        for path in sorted(uploads.rglob("*.*")):
            if path.parent.name != "broken":
                picture = Image.open(path)
                rows.writerow([path.relative_to(uploads), *pdq(picture),
                               imagehash.phash(picture.convert("RGB"))])
    animate(pictures)
    turn(pictures["island"])
    edit(pictures)
    hash_synthetic()


def animate(pictures):
    """Three frames, told apart easily; the middle one is on the list."""
    folder = HERE / "animated"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    frames = [pictures[name].resize((200, 150), Image.Resampling.LANCZOS)
              for name in ("glacier", "dunes", "kelp")]
    more = {"save_all": True, "append_images": frames[1:], "duration": 100}
    frames[0].save(folder / "three.gif", **more)
    frames[0].save(folder / "three.webp", lossless=True, **more)
    frames[0].save(folder / "three.png", **more)
    frames[0].save(folder / "three-behind-a-cover.png", default_image=True,
                   save_all=True, append_images=frames, duration=100)
    with open(HERE / "animated.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["path", "frame", "pdq", "quality"])
        for path in sorted(folder.glob("three.*")):
            picture = Image.open(path)
            for frame in range(picture.n_frames):
                picture.seek(frame)
                rows.writerow([path.name, frame + 1, *pdq(picture)])


def turn(picture):
    """Stored so that doing what the metadata says shows the picture upright."""
    folder = HERE / "turned"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    back = Image.Transpose
    undo = {2: back.FLIP_LEFT_RIGHT, 3: back.ROTATE_180, 4: back.FLIP_TOP_BOTTOM,
            5: back.TRANSPOSE, 6: back.ROTATE_90, 7: back.TRANSVERSE, 8: back.ROTATE_270}
    picture.save(folder / "upright.png")
    for number, operation in undo.items():
        exif = Image.Exif()
        exif[0x0112] = number
        ending = {2: "png", 4: "webp"}.get(number, "jpg")
        picture.transpose(operation).save(
            folder / f"orientation-{number}.{ending}", exif=exif, quality=90)


def edit(pictures):
    """Listed pictures, each edited in the way that its name says."""
    folder = HERE / "edited"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    width, height = SIZE

    def on_page(picture, left, top, right, bottom, page, ink):
        canvas = Image.new(
            "RGB", (picture.width + left + right, picture.height + top + bottom), page)
        canvas.paste(picture, (left, top))
        draw = ImageDraw.Draw(canvas)
        for line in range(6, top - 12, 14):
            draw.text((10, line), "the same picture again, and again", ink)
        return canvas

    def inset(picture, left, top, right, bottom):
        return picture.crop((round(left * width), round(top * height), round(right * width),
                             round(bottom * height)))

    copies = {
        "mirrored": pictures["aurora"].transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "turned-left": pictures["basalt"].transpose(Image.Transpose.ROTATE_90),
        "inverted": ImageOps.invert(pictures["canyon"]),
        "bordered": ImageOps.expand(pictures["dunes"], 20, "black"),
        "bordered-mirrored": ImageOps.expand(
            pictures["estuary"].transpose(Image.Transpose.FLIP_LEFT_RIGHT), 12, "white"),
        "captioned": on_page(pictures["fjord"], 0, 50, 0, 0, "white", "black"),
        "letterboxed": on_page(pictures["aurora"], 0, 0, 0, 0, "black", "black").crop(
            (0, -50, width, height + 50)),
        "screenshot": on_page(pictures["basalt"], 31, 57, 17, 23, "#202124", "white"),
        "cropped-1": inset(pictures["canyon"], 0.01, 0.01, 0.99, 0.99),
        "cropped-2": inset(pictures["dunes"], 0.02, 0.02, 0.98, 0.98),
        "cropped-right": inset(pictures["estuary"], 0, 0, 0.95, 1),
        "cropped-5": inset(pictures["glacier"], 0.05, 0.05, 0.95, 0.95),
        "rotated": pictures["fjord"].rotate(2, Image.Resampling.BICUBIC),
        "rotated-5": pictures["aurora"].rotate(-5, Image.Resampling.BICUBIC),
    }
    for name, copy in copies.items():
        copy.save(folder / f"{name}.jpg", quality=80)


def hash_synthetic():
    """ImageHash of pixels made by the rules of pdq-synthetic.tsv."""
    sizes = [(5, 5), (8, 8), (16, 9), (31, 77), (32, 32), (32, 40), (63, 64), (65, 65),
             (100, 160), (127, 129), (200, 333), (300, 5), (513, 300), (640, 480)]
    with open(HERE / "phash-synthetic.tsv", "w") as file:
        file.write("name\twidth\theight\tchannels\tphash64\n")
        for kind in ("grad", "lcg", "ramp", "disc", "const128"):
            for width, height in sizes:
                for channels in (1, 3):
                    image = Image.fromarray(synthetic(kind, width, height, channels))
                    file.write(f"{kind}\t{width}\t{height}\t{channels}\t"
                               f"{imagehash.phash(image)}\n")


def synthetic(kind, width, height, channels):
    x = np.arange(width)[None, :, None]
    y = np.arange(height)[:, None, None]
    c = np.arange(channels)[None, None, :]
    if kind == "grad":
        values = (x * 7 + y * 13 + ((x * x + y * y) >> 4) * 3 + c * 41) & 255
    elif kind == "lcg":
        values = np.empty(width * height * channels, np.uint8)
        state = 12345
        for index in range(values.size):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            values[index] = state >> 24
        values = values.reshape(height, width, channels)
    elif kind == "ramp":
        values = ((x * 255) // max(1, width - 1) + (y * 128) // max(1, height - 1) + c * 20) // 2
    elif kind == "disc":
        dx, dy = 2 * x - width, 2 * y - height
        inside = dx * dx * height * height + dy * dy * width * width
        values = np.where(inside < width * width * height * height // 2, 220 - c * 30, 40 + c * 25)
    else:
        values = np.full((height, width, channels), int(kind[5:]))
    values = np.broadcast_to(values, (height, width, channels)).astype(np.uint8)
    return values[:, :, 0] if channels == 1 else values


if __name__ == "__main__":
    main()
