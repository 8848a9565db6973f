"""The terms of one entry that a step of a Program computes.

An op may say them itself (`graph.entries`). For others they are found: an op that works entry by
entry, a loss that is a sum over outputs, a sum over rows, an affine op. Each finding is checked
against the number; if it does not give it, there is one term, the op's equation.
"""

from __future__ import annotations

import math

import numpy as np

from ... import random
from ...arrays import Array
from ...graph import equations
from ...graph.entries import Entry, Part, declared
from ...graph.program import Step
from .stage import Index, Terms
from .steps import KEY, ONE, Steps, tried
from .term_list import Block, TermList, agrees, single, tolerance
from .words import entry_number, factor, indexed, number


class ForwardTerms:
    """The terms of the entries that steps compute.

    Parameters
    ----------
    steps : Steps
        The steps of one pass.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps, self.numbers, self.program = steps, steps.numbers, steps.program
        self.known: dict[int, tuple[int, ...] | None] = {}  # by output: inputs it is affine in

    def terms(self, step: Step, at: Index) -> Terms:
        """Return the terms of one entry of the output of a step."""
        y = self.numbers.value[step.output]
        limit, expected = tolerance(y), float(y[at])
        of_rows = step.kind == "reduction"
        entry = declared(step.op, step.op.letter, at, self.numbers.arrays(step), step.attrs)
        if entry is not None:
            blocks = [self.steps.block(step, part, of_rows=of_rows) for part in entry.parts]
            return self._finished(step, at, TermList(blocks), entry)
        ways = self._entrywise, self._over_outputs, self._over_entries, self._over_rows
        for found in (*ways, self._affine):
            some = tried(found, step, at)
            if some is not None and agrees(TermList(some).values, expected, limit):
                return Terms(TermList(some))
        _, _, right = equations.docstring(step.op.forward).partition("=")
        plain = single(self.steps.written(step, right), "", expected)
        return Terms(TermList([plain]), note=self._given(step))

    def _finished(self, step: Step, at: Index, terms: TermList, entry: Entry) -> Terms:
        if entry.then is None:
            return Terms(terms, entry.total, note=entry.note)
        then = self.steps.block(step, entry.then)
        formula, numbers = then.words(0)
        result = float(then.values[0])
        name = indexed(self.program.values[step.output].symbol, at)
        said = f"{name} = {formula} = {numbers} = {number(result, 6)}"
        return Terms(terms, entry.total, said, entry.note, result, entry.size)

    def _given(self, step: Step) -> str:
        names = ", ".join(
            equations.pretty(self.program.values[i].symbol) for i in dict.fromkeys(step.inputs)
        )
        return f"The op {step.op.name} computes it from {names}; it does not say of which terms."

    def _entrywise(self, step: Step, at: Index) -> list[Block] | None:
        if not self.steps.entrywise(step):
            return None
        value = step.op.forward(*self.steps.alone(step, at), **step.attrs)
        _, _, right = equations.docstring(step.op.forward).partition("=")
        part = Part(right.strip(), self.steps.places(step, at), float(np.ravel(value)[0]))
        return [self.steps.block(step, part)]

    def _over_outputs(self, step: Step, at: Index) -> list[Block] | None:
        """Return a term for each output of a row, for a loss that is a sum over outputs."""
        right = equations.docstring(step.op.forward).partition("=")[2].strip()
        inputs = [self.numbers.value[i] for i in step.inputs]
        if not self.steps.sums_outputs(step):
            return None
        shape = inputs[0].shape[1:]
        alone = [a[at[0]].reshape(-1, 1) for a in inputs]
        values = step.op.forward(*alone, **step.attrs)
        index = (at[0], *np.unravel_index(np.arange(math.prod(shape)), shape))
        letters = equations.parameters(step.op.forward)[: len(inputs)]
        form = right.replace("Σₖ ", "", 1).replace("Σ ", "", 1)
        return [self.steps.block(step, Part(form, dict.fromkeys(letters, index), values))]

    def _over_entries(self, step: Step, at: Index) -> list[Block] | None:
        """Return a term for each row and position of a reduction over columns."""
        equation = equations.docstring(step.op.forward)
        sizes = {self.numbers.value[i].shape for i in step.inputs if self.steps.is_row(i)}
        if step.kind != "reduction" or len(at) != 1 or len(sizes) != 1 or "Σₙ " not in equation:
            return None
        (shape,), (d,) = sizes, at
        many = math.prod(shape[:-1])
        full = (*np.unravel_index(np.arange(many), shape[:-1]), d)
        inputs, places = [], {}
        letters = equations.parameters(step.op.forward)
        for letter, i in zip(letters, step.inputs, strict=False):
            a = self.numbers.value[i]
            places[letter] = full if self.steps.is_row(i) else at if a.ndim else ()
            if self.steps.is_row(i):
                inputs.append(a[..., d].reshape(1, many))
            else:
                inputs.append(np.repeat(a[d : d + 1], many) if a.ndim else a)
        # one row with a column for each entry: then Σₙ adds nothing
        values = np.asarray(step.op.forward(*inputs, **step.attrs))
        if values.shape != (many,):
            return None
        form = equation.partition("=")[2].strip().replace("Σₙ ", "", 1)
        return [self.steps.block(step, Part(form, places, values), of_rows=True)]

    def _over_rows(self, step: Step, at: Index) -> list[Block] | None:
        """Return a term for each row of a reduction: what it gives for that row alone."""
        if step.kind != "reduction":
            return None
        rows = range(self.numbers.rows)
        values = np.array(
            [step.op.forward(*self.steps.of_row(step, n), **step.attrs)[at] for n in rows],
            np.float64,
        )
        name = indexed(self.program.values[step.output].symbol, at)

        def words(k: int) -> tuple[str, str]:
            return f"{name} of row {k} alone", ""

        return [Block(values, words, np.arange(len(values)))]

    def _affine(self, step: Step, at: Index) -> list[Block] | None:
        """Return the terms ∂y/∂x · x of an op that is affine in x."""
        places = self._affine_in(step, at)
        if places is None or step.op.backward is None:
            return None
        row = at[0] if step.kind == "row" else 0
        inputs = self.steps.of_row(step, row) if step.kind == "row" else self.steps.whole(step)
        inputs = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in inputs]
        y = np.asarray(step.op.forward(*inputs, **step.attrs))
        here = (0, *at[1:]) if step.kind == "row" else at
        seed = np.zeros(y.shape)
        seed[here] = 1
        slopes = step.op.backward(seed, y, *inputs, **step.attrs)
        blocks: list[Block] = []
        for k in places:
            if slopes[k] is None:
                return None
            blocks.append(self._slopes(step, k, np.asarray(slopes[k]), inputs[k], row))
        zeros = [np.zeros_like(a) if k in places else a for k, a in enumerate(inputs)]
        rest = float(np.asarray(step.op.forward(*zeros, **step.attrs))[here])
        if rest:
            symbols = [self.program.values[step.inputs[k]].symbol for k in places]
            names = ", ".join(equations.pretty(symbol) for symbol in dict.fromkeys(symbols))
            blocks.append(single(f"what does not depend on {names}", "", rest))
        if not any(len(b.values) for b in blocks):
            blocks = [single("0", "", 0.0)]
        return blocks

    def _slopes(self, step: Step, place: int, slope: Array, x: Array, row: int) -> Block:
        """Return the terms slope · x of one input, whose first row is this one."""
        i = step.inputs[place]
        symbol, is_row = self.program.values[i].symbol, self.steps.is_row(i)
        flat = np.ravel(np.broadcast_to(slope, x.shape))
        used = np.flatnonzero(flat)
        factors, entries = flat[used], np.ravel(x)[used]
        index = [np.asarray(n) for n in np.unravel_index(used, x.shape)] if x.ndim else []
        if is_row:
            index[0] = index[0] + row

        def words(k: int) -> tuple[str, str]:
            entry, numbers = indexed(symbol, [n[k] for n in index]), entry_number(entries[k])
            if factors[k] == 1:
                return entry, number(entries[k])
            return f"{factor(factors[k])}·{entry}", f"{factor(factors[k])}·{numbers}"

        rows = index[0] if is_row and step.kind == "reduction" else None
        return Block(factors * entries, words, rows)

    def _affine_in(self, step: Step, at: Index) -> tuple[int, ...] | None:
        """Return the places of inputs in which a step is affine, or None; random inputs are tried.

        All real inputs together are tried first, then each alone.
        """
        key = step.output
        if key not in self.known:
            real = tuple(
                k for k, i in enumerate(step.inputs) if self.program.values[i].number == "real"
            )
            tried = [real, *((k,) for k in real)] if len(real) > 1 else [real]
            self.known[key] = next((p for p in tried if p and self._tried(step, at, p)), None)
        return self.known[key]

    def _tried(self, step: Step, at: Index, places: tuple[int, ...]) -> bool:
        inputs = self.steps.of_row(step, at[0]) if step.kind == "row" else self.steps.whole(step)
        inputs = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in inputs]
        one, other = (
            [
                random.normal(KEY, random.SAMPLE, k, ONE, a.size).reshape(a.shape)
                for k, a in enumerate(inputs, start)
            ]
            for start in (0, len(inputs))
        )

        def f(p: float, q: float) -> Array:
            given = [
                p * u + q * w if k in places else a
                for k, (a, u, w) in enumerate(zip(inputs, one, other, strict=True))
            ]
            return np.asarray(step.op.forward(*given, **step.attrs), np.float64)

        try:
            zero, mixed = f(0, 0), f(2.5, -1.5)
            parts = 2.5 * (f(1, 0) - zero) - 1.5 * (f(0, 1) - zero)
        except Exception:  # a user's op may refuse such numbers
            return False
        size = np.abs(mixed).max(initial=0) + np.abs(zero).max(initial=0)
        return bool(np.abs(mixed - zero - parts).max(initial=0) <= 1e-9 * size)
