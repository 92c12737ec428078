"""Hashes, and what people and programs do to the files that hold them."""
import datetime
import json
import time

from meaning import ABSENT, EXPIRED, LISTED, REFUSED

LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64, "phash64": 16}
NO_IDS = ["-", "", "NULL", "N/A", "ORIGINAL", "none", "\\N"]
TRUE = ["true", "TRUE", "True", "t", "T", "1", "yes", "Yes", "y", "on", "ON", "X", "x", "WAHR", "VRAI",
        "TRUE ", "true\u00a0"]
FALSE = ["false", "FALSE", "False", "f", "0", "no", "No", "n", "off", "FALSCH", "FAUX", "false "]
NONSENSE = ["maybe", "?", "2", "see note", "perhaps", "Err:508", "yes/no"]
GOOD_STATUS = ["malicious", "MALICIOUS", "active", "Active", "ACTIVE", "confirmed"]
BAD_STATUS = ["benign", "Benign", "NON_MALICIOUS", "non-malicious", "false positive", "false_positive",
              "False Positive", "withdrawn", "Withdrawn", "revoked", "inactive", "deleted"]
STRANGE_STATUS = ["frobnicated", "7", "???", "s. Anlage", "blue"]
FAR_FROM_TIMES = ["soon", "31/31/2025", "TBD", "Q4", "2025-13-45", "Err:508", "1.8E+09x"]


class Dirt:
    """Draws dirt, and remembers which. A quarter of the lists are clean, some are very dirty."""

    def __init__(self, chance):
        self.chance = chance
        self.drawn = []
        # What was drawn that is not dirt.
        self.notes = []
        self.scale = chance.choice([0, 0.5, 1, 2])

    def draws(self, name, probability):
        if self.chance.random() >= probability * self.scale:
            return False
        if name not in self.drawn:
            self.drawn.append(name)
        return True

    def pick(self, name, probability, values, otherwise):
        return self.chance.choice(values) if self.draws(name, probability) else otherwise


def new_hash(chance, kind):
    """A hash as the real ones are: perceptual hashes have exactly half of their bits set."""
    bits = {"pdq": 256, "phash64": 64}.get(kind)
    if bits is None:
        return kind, chance.randbytes(LENGTHS[kind] // 2).hex()
    while True:
        value = sum(1 << bit for bit in chance.sample(range(bits), bits // 2))
        # Short decimal numbers could be hexadecimal; and some digit should be a letter.
        signed = value - (1 << 64) if value >> 63 else value
        digits = f"{value:0{bits // 4}x}"
        if kind == "pdq" or min(value, abs(signed)) > 10**17 and not digits.isdigit():
            return kind, digits


class Spelling:
    """How one list writes its hashes."""

    def __init__(self, dirt, kinds):
        chance = dirt.chance
        self.upper = dirt.draws("upper-case hexadecimal", 0.2)
        self.of64 = "hex"
        if "phash64" in kinds:
            self.of64 = chance.choice(["hex", "hex", "p:", "0x", "unsigned", "signed"])
            dirt.notes.append(f"64 bits as {self.of64}")

    def write(self, item):
        kind, digits = item
        value = int(digits, 16)
        if kind == "phash64" and self.of64 == "unsigned":
            return str(value)
        if kind == "phash64" and self.of64 == "signed":
            return str(value - (1 << 64) if value >> 63 else value)
        text = digits.upper() if self.upper else digits
        if kind == "phash64" and self.of64 in ("p:", "0x"):
            return self.of64 + text
        return text


def mangled(chance, kind, text):
    """A hash that cannot be read any more. Its length is never that of another kind."""
    ways = ["1.23E+45", text[:3] + "g" + text[4:], text + "0f1", "Err:508"]
    if kind != "phash64":
        # Shorter hexadecimal is a whole hash where 64 bits are meant: leading zeros may be missing.
        ways += [text[:-1], text[:17 + chance.randrange(10)], text[1:]]
    return chance.choice(ways)


def file_name(chance, number):
    """A name that no other record of the list has."""
    return chance.choice([
        f"n{number:04d}_robin.JPEG", f"IMG {number}.jpg", f"./a/b/{number}.png", f"Größe {number}.jpg",
        f"C:\\Pictures\\{number}.jpg", f"[{number}] (copy).jpg", f"photo,{number},x.jpg", f"写真{number}.webp",
        f"a = {number}.gif", f"#{number}.png", f"100% {number}.jpg", f"it's {number}.jpeg"])


def plain_name(chance, number):
    """A name without marks that mean something to a table."""
    return chance.choice([f"n{number:04d}_robin.JPEG", f"IMG_{number}.jpg", f"dir/{number}.png",
                          f"Größe{number}.jpg", f"写真{number}.webp"])


def dirty_name(dirt, name):
    """The name, or one that is no name to keep: not UTF-8, or longer than a file system allows."""
    if dirt.draws("name that is not UTF-8", 0.04):
        return "Gr\udcf6\udcdfe" + name
    if dirt.draws("name of 4,096 bytes", 0.02):
        return ("d/" * 2048)[:4096 - len(name)] + name
    return name


def new_id(chance, number):
    return chance.choice([f"case-{number}", f"{chance.randrange(10**9):09d}-{number}",
                          str(109501234567890100 + number), f"A1/{number:05d}",
                          f"00000000-0000-4000-8000-{number:012d}"])


def boolean(dirt, is_true, name, empty_is_false=False):
    """A truth value as people write it, and whether it was nonsense."""
    if dirt.draws(f"nonsense in {name}", 0.05):
        return dirt.chance.choice(NONSENSE), True
    values = TRUE if is_true else FALSE
    if not dirt.draws(f"words in {name}", 0.4):
        values = ["true", "1"] if is_true else ["false", "0"] + ([""] if empty_is_false else [])
    return dirt.chance.choice(values), False


def _written(chance, day, style):
    """A day in one of the ways in which the order of its parts is plain."""
    if style == "seconds":
        return str(int(day.timestamp()))
    if style == "milliseconds":
        return str(int(day.timestamp()) * 1000)
    return day.strftime(style)


PLAIN_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "seconds", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
               "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.000Z"]
OTHER_TIMES = ["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "milliseconds", "%b %d %Y", "%d-%b-%Y",
               "%d.%m.%Y %H:%M", "%Y/%m/%d"]


def moment(chance, past):
    """A time a month to six years away, on a day that cannot be a month."""
    while True:
        away = chance.randrange(30 * 86400, 6 * 365 * 86400)
        seconds = int(time.time()) + (-away if past else away)
        day = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        if day.day > 12:
            return day


def expiry(dirt, record, styles=None, name="expires"):
    """A text for when the record ends, with what that means for it; empty for never."""
    chance = dirt.chance
    if dirt.draws(f"nonsense in {name}", 0.05):
        text = chance.choice(FAR_FROM_TIMES)
        record.becomes(REFUSED, f"nonsense in {name}: {text}")
        return text
    if chance.random() < 0.4:
        return ""
    past = chance.random() < 0.5
    day = moment(chance, past)
    style = chance.choice(styles or PLAIN_TIMES)
    if styles is None and dirt.draws(f"forms of {name}", 0.5):
        style = chance.choice(OTHER_TIMES)
    if styles is None and dirt.draws(f"ambiguous {name}", 0.04):
        text = f"{chance.choice(['03', '05'])}/{chance.choice(['06', '11'])}/{day.year}"
        record.becomes(REFUSED, f"ambiguous {name}: {text}")
        return text
    text = _written(chance, day, style)
    record.expires = int(day.timestamp())
    record.becomes(EXPIRED if past else LISTED, f"{name}: {text}")
    return text


def deleted_cell(dirt, record, name):
    """Whether the source takes the record back, as a word or as the time at which it did."""
    chance = dirt.chance
    if chance.random() < 0.25:
        if name == "deleted_at" or dirt.draws(f"a date in {name}", 0.2):
            text = moment(chance, past=True).strftime(chance.choice(["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"]))
        else:
            text, nonsense = boolean(dirt, True, name)
            if nonsense:
                record.becomes(REFUSED, f"nonsense in {name}: {text}")
                return text
        record.becomes(ABSENT, f"{name}: {text}")
        return text
    if name == "deleted_at":
        if dirt.draws(f"nonsense in {name}", 0.05):
            text = chance.choice(FAR_FROM_TIMES)
            record.becomes(REFUSED, f"nonsense in {name}: {text}")
            return text
        return dirt.pick(f"NULL in {name}", 0.2, ["NULL", "\\N"], "")
    text, nonsense = boolean(dirt, False, name, empty_is_false=True)
    if nonsense:
        record.becomes(REFUSED, f"nonsense in {name}: {text}")
    return text


def flag_cell(dirt, record, name):
    """A column in which false means that the record is not for matching."""
    is_true = dirt.chance.random() < 0.75
    text, nonsense = boolean(dirt, is_true, name)
    if nonsense:
        record.becomes(REFUSED, f"nonsense in {name}: {text}")
    elif not is_true:
        record.becomes(ABSENT, f"{name}: {text}")
    return text


def status_cell(dirt, record, name):
    """A word for what the source thinks of the record."""
    chance = dirt.chance
    if dirt.draws(f"nonsense in {name}", 0.05):
        text = chance.choice(STRANGE_STATUS)
        record.becomes(REFUSED, f"nonsense in {name}: {text}")
        return text
    if chance.random() < 0.25:
        text = chance.choice(BAD_STATUS)
        record.becomes(ABSENT, f"{name}: {text}")
        return text
    return chance.choice(GOOD_STATUS)


def quality_cell(dirt, record, floats):
    """PDQ's quality; under 50 the hash says nothing."""
    chance = dirt.chance
    value = chance.choice([100, 100, chance.randrange(50, 101), 50, chance.randrange(50), 0, 49])
    text = str(value)
    if floats:
        value = chance.choice([value, value + 0.5 if value < 100 else value])
        text = f"{float(value)}"
    if value < 50:
        record.becomes(ABSENT, f"quality: {text}")
    return text


def text_of(lines, dirt, comments="#", preamble=0):
    """The file of these lines, in one of the ways in which lines end and files begin."""
    chance = dirt.chance
    lines = list(lines)
    if len(lines) > 1 and dirt.draws("byte order mark within the file", 0.05):
        place = chance.randrange(1, len(lines))
        lines[place] = "\ufeff" + lines[place]
    if dirt.draws("blank lines", 0.1):
        for _ in range(3):
            lines.insert(chance.randrange(preamble, len(lines) + 1), chance.choice(["", "", "  "]))
    if comments and dirt.draws("comments", 0.1):
        for _ in range(2):
            lines.insert(chance.randrange(preamble, len(lines) + 1), f"{comments} from the other list, v2")
    end = "\n"
    for name, other, probability in [("CRLF", "\r\n", 0.2), ("CR only", "\r", 0.05),
                                     ("U+2028 only", "\u2028", 0.03), ("NEL only", "\u0085", 0.03)]:
        if end == "\n" and dirt.draws(name, probability):
            end = other
    text = end.join(lines)
    if not dirt.draws("no line end at the end", 0.2):
        text += end
    if dirt.draws("byte order mark", 0.1):
        text = "\ufeff" + text
    return text.encode("utf-8", "surrogateescape")


def json_text(value, dirt):
    """JSON in one line or many; at times cut off, which makes a list of nothing."""
    chance = dirt.chance
    text = json.dumps(value, indent=chance.choice([None, None, 1, 2]), ensure_ascii=chance.random() < 0.5)
    if dirt.draws("CRLF", 0.1):
        text = text.replace("\n", "\r\n")
    if dirt.draws("cut off", 0.04):
        text = text[:chance.randrange(len(text) // 3, len(text))]
    if dirt.draws("byte order mark", 0.1):
        text = "\ufeff" + text
    return text.encode("utf-8", "surrogateescape")


def shuffled(dirt, members):
    """An object whose members may stand in another order."""
    if not dirt.draws("members in another order", 0.3):
        return members
    names = list(members)
    dirt.chance.shuffle(names)
    return {name: members[name] for name in names}
