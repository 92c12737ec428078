"""What a list means, and whether what was imported is that."""
import dataclasses
import datetime
import time

# What should become of a record.
LISTED = "listed"        # its hashes match, or the receipt tells that they do not
ABSENT = "absent"        # withdrawn, harmless, of poor quality: must not match
EXPIRED = "expired"      # must not match, or be listed with the time, past, at which it ended
REFUSED = "refused"      # cannot be understood: must not match, and the receipt tells it
UNSUPPORTED = "unsupported"  # a kind of record that need not be read, but that the receipt tells

SEVERITY = [LISTED, EXPIRED, UNSUPPORTED, REFUSED, ABSENT]
# Days are counted from different midnights; a time is right within a day and a half.
TOLERANCE = 36 * 3600


@dataclasses.dataclass
class Record:
    """One row or object of a list."""
    hashes: list  # of (kind, lower-case hexadecimal)
    outcome: str = LISTED
    id: str | None = None
    expires: int | None = None
    # Hashes that may be listed beside the others, and need not be.
    optional: list = dataclasses.field(default_factory=list)
    # Rows that one open quote may swallow are told by one refusal; they share a number.
    group: int | None = None
    why: list = dataclasses.field(default_factory=list)
    # What the outcome is due to, in a word or two, by which failures are counted.
    cause: str = ""

    def becomes(self, outcome, why):
        """Takes the graver outcome of those that the record's parts ask for."""
        if SEVERITY.index(outcome) > SEVERITY.index(self.outcome):
            self.outcome, self.cause = outcome, why.split(":")[0]
        self.why.append(why)


@dataclasses.dataclass
class Case:
    """A list that was written, with what it means."""
    dialect: str
    data: bytes
    records: list
    arguments: list
    dirt: list
    # Texts beside hashes that are no ids.
    not_ids: set = dataclasses.field(default_factory=set)
    needs_warning: bool = False
    # A replacement in a new list tells that two records claimed one id.
    replacement_tells: bool = False
    # What is not dirt, and helps to understand a failure.
    notes: list = dataclasses.field(default_factory=list)


def active_hashes(exported):
    """Each hash that matches, with the ids and expiries of its entries; and the entries themselves."""
    active, entries = {}, []
    header_kind = exported[0].get("kind") if exported else None
    for line in exported[1:]:
        parts = line.get("hashes") or ([line] if "h" in line else [])
        hashes = [(part.get("kind") or header_kind, part["h"].lower()) for part in parts]
        is_active = not line.get("del") and not line.get("disabled")
        entries.append((line.get("id"), hashes, is_active))
        if is_active:
            for item in hashes:
                active.setdefault(item, []).append(line.get("expires"))
    return active, entries


def judge(case, status, printed, receipt, exported):
    """What is wrong, as (kind, words); nothing if all is well."""
    faults = list(_status_faults(case, status, printed, receipt, exported))
    faults += _leaks(case, "printed text", [printed.lower()])
    if status not in (0, 3) or exported is None:
        return faults
    active, entries = active_hashes(exported)
    faults += _leaks(case, "an id", [(entry[0] or "").lower() for entry in entries])
    faults += _strangers(case, active)
    faults += _listed_though(case, active)
    faults += _wrong_expiries(case, active)
    faults += _false_ids(case, entries)
    if receipt:
        faults += _silent_losses(case, active, receipt)
        if case.needs_warning and not receipt["warnings"] and not receipt["rejected"]:
            faults.append(("no warning", "numbers that a spreadsheet rounded, and no warning"))
    return faults


def _status_faults(case, status, printed, receipt, exported):
    if status == 2:
        if "not imported:" not in printed:
            yield "status", "status 2 without \"not imported:\""
        if exported and any(active_hashes(exported)[0]):
            yield "status", "status 2, and something was imported"
    elif status not in (0, 3):
        yield "crash", f"status {status}"
    elif receipt is None:
        yield "status", f"status {status} without a receipt"
    elif status == 0 and receipt["rejected"]:
        yield "status 0", f"status 0 with {receipt['rejected']} rejected"
    elif status == 3 and not receipt["rejected"] and not receipt["warnings"]:
        yield "status", "status 3 with nothing rejected and no warning"


def _leaks(case, where, texts):
    """Hashes of the list, or the first half of one, in texts that must not have them."""
    text = "\n".join(texts)
    for record in case.records:
        for kind, digits in record.hashes + record.optional:
            parts = [digits] if kind == "phash64" else [digits[:16], digits[-16:]]
            if kind == "phash64":
                parts += [str(int(digits, 16)), str(int(digits, 16) - (1 << 64))]
            if any(part in text for part in parts):
                return [(f"hash in {where}", f"{where} has {kind} {digits} or a part of it")]
    return []


def _strangers(case, active):
    known = {item for record in case.records for item in record.hashes + record.optional}
    for item in active:
        if item not in known:
            yield "not in the list", f"listed, and not in the meaning: {item[0]} {item[1]}"


def _listed_though(case, active):
    meant = {item for record in case.records if record.outcome == LISTED for item in record.hashes}
    for record in case.records:
        if record.outcome not in (ABSENT, REFUSED, EXPIRED):
            continue
        for item in record.hashes:
            if item not in active or item in meant:
                continue
            if record.outcome == EXPIRED and all(_is_time(end, record.expires, past=True)
                                                 for end in active[item]):
                continue
            kind = f"listed though {record.outcome} ({record.cause})"
            yield kind, f"{item[0]} {item[1]} is active; {', '.join(record.why)}"


def _seconds(written):
    """A time in an export, which is seconds or ISO 8601; nothing if there is none."""
    if isinstance(written, str):
        try:
            return datetime.datetime.fromisoformat(written).timestamp()
        except ValueError:
            return None
    return written if isinstance(written, (int, float)) else None


def _is_time(written, meant, past):
    seconds = _seconds(written)
    if seconds is None or meant is None:
        return False
    return abs(seconds - meant) <= TOLERANCE and (seconds <= time.time()) == past


def _wrong_expiries(case, active):
    for record in case.records:
        if record.outcome != LISTED:
            continue
        for item in record.hashes:
            for end in active.get(item, []):
                if record.expires is None and (_seconds(end) or time.time() + 1) <= time.time():
                    yield "expiry", f"{item[1]} has ended at {end}, and should not have"
                if record.expires is not None and not _is_time(end, record.expires, past=False):
                    yield "expiry", f"{item[1]} ends at {end}, not at {record.expires}"


def _false_ids(case, entries):
    """Words that are no ids, and rows that became one entry because of them."""
    owner = {}
    for number, record in enumerate(case.records):
        for item in record.hashes + record.optional:
            owner.setdefault(item, record.id or number)
    for name, hashes, _ in entries:
        if name is not None and name.strip().lower() in case.not_ids:
            yield "false id", f"the id of an entry is {name.strip()!r}"
        owners = {owner[item] for item in hashes if item in owner}
        if len(owners) > 1:
            yield "merged", f"{len(owners)} records became one entry"


def _silent_losses(case, active, receipt):
    """More records that are not listed than the receipt accounts for."""
    told = receipt["rejected"] + sum(receipt["skipped"].values()) + sum(receipt["unsupported"].values())
    if case.replacement_tells:
        told += receipt["replaced"] + len(receipt["warnings"])
    # One that is listed and should not be is another failure.
    unlisted = [record for record in case.records
                if not record.hashes or not all(item in active for item in record.hashes)]
    # To withdraw is an answer only to a record that its source took back.
    unread = [record for record in unlisted if record.outcome in (LISTED, REFUSED, UNSUPPORTED)]
    lost = [record for record in unread if record.outcome == LISTED]
    if _told_apart(unread) > told:
        kind = "lost in silence" if lost else "not told"
        yield kind, _account(unread, told, lost or unread)
    elif _told_apart(unlisted) > told + receipt["withdrawn"]:
        yield "not told", _account(unlisted, told + receipt["withdrawn"], unlisted)


def _told_apart(records):
    """How many refusals it takes to tell of these records: those of one group are told by one."""
    groups = {record.group for record in records if record.group is not None}
    return len(groups) + sum(record.group is None for record in records)


def _account(unlisted, told, examples):
    which = "; ".join(f"{', '.join(f'{kind} {digits}' for kind, digits in record.hashes)}"
                      f" ({', '.join([record.outcome] + record.why)})" for record in examples[:3])
    return f"{len(unlisted)} records are not listed, the receipt tells {told}; such as {which}"
