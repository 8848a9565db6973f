"""Compare chainrule with NumPy by hand, scikit-learn, PyTorch, JAX and TensorFlow in one table.

    python bench/peers.py [--quick] [--only neuron --only gemm] [--cores 2] [--markdown]
    python bench/peers.py --python tensorflow=/another/venv/bin/python
    python bench/peers.py --scaling          chainrule alone: one core against two
    python bench/peers.py --before FOLDER    chainrule alone: another checkout against this one

Each side is a process of its own, in its fastest usual form, pinned to the same core (or two), and
runs whole `fit` calls, shuffling and history included, on the same rows from the same starting
weights. One side runs at a time; the others are stopped. A turn is a median of runs, a cell the
median of turns. The ratio is the peer's number over ours (for GFLOP/s ours over the peer's): more
is better for us. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset; malloc keeps large blocks for
all sides; on AMD processors PyTorch runs with MKL's vendor check lifted. CHAINRULE_ENGINE chooses
our engine, CHAINRULE_DATA names MNIST's folder.
"""

import argparse
import contextlib
import math
import sys
import tempfile
from pathlib import Path
from statistics import median

from peers_rows import Row, all_rows, bandwidth_time, shown
from peers_turns import Side, import_time, installed_size, preloaded
from peers_workloads import keep_rows

SIDES = {
    "chainrule": "chainrule",
    "numpy": "NumPy by hand",
    "scikit-learn": "scikit-learn",
    "torch": "PyTorch",
    "jax": "JAX",
    "tensorflow": "TensorFlow",
    "tensorflow-xla": "TensorFlow XLA",
}
LIBRARIES = [name for name in SIDES if name != "tensorflow-xla"]
ALIKE = 0.15  # losses differ by the shuffling, and by scikit-learn's own start


class Race:
    """The sides that are installed, and what was measured so far."""

    def __init__(self, options, library):
        self.options, self.preload, self.measured, self.notes = options, library, {}, []
        self.sides = {}
        for name in options.sides:
            side = self.sides[name] = self.start(name)
            if side.version is None:
                self.drop(name, f"skipped: {SIDES[name]} ({side.absent})")

    def python(self, name):
        return self.options.python.get(name.removesuffix("-xla"), sys.executable)

    def start(self, name):
        return Side(name, self.options.cores, self.python(name), self.preload)

    def drop(self, name, note):
        self.notes.append(note)
        self.sides.pop(name).close()

    def values(self, row):
        """Return {side: median}, measured once for all rows that ask the same."""
        key = row.workload, "time" if row.kind in ("flops", "bandwidth") else row.kind
        if key not in self.measured:
            measures = {
                "time": self.time,
                "first": self.first,
                "memory": self.memory,
                "size": self.size,
                "import": self.import_,
            }
            self.measured[key] = measures[key[1]](row)
        values = self.measured[key]
        if row.kind == "bandwidth":
            copies = self.values(Row("", "copy"))  # by NumPy alone
            ours = {n: v for n, v in values.items() if n == "chainrule"}
            return ours | {n: bandwidth_time(v) for n, v in copies.items()}
        return values

    def turns(self, functions, repeats):
        """Return the median of each side's turns, one side after another."""
        times = {name: [] for name in functions}
        for _ in range(repeats):
            for name, function in functions.items():
                times[name].append(function())
        return {name: median(t) for name, t in times.items()}

    def time(self, row):
        losses = {}
        for name, side in list(self.sides.items()):
            try:
                answer = side.ask("prepare", workload=row.workload)
            except RuntimeError as error:
                self.drop(name, f"{row.title}: {error}")
                continue
            if answer["first"] is not None:
                losses[name] = answer["loss"]
        self.compare(row, losses)
        seconds = min(self.options.seconds, 0.05) if row.kind == "flops" else self.options.seconds
        functions = {
            name: lambda s=self.sides[name]: (
                s.ask("turn", seconds=seconds)["time"] / (1 if row.kind == "flops" else row.per)
            )
            for name in losses
        }
        return self.turns(functions, self.options.repeats)

    def compare(self, row, losses):
        """Check that the others do the same work as we do."""
        ours = losses.get("chainrule")
        for name, loss in losses.items():
            if (
                ours is not None
                and loss is not None
                and not abs(loss - ours) <= ALIKE * abs(ours) + 1e-3
            ):
                self.notes.append(
                    f"{row.title}: {SIDES[name]} ends with loss {loss:.4g}, "
                    f"chainrule with {ours:.4g}"
                )

    def fresh(self, name, row, take):
        """Return the answer of a new process."""
        side = self.start(name)
        with contextlib.closing(side):
            first = side.ask("prepare", workload=row.workload)["first"]
            return first and take(side, first)

    def first(self, row):
        """Return the time from the network's description to the end of the first fit."""
        able = self.values(Row(row.title, row.workload))
        functions = {n: lambda n=n: self.fresh(n, row, lambda _, first: first) for n in able}
        return self.turns(functions, max(1, self.options.repeats // 5))

    def memory(self, row):
        peaks = {
            n: self.fresh(n, row, lambda side, _: side.ask("memory")["bytes"]) for n in self.sides
        }
        return {n: peak for n, peak in peaks.items() if peak}

    def libraries(self):
        return [n for n in LIBRARIES if n in self.sides]

    def size(self, row):
        return {n: installed_size(n, self.python(n)) for n in self.libraries() if n != "numpy"}

    def import_(self, row):
        functions = {n: lambda n=n: import_time(n, self.python(n)) for n in self.libraries()}
        self.turns(functions, 1)  # the files' first time
        return self.turns(functions, self.options.repeats)

    def close(self):
        for side in self.sides.values():
            side.close()


def judged(row, values, cores):
    """Return the last cells of a line: against, ratio, goal, met."""
    ours = values.get("chainrule")
    if row.limit is not None and ours is not None:
        return ["", "", f"≤ {shown(row.limit, row)}", "yes" if ours <= row.limit else "NO"]
    peers = {n: v for n, v in values.items() if n != "chainrule" and row.against in (None, n)}
    goal = f"≥ {row.goal:.3g}" if row.goal and row.cores in (None, cores) else ""
    if ours is None or not peers:
        return [SIDES[row.against] if row.against else "", "", goal, ""]
    best = min(peers, key=peers.get)
    ratio = peers[best] / ours
    return [
        SIDES[best],
        f"{ratio:.2f}",
        goal,
        ("yes" if ratio >= row.goal else "NO") if goal else "",
    ]


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
        return any(word in f"{row.title} {row.workload}".lower() for word in options.only)

    return [row for row in all_rows() if not options.only or asked(row)]


def table(race, options):
    shown_sides = list(race.sides)
    rows = chosen(options)
    lines = [["workload", *(SIDES[n] for n in shown_sides), "against", "ratio", "goal", "met"]]
    for row in rows:
        print(f"  {row.title} ...", file=sys.stderr, flush=True)
        values = race.values(row)
        lines.append(
            [
                row.title,
                *(shown(values.get(n), row) for n in shown_sides),
                *judged(row, values, options.cores),
            ]
        )
    return lines


def scaling(options, library):
    """Measure ours on one core and on two, taking turns."""
    networks = ("3-1", "3-4-1", "64-100-10", "784-512-512-10")
    goals = {("784-512-512-10", 256): 1.7}
    lines = [["network, batch", "one core", "two cores", "ratio", "goal", "met"]]
    sides = [Side("chainrule", cores, sys.executable, library) for cores in (1, 2)]
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
            line = [f"{network}, {batch}", shown(one, row), shown(two, row), f"{one / two:.2f}"]
            lines.append([*line, f"≥ {goal}", "yes" if one / two >= goal else "NO"])
    for side in sides:
        side.close()
    return lines


def before(options, library):
    """Measure another checkout and this one, taking turns; end with the geometric mean."""
    folder = Path(options.before).resolve()
    old = Side("chainrule", options.cores, folder / ".venv/bin/python", library, folder / "bench")
    sides = [old, Side("chainrule", options.cores, sys.executable, library)]
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
        lines.append([row.title, shown(then, row), shown(now, row), f"{ratios[-1]:.3f}"])
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
        help="rows with this in their name",
    )
    parser.add_argument(
        "--sides",
        nargs="+",
        choices=SIDES,
        default=list(SIDES),
        metavar="SIDE",
        help=", ".join(SIDES),
    )
    parser.add_argument("--cores", type=int, default=1, help="that every side may use (1)")
    parser.add_argument(
        "--quick", action="store_true", help="few, short turns: the numbers are rough"
    )
    parser.add_argument("--repeats", type=int, help="turns of each side (15; quick: 3)")
    parser.add_argument(
        "--seconds", type=float, help="of a turn, at least one run (0.2; quick: 0.05)"
    )
    parser.add_argument("--markdown", action="store_true", help="the table in Markdown")
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
    return options


def main():
    options = read_options()
    with tempfile.TemporaryDirectory() as folder:
        library = preloaded(folder)
        rows = keep_rows(folder)
        if options.scaling or options.before:
            lines = before(options, library) if options.before else scaling(options, library)
            print(printed(lines, options.markdown))
            return
        with contextlib.closing(Race(options, library)) as race:
            versions = ", ".join(f"{SIDES[n]} {side.version}" for n, side in race.sides.items())
            check = "lifted" if library else "as it is"
            print(
                f"{options.cores} core(s), {options.repeats} turns of each side. Images: {rows}. "
                f"MKL's vendor check: {check}."
            )
            print(f"{versions}.\n")
            print(printed(table(race, options), options.markdown))
            if race.notes:
                print("\n" + "\n".join(race.notes))


if __name__ == "__main__":
    main()
