"""The steps of a Program as a reader sees them: symbols, one row, one entry alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...graph import equations
from ...graph.entries import Part
from ...graph.equations import TOKEN
from ...graph.program import Step
from .one_pass import OnePass
from .stage import Index
from .term_list import Block, block
from .words import attribute, put

# Words of equations of ops that move numbers, or mix them.
MOVED = {"vec", "reshape", "transpose", "concat", "pad", "repeat", "patches", "fold", "softmax"}
KEY, ONE = np.zeros(2, np.int64), np.zeros(1, np.int64)  # of the random numbers of a try


def tried(found: Callable[[Any, Index], list[Block] | None], *given: Any) -> list[Block] | None:
    """Return the terms that one way finds; an op may refuse the shapes that it is given for it."""
    try:
        with np.errstate(all="ignore"):
            return found(*given)
    except Exception:  # whatever a user's op raises
        return None


class Steps:
    """The steps of one pass.

    Parameters
    ----------
    numbers : OnePass
        Values and gradients.
    """

    def __init__(self, numbers: OnePass) -> None:
        self.numbers, self.program = numbers, numbers.program
        self.known: dict[int, bool] = {}  # by output: is the step entrywise

    def symbols(self, step: Step) -> dict[str, str]:
        """Return the symbol of each letter of an op, with those of gradients."""
        letters = equations.parameters(step.op.forward)
        values = self.program.values
        found = {letter: values[i].symbol for letter, i in zip(letters, step.inputs, strict=False)}
        found[step.op.letter] = values[step.output].symbol
        return found | {"d" + letter: "d" + symbol for letter, symbol in found.items()}

    def attrs(self, step: Step) -> dict[str, str]:
        """Return the attributes of a step as they are written."""
        known = equations.defaults(step.op.forward) | step.attrs
        return {name: attribute(value) for name, value in known.items()}

    def is_row(self, i: int) -> bool:
        return self.program.values[i].kind == "row"

    def block(self, step: Step, part: Part, *, of_rows: bool = False) -> Block:
        """Return a Part in the symbols of the network; `of_rows`: each term is of an example."""
        letters = dict(zip(equations.parameters(step.op.forward), step.inputs, strict=False))
        letters[step.op.letter] = step.output
        rows = {letter for letter, i in letters.items() if self.is_row(i)} if of_rows else set()
        rows |= {"d" + letter for letter in rows}
        arrays = self.numbers.arrays(step)
        return block(part, self.symbols(step), arrays, self.attrs(step), frozenset(rows))

    def written(self, step: Step, right: str) -> str:
        """Return a right side in the symbols of the network, without indices."""
        symbols = self.symbols(step)
        words = {letter: equations.pretty(symbol) for letter, symbol in symbols.items()}
        return put(right.strip(), {**self.attrs(step), **words})

    def of_row(self, step: Step, n: int) -> list[Array]:
        """Return the inputs of a step for one row."""
        return [
            self.numbers.value[i][n : n + 1] if self.is_row(i) else self.numbers.value[i]
            for i in step.inputs
        ]

    def whole(self, step: Step) -> list[Array]:
        return [self.numbers.value[i] for i in step.inputs]

    def entrywise(self, step: Step) -> bool:
        """Return True if an entry depends only on the same entry of each input.

        It is tried: other entries of the inputs are changed, and the entry must stay. An input may
        also be a vector for the last axis, or one number.
        """
        key = step.output
        if key not in self.known:
            with np.errstate(all="ignore"):
                self.known[key] = self._has_form(step) and self._is_local(step)
        return self.known[key]

    def _has_form(self, step: Step) -> bool:
        y = self.numbers.value[step.output]
        words = set(TOKEN.findall(equations.docstring(step.op.forward)))
        if step.kind == "reduction" or not y.size or words & MOVED:
            return False
        for i in step.inputs:
            v, a = self.program.values[i], self.numbers.value[i]
            vector = v.kind == "shared" and y.ndim > 1 and a.shape == y.shape[-1:]
            if v.number == "index" or not (a.shape == y.shape or vector or a.shape == ()):
                return False
        return True

    def _is_local(self, step: Step) -> bool:
        inputs = [self.numbers.value[i] for i in step.inputs]
        y, rows = self.numbers.value[step.output], slice(None)
        if step.kind == "row":
            rows = slice(0, 4)
            inputs = [
                a[rows] if self.is_row(i) else a for i, a in zip(step.inputs, inputs, strict=True)
            ]
        y = step.op.forward(*inputs, **step.attrs)
        for k, a in enumerate(inputs):
            if a.shape == ():
                continue
            for half in (0, 1):
                drawn = random.uniform(KEY, random.SAMPLE, half, ONE, 2 * a.size)
                changed, factors = drawn.reshape(2, *a.shape)
                changed = changed < 0.5
                others = (a * (1 + 0.25 * factors) + 1e-3).astype(a.dtype)
                given = [*inputs[:k], np.where(changed, others, a), *inputs[k + 1 :]]
                z = step.op.forward(*given, **step.attrs)
                same = np.broadcast_to(~changed, y.shape)
                if np.shape(z) != y.shape or not np.array_equal(z[same], y[same], equal_nan=True):
                    return False
        return True

    def alone(self, step: Step, at: Index) -> list[Array]:
        """Return the inputs of one entry of an entrywise op, as arrays of one entry."""
        y = self.numbers.value[step.output]
        found = []
        for i in step.inputs:
            a = self.numbers.value[i]
            if a.shape == y.shape and y.ndim:
                found.append(a[at].reshape((1,) * y.ndim))
            else:
                found.append(a[at[-1:]].reshape(1) if a.ndim else a)
        return found

    def places(self, step: Step, at: tuple[Any, ...]) -> dict[str, Any]:
        """Return the index of each input of an entrywise op that belongs to an entry."""
        y = self.numbers.value[step.output]
        places: dict[str, Any] = {}
        letters = equations.parameters(step.op.forward)
        for letter, i in zip(letters, step.inputs, strict=False):
            shape = self.numbers.value[i].shape
            places[letter] = at if shape == y.shape else at[-1:] if shape else ()
        return places

    def sums_outputs(self, step: Step) -> bool:
        y, right = self.numbers.value[step.output], equations.docstring(step.op.forward)
        shapes = {self.numbers.value[i].shape for i in step.inputs}
        real = all(self.program.values[i].number == "real" and self.is_row(i) for i in step.inputs)
        return (
            step.kind == "row"
            and y.ndim == 1
            and real
            and len(shapes) == 1
            and len(next(iter(shapes))) > 1
            and ("Σₖ " in right or "Σ " in right)
        )
