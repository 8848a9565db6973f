"""Many terms: their numbers at once, their words when somebody reads them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

import numpy as np

from ...arrays import Array
from ...graph.entries import Part
from ...graph.equations import pretty
from .stage import Term
from .words import entry_number, indexed, put


class Block(NamedTuple):
    """Terms of one form.

    Parameters
    ----------
    values : array (K,)
        Their numbers.
    words : function
        k -> the formula of term k, and the same with numbers.
    rows : array (K,), optional
        The places in the batch of the examples that made them.
    """

    values: Array
    words: Callable[[int], tuple[str, str]]
    rows: Array | None = None


class TermList(Sequence[Term]):
    """The terms of some blocks, one after the other.

    Parameters
    ----------
    blocks : sequence of Block
        The blocks.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = list(blocks)
        self.ends = np.cumsum([len(block.values) for block in self.blocks])
        parts = [np.asarray(block.values, np.float64) for block in self.blocks]
        self.values: Array = np.concatenate(parts) if parts else np.zeros(0)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, k: int) -> Term: ...
    @overload
    def __getitem__(self, k: slice) -> Sequence[Term]: ...
    def __getitem__(self, k: int | slice) -> Term | Sequence[Term]:
        if isinstance(k, slice):
            return [self[n] for n in range(*k.indices(len(self)))]
        if not -len(self) <= k < len(self):
            raise IndexError(f"term {k} of {len(self)}")
        k %= len(self)
        b = int(np.searchsorted(self.ends, k, side="right"))
        block = self.blocks[b]
        place = k - (int(self.ends[b - 1]) if b else 0)
        formula, numbers = block.words(place)
        row = None if block.rows is None else int(block.rows[place])
        return Term(formula, numbers, float(self.values[k]), row)

    def __iter__(self) -> Iterator[Term]:
        return (self[k] for k in range(len(self)))

    @property
    def rows(self) -> Array:
        """The place in the batch of the example of each term; −1: of none."""
        parts = [
            np.full(len(block.values), -1) if block.rows is None else block.rows
            for block in self.blocks
        ]
        return np.concatenate(parts) if parts else np.zeros(0, int)


def single(formula: str, numbers: str, value: float, row: int | None = None) -> Block:
    """Return a block of one term."""
    rows = None if row is None else np.array([row])
    return Block(np.array([value], np.float64), lambda k: (formula, numbers), rows)


def block(
    part: Part,
    symbols: Mapping[str, str],
    arrays: Mapping[str, Array],
    attrs: Mapping[str, str],
    row_letters: frozenset[str] = frozenset(),
) -> Block:
    """Return the terms of a Part in the symbols of a network.

    Parameters
    ----------
    part : Part
        Terms in the letters of an op.
    symbols, arrays : dict
        The symbol and the numbers of each letter.
    attrs : dict of str
        The attributes of the step, as they are written.
    row_letters : set of str
        Letters whose first index is a row; empty: no term is that of an example.
    """
    loose = [part.values, *part.inner.values(), *(n for at in part.at.values() for n in at)]
    many = np.broadcast_shapes(*(np.shape(n) for n in loose if n is not None), (1,))
    values: Any = part.values
    if values is None:
        values = 1.0
        for letter, index in part.at.items():
            label = part.labels.get(letter, letter)
            values = values * np.asarray(arrays[label][index], np.float64)
    values = np.broadcast_to(np.asarray(values, np.float64), many)
    at = {letter: [np.broadcast_to(n, many) for n in index] for letter, index in part.at.items()}
    inner = {letter: np.broadcast_to(n, many) for letter, n in part.inner.items()}
    plain = {**attrs, **{letter: pretty(symbol) for letter, symbol in symbols.items()}}

    def words(k: int) -> tuple[str, str]:
        places = {letter: tuple(int(n[k]) for n in index) for letter, index in at.items()}
        formula, numbers = {}, {}
        for letter, place in places.items():
            label = part.labels.get(letter, letter)
            formula[letter] = indexed(symbols.get(label) or put(label, plain), place)
            if label in arrays and np.ndim(entry := arrays[label][place]) == 0:
                numbers[letter] = entry_number(entry)
        numbers |= {letter: entry_number(n[k]) for letter, n in inner.items()}
        with_numbers = put(part.numbers or part.form, {**attrs, **numbers})
        return put(part.form, {**attrs, **formula}), with_numbers

    rows = next((index[0] for letter, index in at.items() if letter in row_letters and index), None)
    return Block(values, words, rows)


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
