"""Looking at a run while it trains: which of the signs in `health` it shows, at little cost."""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.sources import Arrays
from ..optimizers.base import Optimizer
from ..settings import is_number
from . import health
from .health import Sign

if TYPE_CHECKING:
    from .run import Run

ROWS, FEWEST = 64, 8  # rows that a look runs through the network; fewer if they take long
LONGEST = 5e-3  # seconds that they should take at most
SPEED = 1e9  # multiplications a second that are expected of the reference engine
SHARE = 100  # a look may take one part in so many of the time
SOME = 4096  # numbers of a tensor that are compared
LOOKS = 8  # losses that are kept
EXPLAIN = ("dead_units", "saturated_units")  # these say why weights do not move
KINDS_OF_RATE = ("learning_rate_too_high", "updates_too_large")  # one of them says enough


class Checkup:
    """The signs that one run has shown.

    `pulse` costs almost nothing and reads the loss. `look` runs at most 64 rows through the network
    and compares weights; it needs an objective with a Program and rows in memory, else it reads the
    history alone.

    Parameters
    ----------
    run : Run
        A run that has not begun, or is continued.
    quiet : collection of str
        Kinds of signs that are not wanted.
    """

    def __init__(self, run: Run, quiet: frozenset[str] = frozenset()) -> None:
        self.signs: list[Sign] = []
        self.quiet = quiet
        self.program: Any = getattr(run.objective, "program", None)
        self.step = run.step  # updates before this run
        self.first = math.nan
        self.alike = all(
            group.lr == 1 for group in run.update.groups
        )  # no layer is slow on purpose
        known = self.program is not None and _is_in_memory(run)
        self._theta = run.state.theta.copy() if known else None  # until its loss is known
        self._batch: dict[str, Any] | None = None
        self._before = self._weights(run, run.state.theta)
        self._last = self._before
        self._losses: list[float] = []
        self._counted = (run.epoch, *run.state.sums)
        self._rows, self._seconds = _plan(self.program)  # of a forward, as far as is known

    def pulse(self, run: Run) -> list[Sign]:
        """Note the loss since the last pulse; return the signs that are new."""
        epoch, total, rows = run.epoch, *run.state.sums
        before = self._counted
        self._counted = (epoch, total, rows)
        if before[0] != epoch:
            losses = run.history.get("loss")
            loss = losses[-1] if losses else math.nan
        elif rows > before[2]:
            loss = (total - before[1]) / (rows - before[2])
        else:
            return []
        self._losses = [*self._losses[1 - LOOKS :], loss]
        if math.isnan(self.first):
            if self._theta is None:  # it cannot be computed, so this loss stands for it
                self.first = loss
            return []
        lr, continued = rate(run), self.step > 0
        found = health.growing_loss(self.first, self._losses, lr=lr, continued=continued)
        return self._new(found)

    def look(self, run: Run, spent: float | None = None) -> list[Sign]:
        """Look at units, weights and history; return the signs that are new.

        Parameters
        ----------
        run : Run
            The run.
        spent : float, optional
            Seconds that the run has taken. Units and weights are left out if they would take more
            than a hundredth of them; None: they are not.
        """
        found: list[Sign] = []
        columns, updates = run.history, run.step - self.step
        losses = np.asarray(columns.get("loss", ()), float)  # a view for the time of this call
        looked = self.program is None
        with np.errstate(all="ignore"):
            if self.program is not None and (spent is None or SHARE * self._seconds <= spent):
                looked = True
                found += self._units(run, losses)
                now = self._weights(run, run.state.theta)
                found += health.growing_weights(self._before, self._last, now)
                if self.step == 0 and not any(s.kind in EXPLAIN for s in [*self.signs, *found]):
                    moved = health.movements(self._before, now)
                    found += health.vanishing_gradients(moved, updates) if self.alike else []
                    if not self._has_learned(losses, 0.999):
                        found += health.still_weights(moved, updates, lr=rate(run))
                self._last = now
            if self.step == 0:
                found += health.high_loss(self.first, losses, lr=rate(run))
                if looked and not found and not self.signs:  # else the reason is known
                    found += health.still_loss(losses, updates)
            found += health.overfitting(losses, np.asarray(columns.get("val_loss", ()), float))
        return self._new(found)

    def _new(self, found: list[Sign]) -> list[Sign]:
        """Keep and return the signs that were not there before."""
        new: list[Sign] = []
        for sign in found:
            known = [*self.signs, *new]
            same = any((sign.kind, sign.place) == (old.kind, old.place) for old in known)
            rate = sign.kind in KINDS_OF_RATE and any(old.kind in KINDS_OF_RATE for old in known)
            if not (same or rate or sign.kind in self.quiet):
                new.append(sign)
        self.signs += new
        return new

    def _has_learned(self, losses: Array, share: float) -> bool:
        """Return True if the loss is below this share of what it was at first."""
        if not len(losses):
            return False
        first = float(losses[0]) if math.isnan(self.first) else self.first
        return bool(losses[-1] < first - (1 - share) * abs(first))

    # ---- rows through the network

    def _units(self, run: Run, losses: Array) -> list[Sign]:
        """Run some rows through the network, and look at its units."""
        if self._batch is None:
            self._batch = _some_rows(run, self._rows)
        if self._batch is None:
            return []
        began = perf_counter()
        values = self._forward(run, run.state.theta)
        self._seconds = perf_counter() - began
        if self._theta is not None:
            self.first = float(self._forward(run, self._theta)[self.program.output])
            self._theta = None
        learned = self._has_learned(losses, health.LEARNED)
        found = health.dead_units(self.program, values, learned)
        return found + health.saturated_units(self.program, values, learned)

    def _forward(self, run: Run, theta: Array) -> list[Any]:
        """Return all values of the Program for the rows."""
        assert self._batch is not None
        objective: Any = run.objective
        inputs = objective.inputs(theta, self._batch, np.array([run.state.seed, run.step]))
        parts = objective.engine.forward(theta, inputs, [slice(0, len(self._batch["c"]))])
        return [part[0] for part in parts]

    def _weights(self, run: Run, theta: Array) -> dict[str, Array]:
        """Return copies of some numbers of each weight that is trained, by symbol."""
        found = {}
        for p in () if self.program is None else self.program.parameters:
            if len(p.shape) >= 2 and run.update.moves_at(p.start):
                a = theta[p.where]
                found[self.program.values[p.value].symbol] = a[:: -(-a.size // SOME)].copy()
        return found


def _plan(program: Any) -> tuple[int, float]:
    """Return how many rows are run through a Program, and about how many seconds that takes."""
    if program is None:
        return 0, 0.0
    sizes = [math.prod(value.shape[1:]) for value in program.values]
    numbers = sum(size for size, v in zip(sizes, program.values, strict=True) if v.kind == "row")
    products = 0
    for step in program.steps:
        places = math.prod(program.values[step.output].shape[1:-1])
        for i in step.inputs:
            if program.values[i].role == "parameter":
                products += places * math.prod(program.values[i].shape)
    each = (products + numbers) / SPEED
    rows = max(FEWEST, min(ROWS, int(LONGEST / each)))
    return rows, rows * each


def _some_rows(run: Run, most: int) -> dict[str, Any] | None:
    """Return some rows, from the whole set; None if they are not in memory."""
    if not _is_in_memory(run):
        return None
    source: Any = run.source
    places = np.linspace(0, len(source) - 1, min(most, len(source))).astype(np.int32)
    batch: dict[str, Any] = source.rows(places)
    return batch


def _is_in_memory(run: Run) -> bool:
    """Return True if rows can be had without a call of the user's code."""
    source: Any = run.source
    inner = source.source if isinstance(source, Augmented) else source
    return isinstance(inner, Arrays) and hasattr(run.objective, "inputs")


def rate(run: Run) -> float | None:
    """Return the learning rate of the next step; None if the optimizer has none."""
    rule: Optimizer = run.optimizer.at(max(run.state.t, 1))
    lr: Any = getattr(rule, "lr", None)
    return float(lr) if is_number(lr) else None
