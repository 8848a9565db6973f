"""Kinds of columns: each is measured once on the training rows, and then says the same of every row. All of it fits in JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...arrays import Array
from .cells import number_word
from .numbers import NUMBER, as_numbers, weighted_quantiles

CLIP = 3.0  # no number is further from the middle than this


@dataclass(frozen=True)
class Column(ABC):
    """One column of a table, and the inputs that it becomes. Abstract.

    Parameters
    ----------
    name : str
        As in the table.
    """

    name: str

    @property
    @abstractmethod
    def inputs(self) -> list[str]:
        """What it becomes, one name each."""

    @abstractmethod
    def encode(self, values: Array, place: Any) -> Array:
        """(N,) cells -> (N, inputs); `place` says where a row stands."""

    @abstractmethod
    def typical(self) -> Any:
        """The cell of the reference row."""

    def show(self, cell: Any) -> str:
        """A cell for people."""
        return "missing" if cell is None or cell != cell else str(cell)


@dataclass(frozen=True)
class NumberColumn(Column):
    """z = (x − median) scale,   z / √(1 + (z / 3)²): in the middle a straight line, far out never beyond ±3.

    Missing cells are 0, and 1 in an input of their own where there were some in training.

    Parameters
    ----------
    median, scale : float
        scale is 1 over the distance between the quartiles, else 2 over the whole range, else 0.
    missing : bool
        Whether there were missing cells.
    unit : str
        What stood beside the numbers: %, a currency, or "".

    References
    ----------
    Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS
    2024, section 3: robust scaling and smooth clipping.
    """

    median: float
    scale: float
    missing: bool
    unit: str

    @classmethod
    def measure(cls, name: str, x: Array, weights: Array | None = None, unit: str = "") -> Self:
        known = ~np.isnan(x)
        there = x[known]
        w = None if weights is None else weights[known]
        low, middle, high = (
            weighted_quantiles(there, w, (0.25, 0.5, 0.75)) if len(there) else (0.0, 0.0, 0.0)
        )
        spread = high - low or (float(np.ptp(there)) / 2 if len(there) else 0.0)
        scale = 1 / spread if spread > 0 and np.isfinite(1 / spread) else 0.0
        return cls(name, middle, scale, bool(np.isnan(x).any()), unit)

    @property
    def inputs(self) -> list[str]:
        return [self.name, f"{self.name} is missing"] if self.missing else [self.name]

    def encode(self, values: Array, place: Any) -> Array:
        x = as_numbers(self.name, values, place, self.unit)
        gone = np.isnan(x)
        z = np.where(gone, 0, x - self.median) * self.scale
        z = z / np.sqrt(1 + (z / CLIP) ** 2)
        return np.column_stack([z, gone]) if self.missing else z[:, None]

    def typical(self) -> Any:
        return self.median

    def show(self, cell: Any) -> str:
        if isinstance(cell, str) and NUMBER.fullmatch(cell):  # as files have it
            cell = float(cell)
        return f"{cell:.6g}" if isinstance(cell, float) and cell == cell else super().show(cell)


@dataclass(frozen=True)
class CategoryColumn(Column):
    """1 in the input of its word, 0 in the others; rare words share one input, unknown words use it, or are 0 everywhere.

    Parameters
    ----------
    words : list of str
        Those with an input each, the most frequent first.
    other, missing : bool
        Whether there were rarer words, and missing cells: an input each.
    usual : str, optional
        The most frequent cell; None: missing.
    """

    words: list[str]
    other: bool
    missing: bool
    usual: str | None

    @classmethod
    def measure(cls, name: str, values: Array, limit: int, weights: Array | None = None) -> Self:
        """The `limit` words of most weight that stand twice at least; of equal ones the first in the alphabet."""
        cells = as_words(values)
        rows = Counter(cells)
        sums: dict[str | None, float] = dict(rows)
        if weights is not None:
            sums = dict.fromkeys(rows, 0.0)
            for cell, w in zip(cells, weights.tolist(), strict=True):
                sums[cell] += w
        counts = sorted(sums.items(), key=lambda item: (-item[1], item[0] or ""))
        words = [w for w, _ in counts if w is not None and rows[w] > 1][:limit]
        missing = None in dict(counts)
        return cls(name, words, len(counts) - missing > len(words), missing, counts[0][0])

    @property
    def inputs(self) -> list[str]:
        found = [f"{self.name}={word}" for word in self.words]
        return (
            found
            + [f"{self.name} is another"] * self.other
            + [f"{self.name} is missing"] * self.missing
        )

    def encode(self, values: Array, place: Any) -> Array:
        known = {word: k for k, word in enumerate(self.words)}
        n = len(self.words)
        other, missing = n if self.other else -1, n + self.other if self.missing else -1
        at = np.array(
            [missing if w is None else known.get(w, other) for w in as_words(values)], int
        )
        found: Array = (at[:, None] == np.arange(n + self.other + self.missing)).astype(float)
        return found

    def typical(self) -> Any:
        return self.usual


@dataclass(frozen=True)
class IgnoredColumn(Column):
    """A column that says nothing: it becomes no input.

    Parameters
    ----------
    why : str
        What is wrong with it.
    """

    why: str

    @property
    def inputs(self) -> list[str]:
        return []

    def encode(self, values: Array, place: Any) -> Array:
        return np.empty((len(values), 0))

    def typical(self) -> Any:
        return None


# ---------------------------------------------------------------- cells


def as_words(values: Array) -> list[str | None]:
    """Words; numbers as files have them, true and false in small letters."""
    if values.dtype.kind == "O":
        return [
            w.lower() if w is not None and w.lower() in ("true", "false") else w for w in values
        ]
    if values.dtype.kind == "M":
        return [None if np.isnat(v) else str(v) for v in values]
    return [None if v != v else number_word(v) for v in values]
