"""Recall by edit at the three efforts, a family a panel, as an SVG that can be read on white and on black."""
import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402

import edits  # noqa: E402
from scanning import EFFORTS  # noqa: E402

INK, RULE = "#808a96", "#808a9640"
# The later is drawn below the earlier: where two agree, the cheaper one shows.
MARKS = {"thorough": ("#2f81f7", "o", 40), "standard": ("#e0872b", "o", 20), "exact": (INK, "|", 34)}
COLUMNS, ROW = 3, 0.185


def families(found, half):
    """By family, its edits with their shares; the weakest at thorough last."""
    made = {}
    for name in found.names():
        shares = {effort: found.share(effort, name, "photographs", half) for effort in EFFORTS}
        if None not in shares.values():
            made.setdefault(edits.FAMILY[name], []).append((name, shares))
    return {family: sorted(members, key=lambda m: (-m[1]["thorough"], -m[1]["standard"], m[0]))
            for family, members in made.items()}


def columns(made):
    """Families in order, in columns of about the same length."""
    total = sum(len(members) + 2 for members in made.values())
    filled, used = [[] for _ in range(COLUMNS)], 0
    for family, members in made.items():
        middle = used + (len(members) + 2) / 2
        filled[min(COLUMNS - 1, int(COLUMNS * middle / total))].append(family)
        used += len(members) + 2
    return [column for column in filled if column]


def panel(axes, family, members):
    rows = range(len(members))
    for row, (_, shares) in zip(rows, members):
        axes.plot([shares["exact"], shares["thorough"]], [row, row], color=RULE, linewidth=2, zorder=1)
    for order, (effort, (colour, marker, size)) in enumerate(MARKS.items()):
        axes.scatter([shares[effort] for _, shares in members], rows, size, colour, marker, label=effort,
                     zorder=2 + order, linewidths=1.5 if marker == "|" else 0, clip_on=False)
    axes.set_yticks(list(rows), [name for name, _ in members])
    axes.set_ylim(len(members) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_title(family, loc="left", fontsize=9, fontweight="bold", color=INK, pad=3)
    axes.tick_params(colors=INK, labelsize=7.5, length=0, pad=3)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    for side in axes.spines.values():
        side.set_visible(False)


def draw(found, path, half="test"):
    made = families(found, half)
    if not made:
        return
    filled = columns(made)
    longest = max(sum(len(made[family]) + 2 for family in column) for column in filled)
    # Text stays text, and the same numbers give the same file.
    with pyplot.rc_context({"svg.fonttype": "none", "svg.hashsalt": "robustness", "font.family": "sans-serif"}):
        figure = pyplot.figure(figsize=(15, ROW * longest + 0.9))
        height = figure.get_figheight()
        for number, column in enumerate(filled):
            top = height - 0.8
            for family in column:
                tall = ROW * len(made[family])
                axes = figure.add_axes((0.125 + number / len(filled), (top - tall) / height,
                                        0.19, tall / height))
                panel(axes, family, made[family])
                top -= tall + 2 * ROW
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles[::-1], labels[::-1], loc="upper left", ncols=3, frameon=False, labelcolor=INK,
                      fontsize=9, title=f"Percent of the {half} half's photographs found", title_fontsize=9,
                      alignment="left").get_title().set_color(INK)
        figure.savefig(path, transparent=True, metadata={"Date": None})
        pyplot.close(figure)
