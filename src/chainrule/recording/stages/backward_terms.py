"""The terms of one entry of a gradient: what comes back through each use of its value.

An op may say them itself (`graph.entries`). For others the chain rule gives them, entry by entry
or row by row. Each finding is checked against the number; if it does not give it, there is one
term, the op's equation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...arrays import Array
from ...graph import equations
from ...graph.entries import Part, declared
from .one_pass import Use
from .stage import Index, Terms
from .steps import Steps, tried
from .term_list import Block, TermList, agrees, single, tolerance
from .words import entry_number, indexed, number

MOST = 2048  # entries of an output whose derivatives are computed one by one
NUMBERS = 1 << 25  # numbers that are computed at once for this


class BackwardTerms:
    """The terms of the entries of gradients.

    Parameters
    ----------
    steps : Steps
        The steps of one pass.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps, self.numbers, self.program = steps, steps.numbers, steps.program

    def terms(self, i: int, at: Index) -> Terms:
        """Return the terms of one entry of the gradient of a value, those of each use."""
        blocks: list[Block] = []
        notes: list[str] = []
        for use in self.numbers.uses.get(i, ()):
            found, note = self._back(use, at)
            blocks += found
            notes += [note] if note and note not in notes else []
        return Terms(TermList(blocks), note=" ".join(notes))

    def _back(self, use: Use, at: Index) -> tuple[list[Block], str]:
        """Return the terms that come back through one step."""
        step, share = use.step, self.numbers.share(use.step)[use.place]
        if share is None:
            return [], ""
        expected, limit = float(np.asarray(share)[at]), tolerance(np.asarray(share))
        name, of_rows = "d" + use.letter, not self.steps.is_row(step.inputs[use.place])
        of_rows = of_rows and step.kind != "shared"
        entry = declared(step.op, name, at, self.numbers.arrays(step), step.attrs)
        if entry is not None:
            return [
                self.steps.block(step, part, of_rows=of_rows) for part in entry.parts
            ], entry.note
        for found in self._ways(use, of_rows):
            some = tried(found, use, at)
            if some is not None and agrees(TermList(some).values, expected, limit):
                return some, ""
        assert step.op.backward is not None
        right = equations.gradients(step.op.backward).get(name, "")
        note = f"The op {step.op.name} does not say of which terms."
        return [single(self.steps.written(step, right), "", expected)], note

    def _ways(self, use: Use, of_rows: bool) -> Iterator[Any]:
        """Yield the ways to find terms, the best first."""
        if self.steps.entrywise(use.step):
            yield self._back_entrywise
        if self.steps.sums_outputs(use.step):
            yield self._back_from_row_loss
        yield self._back_by_row if of_rows else self._back_by_entry

    def _form(self, use: Use) -> str:
        """Return the right side of the gradient of one entry: without Σₙ."""
        assert use.step.op.backward is not None
        right = equations.gradients(use.step.op.backward)["d" + use.letter]
        return right.replace("Σₙ ", "", 1)

    def _back_entrywise(self, use: Use, at: Index) -> list[Block] | None:
        step, y = use.step, self.numbers.value[use.step.output]
        target = self.numbers.value[step.inputs[use.place]]
        dy = self.numbers.gradient[step.output]
        backward = step.op.backward
        assert backward is not None
        if target.shape == y.shape:
            one = (1,) * y.ndim
            found = backward(
                dy[at].reshape(one), y[at].reshape(one), *self.steps.alone(step, at), **step.attrs
            )
            value = float(np.ravel(np.asarray(found[use.place]))[0])
            places = self.steps.places(step, at) | {step.op.letter: at, "d" + step.op.letter: at}
            return [self.steps.block(step, Part(self._form(use), places, value))]
        if target.ndim != 1:
            return None
        # one row with a column for each entry that this number meets: then Σₙ adds nothing
        d, shape = at[0], y.shape[:-1]
        many = math.prod(shape)
        inputs = []
        for i in step.inputs:
            a = self.numbers.value[i]
            if a.shape == y.shape:
                inputs.append(a[..., d].reshape(1, many))
            else:
                inputs.append(np.repeat(a[d : d + 1], many) if a.ndim else a)
        line = dy[..., d].reshape(1, many), y[..., d].reshape(1, many)
        values = np.asarray(backward(*line, *inputs, **step.attrs)[use.place])
        if values.shape != (many,):
            return None
        full = (*np.unravel_index(np.arange(many), shape), d)
        places = self.steps.places(step, full) | {step.op.letter: full, "d" + step.op.letter: full}
        part = Part(self._form(use), places, values)
        return [self.steps.block(step, part, of_rows=step.kind == "row")]

    def _back_from_row_loss(self, use: Use, at: Index) -> list[Block] | None:
        step, n = use.step, at[0]
        form = self._form(use)
        if "Σ" in form or step.op.backward is None:
            return None
        alone = [self.numbers.value[i][at].reshape(1, 1) for i in step.inputs]
        dy = self.numbers.gradient[step.output][n : n + 1]
        y = step.op.forward(*alone, **step.attrs)
        value = np.asarray(step.op.backward(dy, y, *alone, **step.attrs)[use.place])
        letters = equations.parameters(step.op.forward)[: len(alone)]
        places: dict[str, Any] = dict.fromkeys(letters, at)
        places |= {step.op.letter: (n,), "d" + step.op.letter: (n,)}
        return [self.steps.block(step, Part(form, places, float(value[0, 0])))]

    def _back_by_row(self, use: Use, at: Index) -> list[Block] | None:
        """Return a term for each row: what it adds to the gradient of a shared value."""
        step, backward = use.step, use.step.op.backward
        assert backward is not None
        y, dy = self.numbers.value[step.output], self.numbers.gradient[step.output]
        values = []
        for n in range(self.numbers.rows):
            row = slice(n, n + 1)
            pair = (dy[row], y[row]) if step.kind == "row" else (dy, y)
            found = backward(*pair, *self.steps.of_row(step, n), **step.attrs)[use.place]
            values.append(float(np.asarray(found)[at]))
        out = self.program.values[step.output].symbol
        name = indexed(self.program.values[step.inputs[use.place]].symbol, at)

        def words(k: int) -> tuple[str, str]:
            if step.kind != "row":
                return f"d{indexed(out, ())}·∂{indexed(out, ())}/∂{name} of row {k}", ""
            entry = indexed(out, (k,))
            if y.ndim == 1:
                slope = values[k] / dy[k] if dy[k] else 0.0
                return f"d{entry}·∂{entry}/∂{name}", f"{number(dy[k])}·{entry_number(slope)}"
            return f"Σ d{entry}·∂{entry}/∂{name}", ""

        return [Block(np.array(values, np.float64), words, np.arange(len(values)))]

    def _back_by_entry(self, use: Use, at: Index) -> list[Block] | None:
        """Return dy[j]·∂y[j]/∂x[i] for each entry j of the output: the chain rule itself."""
        step, backward = use.step, use.step.op.backward
        assert backward is not None
        y, dy = self.numbers.value[step.output], self.numbers.gradient[step.output]
        target = step.inputs[use.place]
        row = at[0] if self.steps.is_row(target) else None
        if row is None:
            inputs, here = self.steps.whole(step), at
        else:
            inputs, here = self.steps.of_row(step, row), (0, *at[1:])
        if step.kind == "row" and row is not None:
            shape = y.shape[1:]
            many = math.prod(shape)
            if many > MOST or many * max(many, *(a.size for a in inputs)) > NUMBERS:
                return None
            seeds = np.zeros((many, many), dy.dtype)
            seeds[np.arange(many), np.arange(many)] = 1
            repeated = [
                np.repeat(a, many, axis=0) if self.steps.is_row(i) else a
                for i, a in zip(step.inputs, inputs, strict=True)
            ]
            ys = np.repeat(y[row : row + 1], many, axis=0)
            found = backward(seeds.reshape(many, *shape), ys, *repeated, **step.attrs)
            each = np.asarray(found[use.place]).reshape(many, *self.numbers.value[target].shape[1:])
            slopes = np.array([a[at[1:]] for a in each])
        else:
            shape, many = y.shape, y.size
            if many > MOST:
                return None
            slopes = np.zeros(many)
            for j in range(many):
                seed = np.zeros(many, dy.dtype)
                seed[j] = 1
                found = backward(seed.reshape(shape), y, *inputs, **step.attrs)
                slopes[j] = np.asarray(found[use.place])[here]
        d = dy[row] if step.kind == "row" else dy
        flat = np.flatnonzero(slopes)
        flat = flat if len(flat) else np.zeros(1, int)
        index = np.unravel_index(flat, shape) if shape else ()
        place = (row, *index) if step.kind == "row" else index
        return [self._chain(use, at, place, slopes[flat], np.ravel(d)[flat])]

    def _chain(self, use: Use, at: Index, place: Any, slopes: Array, d: Array) -> Block:
        out = self.program.values[use.step.output].symbol
        name = indexed(self.program.values[use.step.inputs[use.place]].symbol, at)

        def words(k: int) -> tuple[str, str]:
            entry = indexed(out, tuple(int(np.broadcast_to(n, len(slopes))[k]) for n in place))
            numbers = f"{entry_number(d[k])}·{entry_number(slopes[k])}"
            return f"d{entry}·∂{entry}/∂{name}", numbers

        return Block(slopes.astype(np.float64) * d, words)
