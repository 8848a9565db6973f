"""Compare chainrule with NumPy by hand, scikit-learn, PyTorch, JAX and TensorFlow.

    python bench/peers.py --write            measure all of it; write docs/speed.*
    python bench/peers.py --only lenet --only growth --write    measure a part, keep the rest
    python bench/peers.py [--quick] [--only WORD] [--cores 2] [--markdown]    print only
    python bench/peers.py --python tensorflow=/another/venv/bin/python
    python bench/peers.py --scaling          chainrule alone: one core against two
    python bench/peers.py --before FOLDER    chainrule alone: another checkout against this one
    python bench/peers_page.py               the page and its picture again, from docs/speed.json

Rows are for one core, for two cores, and for all sides held to AVX2. Each side is a process of its
own, in its fastest usual form, pinned to the same cores, and runs whole `fit` calls, shuffling and
history included, on the same rows from the same starting weights. One side runs at a time; the
others are stopped. A turn is a median of runs, a cell the median of turns. The ratio is the peer's
number over ours (for GFLOP/s ours over the peer's): more is better for us. In rows of two cores,
chainrule on one core takes its turns as well. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset;
malloc keeps large blocks for all sides; on AMD processors PyTorch runs with MKL's vendor check
lifted. CHAINRULE_ENGINE chooses our engine, CHAINRULE_DATA names MNIST's folder.
"""

import argparse
import contextlib
import json
import math
import platform
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

from peers_limits import last_cache, least, measured
from peers_page import JSON, write
from peers_race import SIDES, Race, judged
from peers_rows import ONE, Row, all_rows, shown
from peers_turns import HERE, Setting, Side, preloaded
from peers_workloads import keep_rows

GROWTH = ("growth", "gather")  # measured by growth.py


def printed(lines, markdown):
    """Return the lines of a table; the first one is its head."""
    if markdown:
        rule = ["---", *["--:"] * (len(lines[0]) - 1)]
        return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if i else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def chosen(options):
    """Return the rows that were asked for."""

    def asked(row):
        words = f"{row.title} {row.workload} {row.setting}".lower()
        return any(word in words for word in options.only)

    rows = [row for row in all_rows() if not options.only or asked(row)]
    if options.cores is None:
        return rows
    cores = options.cores
    kept = {(r.title, r.against, r.kind): r for r in rows if r.setting.instructions == "best"}
    kept |= {(r.title, r.against, r.kind): r for r in rows if r.setting == Setting(cores)}
    return [
        row if row.setting.cores == cores else replace(row, setting=Setting(cores), goal=None)
        for row in kept.values()
    ]


def found(row, race, machine, cache):
    """Measure a row; return all that is kept of it."""
    values = race.values(row)
    ours = values.get("chainrule")
    limit = least(row.workload, machine, cache) if row.kind == "time" else None
    share = limit[0] / row.per / ours if limit and ours else None
    return {
        "title": row.title,
        "kind": row.kind,
        "per": row.per,
        "cores": row.setting.cores,
        "instructions": row.setting.instructions,
        "goal": row.goal,
        "against": row.against,
        "scaling goal": row.scaling,
        "limit": row.limit,
        "values": values,
        **judged(row, values),
        "share": share,
        "bound": limit[1] if share else None,
    }


HEAD = ["best peer", "ratio", "goal", "scaling", "goal", "met", "of the limit"]


def cells(result):
    """Return the last cells of a printed line."""

    def number(key, form=".2f", before=""):
        value = result[key]
        return "" if value is None else f"{before}{value:{form}}"

    goal = number("goal", ".3g", "≥ ")
    if result["limit"] is not None:
        goal = f"≤ {shown(result['limit'], result['kind'])}"
    return [
        SIDES[result["best"]] if result["best"] else "",
        number("ratio"),
        goal,
        number("scaling"),
        number("scaling goal", ".3g", "≥ "),
        {True: "yes", False: "NO", None: ""}[result["met"]],
        number("share", ".0%"),
    ]


def measure(options, library):
    """Measure all rows that were asked for, setting by setting; print the tables."""
    results, machines, versions, notes = [], {}, {}, []
    rows, cache = chosen(options), last_cache()
    for setting in dict.fromkeys(row.setting for row in rows):
        machines[str(setting)] = machine = measured(setting)
        with contextlib.closing(Race(options, setting, library)) as race:
            versions |= {SIDES[n]: v for n, v in race.versions.items() if setting == ONE}
            names, some = race.versions, []
            for row in (r for r in rows if r.setting == setting):
                print(f"  {row.title}, {setting} ...", file=sys.stderr, flush=True)
                some.append(found(row, race, machine, cache))
            lines = [["workload", *(SIDES[n] for n in names), *HEAD]]
            for one in some:
                values = [one["values"].get(n) for n in names]
                middle = [shown(v, one["kind"], one["per"]) for v in values]
                lines.append([one["title"], *middle, *cells(one)])
            print(f"\n{setting}; " + ", ".join(f"{SIDES[n]} {v}" for n, v in names.items()))
            print(printed(lines, options.markdown), flush=True)
            notes += race.notes
            results += some
    if notes:
        print("\n" + "\n".join(dict.fromkeys(notes)))
    return {"rows": results, "limits": machines, "versions": versions, "notes": notes}


def grown(options):
    """Measure growth and gathering by growth.py, in a process of its own."""
    words = [part for part in GROWTH if not options.only or part in options.only]
    if not words:
        return {}
    command = [sys.executable, HERE / "growth.py", "--json", *words]
    command += ["--quick"] * options.quick
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def merged(old, new):
    """Return what was kept, with the rows and parts that were measured again in their places."""

    def key(row):
        return row["title"], row["kind"], row["against"], row["cores"], row["instructions"]

    again = {key(row): row for row in new["rows"]}
    rows = [again.pop(key(row), row) for row in old.get("rows", [])]
    parts = {name: old.get(name, {}) | new.get(name, {}) for name in ("limits", "versions")}
    return old | new | parts | {"rows": [*rows, *again.values()]}


def machine_words():
    """Return the processor's name and the system."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    return f"{name}, {platform.system()}, Python {platform.python_version()}"


def scaling(options, library):
    """Measure ours on one core and on two, taking turns."""
    networks = ("3-1", "3-4-1", "64-100-10", "784-512-512-10")
    goals = {("784-512-512-10", 256): 1.7}
    lines = [["network, batch", "one core", "two cores", "ratio", "goal", "met"]]
    sides = [Side("chainrule", Setting(n), sys.executable, library) for n in (1, 2)]
    for network in networks:
        for batch in (1, 8, 32, 128, 256):
            row, times = Row("", f"scale {network} {batch}"), ([], [])
            for side in sides:
                side.ask("prepare", workload=row.workload)
            for _ in range(options.repeats):
                for side, t in zip(sides, times, strict=True):
                    t.append(side.ask("turn", seconds=options.seconds)["time"])
            one, two = map(median, times)
            goal = goals.get((network, batch), 0.97)
            line = [f"{network}, {batch}", shown(one, "time"), shown(two, "time")]
            line.append(f"{one / two:.2f}")
            lines.append([*line, f"≥ {goal}", "yes" if one / two >= goal else "NO"])
    for side in sides:
        side.close()
    return lines


def before(options, library):
    """Measure another checkout and this one, taking turns; end with the geometric mean."""
    folder, setting = Path(options.before).resolve(), Setting(options.cores or 1)
    old = Side("chainrule", setting, folder / ".venv/bin/python", library, folder / "bench")
    sides = [old, Side("chainrule", setting, sys.executable, library)]
    lines, ratios = [["workload", "before", "now", "ratio"]], []
    rows = {r.workload: r for r in chosen(options) if r.kind in ("time", "flops")}
    for row in rows.values():
        print(f"  {row.title} ...", file=sys.stderr, flush=True)
        able = [side.ask("prepare", workload=row.workload)["first"] for side in sides]
        if None in able:
            continue
        seconds = min(options.seconds, 0.05) if row.kind == "flops" else options.seconds
        times = [], []
        for _ in range(options.repeats):
            for side, t in zip(sides, times, strict=True):
                t.append(side.ask("turn", seconds=seconds)["time"])
        then, now = (median(t) / (1 if row.kind == "flops" else row.per) for t in times)
        ratios.append(then / now)
        lines.append(
            [row.title, *(shown(t, row.kind, row.per) for t in (then, now)), f"{ratios[-1]:.3f}"]
        )
    for side in sides:
        side.close()
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan
    lines.append(["geometric mean", "", "", f"{mean:.3f}"])
    return lines


def read_options(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        action="append",
        type=str.lower,
        metavar="WORD",
        help="rows with this in their name or setting (two cores, avx2); growth; gather",
    )
    parser.add_argument(
        "--sides",
        nargs="+",
        choices=SIDES,
        default=list(SIDES),
        metavar="SIDE",
        help=", ".join(SIDES),
    )
    parser.add_argument("--cores", type=int, help="measure every row on so many cores")
    parser.add_argument(
        "--quick", action="store_true", help="few, short turns: the numbers are rough"
    )
    parser.add_argument("--repeats", type=int, help="turns of each side (15; quick: 3)")
    parser.add_argument(
        "--seconds", type=float, help="of a turn, at least one run (0.2; quick: 0.05)"
    )
    parser.add_argument(
        "--budget", type=float, help="of a row in seconds; five turns at least (6; quick: 1)"
    )
    parser.add_argument("--markdown", action="store_true", help="the table in Markdown")
    parser.add_argument(
        "--write", action="store_true", help="write docs/speed.json, its page and its picture"
    )
    parser.add_argument(
        "--scaling", action="store_true", help="chainrule alone, one core against two"
    )
    parser.add_argument(
        "--before", metavar="FOLDER", help="another checkout, with its .venv, against this one"
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="SIDE=PATH",
        help="another interpreter for a side",
    )
    options = parser.parse_args(arguments)
    options.python = dict(pair.split("=", 1) for pair in options.python)
    options.repeats = options.repeats or (3 if options.quick else 15)
    options.seconds = options.seconds or (0.05 if options.quick else 0.2)
    options.budget = options.budget or (1 if options.quick else 6)
    return options


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the stopped sides end as well
    with tempfile.TemporaryDirectory() as folder:
        library = preloaded(folder)
        rows = keep_rows(folder)
        if options.scaling or options.before:
            lines = before(options, library) if options.before else scaling(options, library)
            print(printed(lines, options.markdown))
            return
        check = "lifted" if library else "as it is"
        print(f"{options.repeats} turns of each side. Images: {rows}. MKL's vendor check: {check}.")
        new = measure(options, library)
    new |= {"date": date.today().isoformat(), "machine": machine_words(), "images": rows}
    if options.write or (options.only and set(options.only) & set(GROWTH)):
        new |= grown(options)
    if options.write:
        old = json.loads(JSON.read_text("utf-8")) if options.only and JSON.exists() else {}
        write(merged(old, new))


if __name__ == "__main__":
    main()
