"""The stages of one update of a network: forward, loss, deltas, gradients."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...graph import equations
from ...graph.program import Program, Step
from ...training.objective import ProgramObjective
from .backward_terms import BackwardTerms
from .forward_terms import ForwardTerms
from .one_pass import OnePass
from .one_update import OneUpdate
from .stage import Index, Quantity, Stage, Term, Terms
from .steps import Steps
from .term_list import TermList
from .words import number

FORWARD = "The batch goes through the network, layer by layer."
LOSS = "The outputs are compared with the targets: one number for the whole batch."
DELTAS = "The chain rule, last step first: d before a name means the slope of L with respect to it."
GRADIENTS = "The slope of L with respect to each parameter: the sum over the rows of the batch."
GIVEN = {
    "x": "the inputs of the batch",
    "y": "the targets of the batch",
    "c": "how much each row counts in L",
    "N": "the number of rows in the batch",
    "key": "seed and step, the key of the random numbers",
    "row": "the numbers of the batch's rows in the data",
    "lam": "the strength of the penalty",
}
DRAWN = "It is drawn: a function of seed, step, layer, row of the data and column."
# Two engines round each step in their own way: how much further than one sum they may lie apart.
ENGINES = 10.0


def program_stages(update: OneUpdate) -> list[Stage]:
    """Return the stages of one update of a network, up to its gradients.

    Parameters
    ----------
    update : OneUpdate
        Its objective is a ProgramObjective.

    Returns
    -------
    list of Stage
        "forward", "loss", "deltas", "gradients". Values and deltas come from the reference engine,
        which defines what a network computes. The loss and the gradients are those of the run.

    Raises
    ------
    ParameterError
        Another objective.
    """
    objective = update.objective
    if not isinstance(objective, ProgramObjective):
        raise ParameterError(
            "program_stages",
            "an update of a network",
            type(objective).__name__,
            "Other objectives have a method `stages` of their own.",
        )
    return _Stages(update, objective).all()


class _Stages:
    """The quantities of one update."""

    def __init__(self, update: OneUpdate, objective: ProgramObjective) -> None:
        self.update, self.program = update, objective.program
        inputs = objective.inputs(update.theta, update.batch, update.key)
        self.numbers = OnePass(self.program, update.theta, inputs, objective.wrt)
        steps = Steps(self.numbers)
        self.forward, self.back = ForwardTerms(steps), BackwardTerms(steps)
        self.backward = backward_equations(self.program, self.numbers)

    def all(self) -> list[Stage]:
        border = loss_begins(self.program)
        steps = self.program.steps
        shown: set[int] = set()
        return [
            Stage("forward", tuple(self._values(steps[:border], shown)), FORWARD),
            Stage("loss", tuple(self._values(steps[border:], shown)), LOSS),
            Stage("deltas", tuple(self._deltas()), DELTAS),
            Stage("gradients", tuple(self._gradients()), GRADIENTS),
        ]

    # ---- forward

    def _values(self, steps: tuple[Step, ...], shown: set[int]) -> list[Quantity]:
        """Return what these steps compute, each after what it is given for the first time."""
        found: list[Quantity] = []
        if not shown and (rows := self.update.rows) is not None:
            found.append(Quantity("row", GIVEN["row"], rows, given=True))
            shown |= {self.program.inputs["row"]} if "row" in self.program.inputs else set()
        for step in steps:
            for i in step.inputs:
                if i not in shown and self.program.values[i].role != "computed":
                    shown.add(i)
                    found.append(self._given(i))
            found += self._inner(step)
            found.append(self._computed(step))
        return found

    def _inner(self, step: Step) -> list[Quantity]:
        """Return the numbers inside an op that it shows, such as its mask."""
        v = self.program.values[step.output]
        taken = {other.symbol for other in self.program.values}
        found: list[Quantity] = []
        for name, numbers in step.op.inner.items():
            symbol = name + v.symbol[len(v.letter) :]
            if symbol not in taken:
                symbols = equations.symbols_of(self.program, step)
                right = equations.write(equations.docstring(numbers), symbols)
                array = numbers(self.numbers.arrays(step), **step.attrs)
                path = f"{v.scope}/{name}" if v.scope else name
                made = DRAWN if "key" in right else f"{equations.pretty(v.symbol)} is made of it."
                terms: Callable[[Index], Terms] = partial(_without_parts, made)
                if name in step.op.inner_ops:
                    terms = partial(self.forward.inner_terms, step, name, symbol, array)
                found.append(Quantity(symbol, f"{symbol} = {right}", array, path, terms))
        return found

    def _given(self, i: int) -> Quantity:
        v = self.program.values[i]
        if v.role == "input":
            text = GIVEN.get(re.sub(r"(?<=^[cy])_.*|\d+$", "", v.symbol), "an input of the network")
        else:
            kind = "a parameter" if v.role == "parameter" else "a running statistic"
            text = f"{kind}, before the update"
        return Quantity(v.symbol, text, self.numbers.value[i], v.path, given=True)

    def _computed(self, step: Step) -> Quantity:
        v, array = self.program.values[step.output], self.numbers.value[step.output]
        if step.output == self.program.output:
            loss = self.update.after.loss
            exact = array.dtype.type(loss)  # in its own dtype, unless that would round it
            array = np.asarray(exact if float(exact) == loss else loss)

        def terms(at: Index) -> Terms:
            return self._as_in_run(self.forward.terms(step, at), step.output, at, array, v.symbol)

        equation = equations.write(
            equations.docstring(step.op.forward), equations.symbols_of(self.program, step)
        )
        return Quantity(v.symbol, equation, array, v.path, terms)

    def _as_in_run(
        self, found: Terms, i: int, at: Index, array: Array, symbol: str, own: Array | None = None
    ) -> Terms:
        """Add that the run's engine rounds in another way, if it got other bits."""
        own = self.numbers.value[i] if own is None else own
        found = self._with_row(found, i, at)
        here, there = float(own[at]), float(array[at])
        if found.total is not None or here == there or not np.isfinite([here, there]).all():
            return found
        name = equations.pretty(symbol) + (f"[{', '.join(map(str, at))}]" if at else "")
        said = f"{name} = {number(there, 9)} in the run, whose engine adds in another order."
        said = said if number(here, 6) != number(there, 6) else ""
        terms = found.terms
        sizes = terms.values if isinstance(terms, TermList) else [term.value for term in terms]
        size = ENGINES * float(np.abs(sizes).sum() + np.abs(own).max(initial=0.0))
        return Terms(found.terms, here, said, found.note, result=here, size=size)

    def _with_row(self, found: Terms, i: int, at: Index) -> Terms:
        """Add which row of the data the entry of a row value belongs to."""
        rows = self.update.rows
        if rows is None or self.program.values[i].kind != "row" or int(rows[at[0]]) == at[0]:
            return found
        said = f"Row {at[0]} of the batch is row {int(rows[at[0]])} of the data."
        note = f"{found.note}\n{said}".strip()
        return Terms(found.terms, found.total, found.then, note, found.result, found.size)

    # ---- backward

    def _deltas(self) -> list[Quantity]:
        program, gradient = self.program, self.numbers.gradient
        found = []
        for step in reversed(program.steps):
            i = step.output
            if i in gradient and (i in self.backward or i == program.output):
                found.append(self._slope(i, gradient[i]))
        return found

    def _gradients(self) -> list[Quantity]:
        g, wrt = self.update.after.g, self.numbers.engine.wrt
        return [
            self._slope(p.value, g[p.where].reshape(p.shape))
            for p in self.program.parameters
            if p.value in wrt and p.value in self.backward
        ]

    def _slope(self, i: int, array: Array) -> Quantity:
        v = self.program.values[i]
        symbol, path = "d" + v.symbol, ""
        if v.role == "parameter":
            scope, _, name = v.path.rpartition("/")
            path = f"{scope}/d{name}" if scope else f"d{name}"

        def terms(at: Index) -> Terms:
            if i == self.program.output:
                one = Term("1", "1", 1.0)
                return Terms([one], note="The chain rule begins with dL/dL = 1.")
            own = self.numbers.gradient[i]
            return self._as_in_run(self.back.terms(i, at), i, at, array, symbol, own)

        return Quantity(symbol, self.backward.get(i, f"d{v.symbol} = 1"), array, path, terms)


def _without_parts(note: str, at: Index) -> Terms:
    return Terms((), note=note)


def loss_begins(program: Program) -> int:
    """Return the number of the first step that belongs to no layer: the loss begins there."""
    for k, step in enumerate(program.steps):
        if not program.values[step.output].scope:
            return k
    return len(program.steps)


def backward_equations(program: Program, numbers: OnePass) -> dict[int, str]:
    """Return the equation of the gradient of each value; several uses are one sum."""
    found: dict[int, str] = {}
    for i, uses in numbers.uses.items():
        name, right = equations.pretty("d" + program.values[i].symbol), ""
        for use in uses:
            assert use.step.op.backward is not None
            form = equations.gradients(use.step.op.backward).get("d" + use.letter)
            symbols = equations.symbols_of(program, use.step)
            part = equations.write(form, symbols) if form else "?"
            if not right:
                right = part
            else:
                right += f" − {part[1:]}" if part.startswith("−") else f" + {part}"
        found[i] = f"{name} = {right}"
    return found
