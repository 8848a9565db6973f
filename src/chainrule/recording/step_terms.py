"""The terms of one entry that a step of a Program makes, forward and backward.

An op may say them itself (`graph.entries`). For others they are found: an op that works entry by
entry, a loss that is a sum over outputs, a sum over rows, an affine op, and for gradients the chain
rule with the derivative of each entry. Each finding is checked against the number; if it does not
give it, there is one term, the op's equation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import random
from ..arrays import Array
from ..graph import equations
from ..graph.entries import Entry, Part, declared
from ..graph.program import Step
from .one_pass import OnePass, Use
from .stages import Index, Terms
from .term_list import Block, TermList, block, single
from .words import attribute, entry_number, indexed, number, put

MOST = 2048  # entries of an output whose derivatives are computed one by one
KEY, ONE = np.zeros(2, np.int64), np.zeros(1, np.int64)  # of the random numbers of a try
NUMBERS = 1 << 25  # numbers that are computed at once for this


def tolerance(a: Array) -> float:
    """Return the share of the terms' sizes by which their sum may differ from the number."""
    return 1e-6 if np.asarray(a).dtype.itemsize > 4 else 1e-5


def agrees(values: Any, expected: float, limit: float, size: float = 0.0) -> bool:
    """Return True if the terms add up to the number, within a share of their sizes."""
    values = np.asarray(values, np.float64)
    if not math.isfinite(expected):
        return not math.isfinite(float(values.sum()))
    scale = float(np.abs(values).sum()) + size
    return bool(abs(values.sum() - expected) <= limit * scale)


def _tried(found: Callable[[Any, Index], list[Block] | None], *given: Any) -> list[Block] | None:
    """Return the terms that one way finds; an op may refuse the shapes that it is given for it."""
    try:
        with np.errstate(all="ignore"):
            return found(*given)
    except Exception:  # whatever a user's op raises
        return None


class StepTerms:
    """The terms of the entries of one pass.

    Parameters
    ----------
    numbers : OnePass
        Values and gradients.
    """

    def __init__(self, numbers: OnePass) -> None:
        self.numbers, self.program = numbers, numbers.program
        self.known: dict[tuple[str, int], Any] = {}  # what was found out about a step

    # ---- words of a step

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

    # ---- forward

    def forward(self, step: Step, at: Index) -> Terms:
        """Return the terms of one entry of the output of a step."""
        y = self.numbers.value[step.output]
        limit, expected = tolerance(y), float(y[at])
        of_rows = step.kind == "reduction"
        entry = declared(step.op, step.op.letter, at, self.numbers.arrays(step), step.attrs)
        if entry is not None:
            blocks = [self.block(step, part, of_rows=of_rows) for part in entry.parts]
            return self._finished(step, at, TermList(blocks), entry)
        for found in (self._entrywise, self._over_outputs, self._over_rows, self._affine):
            some = _tried(found, step, at)
            if some is not None and agrees(TermList(some).values, expected, limit):
                return Terms(TermList(some))
        _, _, right = equations.docstring(step.op.forward).partition("=")
        plain = single(self._written(step, right), "", expected)
        return Terms(TermList([plain]), note=self._given(step))

    def _finished(self, step: Step, at: Index, terms: TermList, entry: Entry) -> Terms:
        if entry.then is None:
            return Terms(terms, entry.total, note=entry.note)
        then = self.block(step, entry.then)
        formula, numbers = then.words(0)
        result = float(then.values[0])
        name = indexed(self.program.values[step.output].symbol, at)
        said = f"{name} = {formula} = {numbers} = {number(result, 6)}"
        return Terms(terms, entry.total, said, entry.note, result, entry.size)

    def _written(self, step: Step, right: str) -> str:
        """Return a right side in the symbols of the network, without indices."""
        symbols = self.symbols(step)
        words = {letter: equations.pretty(symbol) for letter, symbol in symbols.items()}
        return put(right.strip(), {**self.attrs(step), **words})

    def _given(self, step: Step) -> str:
        names = ", ".join(
            equations.pretty(self.program.values[i].symbol) for i in dict.fromkeys(step.inputs)
        )
        return f"The op {step.op.name} computes it from {names}; it does not say of which terms."

    # ---- entry by entry

    def entrywise(self, step: Step) -> bool:
        """Return True if an entry depends only on the same entry of each input.

        It is tried: other entries of the inputs are changed, and the entry must stay. An input may
        also be a vector for the last axis, or one number.
        """
        key = ("entrywise", step.output)
        if key not in self.known:
            with np.errstate(all="ignore"):
                self.known[key] = self._has_form(step) and self._is_local(step)
        return bool(self.known[key])

    def _has_form(self, step: Step) -> bool:
        y = self.numbers.value[step.output]
        if step.kind == "reduction" or not y.size:
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

    def _alone(self, step: Step, at: Index) -> list[Array]:
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

    def _at(self, step: Step, at: tuple[Any, ...]) -> dict[str, Any]:
        """Return the index of each input of an entrywise op that belongs to an entry."""
        y = self.numbers.value[step.output]
        places: dict[str, Any] = {}
        letters = equations.parameters(step.op.forward)
        for letter, i in zip(letters, step.inputs, strict=False):
            shape = self.numbers.value[i].shape
            places[letter] = at if shape == y.shape else at[-1:] if shape else ()
        return places

    def _entrywise(self, step: Step, at: Index) -> list[Block] | None:
        if not self.entrywise(step):
            return None
        value = step.op.forward(*self._alone(step, at), **step.attrs)
        _, _, right = equations.docstring(step.op.forward).partition("=")
        part = Part(right.strip(), self._at(step, at), float(np.ravel(value)[0]))
        return [self.block(step, part)]

    # ---- sums over outputs and over rows

    def _over_outputs(self, step: Step, at: Index) -> list[Block] | None:
        """Return a term for each output of a row, for a loss that is a sum over outputs."""
        right = equations.docstring(step.op.forward).partition("=")[2].strip()
        inputs = [self.numbers.value[i] for i in step.inputs]
        if not self._sums_outputs(step):
            return None
        shape = inputs[0].shape[1:]
        alone = [a[at[0]].reshape(-1, 1) for a in inputs]
        values = step.op.forward(*alone, **step.attrs)
        index = (at[0], *np.unravel_index(np.arange(math.prod(shape)), shape))
        letters = equations.parameters(step.op.forward)[: len(inputs)]
        form = right.replace("Σₖ ", "", 1).replace("Σ ", "", 1)
        return [self.block(step, Part(form, dict.fromkeys(letters, index), values))]

    def _sums_outputs(self, step: Step) -> bool:
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

    def _of_row(self, step: Step, n: int) -> list[Array]:
        """Return the inputs of a step for one row."""
        return [
            self.numbers.value[i][n : n + 1] if self.is_row(i) else self.numbers.value[i]
            for i in step.inputs
        ]

    def _over_rows(self, step: Step, at: Index) -> list[Block] | None:
        """Return a term for each row of a reduction: what it gives for that row alone."""
        if step.kind != "reduction":
            return None
        rows = range(self.numbers.rows)
        values = np.array(
            [step.op.forward(*self._of_row(step, n), **step.attrs)[at] for n in rows], np.float64
        )
        name = indexed(self.program.values[step.output].symbol, at)

        def words(k: int) -> tuple[str, str]:
            return f"{name} of row {k} alone", ""

        return [Block(values, words, np.arange(len(values)))]

    # ---- affine ops

    def _affine(self, step: Step, at: Index) -> list[Block] | None:
        """Return the terms ∂y/∂x · x of an op that is affine in x."""
        places = self._affine_in(step, at)
        if places is None or step.op.backward is None:
            return None
        row = at[0] if step.kind == "row" else 0
        inputs = self._of_row(step, row) if step.kind == "row" else self._whole(step)
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
            slope, i = np.broadcast_to(np.asarray(slopes[k]), inputs[k].shape), step.inputs[k]
            index = np.nonzero(slope)
            values = slope[index] * inputs[k][index]
            shown = (index[0] + row, *index[1:]) if self.is_row(i) else index
            blocks.append(self._slopes(i, shown, slope[index], values))
        zeros = [np.zeros_like(a) if k in places else a for k, a in enumerate(inputs)]
        rest = float(np.asarray(step.op.forward(*zeros, **step.attrs))[here])
        if rest:
            names = ", ".join(
                equations.pretty(self.program.values[step.inputs[k]].symbol) for k in places
            )
            blocks.append(single(f"what does not depend on {names}", "", rest))
        if not any(len(b.values) for b in blocks):
            blocks = [single("0", "", 0.0)]
        return blocks

    def _slopes(self, i: int, index: Any, slopes: Array, values: Array) -> Block:
        symbol, a = self.program.values[i].symbol, self.numbers.value[i]

        def words(k: int) -> tuple[str, str]:
            place = tuple(int(n[k]) for n in index)
            entry, numbers = indexed(symbol, place), entry_number(a[place])
            if slopes[k] == 1:
                return entry, number(a[place])
            return f"{number(slopes[k])}·{entry}", f"{number(slopes[k])}·{numbers}"

        return Block(values, words)

    def _whole(self, step: Step) -> list[Array]:
        return [self.numbers.value[i] for i in step.inputs]

    def _affine_in(self, step: Step, at: Index) -> tuple[int, ...] | None:
        """Return the places of inputs in which a step is affine, or None; random inputs are tried.

        All real inputs together are tried first, then each alone.
        """
        key = ("affine", step.output)
        if key not in self.known:
            real = tuple(
                k for k, i in enumerate(step.inputs) if self.program.values[i].number == "real"
            )
            tried = [real, *((k,) for k in real)] if len(real) > 1 else [real]
            self.known[key] = next((p for p in tried if p and self._tried(step, at, p)), None)
        found: tuple[int, ...] | None = self.known[key]
        return found

    def _tried(self, step: Step, at: Index, places: tuple[int, ...]) -> bool:
        inputs = self._of_row(step, at[0]) if step.kind == "row" else self._whole(step)
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

    # ---- backward

    def gradient(self, i: int, at: Index) -> Terms:
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
        expected, limit = float(np.asarray(share)[at]), tolerance(np.asarray(share))
        name, of_rows = "d" + use.letter, not self.is_row(step.inputs[use.place])
        of_rows = of_rows and step.kind != "shared"
        entry = declared(step.op, name, at, self.numbers.arrays(step), step.attrs)
        if entry is not None:
            return [self.block(step, part, of_rows=of_rows) for part in entry.parts], ""
        for found in self._ways(use, of_rows):
            some = _tried(found, use, at)
            if some is not None and agrees(TermList(some).values, expected, limit):
                return some, ""
        assert step.op.backward is not None
        right = equations.gradients(step.op.backward).get(name, "")
        note = f"The op {step.op.name} does not say of which terms."
        return [single(self._written(step, right), "", expected)], note

    def _ways(self, use: Use, of_rows: bool) -> Iterator[Any]:
        """Yield the ways to find terms, the best first."""
        if self.entrywise(use.step):
            yield self._back_entrywise
        if self._sums_outputs(use.step):
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
                dy[at].reshape(one), y[at].reshape(one), *self._alone(step, at), **step.attrs
            )
            value = float(np.ravel(np.asarray(found[use.place]))[0])
            places = self._at(step, at) | {step.op.letter: at, "d" + step.op.letter: at}
            return [self.block(step, Part(self._form(use), places, value))]
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
        places = self._at(step, full) | {step.op.letter: full, "d" + step.op.letter: full}
        part = Part(self._form(use), places, values)
        return [self.block(step, part, of_rows=step.kind == "row")]

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
        return [self.block(step, Part(form, places, float(value[0, 0])))]

    def _back_by_row(self, use: Use, at: Index) -> list[Block] | None:
        """Return a term for each row: what it adds to the gradient of a shared value."""
        step, backward = use.step, use.step.op.backward
        assert backward is not None
        y, dy = self.numbers.value[step.output], self.numbers.gradient[step.output]
        values = []
        for n in range(self.numbers.rows):
            row = slice(n, n + 1)
            pair = (dy[row], y[row]) if step.kind == "row" else (dy, y)
            found = backward(*pair, *self._of_row(step, n), **step.attrs)[use.place]
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
        row = at[0] if self.is_row(target) else None
        if row is None:
            inputs, here = self._whole(step), at
        else:
            inputs, here = self._of_row(step, row), (0, *at[1:])
        if step.kind == "row" and row is not None:
            shape = y.shape[1:]
            many = math.prod(shape)
            if many > MOST or many * max(many, *(a.size for a in inputs)) > NUMBERS:
                return None
            seeds = np.zeros((many, many), dy.dtype)
            seeds[np.arange(many), np.arange(many)] = 1
            repeated = [
                np.repeat(a, many, axis=0) if self.is_row(i) else a
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
