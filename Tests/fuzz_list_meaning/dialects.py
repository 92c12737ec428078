"""Lists in every dialect that is read, written from records whose meaning is known.

A generator takes the dirt to draw from and returns a case. `DIALECTS` has them by name.
"""
import html
import json

import dirt as dirty
from dirt import Spelling, deleted_cell, dirty_name, expiry, file_name, flag_cell, json_text, mangled
from dirt import new_hash, new_id, plain_name, quality_cell, shuffled, status_cell, text_of
from meaning import ABSENT, REFUSED, UNSUPPORTED, Case, Record

DIGESTS = ["md5", "sha1", "sha256"]


def _count(chance, least=1):
    return max(least, chance.choice([1, 2, 3, 4, 5, 6, 8, 12, 20]))


def _uuid(chance):
    return f"{chance.randrange(1 << 32):08x}-0000-4000-8000-{chance.randrange(1 << 48):012x}"


def _kinds(dirt, choices=None):
    """The kinds of hash in a list without names of kinds, and the option that states one."""
    chance = dirt.chance
    kinds = chance.choice(choices or [["md5"], ["sha1"], ["md5", "sha1"], ["sha256"], ["pdq"], ["pdq"],
                                      ["phash64"]])
    stated = kinds[0] in ("sha256", "pdq", "phash64") or len(kinds) == 1 and chance.random() < 0.3
    return kinds, ["--kind", kinds[0]] if stated else []


def _mangle_one(dirt, records, texts):
    """Spoils a hash, of which nothing must be listed then."""
    if not dirt.draws("mangled hash", 0.15):
        return
    place = dirt.chance.randrange(len(records))
    kind = records[place].hashes[0][0]
    texts[place] = mangled(dirt.chance, kind, texts[place])
    records[place].becomes(REFUSED, f"mangled hash: {texts[place]}")


def _repeat_one(dirt, lines):
    if dirt.draws("row twice", 0.08):
        lines.insert(dirt.chance.randrange(len(lines) + 1), dirt.chance.choice(lines))


def _records_and_texts(dirt, kinds, least=1):
    chance = dirt.chance
    records = [Record([new_hash(chance, chance.choice(kinds))]) for _ in range(_count(chance, least))]
    spelling = Spelling(dirt, kinds)
    texts = [spelling.write(record.hashes[0]) for record in records]
    _mangle_one(dirt, records, texts)
    return records, texts


def _padded(dirt, lines):
    if dirt.draws("blanks around lines", 0.08):
        blanks = ["", " ", "\t", "   "]
        return [dirt.chance.choice(blanks) + line + dirt.chance.choice(blanks) for line in lines]
    return lines


def hashes_alone(dirt):
    """`hash`, a line each."""
    kinds, arguments = _kinds(dirt)
    records, lines = _records_and_texts(dirt, kinds)
    if dirt.draws("trailing delimiters", 0.08):
        lines = [line + dirt.chance.choice([",,", ";;", ","]) for line in lines]
    _repeat_one(dirt, lines)
    return Case("hashes alone", text_of(_padded(dirt, lines), dirt), records, arguments, dirt.drawn)


def hashes_with_ids(dirt):
    """`hash,id` without a header, with other delimiters and quotes, and with what is no id."""
    chance = dirt.chance
    kinds, arguments = _kinds(dirt)
    records, texts = _records_and_texts(dirt, kinds, least=5)
    delimiter = chance.choice([",", ",", ";", "\t", " ", "|", ", "])
    ids = [new_id(chance, number) for number in range(len(records))]
    not_ids = set()
    if dirt.draws("no ids", 0.15):
        word = chance.choice(dirty.NO_IDS)
        ids = [word if chance.random() < 0.8 else name for name in ids]
        not_ids = {word.lower()}
    elif dirt.draws("one remark on every line", 0.1):
        word = chance.choice(["csam", "see ticket", "2026-11", "blocked by HQ"])
        ids = [word] * len(ids)
        not_ids = {word.lower()}
    elif dirt.draws("odd names", 0.1):
        ids = [dirty_name(dirt, name) for name in ids]
    for record, name in zip(records, ids):
        record.id = None if name.lower() in not_ids else name
    quote = '"' if delimiter in ",;\t" and dirt.draws("quoted", 0.15) else ""
    tail = dirt.pick("trailing delimiters", 0.1, [delimiter.strip(" ") * 2], "")
    lines = [f"{quote}{text}{quote}{delimiter}{quote}{name}{quote}{tail}" for text, name in zip(texts, ids)]
    _repeat_one(dirt, lines)
    dirt.notes.append(f"delimiter {delimiter!r}")
    return Case("hash,id", text_of(_padded(dirt, lines), dirt), records, arguments, dirt.drawn, not_ids)


def _escaped(name):
    """A name as coreutils writes it, and the mark before the line if it had to be escaped."""
    text = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return ("\\" if text != name else ""), text


def _sum_name(dirt, number):
    name = dirty_name(dirt, file_name(dirt.chance, number))
    if dirt.draws("line break in a name", 0.08):
        name = f"a\n{name}"
    return name


def checksums(dirt):
    """What md5sum and its like print: `hash  name`, `hash *name`, `\\hash  na\\nme`; `-` is no name."""
    chance = dirt.chance
    kinds, arguments = _kinds(dirt, [["md5"], ["sha1"], ["sha256"]])
    records, texts = _records_and_texts(dirt, kinds)
    lines = []
    all_of_input = dirt.draws("sums of standard input", 0.15)
    for number, text in enumerate(texts):
        mark, name = _escaped("-" if all_of_input else _sum_name(dirt, number))
        lines.append(f"{mark}{text} {chance.choice(' *')}{name}")
    _repeat_one(dirt, lines)
    return Case("checksums", text_of(lines, dirt), records, arguments, dirt.drawn, {"-", "*-"})


def bsd_checksums(dirt):
    """`MD5 (name) = hash`, as BSD's programs and `--tag` print them."""
    kinds = dirt.chance.choice([["md5"], ["sha1"], ["sha256"], DIGESTS])
    records, texts = _records_and_texts(dirt, kinds)
    lines = []
    for number, (record, text) in enumerate(zip(records, texts)):
        mark, name = _escaped(_sum_name(dirt, number))
        lines.append(f"{mark}{record.hashes[0][0].upper()} ({name}) = {text}")
    if dirt.draws("kinds that are not read", 0.1):
        lines.append(f"SHA512 (x.jpg) = {dirt.chance.randbytes(64).hex()}")
        records.append(Record([], UNSUPPORTED, why=["SHA512"]))
    return Case("BSD checksums", text_of(lines, dirt), records, [], dirt.drawn)


def hashdeep(dirt):
    """hashdeep's output: `%%%%` lines, `##` comments, sizes before the hashes, names with commas."""
    chance = dirt.chance
    columns = chance.choice([["md5", "sha256"], ["md5", "sha256"], ["md5"], ["sha1"], DIGESTS])
    records, rows = [], []
    for number in range(_count(chance)):
        records.append(Record([new_hash(chance, kind) for kind in columns]))
        texts = [digits for _, digits in records[-1].hashes]
        if dirt.draws("mangled hash", 0.04):
            texts[0] = mangled(chance, columns[0], texts[0])
            records[-1].becomes(REFUSED, f"mangled hash: {texts[0]}")
            # The others of its row are still good, and may be listed.
            records[-1].optional, records[-1].hashes = records[-1].hashes[1:], records[-1].hashes[:1]
        name = dirty_name(dirt, f"/data/{file_name(chance, number)}")
        rows.append(",".join([str(chance.randrange(10, 9_000_000)), *texts, name]))
    head = ["%%%% HASHDEEP-1.0", "%%%% size," + ",".join(columns) + ",filename", "## Invoked from: /data",
            "## $ hashdeep -r .", "## "]
    _repeat_one(dirt, rows)
    return Case("hashdeep", text_of(head + rows, dirt, "##", preamble=len(head)), records, [], dirt.drawn)


def hasher_output(dirt):
    """What the reference's hasher prints: `hash,quality` and `hash,quality,name`."""
    chance = dirt.chance
    records, texts = _records_and_texts(dirt, ["pdq"], least=3)
    floats = dirt.draws("quality as a decimal fraction", 0.4)
    with_names = chance.random() < 0.5
    lines, qualities = [], set()
    for number, (record, text) in enumerate(zip(records, texts)):
        quality = quality_cell(dirt, record, floats)
        qualities.add(quality)
        name = "," + dirty_name(dirt, plain_name(chance, number)) if with_names else ""
        lines.append(f"{text},{quality}{name}")
    _repeat_one(dirt, lines)
    return Case("hash,quality", text_of(lines, dirt), records, ["--kind", "pdq"], dirt.drawn, qualities)


def colons(dirt):
    """`hash:count`, as the lists of leaked passwords' hashes are made, or `kind:hash`."""
    chance = dirt.chance
    if chance.random() < 0.5:
        kinds, arguments = _kinds(dirt, [["md5"], ["sha1"]])
        records, texts = _records_and_texts(dirt, kinds, least=3)
        counts = [str(chance.choice([1, 2, 3, 17, 37615252])) for _ in texts]
        lines = [f"{text}:{count}" for text, count in zip(texts, counts)]
        return Case("colons", text_of(lines, dirt), records, arguments, dirt.drawn, set(counts))
    kinds = chance.choice([["md5"], ["sha1"], ["sha256"], ["pdq"], DIGESTS, ["pdq", "md5"]])
    records, texts = _records_and_texts(dirt, kinds)
    upper = chance.random() < 0.3
    names = [record.hashes[0][0].upper() if upper else record.hashes[0][0] for record in records]
    lines = [f"{name}:{text}" for name, text in zip(names, texts)]
    _repeat_one(dirt, lines)
    return Case("colons", text_of(lines, dirt), records, [], dirt.drawn)


def two_hashes(dirt):
    """A second hash of another kind behind the first, and a name: `md5<TAB>sha1<TAB>name`."""
    chance = dirt.chance
    kinds = chance.choice([["md5", "sha1"], ["md5", "sha256"], ["sha1", "md5"], ["pdq", "md5"],
                           ["sha256", "sha1"]])
    delimiter = chance.choice(["\t", "\t", ",", "  ", ";"])
    records, lines = [], []
    for number in range(_count(chance)):
        first, second = (new_hash(chance, kind) for kind in kinds)
        name = delimiter + dirty_name(dirt, plain_name(chance, number)) if chance.random() < 0.8 else ""
        records.append(Record([first], optional=[second]))
        lines.append(f"{first[1]}{delimiter}{second[1]}{name}")
    _repeat_one(dirt, lines)
    arguments = ["--kind", kinds[0]] if kinds[0] in ("pdq", "sha256") else []
    return Case("two hashes", text_of(lines, dirt), records, arguments, dirt.drawn)


HEADERS = {
    "md5": ["md5", "MD5", "MD5 Hash", "md5_hash", "md5hash", "MD5-Hash"],
    "sha1": ["sha1", "SHA-1", "SHA1 Hash", "sha1_hash", "sha-1"],
    "sha256": ["sha256", "sha-256", "SHA-256", "SHA256 Hash", "sha256_hash"],
    "pdq": ["pdq", "pdqHash", "PDQ", "PDQ Hash", "pdq_hash"],
    "phash64": ["phash", "pHash", "phash64"],
    "hash": ["hash", "Hash", "Hash Value", "hash_value", "File Hash", "HASH", "hashvalue"],
    "kind": ["type", "kind", "Hash Type", "algorithm", "hash_type", "Type"],
    "id": ["id", "ID", "Entry ID", "entry_id", "Id"],
    "filename": ["filename", "File Name", "file_name", "Name", "path"],
    "note": ["comment", "Comment", "note", "Description"],
    "expires": ["expires", "Expires", "valid_until", "expires_at"],
    "quality": ["quality", "Quality"],
    "deleted": ["deleted", "Deleted", "withdrawn", "is_deleted"],
    "deleted_at": ["deleted_at", "Deleted At"],
    "status": ["status", "Status"], "verdict": ["verdict", "Verdict"],
    "to_ids": ["to_ids"], "active": ["active", "is_active", "Active"],
}
KIND_NAMES = {"md5": ["md5", "MD5"], "sha1": ["sha1", "SHA1", "SHA-1", "sha-1"],
              "sha256": ["sha256", "SHA256", "SHA-256"], "pdq": ["pdq", "PDQ"],
              "phash64": ["phash64", "phash"]}
CONTROLS = ["deleted", "deleted_at", "expires", "status", "verdict", "to_ids", "active"]


class Table:
    """Writes rows of cells with one delimiter, and quotes where they are needed, everywhere, or nowhere."""

    def __init__(self, dirt, delimiter=None, quoting=None):
        self.dirt = dirt
        self.delimiter = delimiter or dirt.chance.choice([",", ",", ",", ";", "\t", "|"])
        self.quoting = quoting or dirt.chance.choice(["where needed", "where needed", "everywhere"])
        self.blanks = " " if dirt.draws("blanks around fields", 0.08) else ""

    def cell(self, text):
        if self.quoting == "never":
            return text
        if self.quoting == "where needed" and not any(mark in text for mark in self.delimiter + '"\n\r'):
            return text
        return '"' + text.replace('"', '""') + '"'

    def row(self, cells):
        return (self.blanks + self.delimiter + self.blanks).join(self.cell(cell) for cell in cells)


def _csv_roles(dirt):
    """Which columns a table has, in which order; and the options it needs."""
    chance = dirt.chance
    way = chance.choice(["columns of kinds", "columns of kinds", "hash and kind", "hash alone"])
    arguments, kinds = [], []
    if way == "columns of kinds":
        kinds = chance.sample(DIGESTS + ["pdq"], chance.choice([1, 1, 2, 3]))
        if chance.random() < 0.1:
            kinds = ["phash64"]
        hashes = list(kinds)
    elif way == "hash and kind":
        kinds = chance.choice([["md5", "sha1"], ["pdq"], ["sha256"], ["phash64"], ["pdq", "md5", "sha256"]])
        hashes = ["hash", "kind"]
    else:
        kinds, arguments = [chance.choice(DIGESTS + ["pdq", "pdq", "phash64"])], None
        hashes, arguments = ["hash"], ["--kind", kinds[0]]
    others = [role for role, often in [("id", 0.7), ("filename", 0.2), ("note", 0.5)]
              if chance.random() < often]
    if kinds == ["pdq"] and chance.random() < 0.4:
        others.append("quality")
    others += chance.sample(CONTROLS, chance.choice([0, 1, 1, 2]))
    roles = hashes + others
    if chance.random() < 0.5:
        chance.shuffle(roles)
    return way, kinds, roles, arguments


def _csv_control(dirt, record, role, times):
    if role in ("deleted", "deleted_at"):
        return deleted_cell(dirt, record, role)
    if role == "expires":
        return expiry(dirt, record, times)
    if role in ("to_ids", "active"):
        return flag_cell(dirt, record, role)
    if role == "quality":
        return quality_cell(dirt, record, False)
    return status_cell(dirt, record, role)


def _csv_row(dirt, record, number, way, roles, spelling, no_id, times):
    """The cells of a record, by the roles of their columns."""
    chance = dirt.chance
    cells = {}
    texts = {kind: spelling.write((kind, digits)) for kind, digits in record.hashes}
    if dirt.draws("mangled hash", 0.03):
        kind = record.hashes[0][0]
        texts[kind] = mangled(chance, kind, texts[kind])
        record.becomes(REFUSED, f"mangled hash: {texts[kind]}")
        record.optional, record.hashes = record.hashes[1:], record.hashes[:1]
    for role in roles:
        if role in texts or role in KIND_NAMES:
            cells[role] = texts.get(role, "")
        elif role == "hash":
            cells[role] = next(iter(texts.values()))
        elif role == "kind":
            cells[role] = chance.choice(KIND_NAMES[next(iter(texts))])
        elif role == "id":
            cells[role] = no_id if no_id is not None and chance.random() < 0.7 else new_id(chance, number)
            record.id = cells[role] if cells[role] != no_id else None
        elif role == "filename":
            cells[role] = dirty_name(dirt, plain_name(chance, number))
        elif role == "note":
            cells[role] = chance.choice(["", "ok", "twice", "von Hand geprüft", "a, b; c", 'he said "no"'])
        else:
            cells[role] = _csv_control(dirt, record, role, times)
    return cells


def _stray_quote(dirt, table, roles, rows):
    """A quote that nobody closes in one row, or one within a field: the row's number, and its note."""
    if "note" not in roles or not dirt.draws("stray quote", 0.1):
        return None
    note = dirt.chance.choice(['"Bob said', '"Bob said', '"yes" he said', 'a 5" screen', '"Bob "said"'])
    if table.quoting == "everywhere" and note == 'a 5" screen':
        note = '"a 5" screen"'
    return dirt.chance.randrange(len(rows)), note


def _group_swallowed(place, lines, records, is_quoted):
    """One refusal tells the rows that an open quote may swallow: up to the next quote, or all that follow
    where every field has quotes, since each of them opens what it should close."""
    for record, line in zip(records[place:], lines[place:]):
        record.group = 1
        record.why.append("stray quote before")
        if '"' in line and line is not lines[place] and not is_quoted:
            break


def table_with_header(dirt):
    """A CSV with a header in many words, many delimiters, and columns that say what is not for matching."""
    chance = dirt.chance
    way, kinds, roles, arguments = _csv_roles(dirt)
    table, spelling = Table(dirt), Spelling(dirt, kinds)
    no_id = dirt.pick("no ids", 0.15, dirty.NO_IDS, None)
    times = [chance.choice(dirty.PLAIN_TIMES)] if chance.random() < 0.5 else None
    records, rows = [], []
    for number in range(_count(chance)):
        chosen = kinds
        if way == "hash and kind" or len(kinds) > 1 and dirt.draws("empty hash cells", 0.1):
            chosen = [chance.choice(kinds)]
        records.append(Record([new_hash(chance, kind) for kind in chosen]))
        rows.append(_csv_row(dirt, records[-1], number, way, roles, spelling, no_id, times))
    stray = _stray_quote(dirt, table, roles, rows)
    lines = []
    for number, cells in enumerate(rows):
        texts = [table.cell(cells[role]) for role in roles]
        if stray and stray[0] == number:
            texts[roles.index("note")] = stray[1]
        elif "note" in roles and dirt.draws("delimiter in a field without quotes", 0.02):
            texts[roles.index("note")] = f"seen{table.delimiter} twice"
        elif "note" in roles and dirt.draws("line break in quotes", 0.02):
            texts[roles.index("note")] = '"first\nsecond"'
        elif roles[-1] in ("note", "filename") and dirt.draws("short row", 0.05):
            texts.pop()
        elif dirt.draws("trailing delimiters", 0.05):
            texts += ["", ""]
        lines.append((table.blanks + table.delimiter + table.blanks).join(texts))
    if stray:
        _group_swallowed(stray[0], lines, records, table.quoting == "everywhere")
    _repeat_one(dirt, lines)
    head = [table.row([chance.choice(HEADERS[role]) for role in roles])]
    if dirt.draws("preamble", 0.06):
        head = [f"Exported by Hash Manager {chance.randrange(9)}.1", "Date: 2026-11-20", ""] + head
    elif dirt.draws("sep= line", 0.08):
        head = [f"sep={table.delimiter}"] + head
    if dirt.draws("files joined", 0.05):
        lines.insert(chance.randrange(len(lines) + 1), head[-1])
    dirt.notes.append(f"{way}: {head[-1]}")
    return Case("CSV", text_of(head + lines, dirt, preamble=len(head)), records, arguments, dirt.drawn,
                {no_id.lower()} if no_id else set())


def spreadsheet_numbers(dirt):
    """64-bit hashes as decimal numbers that a spreadsheet rounded to fifteen digits: a warning is due."""
    chance = dirt.chance
    records, lines = [], ["hash,kind,id"]
    for number in range(_count(chance, least=3)):
        value = int(new_hash(chance, "phash64")[1], 16)
        signed = value - (1 << 64) if value >> 63 else value
        text = str(signed)
        digits = 15 + text.startswith("-")
        text = text[:digits] + "0" * (len(text) - digits)
        records.append(Record([("phash64", f"{int(text) % (1 << 64):016x}")]))
        lines.append(f"{text},phash64,case-{number}")
    return Case("spreadsheet numbers", text_of(lines, dirt, preamble=1), records, [], dirt.drawn,
                needs_warning=True)


MISP_COLUMNS = ["uuid", "event_id", "category", "type", "value", "comment", "to_ids", "date",
                "object_relation", "attribute_tag", "object_uuid", "object_name", "object_meta_category"]
MISP_OTHERS = [("ssdeep", "3:abc:def"), ("domain", "example.org"), ("url", "https://example.org/x"),
               ("ip-dst", "203.0.113.7"), ("sha512", "ab" * 64)]


def _misp_attribute(dirt, number):
    """A record, and the type and value that say it."""
    chance = dirt.chance
    if dirt.draws("kinds that are not read", 0.06):
        kind, value = chance.choice(MISP_OTHERS)
        return Record([], UNSUPPORTED, why=[kind]), kind, value
    item = new_hash(chance, chance.choice(DIGESTS))
    record, (kind, value) = Record([item]), item
    if dirt.draws("mangled hash", 0.04):
        value = mangled(chance, kind, value)
        record.becomes(REFUSED, f"mangled hash: {value}")
    if chance.random() < 0.25:
        kind, value = f"filename|{kind}", f"{plain_name(chance, number)}|{value}"
    return record, kind, value


def misp_table(dirt):
    """MISP's CSV: the id is the uuid, and `to_ids` 0 is not for matching."""
    chance = dirt.chance
    records, lines = [], []
    for number in range(_count(chance)):
        record, kind, value = _misp_attribute(dirt, number)
        for_matching = chance.random() < 0.7
        if not for_matching:
            record.becomes(ABSENT, "to_ids: 0")
        record.id = _uuid(chance)
        records.append(record)
        tables_word = dirt.pick("words in to_ids", 0.1, ["True", "False"], None)
        flag = str(for_matching) if tables_word else str(int(for_matching))
        comment = chance.choice(["", "benign reference", "a, b"])
        # MISP puts the texts in quotes, and no others.
        cells = [record.id, "7", '"Payload delivery"', f'"{kind}"', f'"{value}"', f'"{comment}"', flag,
                 "20260601", f'"{kind}"', '""', '""', '""', '""']
        lines.append(",".join(cells))
    _repeat_one(dirt, lines)
    head = ",".join(MISP_COLUMNS)
    return Case("MISP CSV", text_of([head] + lines, dirt, None, preamble=1), records, [], dirt.drawn)


def misp_json(dirt):
    """MISP's events, alone and in answers, and attributes/restSearch."""
    chance = dirt.chance
    records, attributes = [], []
    for number in range(_count(chance)):
        record, kind, value = _misp_attribute(dirt, number)
        members = {"uuid": _uuid(chance), "type": kind, "category": "Payload delivery", "to_ids": True,
                   "value": value, "comment": "", "timestamp": "1767225600"}
        record.id = members["uuid"]
        draw = chance.random()
        if draw < 0.2:
            members["to_ids"] = dirt.pick("words in to_ids", 0.3, ["0", 0, "false"], False)
            record.becomes(ABSENT, f"to_ids: {members['to_ids']}")
        elif draw < 0.35:
            members["deleted"] = dirt.pick("words in deleted", 0.3, ["1", 1, "true"], True)
            record.becomes(ABSENT, f"deleted: {members['deleted']}")
        elif draw < 0.45:
            members["deleted"] = False
        elif dirt.draws("nonsense in to_ids", 0.05):
            members["to_ids"] = "maybe"
            record.becomes(REFUSED, "nonsense in to_ids: maybe")
        records.append(record)
        attributes.append(shuffled(dirt, members))
    split = chance.randrange(len(attributes) + 1)
    event = {"Event": {"uuid": _uuid(chance), "info": "x", "Attribute": attributes[:split],
                       "Object": [{"name": "file", "uuid": _uuid(chance), "Attribute": attributes[split:]}]}}
    shape = chance.choice(["event", "response", "array", "attributes"])
    value = {"event": event, "response": {"response": [event]}, "array": [event],
             "attributes": {"response": {"Attribute": attributes}}}[shape]
    dirt.notes.append(f"shape {shape}")
    return Case("MISP JSON", json_text(value, dirt), records, [], dirt.drawn)


STIX_NAMES = {"md5": ["MD5", "'MD5'", "MD5"], "sha1": ["'SHA-1'", "'SHA-1'", "SHA1", "'SHA1'"],
              "sha256": ["'SHA-256'", "'SHA-256'", "'SHA256'", "SHA256", '"SHA-256"']}


def _stix_pattern(dirt, record):
    """A pattern of the record's hashes; one that says more or less than that is not to be listed."""
    chance = dirt.chance
    blank = chance.choice(["", " "])
    comparisons = [f"file:hashes.{chance.choice(STIX_NAMES[kind])}{blank or ' '}={blank or ' '}'{text}'"
                   for kind, text in record.hashes]
    kinds = {kind for kind, _ in record.hashes}
    if len(kinds) == 1 and dirt.draws("IN", 0.2):
        texts = f",{blank}".join(f"'{text}'" for _, text in record.hashes)
        return f"[file:hashes.{chance.choice(STIX_NAMES[kinds.pop()])} IN ({texts})]"
    if dirt.draws("pattern of something else", 0.06):
        record.becomes(REFUSED, "pattern of something else")
        unequal = comparisons[0].replace("=", "!=")
        return chance.choice([f"[{comparisons[0]} AND file:size = 3]", f"[{unequal}]",
                              "[url:value = 'https://example.org/']", f"[NOT {comparisons[0]}]"])
    if dirt.draws("parentheses", 0.15):
        return chance.choice([f"[({' OR '.join(comparisons)})]",
                              "(" + " OR ".join(f"[{text}]" for text in comparisons) + ")"])
    if chance.random() < 0.3:
        return " OR ".join(f"[{text}]" for text in comparisons)
    return f"[{blank}{' OR '.join(comparisons)}{blank}]"


def stix(dirt):
    """STIX 2.1: indicators with patterns, and files with hashes; revoked, expired and harmless ones."""
    chance = dirt.chance
    records, objects = [], []
    for _ in range(_count(chance)):
        kinds = chance.choice([["md5"], ["sha256"], ["md5", "sha1"], ["md5", "sha256"], ["sha256", "sha256"]])
        record = Record([new_hash(chance, kind) for kind in kinds])
        is_file = len(set(kinds)) == len(kinds) and chance.random() < 0.2
        record.id = f"{'file' if is_file else 'indicator'}--{_uuid(chance)}"
        members = {"type": record.id.split("--")[0], "spec_version": "2.1", "id": record.id}
        if is_file:
            names = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
            members["hashes"] = {names[kind]: text for kind, text in record.hashes}
        else:
            members |= {"created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
                        "pattern": _stix_pattern(dirt, record), "pattern_type": "stix",
                        "valid_from": "2018-01-01T00:00:00Z"}
            _stix_state(dirt, record, members)
        records.append(record)
        objects.append(shuffled(dirt, members))
    if chance.random() < 0.3:
        objects.insert(0, {"type": "identity", "id": f"identity--{_uuid(chance)}", "name": "x"})
    bundle = {"type": "bundle", "id": f"bundle--{_uuid(chance)}", "objects": objects}
    return Case("STIX", json_text(bundle, dirt), records, [], dirt.drawn)


def _stix_state(dirt, record, members):
    chance = dirt.chance
    draw = chance.random()
    if draw < 0.15:
        members["indicator_types"] = ["benign"]
        record.becomes(ABSENT, "indicator_types: benign")
    elif draw < 0.2:
        members["labels"] = ["benign"]
        record.becomes(ABSENT, "labels: benign")
    elif draw < 0.3:
        members["revoked"] = True
        record.becomes(ABSENT, "revoked")
    elif draw < 0.5:
        text = expiry(dirt, record, ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z"], name="valid_until")
        if text:
            members["valid_until"] = text
    elif draw < 0.7:
        members["indicator_types"] = [chance.choice(["malicious-activity", "anomalous-activity"])]


def threat_exchange(dirt):
    """ThreatExchange: updates with descriptors, indicators without, and descriptors themselves."""
    chance = dirt.chance
    shape = chance.choice(["descriptors", "descriptors", "no descriptors", "descriptor"])
    records, items = [], []
    for number in range(_count(chance)):
        kind, digits = new_hash(chance, chance.choice(["pdq", "pdq", "md5", "sha1", "sha256"]))
        record, text = Record([(kind, digits)], id=str(10**15 + number)), digits
        if dirt.draws("mangled hash", 0.04):
            text = mangled(chance, kind, digits)
            record.becomes(REFUSED, f"mangled hash: {text}")
        members = {"id": record.id, "raw_indicator" if shape == "descriptor" else "indicator": text,
                   "type": f"HASH_{kind.upper()}"}
        if dirt.draws("kinds that are not read", 0.05):
            members["type"] = chance.choice(["HASH_TMK", "TEXT_STRING", "HASH_VIDEO_MD5"])
            record = Record([], UNSUPPORTED, optional=record.hashes, id=record.id, why=[members["type"]])
        members["last_updated"] = 1767225600
        _threat_state(dirt, record, members, shape)
        records.append(record)
        items.append(shuffled(dirt, members))
    dirt.notes.append(f"shape {shape}")
    return Case("ThreatExchange", json_text({"data": items, "paging": {}}, dirt), records, [], dirt.drawn)


def _threat_state(dirt, record, members, shape):
    """Adds a status, tags and whether the record is to be deleted, where the shape has them."""
    chance = dirt.chance
    status = chance.choice(["MALICIOUS"] * 3 + ["UNKNOWN", "SUSPICIOUS", "NON_MALICIOUS"])
    if dirt.draws("nonsense in status", 0.03):
        status = "FROBNICATED"
        record.becomes(REFUSED, f"nonsense in status: {status}")
    if status == "NON_MALICIOUS":
        record.becomes(ABSENT, "status: NON_MALICIOUS")
    tags = chance.choice([["x"], {"data": [{"text": "x"}]}])
    descriptor = {"owner": {"id": "7"}, "tags": tags, "status": status}
    if shape == "descriptors":
        if chance.random() < 0.1:
            record.becomes(ABSENT, "descriptors: empty")
            members["descriptors"] = chance.choice([[], {"data": []}])
        else:
            members["descriptors"] = chance.choice([{"data": [descriptor]}, [descriptor]])
    else:
        members |= descriptor
    if chance.random() < 0.15:
        members["should_delete"] = True
        record.becomes(ABSENT, "should_delete: true")
    elif chance.random() < 0.5:
        members["should_delete"] = False


def threat_exchange_table(dirt):
    """ThreatExchange's fields as a CSV."""
    chance = dirt.chance
    table = Table(dirt)
    records, lines = [], []
    for number in range(_count(chance)):
        kind, digits = new_hash(chance, chance.choice(["pdq", "md5", "sha1", "sha256"]))
        record, text = Record([(kind, digits)], id=str(10**15 + number)), digits
        if dirt.draws("mangled hash", 0.04):
            text = mangled(chance, kind, digits)
            record.becomes(REFUSED, f"mangled hash: {text}")
        status = chance.choice(["MALICIOUS", "MALICIOUS", "UNKNOWN", "NON_MALICIOUS"])
        if status == "NON_MALICIOUS":
            record.becomes(ABSENT, "status: NON_MALICIOUS")
        records.append(record)
        lines.append(table.row([record.id, text, f"HASH_{kind.upper()}", status]))
    _repeat_one(dirt, lines)
    head = table.row(["id", "raw_indicator", "type", "status"])
    return Case("ThreatExchange CSV", text_of([head] + lines, dirt, preamble=1), records, [], dirt.drawn)


def json_lines(dirt):
    """hashscan-list/1."""
    chance = dirt.chance
    kind = chance.choice([None, "pdq", "md5"])
    header = {"format": "hashscan-list/1", "source": "x", "generated": "2026-11-25T00:00:00Z"}
    if kind:
        header["kind"] = kind
    records, lines = [], []
    for number in range(_count(chance)):
        kinds = chance.choice([[kind or "pdq"], [kind or "md5"], ["pdq", "md5"], DIGESTS])
        record = Record([new_hash(chance, name) for name in kinds])
        texts = [digits for _, digits in record.hashes]
        if dirt.draws("mangled hash", 0.04):
            texts[0] = mangled(chance, kinds[0], texts[0])
            record.becomes(REFUSED, f"mangled hash: {texts[0]}")
            record.optional, record.hashes = record.hashes[1:], record.hashes[:1]
        members = {"id": f"case-{number}"} if chance.random() < 0.8 else {}
        record.id = members.get("id")
        if len(kinds) > 1:
            members["hashes"] = [{"kind": name, "h": text} for name, text in zip(kinds, texts)]
        else:
            members |= {"h": texts[0]} | ({} if kinds[0] == kind else {"kind": kinds[0]})
        _json_lines_state(dirt, record, members)
        records.append(record)
        lines.append(json.dumps(shuffled(dirt, members), ensure_ascii=chance.random() < 0.5))
    _repeat_one(dirt, lines)
    data = text_of([json.dumps(header)] + lines, dirt, preamble=1)
    return Case("JSON Lines", data, records, [], dirt.drawn)


def _json_lines_state(dirt, record, members):
    chance = dirt.chance
    draw = chance.random()
    if draw < 0.15:
        members["del"] = dirt.pick("words in del", 0.2, ["true", 1, "yes"], True)
        record.becomes(ABSENT, f"del: {members['del']}")
    elif draw < 0.2:
        members["del"] = False
    elif dirt.draws("nonsense in del", 0.04):
        members["del"] = chance.choice(["maybe", 7, {}])
        record.becomes(REFUSED, f"nonsense in del: {members['del']}")
    elif draw < 0.5:
        text = expiry(dirt, record, ["seconds", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00"])
        if text:
            members["expires"] = int(text) if text.isdigit() else text
    elif draw < 0.7 and len(record.hashes) == 1 and record.hashes[0][0] == "pdq":
        members["q"] = int(quality_cell(dirt, record, False))


def stop_ncii(dirt):
    """StopNCII: a record is its hash, and its status withdraws it."""
    chance = dirt.chance
    records, items = [], []
    for _ in range(_count(chance)):
        kind, digits = new_hash(chance, "pdq")
        record, text = Record([(kind, digits)]), digits
        members = {"lastModtimestamp": 1650000000, "signalType": "ImagePDQ"}
        if dirt.draws("mangled hash", 0.04):
            text = mangled(chance, kind, digits)
            record.becomes(REFUSED, f"mangled hash: {text}")
        elif dirt.draws("kinds that are not read", 0.06):
            members["signalType"] = chance.choice(["VideoMD5", "VideoTMK", "URL"])
            text = chance.randbytes(16).hex()
            record = Record([], UNSUPPORTED, optional=[("md5", text)], why=[members["signalType"]])
        status = chance.choice(["Active", "Active", "Received", "Withdrawn", "Deleted"])
        if status in ("Withdrawn", "Deleted"):
            record.becomes(ABSENT, f"hashStatus: {status}")
        if dirt.draws("other case of status", 0.05):
            status = chance.choice([status.upper(), status.lower()])
        feedback = {"source": "Facebook", "feedbackValue": "Blocked", "tags": ["Nude"]}
        members |= {"hashValue": text, "hashStatus": status, "caseNumbers": {_uuid(chance): status},
                    "CSPFeedbacks": chance.choice([[], [feedback]])}
        records.append(record)
        items.append(shuffled(dirt, members))
    value = {"count": len(items), "nextPageToken": None, "nextSetTimestamp": 1650000000,
             "hasMoreRecords": False, "hashRecords": items}
    return Case("StopNCII", json_text(value, dirt), records, [], dirt.drawn)


def ncmec(dirt):
    """NCMEC's XML: images and deleted images; videos are not read."""
    chance = dirt.chance
    prefix = dirt.pick("names with a prefix", 0.08, ["ns2:"], "")
    blank = dirt.pick("blanks in elements", 0.1, [" ", "\n      "], "")
    records, parts = [], []

    def element(name, text, attributes=""):
        return f"<{prefix}{name}{attributes}>{text}</{prefix}{name}>"

    for number in range(_count(chance)):
        kinds = chance.choice([["md5"], ["md5", "sha1"], ["pdq"], ["md5", "sha1", "pdq"]])
        record = Record([new_hash(chance, kind) for kind in kinds], id=f"42-image{number}")
        texts = [digits for _, digits in record.hashes]
        name = "image"
        if dirt.draws("mangled hash", 0.04):
            texts[0] = mangled(chance, kinds[0], texts[0])
            record.becomes(REFUSED, f"mangled hash: {texts[0]}")
            record.optional, record.hashes = record.hashes[1:], record.hashes[:1]
        elif chance.random() < 0.1:
            name = "deletedImage"
            record = Record([], ABSENT, id=record.id, why=["deletedImage"])
        elif chance.random() < 0.1:
            name = "video"
            record = Record([], UNSUPPORTED, id=record.id, optional=record.hashes, why=["video"])
        prints = "".join(element(kind, blank + text + blank) for kind, text in zip(kinds, texts))
        body = (element("member", html.escape("Tom & Co"), ' id="42"')
                + element("timestamp", "2026-10-24T15:10:00Z") + element("id", f"image{number}"))
        if name != "deletedImage":
            body += element("classification", "A1") + element("fingerprints", prints)
        records.append(record)
        parts.append(element(name, body))
    space = ' xmlns{}="https://hashsharing.ncmec.org/hashsharing/v2"'.format(":ns2" if prefix else "")
    images = element("images", "\n".join(parts), f' count="{len(parts)}" maxTimestamp="2026-10-24T15:10:00Z"')
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + element("queryResult", images, space) + "\n"
    if dirt.draws("CRLF", 0.1):
        text = text.replace("\n", "\r\n")
    if dirt.draws("cut off", 0.04):
        text = text[:chance.randrange(len(text) // 3, len(text) - 10)]
    if dirt.draws("byte order mark", 0.1):
        text = "\ufeff" + text
    return Case("NCMEC", text.encode(), records, [], dirt.drawn)


def vics(dirt):
    """VICS: a hash set, or two cases whose media may share their numbers; category 1 is listed."""
    chance = dirt.chance
    records, media = [], []
    cases = chance.random() < 0.4
    shared = cases and dirt.draws("one MediaID in two cases", 0.2)
    for number in range(_count(chance, least=2)):
        kinds = chance.choice([["md5"], ["md5", "sha1"]])
        # Both media of one number may be in one entry.
        record = Record([new_hash(chance, kind) for kind in kinds], id=str(number // 2 if shared else number))
        texts = [digits.upper() for _, digits in record.hashes]
        if dirt.draws("mangled hash", 0.04):
            texts[0] = mangled(chance, kinds[0], texts[0])
            record.becomes(REFUSED, f"mangled hash: {texts[0]}")
            record.optional, record.hashes = record.hashes[1:], record.hashes[:1]
        category = chance.choice([1, 1, 1, 0, 2, 5])
        if category != 1:
            record.becomes(ABSENT, f"Category: {category}")
        members = {"MediaID": number // 2 if shared else number, "Category": category}
        members |= {kind.upper(): text for kind, text in zip(kinds, texts)}
        members |= {"MediaSize": chance.choice([2835, "2835"]),
                    "IsDistributed": chance.choice([True, "false"])}
        if dirt.draws("Category as text", 0.1):
            members["Category"] = str(category)
        records.append(record)
        media.append(shuffled(dirt, members))
    root = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#"
    value = {"@odata.context": root + "Media", "value": media}
    if cases:
        value = {"@odata.context": root + "Cases", "value": [
            {"CaseID": _uuid(chance), "SourceApplicationName": "x", "Media": media[start::2]}
            for start in (0, 1)]}
    return Case("VICS", json_text(value, dirt), records, ["--category", "1=x"], dirt.drawn,
                replacement_tells=shared)


def clamav(dirt):
    """ClamAV's .hdb and .hsb: `digest:size:name`, at times with a level behind."""
    chance = dirt.chance
    kinds = chance.choice([["md5"], ["sha256"], ["sha1"], ["md5", "sha1"], ["sha1", "sha256"]])
    records, texts = _records_and_texts(dirt, kinds)
    lines = []
    for number, text in enumerate(texts):
        size = chance.choice([str(chance.randrange(10, 10**7)), "*"])
        level = ":73" if size == "*" or chance.random() < 0.2 else ""
        lines.append(f"{text}:{size}:Jpeg.Abuse.Set-{number}-0{level}")
    _repeat_one(dirt, lines)
    return Case("ClamAV", text_of(lines, dirt), records, [], dirt.drawn)


DIALECTS = {
    "hashes alone": hashes_alone, "hash,id": hashes_with_ids, "checksums": checksums,
    "BSD checksums": bsd_checksums, "hashdeep": hashdeep, "hash,quality": hasher_output, "colons": colons,
    "two hashes": two_hashes,
    "CSV": table_with_header, "spreadsheet numbers": spreadsheet_numbers, "MISP CSV": misp_table,
    "MISP JSON": misp_json, "STIX": stix, "ThreatExchange": threat_exchange,
    "ThreatExchange CSV": threat_exchange_table, "JSON Lines": json_lines, "StopNCII": stop_ncii,
    "NCMEC": ncmec, "VICS": vics, "ClamAV": clamav,
}
# The table has the most columns that can go wrong.
WEIGHTS = dict.fromkeys(DIALECTS, 1) | {"CSV": 5, "hash,id": 2, "STIX": 2, "checksums": 2}


def draw(chance, only=None):
    """A case of any dialect, or of one."""
    names = [only] if only else list(DIALECTS)
    name = chance.choices(names, [WEIGHTS[name] for name in names])[0]
    dirt = dirty.Dirt(chance)
    case = DIALECTS[name](dirt)
    case.notes = dirt.notes
    return case
