"""A recorded recall: each visit of a unit can be seen again, with its field, flip and energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...plots import html
from ...plots.svg.chart import curve
from ...recording.stages.explained import Explained, explain
from ...recording.stages.stage import Stage
from ...recording.stages.words import number
from ...settings import is_whole
from .couplings import Couplings
from .recall import Recall
from .recall_stages import visit_stages
from .visits import ALL, Visit, chances

SHOWN = 20  # changes that the text and the page list


class RecordedRecall:
    """A recall whose steps can be visited. A step is one decision: of a unit, or of all at once.

    `network.record(state)` makes one. Its states, energies and end are those of
    `network.recall(state)`, bit for bit.

    Parameters
    ----------
    recall : Recall
        The path.
    visits : sequence of Visit
        The decisions in their order.
    couplings : Couplings
        W and θ.
    seed : int
        The seed of the recall.

    Attributes
    ----------
    recall : Recall
        .state .states .energies .overlaps .ended
    last : int
        The number of steps.
    units, sweeps, fields : arrays (last,)
        Of each step: the unit (−1: all at once), its sweep from 1, and its field Σ w_ij s_j − θ_i.
    energies : array (last + 1,) or None
        The energy after each number of steps; None if the weights are not symmetric.
    changes : array
        The steps in which a value changed: `at(step)` is the moment before it.
    """

    def __init__(
        self, recall: Recall, visits: Sequence[Visit], couplings: Couplings, seed: int
    ) -> None:
        self.recall, self.couplings, self.seed = recall, couplings, seed
        self.visits, self.last = tuple(visits), len(visits)
        self.units = np.array([visit.unit for visit in visits], int)
        self.sweeps = np.array([visit.sweep for visit in visits], int)
        self.fields = np.array([visit.field for visit in visits], float)
        changed = np.array([visit.changed for visit in visits], bool)
        self.changes = np.flatnonzero(changed)
        # the state of a moment is one of the path: a synchronous path has every step
        every = len(recall.states) == self.last + 1
        counted = np.concatenate([[0], np.cumsum(changed)])
        self._places = np.arange(self.last + 1) if every else counted

    @property
    def energies(self) -> Array | None:
        """The energy after each number of steps; None if the weights are not symmetric."""
        energies = self.recall.energies
        return None if energies is None else energies[self._places]

    def state(self, step: int) -> Array:
        """Return the state after this number of steps, as the network's patterns are spelled."""
        state: Array = self.recall.states[self._places[step]]
        return state

    def at(self, step: int | str) -> RecallMoment:
        """Return the moment after this number of steps, from 0 to `last`.

        Parameters
        ----------
        step : int, "start" or "end"
            The number of decisions made.

        Raises
        ------
        ParameterError
            A step that this recall does not have.
        """
        step = {"start": 0, "end": self.last}.get(step, step) if isinstance(step, str) else step
        if not is_whole(step) or not 0 <= int(step) <= self.last:
            raise ParameterError(
                f"at({step!r})",
                f'a step from 0 to {self.last}, "start" or "end"',
                repr(step),
                "A step is the number of decisions made.",
            )
        return RecallMoment(self, int(step))

    def moments(self) -> Iterator[RecallMoment]:
        """Yield all moments, from the start to the end."""
        return (RecallMoment(self, step) for step in range(self.last + 1))

    def __repr__(self) -> str:
        steps = f"{self.last} step{'s' * (self.last != 1)}"
        changed = f"{len(self.changes)} change{'s' * (len(self.changes) != 1)}"
        return f"<RecordedRecall: {steps}, {changed}, {self.recall.ended}>"

    def _rows(self) -> list[list[str]]:
        """Return a line for each change: step, sweep, unit, field, flip, energy."""
        energies, rows = self.energies, []
        for k in self.changes[:SHOWN]:
            visit, moment = self.visits[k], RecallMoment(self, int(k))
            flips = np.flatnonzero(moment.state != self.state(int(k) + 1))
            unit = "all" if visit.unit == ALL else str(visit.unit)
            field = "" if visit.unit == ALL else number(visit.field)
            flip = f"{len(flips)} units"
            if visit.unit != ALL:
                new = self.state(int(k) + 1)[visit.unit]
                flip = f"{number(moment.state[visit.unit])} → {number(new)}"
            E = "" if energies is None else number(energies[k + 1])
            rows.append([str(k), str(visit.sweep), unit, field, flip, E])
        return rows

    def __str__(self) -> str:
        header = ["step", "sweep", "unit", "field", "flip", "E after"]
        rows = self._rows()
        wide = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        lines = [repr(self)[1:-1]]
        for row in [header, *rows] if rows else []:
            cells = (f"{cell:>{n}}" for cell, n in zip(row, wide, strict=True))
            lines.append(("  " + "  ".join(cells)).rstrip())
        more = len(self.changes) - SHOWN
        lines += [f"  ... {more} more changes"] if more > 0 else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        header = ["step", "sweep", "unit", "field", "flip", "E after"]
        parts = [html.line(repr(self)[1:-1])]
        if self.energies is not None:
            steps = np.arange(self.last + 1, dtype=float)
            parts.append(html.beside(curve({"": (steps, self.energies)}, x="step", y="energy")))
        more = len(self.changes) - SHOWN
        parts.append(html.table(self._rows(), header, align="r"))
        parts += [html.line(f"{more} more changes")] if more > 0 else []
        return html.page(*parts)


class RecallMoment:
    """The state of a recall after some decisions, and the decision that follows.

    Parameters
    ----------
    recorded : RecordedRecall
        The recall.
    step : int
        The number of decisions made.
    """

    def __init__(self, recorded: RecordedRecall, step: int) -> None:
        self.recorded, self.step = recorded, step

    def __repr__(self) -> str:
        if self.is_last:
            return f"<RecallMoment: step {self.step}, the end: {self.recorded.recall.ended}>"
        who = "all units move" if self.unit == ALL else f"unit {self.unit} is next"
        return f"<RecallMoment: step {self.step}, sweep {self.sweep}, {who}>"

    def __str__(self) -> str:
        stages = [] if self.is_last else self.stages()
        return "\n".join([repr(self)[1:-1], *(f"  {stage.name}: {stage.text}" for stage in stages)])

    def _repr_html_(self) -> str:
        return html.page(html.code(str(self)))

    @property
    def is_last(self) -> bool:
        """True if no decision follows."""
        return self.step >= self.recorded.last

    @property
    def state(self) -> Array:
        """The state, as the network's patterns are spelled."""
        return self.recorded.state(self.step)

    @property
    def energy(self) -> float | None:
        """The energy; None if the weights are not symmetric."""
        energies = self.recorded.energies
        return None if energies is None else float(energies[self.step])

    @property
    def visit(self) -> Visit:
        """The decision that follows."""
        if self.is_last:
            raise ParameterError(
                f"at({self.step})",
                "a moment with a decision after it",
                "the end of the recall",
                "The last decision is that of m.back().",
            )
        return self.recorded.visits[self.step]

    @property
    def unit(self) -> int:
        """The unit that decides next; −1: all at once."""
        return self.visit.unit

    @property
    def sweep(self) -> int:
        """The sweep of the decision that follows, from 1."""
        return self.visit.sweep

    @property
    def field(self) -> float:
        """The field Σ w_ij s_j − θ_i of the unit that decides next; NaN for all at once."""
        return self.visit.field

    @property
    def flips(self) -> bool:
        """True if the decision that follows changes the state."""
        return self.visit.changed

    def stages(self) -> list[Stage]:
        """Return the decision that follows: "field", "flip" and "energy"."""
        return self._stages

    @cached_property
    def _stages(self) -> list[Stage]:
        recorded, visit = self.recorded, self.visit
        s, new = (np.where(recorded.state(k) > 0, 1.0, -1.0) for k in (self.step, self.step + 1))
        energies = recorded.energies
        pair = None if energies is None else energies[self.step : self.step + 2]
        u = chances(recorded.seed, visit.sweep - 1, len(s)) if visit.T > 0 else None
        return visit_stages(recorded.couplings, visit, s, new, pair, u)

    def __getitem__(self, name: str) -> Array:
        """Return a value of the decision that follows: field, new.s, p, E."""
        found: Any = next(
            (q for s in self.stages() for q in s.quantities if q.symbol == name), None
        )
        if found is None:
            known = ", ".join(q.symbol for stage in self.stages() for q in stage.quantities)
            raise ParameterError(f"[{name!r}]", f"one of {known}", repr(name), "Take one of these.")
        array: Array = found.array
        return array

    def explain(self, where: str, *, most: int = 10) -> Explained:
        """Explain one number of the decision that follows: "field[3]", "new.s[3]", "E".

        Parameters
        ----------
        where : str
            A value with the place of one entry, counted from 0.
        most : int
            The number of terms that are shown, ≥ 1.
        """
        return explain(self.stages(), where, most=most)

    def next(self, steps: int = 1) -> RecallMoment:
        """Return the moment after one more decision, or after so many."""
        return self.recorded.at(self.step + steps)

    def back(self, steps: int = 1) -> RecallMoment:
        """Return the moment before the last decision, or before so many."""
        return self.recorded.at(self.step - steps)
