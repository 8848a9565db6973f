"""Sides take turns on one workload after another."""

import contextlib
import sys
from statistics import median
from time import perf_counter

from peers_rows import Row, bandwidth_time
from peers_turns import Setting, Side, import_time, installed_size

SIDES = {
    "chainrule": "chainrule",
    "numpy": "NumPy",
    "scikit-learn": "scikit-learn",
    "torch": "PyTorch",
    "torch-compiled": "PyTorch compiled",
    "jax": "JAX",
    "tensorflow": "TensorFlow",
    "tensorflow-xla": "TensorFlow XLA",
}
SECOND_FORMS = ("torch-compiled", "tensorflow-xla")  # of libraries that are there already
ALIKE = 0.15  # losses differ by the shuffling, and by scikit-learn's own start
FEW, FAR = 3, 2.5  # after so many rounds, sides so far behind the best peer need no more turns
HALF = "one core"  # our side beside itself on two


class Race:
    """The sides that are installed, in one setting, and what was measured so far."""

    def __init__(self, options, setting, library):
        self.options, self.setting, self.preload = options, setting, library
        self.measured, self.notes, self.sides = {}, [], {}
        names = [n for n in options.sides if setting.instructions == "best" or "compiled" not in n]
        for name in names:
            side = self.sides[name] = self.start(name)
            if side.version is None:
                self.drop(name, f"skipped: {SIDES[name]} ({side.absent})")
        if setting.cores == 2 and "chainrule" in self.sides:
            self.sides[HALF] = self.start("chainrule", Setting(1, setting.instructions))
        self.versions = {n: s.version for n, s in self.sides.items() if n != HALF}

    def python(self, name):
        for form in SECOND_FORMS:
            name = form.split("-")[0] if name == form else name
        return self.options.python.get(name, sys.executable)

    def start(self, name, setting=None):
        return Side(name, setting or self.setting, self.python(name), self.preload)

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

    def turns(self, functions, repeats, needed=()):
        """Return the median of each side's turns, one side after another.

        A side that is far behind the best peer is not asked again. The rounds end early when they
        have taken long; at least five are made.
        """
        times, running = {name: [] for name in functions}, dict(functions)
        start = perf_counter()
        for k in range(repeats):
            if k >= 5 and perf_counter() - start > self.options.budget:
                break
            for name, function in running.items():
                times[name].append(function())
            if k + 1 == FEW:
                running = {n: f for n, f in running.items() if n in needed or not far(n, times)}
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
        product = row.kind == "flops"
        seconds = min(self.options.seconds, 0.03) if product else self.options.seconds
        functions = {
            name: lambda s=self.sides[name]: (
                s.ask("turn", seconds=seconds)["time"] / (1 if product else row.per)
            )
            for name in losses
        }
        repeats = min(self.options.repeats, 7) if product else self.options.repeats
        return self.turns(functions, repeats, {"chainrule", HALF, row.against})

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
                    f"{row.title}: {SIDES.get(name, name)} ends with loss {loss:.4g}, "
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
        able = [n for n in ("chainrule", row.against) if n in self.sides]
        functions = {n: lambda n=n: self.fresh(n, row, lambda _, first: first) for n in able}
        return self.turns(functions, max(1, self.options.repeats // 5))

    def memory(self, row):
        peaks = {
            n: self.fresh(n, row, lambda side, _: side.ask("memory")["bytes"])
            for n in self.libraries()
        }
        return {n: peak for n, peak in peaks.items() if peak}

    def libraries(self):
        return [n for n in self.sides if n not in (*SECOND_FORMS, HALF)]

    def size(self, row):
        return {n: installed_size(n, self.python(n)) for n in self.libraries() if n != "numpy"}

    def import_(self, row):
        functions = {n: lambda n=n: import_time(n, self.python(n)) for n in self.libraries()}
        self.turns(functions, 1)  # the files' first time
        return self.turns(functions, self.options.repeats, self.libraries())

    def close(self):
        for side in self.sides.values():
            side.close()


def far(name, times):
    """Return True if this side is far behind the best peer."""
    peers = [median(t) for n, t in times.items() if n not in ("chainrule", HALF)]
    return bool(peers) and median(times[name]) > FAR * min(peers)


def judged(row, values):
    """Return what a row says: who is best, the ratio, the scaling, and whether goals are met."""
    ours, half = values.get("chainrule"), values.get(HALF)
    others = {n: v for n, v in values.items() if n not in ("chainrule", HALF)}
    peers = {n: v for n, v in others.items() if row.against in (None, n)}
    best = min(peers, key=peers.get) if peers else None
    ratio = peers[best] / ours if best and ours else None
    scaling = half / ours if half and ours else None
    asked = [(ratio, row.goal), (scaling, row.scaling)]
    met = [value >= goal for value, goal in asked if goal and value is not None]
    if row.limit is not None and ours is not None:
        met.append(ours <= row.limit)
    return {"best": best, "ratio": ratio, "scaling": scaling, "met": all(met) if met else None}
