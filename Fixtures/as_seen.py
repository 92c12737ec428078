#!/usr/bin/env python3
"""Makes the pictures in as-seen/: each shows the same painting in a browser, or holds it besides what it shows, and
stores other pixels. Seeded; as-seen.csv has the painting's hash by pdqhash.

    pip install numpy==2.4.6 pillow==12.3.0 pdqhash==0.2.8 imagehash==4.3.2 pillow-heif==1.8.1
    apt-get install libjxl-tools libavif-bin
    python3 Fixtures/as_seen.py
"""
import io
import pathlib
import shutil
import struct
import subprocess
import zlib

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from make import paint, pdq

HERE = pathlib.Path(__file__).parent / "as-seen"
SIZE = (320, 240)
# The half sum of an ICC profile's colours: sRGB's primaries, adapted to D50.
PRIMARIES = {"r": (0.4360, 0.2225, 0.0139), "g": (0.3851, 0.7169, 0.0971), "b": (0.1431, 0.0606, 0.7141)}
WHITE = (0.9642, 1.0, 0.8249)


def main():
    pillow_heif.register_heif_opener()
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    shown = tiles(77)
    other = paint(78).resize(SIZE)
    grey = shown.convert("L")
    hash_of_shown, _ = pdq(shown)
    (HERE.parent / "as-seen.csv").write_text(f"pdq,id\n{hash_of_shown},shown\n")
    transparency(grey)
    colours(shown, grey)
    several(shown, other)
    formats(shown, grey)
    unusual(shown, grey)


def tiles(seed):
    """Tiles of any tones: enough contrast to be told when it is dimmed to a fifth."""
    tones = np.random.default_rng(seed).integers(0, 256, (12, 16), np.uint8)
    return Image.fromarray(np.kron(tones, np.ones((20, 20), np.uint8))).convert("RGB")


# Transparent pixels that let a white page through.

def transparency(grey):
    black, alpha = Image.new("L", SIZE), ImageOps.invert(grey)
    Image.merge("RGBA", [black, black, black, alpha]).save(HERE / "alpha.png")
    Image.merge("LA", [black, alpha]).save(HERE / "grey-alpha.png")
    palette = alpha.point(lambda tone: tone // 16)
    indices = Image.frombytes("P", SIZE, palette.tobytes())
    indices.putpalette([0] * 768)
    indices.save(HERE / "palette.png", transparency=bytes(17 * index for index in range(16)))
    Image.merge("RGBA", [black, black, black, alpha]).save(HERE / "lossless.webp", lossless=True, exact=True)
    Image.merge("RGBA", [black, black, black, alpha]).save(HERE / "lossy.webp", quality=80)
    stencil = Image.frombytes("P", SIZE, grey.convert("1").convert("L").point(lambda tone: tone & 1).tobytes())
    stencil.putpalette([0] * 768)
    stencil.save(HERE / "stencil.gif", transparency=1)
    (HERE / "alpha.bmp").write_bytes(bmp(alpha))


def bmp(alpha):
    """Black pixels of 32 bits with a mask for alpha, bottom row first."""
    tones = np.asarray(alpha).astype("<u4") << 24
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, *SIZE, 1, 32, 3, tones.size * 4, 2835, 2835, 0, 0)
    header += masks + b"BGRs" + bytes(48)
    size = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", size + tones.size * 4, 0, 0, size) + header + tones[::-1].tobytes()


# Numbers that mean other colours.

def profile(curve, colours):
    """An ICC profile of version 2 with one curve for all: 256 numbers of 16 bits, from stored to light."""
    def xyz(values):
        return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    data = b"curv" + bytes(4) + struct.pack(">I", 256) + struct.pack(">256H", *curve)
    text = b"text" + bytes(4) + b"public domain\0"
    description = b"desc" + bytes(4) + struct.pack(">I", 2) + b"p\0" + bytes(78)
    tags = [(b"wtpt", xyz(WHITE)), (b"cprt", text), (b"desc", description)]
    if colours:
        tags += [(f"{name}XYZ".encode(), xyz(values)) for name, values in PRIMARIES.items()]
        tags += [(f"{name}TRC".encode(), data) for name in PRIMARIES]
    else:
        tags.append((b"kTRC", data))
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    size = start + len(body)
    space = b"RGB " if colours else b"GRAY"
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += b"".join(struct.pack(">i", round(value * 65536)) for value in WHITE)
    return header + bytes(128 - len(header)) + table + body


def light(tone):
    tone = tone / 255
    return tone / 12.92 if tone <= 0.04045 else ((tone + 0.055) / 1.055) ** 2.4


def colours(shown, grey):
    # The picture in every sixth step of the lowest 40 levels, out of order, so that no monotone view finds it.
    order = [7 * level % 40 for level in range(40)]
    curve = [0] * 256
    for level, place in enumerate(order):
        curve[place] = round(65535 * light(level * 255 / 39))
    scrambled = grey.point(lambda tone: order[round(tone * 39 / 255)])
    dark = Image.merge("RGB", [scrambled] * 3)
    for_colours, for_greys = profile(curve, True), profile(curve, False)
    dark.save(HERE / "profile.png", icc_profile=for_colours)
    scrambled.save(HERE / "grey-profile.png", icc_profile=for_greys)
    dark.save(HERE / "profile.webp", lossless=True, icc_profile=for_colours)
    empty = Image.new("L", SIZE)
    gamma(grey)
    # Inks, with the picture in black, and no word that they are stored inverted.
    full = Image.new("L", SIZE, 255)
    file = io.BytesIO()
    inks = Image.merge("CMYK", [full, full, full, grey]).point(lambda ink: 255 - ink)
    inks.save(file, "JPEG", quality=90)
    (HERE / "inks.jpg").write_bytes(without_adobe(file.getvalue()))
    # Y is 0: only what clips is seen.
    red = grey.point(lambda tone: 128 + tone // 2)
    Image.merge("YCbCr", [empty, Image.new("L", SIZE, 128), red]).save(
        HERE / "clipped.jpg", quality=95, subsampling=0)


def gamma(grey):
    """A PNG whose numbers are the tenth root of light."""
    stored = grey.point(lambda tone: round(255 * light(tone) ** 0.1))
    file = io.BytesIO()
    stored.save(file, "PNG")
    data = file.getvalue()
    body = b"gAMA" + struct.pack(">I", 10_000)
    chunk = struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body))
    (HERE / "gamma.png").write_bytes(data[:33] + chunk + data[33:])


def without_adobe(jpeg):
    start = jpeg.index(b"\xff\xee")
    return jpeg[:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2:start + 4], "big"):]


# Other pictures in the same file.

def several(shown, other):
    other.save(HERE / "second.mpo", "MPO", save_all=True, append_images=[shown], quality=85)
    file = io.BytesIO()
    shown.save(file, "JPEG", quality=60)
    other.save(HERE / "thumbnail.jpg", quality=85, exif=exif(file.getvalue()))
    file = io.BytesIO()
    other.save(file, "PNG")
    behind = io.BytesIO()
    shown.save(behind, "JPEG", quality=85)
    (HERE / "behind.png").write_bytes(file.getvalue() + behind.getvalue())
    # The small one comes first; browsers show the large one.
    small, large = other.resize((32, 32)), shown.resize((256, 192)).crop((0, 0, 256, 192))
    (HERE / "icon.ico").write_bytes(icon([small, large.resize((256, 256))]))
    (HERE / "pages.tif").write_bytes(tiff([other.convert("L"), shown.convert("L")]))
    film = Image.frombytes("P", SIZE, shown.convert("L").tobytes())
    film.putpalette([tone for tone in range(256) for _ in range(3)])
    file = io.BytesIO()
    film.save(file, "GIF")
    data = bytearray(file.getvalue())
    # A screen of 20 × 20 pixels for a frame of 320 × 240.
    data[6:10] = struct.pack("<HH", 20, 20)
    (HERE / "small-screen.gif").write_bytes(bytes(data))
    # A telephone's picture with a place, and its video behind it.
    file = io.BytesIO()
    shown.save(file, "JPEG", quality=85, exif=place())
    video = struct.pack(">I", 24) + b"ftypmp42" + bytes(4) + b"isommp42" + struct.pack(">I", 64) + b"mdat" + bytes(56)
    (HERE / "motion.jpg").write_bytes(file.getvalue() + video)


def tiff(pages):
    """Pages of grey pixels, each in one strip, deflated."""
    data = b"II*\0" + struct.pack("<I", 8)
    for number, page in enumerate(pages):
        strip = zlib.compress(page.tobytes(), 9)
        start = len(data) + 2 + 9 * 12 + 4
        after = start + len(strip)
        tags = [(256, page.width), (257, page.height), (258, 8), (259, 8), (262, 1), (273, start), (277, 1),
                (278, page.height), (279, len(strip))]
        data += struct.pack("<H", len(tags))
        for tag, value in tags:
            data += struct.pack("<HHII", tag, 4, 1, value)
        data += struct.pack("<I", after if number + 1 < len(pages) else 0) + strip
    return data


def exif(thumbnail):
    """Two directories: an empty one, and that of the thumbnail."""
    tags = [(0x0103, 3, 6), (0x0201, 4, 56), (0x0202, 4, len(thumbnail))]
    second = struct.pack("<H", len(tags))
    for tag, kind, value in tags:
        second += struct.pack("<HHII", tag, kind, 1, value)
    head = b"II*\0" + struct.pack("<IHI", 8, 0, 14) + second + struct.pack("<I", 0)
    return b"Exif\0\0" + head + thumbnail


def place():
    data = Image.Exif()
    data.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return data


def icon(pictures):
    entries, content = b"", b""
    for picture in pictures:
        file = io.BytesIO()
        picture.save(file, "PNG")
        start = 6 + 16 * len(pictures) + len(content)
        sides = bytes(side & 255 for side in picture.size)
        entries += sides + struct.pack("<BBHHII", 0, 0, 1, 24, len(file.getvalue()), start)
        content += file.getvalue()
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + content


# Formats of telephones and browsers.

def formats(shown, grey):
    shown.save(HERE / "plain.avif", quality=70)
    black = Image.new("L", SIZE)
    Image.merge("RGBA", [black, black, black, ImageOps.invert(grey)]).save(HERE / "alpha.avif", quality=80)
    shown.save(HERE / "plain.heic", quality=60)
    source = HERE / "source.png"
    shown.save(source)
    subprocess.run(["cjxl", source, HERE / "plain.jxl", "--quiet", "-q", "85"], check=True, capture_output=True)
    source.unlink()
    indices = shown.convert("L")
    (HERE / "runs.bmp").write_bytes(runs(np.asarray(indices) // 8 * 8))
    (HERE / "plain.tif").write_bytes(tiff([shown.convert("L")]))


def runs(tones):
    """A BMP of 8 bits in runs, bottom row first."""
    data = b""
    for row in tones[::-1]:
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end] == row[start] and end - start < 255:
                end += 1
            data += bytes([end - start, row[start]])
            start = end
        data += b"\0\0"
    data += b"\0\1"
    palette = b"".join(bytes([tone, tone, tone, 0]) for tone in range(256))
    header = struct.pack("<IiiHHIIiiII", 40, *SIZE, 1, 8, 1, len(data), 2835, 2835, 256, 0)
    size = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", size + len(data), 0, 0, size) + header + palette + data




# What libraries read otherwise than browsers do, or not at all.

def unusual(shown, grey):
    # A negative by its profile: the darkest number is the brightest light. Dimmed, so that its darkest colour is not black.
    curve = [round(65535 * (1 - number / 255)) for number in range(256)]
    negative = grey.point(lambda tone: round(255 * (1 - 0.33 * light(tone))))
    Image.merge("RGB", [negative] * 3).save(HERE / "negative.png", icc_profile=profile(curve, True))
    # Linear light, which only the AV1 stream says: the box of the file that says it is another's by name.
    source = HERE / "source.png"
    shown.point([round(255 * light(tone)) for tone in range(256)] * 3).save(source)
    target = HERE / "unlabelled.avif"
    subprocess.run(["avifenc", "--min", "4", "--max", "12", "--cicp", "1/8/6", source, target], check=True,
                   capture_output=True)
    source.unlink()
    target.write_bytes(target.read_bytes().replace(b"colr", b"free"))
    # Colours under an alpha of 0, not multiplied by it.
    (HERE / "under-alpha.tif").write_bytes(under_alpha(grey))


def under_alpha(grey):
    """Red, green and blue with an alpha channel of zeros, in one strip, deflated."""
    tones = np.asarray(grey)
    strip = zlib.compress(np.stack([tones, tones, tones, np.zeros_like(tones)], 2).tobytes(), 9)
    # The bits of four numbers lie behind the directory, and the strip behind them.
    bits = 8 + 2 + 11 * 12 + 4
    tags = [(256, 4, 1, SIZE[0]), (257, 4, 1, SIZE[1]), (258, 3, 4, bits), (259, 3, 1, 8), (262, 3, 1, 2),
            (273, 4, 1, bits + 8), (277, 3, 1, 4), (278, 4, 1, SIZE[1]), (279, 4, 1, len(strip)), (284, 3, 1, 1),
            (338, 3, 1, 2)]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I4H", 0, 8, 8, 8, 8) + strip


if __name__ == "__main__":
    main()
