"""Kinds of columns: each is measured once on the training rows, and then says the same of every row. All of it fits in JSON."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .table import number_word

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
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

    References
    ----------
    Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS
    2024, section 3: robust scaling and smooth clipping.
    """

    median: float
    scale: float
    missing: bool

    @classmethod
    def measure(cls, name: str, x: Array) -> Self:
        there = x[~np.isnan(x)]
        low, middle, high = np.quantile(there, [0.25, 0.5, 0.75]) if len(there) else (0.0, 0.0, 0.0)
        spread = float(high - low) or (float(np.ptp(there)) / 2 if len(there) else 0.0)
        scale = 1 / spread if spread > 0 and np.isfinite(1 / spread) else 0.0
        return cls(name, float(middle), scale, bool(np.isnan(x).any()))

    @property
    def inputs(self) -> list[str]:
        return [self.name, f"{self.name} is missing"] if self.missing else [self.name]

    def encode(self, values: Array, place: Any) -> Array:
        x = as_numbers(self.name, values, place)
        gone = np.isnan(x)
        z = np.where(gone, 0, x - self.median) * self.scale
        z = z / np.sqrt(1 + (z / CLIP) ** 2)
        return np.column_stack([z, gone]) if self.missing else z[:, None]

    def typical(self) -> Any:
        return self.median

    def show(self, cell: Any) -> str:
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
    def measure(cls, name: str, values: Array, limit: int) -> Self:
        """The `limit` most frequent words that stand twice at least; of words in equal number the first in the alphabet."""
        cells = as_words(values)
        counts = sorted(Counter(cells).items(), key=lambda item: (-item[1], item[0] or ""))
        words = [w for w, count in counts if w is not None and count > 1][:limit]
        missing = None in dict(counts)
        return cls(name, words, len(counts) - missing > len(words), missing, counts[0][0])

    @property
    def inputs(self) -> list[str]:
        found = [f"{self.name}={word}" for word in self.words]
        return found + [f"{self.name} is another"] * self.other + [f"{self.name} is missing"] * self.missing

    def encode(self, values: Array, place: Any) -> Array:
        known = {word: k for k, word in enumerate(self.words)}
        n = len(self.words)
        other, missing = n if self.other else -1, n + self.other if self.missing else -1
        at = np.array([missing if w is None else known.get(w, other) for w in as_words(values)], int)
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


def as_numbers(name: str, values: Array, place: Any) -> Array:
    """float64 with NaN where nothing is.

    Raises
    ------
    DataError
        A word, or an infinite number, with its place.
    """
    if values.dtype.kind == "O":
        bad = next((k for k, v in enumerate(values) if v is not None and not NUMBER.fullmatch(v)), None)
        if bad is not None:
            raise DataError(
                f"{place(bad)}, column {name}", "a number", f"{values[bad]!r:.40}", "Mend the cell, or leave it empty."
            )
        values = np.array([np.nan if v is None else float(v) for v in values])
    elif values.dtype.kind == "M":
        raise DataError(f"column {name}", "numbers", "dates", "Give what it was trained on.")
    if np.isinf(values).any():
        bad = int(np.flatnonzero(np.isinf(values))[0])
        raise DataError(
            f"{place(bad)}, column {name}", "a finite number", "infinity", "Mend the cell, or leave it empty."
        )
    return values


def as_words(values: Array) -> list[str | None]:
    """Words; numbers as files have them, true and false in small letters."""
    if values.dtype.kind == "O":
        return [w.lower() if w is not None and w.lower() in ("true", "false") else w for w in values]
    if values.dtype.kind == "M":
        return [None if np.isnat(v) else str(v) for v in values]
    return [None if v != v else number_word(v) for v in values]
