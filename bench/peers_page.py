"""Write docs/speed.md and its picture from docs/speed.json: `python bench/peers_page.py`.

Nothing is measured. The part of the page after LAST is written by hand, and stays.
"""

import json
import sys
from pathlib import Path
from statistics import geometric_mean

from peers_race import SIDES
from peers_rows import shown

DOCS = Path(__file__).resolve().parents[1] / "docs"
JSON, PAGE, PICTURE = DOCS / "speed.json", DOCS / "speed.md", DOCS / "speed.svg"
LAST = "## What falls short"
SETTINGS = {(1, "best"): "one core", (2, "best"): "two cores", (1, "avx2"): "one core, AVX2"}
TITLES = {
    (1, "best"): "One core",
    (2, "best"): "Two cores",
    (1, "avx2"): "One core, every side held to AVX2",
}
INK, PALE = "#222222", "#dddddd"
COLORS = {(1, "best"): "#0072b2", (2, "best"): "#d55e00", (1, "avx2"): "#009e73"}
DARK = {  # for readers of dark pages
    INK: "#e6e6e6",
    PALE: "#444444",
    "#0072b2": "#56b4e9",
    "#d55e00": "#ff8c42",
    "#009e73": "#2fc79c",
}


def setting(row):
    return row["cores"], row["instructions"]


def of(result, key, kinds=("time",)):
    return [r for r in result["rows"] if setting(r) == key and r["kind"] in kinds]


def number(value, form=".2f", before=""):
    return "" if value is None else f"{before}{value:{form}}"


def table(head, lines):
    """Return a table in Markdown."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))


def race(result, key):
    """Return the table of one setting: ours, the best peer, the ratio, the limit."""
    scales = key[0] == 2
    head = ["workload", "chainrule", "best peer", "", "ratio", "goal"]
    head += ["one core → two", "goal"] * scales + ["of the limit"]
    lines = []
    for row in of(result, key):
        values, best = row["values"], row["best"]
        missed = row["met"] is False
        line = [
            row["title"] + (" ✗" if missed else ""),
            shown(values.get("chainrule"), "time"),
            shown(values.get(best), "time"),
            SIDES.get(best, ""),
            f"**{number(row['ratio'])}**" if row["ratio"] else "",
            number(row["goal"], ".3g", "≥ "),
        ]
        if scales:
            scaled = number(row["scaling"])
            line += [f"{scaled} ×" if scaled else "", number(row["scaling goal"], ".3g", "≥ ")]
        lines.append([*line, number(row["share"], ".0%")])
    return table(head, lines)


def everyone(result, key):
    """Return the table of one setting with all sides."""
    rows = of(result, key)
    names = [name for name in SIDES if any(name in row["values"] for row in rows)]
    lines = [[row["title"], *(shown(row["values"].get(n), "time") for n in names)] for row in rows]
    return table(["workload", *(SIDES[n] for n in names)], lines)


def others(result):
    """Return the rows that are no times, and what they say."""
    kinds = ("first", "bandwidth", "import", "size", "memory")
    lines = []
    for row in of(result, (1, "best"), kinds):
        kind, values, best = row["kind"], row["values"], row["best"]
        goal = number(row["goal"], ".2g", "≥ ")
        ratio = number(row["ratio"])
        if row["limit"] is not None:
            goal, ratio, best = f"≤ {shown(row['limit'], kind)}", "", None
        lines.append(
            [
                row["title"] + (" ✗" if row["met"] is False else ""),
                shown(values.get("chainrule"), kind),
                f"{SIDES[best]} {shown(values[best], kind)}" if best else "",
                ratio,
                goal,
            ]
        )
    products = of(result, (1, "best"), ("flops",))
    ratios = [row["ratio"] for row in products if row["against"] == "numpy" and row["ratio"]]
    if ratios:
        mean, least = geometric_mean(ratios), min(ratios)
        title = f"{len(ratios)} matrix products against NumPy's OpenBLAS"
        lines.append([title, "", f"the slowest {least:.2f}", f"{mean:.2f}", ""])
    return table(["", "chainrule", "peer", "ratio", "goal"], lines)


def limit_words(result):
    """Return the paragraph that says what the limit is."""
    lines, limits = [], result.get("limits", {})
    for name, machine in limits.items():
        if machine:
            lines.append(
                f"{name}: {machine['fma'] / 1e9:.0f} GFLOP/s in float32, "
                f"{machine['copy'] / 1e9:.0f} GB/s read and written by a copy"
            )
    chain = next((m["chain"] for m in limits.values() if m), None)
    wait = f", and {1e9 / chain:.2f} ns for one operation that waits for another" if chain else ""
    return (
        "The limit is the least time in which this machine could do the work: the multiply-adds of "
        "the matrix products and convolutions at the speed of a loop that does nothing else, or the "
        "bytes that must come from memory at the speed of a copy, or, for the networks of four "
        "rows, the operations that must wait for each other, whichever takes longer "
        f"({'; '.join(lines)}{wait}). A product counts as forward, dx and dW; the first dx, which "
        "nobody asks for, does not. Bytes count if they cannot stay in the last cache: rows of the "
        "data set, an optimizer's vectors, the values that a residual network keeps for its "
        "gradients. Passes over values that are in a cache, exp, maxima, BatchNorm's sums and the "
        "optimizer's arithmetic are not in the limit, and no row can reach 100 % because of them, "
        "with one exception: pixels of MNIST are mostly 0, and so are gradients after a relu. "
        "chainrule leaves these terms out, so a dense network may do less than the counted work. "
        "Recall counts the fields of all units once for each probe. " + near(result)
    )


def near(result):
    """Return how near the rows are to their limits, nearest first."""
    rows = sorted(
        (row for row in of(result, (1, "best")) if row["share"]),
        key=lambda row: -row["share"],
    )
    words = [f"{row['title']} {row['share']:.0%} ({row['bound']})" for row in rows]
    return f"On one core: {', '.join(words)}." if words else ""


def growth(result):
    """Return the tables of growth."""
    parts = []
    if found := result.get("batches"):
        sizes = list(next(iter(found.values())))
        lines = [
            [cores_of(name), *(f"{1e6 * t:.3g}" for t in times.values())]
            for name, times in found.items()
        ]
        parts.append("Time for each row of a training step, in µs, by batch:")
        parts.append(table(["network", *(f"{int(s):,}" for s in sizes)], lines))
    if found := result.get("threads"):
        counts = list(next(iter(found.values())))
        lines = [
            [name.replace(", ", ", batch "), *(f"{s:.2f}" for s in speeds.values())]
            for name, speeds in found.items()
        ]
        parts.append(
            "Speed of several threads on two cores, against one thread; the goal is never below "
            "0.9, also with more threads than cores:"
        )
        parts.append(table(["network", *(f"{c} thread{'s' * (c != '1')}" for c in counts)], lines))
    if found := result.get("layers"):
        lines = [
            [
                f"{int(count):,}",
                shown(one["seconds"], "time"),
                f"{1e6 * one['seconds'] / int(count):.1f} µs",
                shown(one["bytes"], "memory"),
                f"{one['bytes'] / int(count) / 1e3:.1f} kB",
            ]
            for count, one in found.items()
        ]
        parts.append("Time and memory of a plan, dense layers of 32 units, batches of 32:")
        parts.append(table(["layers", "time", "each", "memory", "each"], lines))
    if found := dict(result.get("gather", {})):
        size = found.pop("bytes")
        lines = [
            [
                cores_of(name),
                f"{rates['map']:,.0f}",
                f"{rates['memory']:,.0f}",
                f"{rates['map'] / rates['memory']:.2f}",
            ]
            for name, rates in found.items()
        ]
        parts.append(
            f"Rows a second of an epoch, batches of 128 rows of 784 uint8 pixels, drawn from a "
            f"memory map of {size / 1e9:.1f} GB, and from 6 MB in memory:"
        )
        parts.append(table(["network", "memory map", "in memory", "ratio"], lines))
    return "\n\n".join(parts)


def cores_of(name):
    """Return "LeNet-5, 2" with words."""
    network, cores = name.rsplit(", ", 1)
    return f"{network}, {SETTINGS[int(cores), 'best']}"


def page(result, by_hand):
    """Return docs/speed.md."""
    versions = ", ".join(f"{name} {v}" for name, v in sorted(result["versions"].items()))
    parts = [
        "# Speed, measured",
        f"Measured on {result['date']} by `python bench/peers.py --write`: {result['machine']}. "
        f"{versions}.",
        "![Ratio by workload](speed.svg)",
        "A ratio is the time of the best peer over ours: 2 means that chainrule takes half the "
        "time. Every side is a process of its own in its fastest usual form, pinned to the same "
        "cores: NumPy by hand with `out=`, PyTorch with fused optimizers and channels last, JAX "
        "with a whole epoch in one scan where that is faster, TensorFlow with an epoch in one "
        "`tf.function`, with XLA and without. `torch.compile` takes part where it is faster than "
        "eager mode: in predictions of images, with frozen weights, and in training the residual "
        "network. Sides take turns in short rounds; a "
        "number is the median of the rounds of one run. All train whole `fit` calls in float32 "
        "with Adam, shuffling and history included, from the same weights on the same rows "
        f"(images: {result['images']}); neuron and two-layer network are gradient descent in "
        "float64, as is MLPClassifier with its own settings. Times are of one step of training "
        "unless the row says otherwise. ✗ marks a goal that was missed.",
    ]
    for key, title in TITLES.items():
        if of(result, key):
            parts += [f"## {title}", race(result, key)]
    parts += ["## The limit", limit_words(result)]
    if words := growth(result):
        parts += ["## Growth", words]
    if of(result, (1, "best"), ("first", "import", "size", "memory", "flops")):
        parts += ["## What else counts", others(result)]
    parts += ["## Every side"]
    for key, title in TITLES.items():
        if of(result, key):
            parts += [f"{title}:", everyone(result, key)]
    parts += [by_hand or LAST]
    return "\n\n".join(parts) + "\n"


def by_hand():
    """Return the part of the page that a person wrote."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    return text[text.index(LAST) :].rstrip() if LAST in text else ""


def drawn(result, key):
    """Return the rows of the picture: those against the best peer."""
    return [row for row in of(result, key) if row["ratio"] and not row["against"]]


def picture(result, path=None):
    """Draw the ratio of each row with a log scale; it follows the reader's light or dark scheme."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "speed", "svg.fonttype": "none"})
    from matplotlib import pyplot

    groups = [(key, drawn(result, key)) for key in TITLES]
    groups = [(key, rows) for key, rows in groups if rows]
    height = 0.22 * sum(len(rows) + 1.3 for _, rows in groups) + 0.6
    figure, axes = pyplot.subplots(figsize=(8, height))
    ratios = [row["ratio"] for _, rows in groups for row in rows]
    low, high = min(0.75, 0.9 * min(ratios)), 5 * max(ratios)
    look = {"size": 8.5, "va": "center"}
    at = 0.0
    for key, rows in groups:
        color = COLORS[key]
        axes.text(low * 0.97, -at, TITLES[key], color=color, weight="bold", ha="right", **look)
        at += 1
        for row in rows:
            ratio = row["ratio"]
            axes.plot([1, ratio], [-at, -at], color=color, lw=5, solid_capstyle="butt")
            words = f" {ratio:.{2 if ratio < 10 else 0}f} × {SIDES[row['best']]}"
            axes.text(max(ratio, 1), -at, words, color=INK, ha="left", **look)
            axes.text(low * 0.97, -at, row["title"], color=INK, ha="right", **look)
            at += 1
        at += 0.3
    axes.axvline(1, color=INK, lw=1)
    axes.set(xscale="log", xlim=(low, high), ylim=(0.6 - at, 0.7), yticks=[])
    ticks = [t for t in (0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100) if low <= t <= high]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks], color=INK, size=8.5)
    axes.xaxis.minorticks_off()
    axes.grid(axis="x", color=PALE, lw=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("time of the best peer ÷ time of chainrule", color=INK, size=9)
    figure.subplots_adjust(left=0.36, right=0.99, top=1, bottom=0.5 / height)
    figure.savefig(
        path or PICTURE, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
    )
    pyplot.close(figure)


def follow_scheme(svg):
    """Return the SVG with colors that change where the reader prefers a dark scheme."""
    for k, color in enumerate(DARK):
        for what in ("fill", "stroke"):
            svg = svg.replace(f"{what}: {color}", f"{what}: {color}; {what}: var(--c{k}, {color})")
    light = "".join(f"--c{k}:{color};" for k, color in enumerate(DARK))
    dark = "".join(f"--c{k}:{color};" for k, color in enumerate(DARK.values()))
    style = f"<style>svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    head = svg.index(">", svg.index("<svg")) + 1
    return svg[:head] + style + svg[head:]


def write(result):
    """Keep what was measured, and write what is made of it."""
    JSON.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    result = json.loads(JSON.read_text("utf-8"))  # as it will be read the next time
    PAGE.write_text(page(result, by_hand()), "utf-8")
    try:
        picture(result)
    except ImportError:
        print(f"no matplotlib: {PICTURE.name} is as it was", file=sys.stderr)
    else:
        PICTURE.write_text(follow_scheme(PICTURE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write(json.loads(JSON.read_text("utf-8")))
