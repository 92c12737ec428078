"""What was measured, as Markdown.

A function of each part gives its tables by name. For standard output they have both halves, the test half first
and the tune half in brackets; for the document only the test half.
"""
import statistics

import edits
import pairs
import strangers
from recall import CROPS, ENROLLED, PEERS
from scanning import EFFORTS, RADIUS


def number(value):
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


def cell(share, half):
    """`share` tells the percentage of a half."""
    if half != "both":
        return number(share(half))
    tune, test = share("tune"), share("test")
    return number(test) if tune is None else f"{number(test)} ({number(tune)})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def caption(found, kind, half):
    members = [p for p in found.pictures.values() if p.kind == kind]
    count = {h: sum(p.half == h for p in members) for h in ("tune", "test")}
    what = f"{count['test']} {kind} of the test half (those of the tune half, {count['tune']}, in brackets)" \
        if half == "both" else f"{count[half]} {kind} of the {half} half"
    return f"{what}; percent found within {RADIUS} bits."


def recall_of_photographs(found, half):
    ways = [way for way in (*PEERS, *EFFORTS) if any(w == way for w, _ in found.hits)]
    rows, family = [], None
    for name in found.names():
        if edits.FAMILY[name] != family:
            family = edits.FAMILY[name]
            rows.append([f"**{family}**", *[""] * len(ways)])
        rows.append([name, *(cell(lambda h: found.share(way, name, "photographs", h), half) for way in ways)])
    means = [cell(lambda h: mean(found.share(way, name, "photographs", h) for name in found.names()), half)
             for way in ways]
    return table(["edit", *ways], [*rows, ["mean of all edits", *means]])


def mean(values):
    known = [value for value in values if value is not None]
    return statistics.mean(known) if known else None


def both_efforts(share):
    """Standard and thorough in one cell."""
    return " / ".join(number(share(effort)) for effort in EFFORTS[1:])


def recall_of_kinds(found, half, by_family):
    """Photographs beside the other kinds, an edit or a family a row."""
    kinds = list(dict.fromkeys(picture.kind for picture in found.pictures.values()))
    groups = {}
    for name in found.names():
        groups.setdefault(edits.FAMILY[name] if by_family else name, []).append(name)
    rows = [[group, *(both_efforts(lambda e: mean(found.share(e, name, kind, half) for name in names))
                      for kind in kinds)] for group, names in groups.items()]
    count = {kind: sum(p.kind == kind and p.half == half for p in found.pictures.values()) for kind in kinds}
    return table(["family" if by_family else "edit", *(f"{kind} ({count[kind]})" for kind in kinds)], rows)


def recall(found, half):
    made = {}
    if any(p.kind == "photographs" for p in found.pictures.values()):
        made["recall"] = caption(found, "photographs", half) + "\n\n" + recall_of_photographs(found, half)
    for one in ("test", "tune") if half == "both" else (half,):
        told = f"Of the {one} half; percent found at standard / thorough"
        more = ", tune half" if half == "both" and one == "tune" else ""
        made["recall of kinds" + more] = (
            f"{told}, means of the families' edits.\n\n{recall_of_kinds(found, one, by_family=True)}")
        made["recall of kinds by edit" + more] = f"{told}.\n\n{recall_of_kinds(found, one, by_family=False)}"
    matched = sum(found.strangers.values())
    of_photographs = sum(n for (kind, _), n in found.strangers.items() if kind == "photographs")
    between = sum(n for (kind, other), n in found.strangers.items() if kind != other)
    made["recall strangers"] = (
        f"Matches of a copy with another picture's entry, at thorough: {matched}; of copies of photographs "
        f"{of_photographs}, with an entry of another kind {between}.")
    crops = [name for name in ENROLLED if (CROPS["standard"], name) in found.hits]
    if crops:
        made["crops"] = table(["edit", *CROPS], [
            [name, *(cell(lambda h: found.share(way, name, "photographs", h), half) for way in CROPS.values())]
            for name in crops])
    return made


def of_pairs(found, half):
    def shares(effort, half):
        return mean(share for share, _ in found.shares(effort, half))

    rows = []
    for effort in pairs.EFFORTS:
        drawn = {pair for e, _, pair in found.hits if e == effort}
        rows.append([effort, found.alone[effort], len(drawn), cell(lambda h: shares(effort, h), half)])
    made = {"pairs": table(["effort", "edits found alone", "pairs drawn", "mean, percent found"], rows)}
    counts, worst = "test" if half == "both" else half, []
    for effort in pairs.EFFORTS:
        for _, pair in found.shares(effort, counts)[:10]:
            worst.append([effort, " then ".join(pair), cell(lambda h: found.share(effort, h, pair), half)])
    made["worst pairs"] = table(["effort", "pair", "percent found"], worst)
    return made


def of_strangers(told):
    kinds, rows = list(told.count), []
    for kind in kinds:
        asked = [told.asked[effort, kind] for effort in strangers.EFFORTS]
        row = [kind, told.count[kind], told.listed[kind],
               *(f"{statistics.mean(numbers):.1f} / {max(numbers)}" if numbers else "–" for numbers in asked)]
        for own in (False, True):
            sides = [told.against[effort, kind, own] for effort in strangers.EFFORTS]
            row += [f"{sides[-1].comparisons:,}", " / ".join(str(len(side.false)) for side in sides),
                    " / ".join(distance(side.nearest, told.near) for side in sides)]
        rows.append(row)
    head = ["pictures", "asked", "listed", "hashes asked at standard, mean / most", "at thorough, mean / most"]
    for whom in ("other kinds", "its own kind"):
        head += [f"comparisons with {whom}, thorough", f"within {RADIUS}", "nearest"]
    return {"strangers": "Where there are two numbers, the first is at standard and the second at thorough.\n\n"
            + table(head, rows) + "\n\n" + totals(told)}


def distance(nearest, near):
    return f"> {near}" if nearest is None else str(nearest)


def totals(told):
    lines = []
    for effort in strangers.EFFORTS:
        sides = {own: [side for (e, _, o), side in told.against.items() if (e, o) == (effort, own)]
                 for own in (False, True)}
        between, within = (sum(side.comparisons for side in sides[own]) for own in (False, True))
        false = sum(len(side.false) for side in sides[False])
        lines.append(f"At {effort}: {false} matches between kinds in {between:,} comparisons, "
                     f"{sum(len(side.false) for side in sides[True])} within kinds in {within:,}.")
    return "\n".join(lines)


def stranger_matches(told, own, most=40):
    """Pictures of one kind, or of two, that matched: to look at, the nearest first."""
    lines = []
    for effort in strangers.EFFORTS:
        matches = sorted((match, pair) for (e, _, o), side in told.against.items() if (e, o) == (effort, own)
                         for pair, match in side.false.items())
        lines += [f"- {effort}: {asked} ({told.names[asked]}), {view}, and {entry} ({told.names[entry]}): {bits}"
                  for (bits, view), (asked, entry) in matches[:most]]
        if len(matches) > most:
            lines.append(f"- {effort}: and {len(matches) - most} more")
    return "\n".join(lines)


def of_cost(rows, size):
    cells = [[row.pictures, row.way, "1" if row.to_exact is None else f"{row.asked_mean:.1f} / {row.asked_most}",
              f"{row.milliseconds:.2f}", "" if row.to_exact is None else f"{row.to_exact:.2f}"] for row in rows]
    return {"cost": f"From file to verdict with {size:,} random hashes on a list, one thread, CPU time:\n\n" + table(
        ["pictures", "effort", "hashes asked, mean / most", "ms a picture", "to exact"], cells)}
