"""Kinds of columns: each is measured on the training rows and encodes every row in the same way.

What was measured can be written as JSON.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...arrays import Array
from .cells import number_word
from .numbers import NUMBER, as_numbers, weighted_quantiles

CLIP = 3.0  # no number is further from the middle than this
FAR = 1e100  # the square of a larger z would not be finite
LARGEST = np.finfo(float).max


@dataclass(frozen=True)
class Column(ABC):
    """One column of a table and its inputs. Abstract.

    Parameters
    ----------
    name : str
        Its name in the table.
    """

    name: str

    @property
    @abstractmethod
    def inputs(self) -> list[str]:
        """The names of its inputs."""

    @abstractmethod
    def encode(self, values: Array, place: Any) -> Array:
        """Return the inputs (N, inputs) of cells (N,).

        Parameters
        ----------
        values : array (N,)
            Cells.
        place : function
            It returns the place of a row for messages.
        """

    def codes(self, values: Array) -> Array | None:
        """Return a row number of `book` for each cell; None if the inputs are numbers.

        −1 is the last row. So a cell of many inputs is stored as one number.
        """
        return None

    def book(self) -> Array:
        """Return the rows of inputs that the numbers of `codes` stand for."""
        return np.empty((0, len(self.inputs)))

    @abstractmethod
    def typical(self) -> Any:
        """Return the cell of the reference row."""

    def show(self, cell: Any) -> str:
        """Return a cell as people read it."""
        return "missing" if cell is None or cell != cell else str(cell)


@dataclass(frozen=True)
class NumberColumn(Column):
    """A column of numbers: z = (x − median) scale,   z / √(1 + (z / 3)²).

    In the middle this is a straight line, and it never leaves ±3. A missing cell is 0; if the
    training rows had missing cells, a second input is 1 for it.

    Parameters
    ----------
    median, scale : float
        scale is 1 over the distance between the quartiles; if they are equal, 2 over the range; for
        a constant column 0.
    missing : bool
        True if there were missing cells.
    unit : str
        The unit of the numbers: %, a currency, or "".

    References
    ----------
    Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
    on tabular data", NeurIPS 2024, section 3: robust scaling and smooth clipping.
    """

    median: float
    scale: float
    missing: bool
    unit: str

    @classmethod
    def measure(cls, name: str, x: Array, weights: Array | None = None, unit: str = "") -> Self:
        """Return the column with these training cells."""
        known = ~np.isnan(x)
        present = x[known]
        w = None if weights is None else weights[known]
        quartiles = weighted_quantiles(present, w, (0.25, 0.5, 0.75)) if len(present) else [0.0] * 3
        span = float(np.ptp(present)) if len(present) else 0.0
        return cls.of_quartiles(name, quartiles, span, bool(np.isnan(x).any()), unit)

    @classmethod
    def of_quartiles(
        cls, name: str, quartiles: Sequence[float], span: float, missing: bool, unit: str
    ) -> Self:
        """Return the column whose cells have these quartiles.

        Parameters
        ----------
        name, missing, unit
            As in the column.
        quartiles : sequence of float
            The lower quartile, the median, and the upper quartile.
        span : float
            The largest number minus the least.
        """
        low, middle, high = quartiles
        spread = high - low or span / 2
        scale = 1 / spread if spread > 0 and np.isfinite(1 / spread) else 0.0
        return cls(name, middle, scale, missing, unit)

    @property
    def inputs(self) -> list[str]:
        return [self.name, f"{self.name} is missing"] if self.missing else [self.name]

    def encode(self, values: Array, place: Any) -> Array:
        x = as_numbers(self.name, values, place, self.unit)
        gone = np.isnan(x)
        with np.errstate(over="ignore"):  # a number far away is ±3, however far
            z = np.where(gone, 0, x - self.median).clip(-LARGEST, LARGEST) * self.scale
        z = z.clip(-FAR, FAR)
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
    """A column of categories: 1 in the input of its word, 0 in the others.

    Rare words share one input. Unknown words use it as well; if there is none, they are 0
    everywhere.

    Parameters
    ----------
    words : list of str
        The words with an input each, the most frequent first.
    other, missing : bool
        True if there were rarer words, or missing cells: each of both gets an input.
    usual : str, optional
        The most frequent cell; None: a missing one.
    """

    words: list[str]
    other: bool
    missing: bool
    usual: str | None

    @classmethod
    def measure(
        cls,
        name: str,
        values: Array,
        limit: int,
        weights: Array | None = None,
        counts: Array | None = None,
    ) -> Self:
        """Return the column with inputs for the `limit` heaviest words that occur at least twice.

        Of words with equal weight the first in the alphabet comes first.
        """
        return cls(name, *frequent_words(values, limit, weights, counts))

    @property
    def inputs(self) -> list[str]:
        return word_inputs(self.name, self.words, self.other, self.missing)

    def encode(self, values: Array, place: Any) -> Array:
        return one_hot(values, self.words, self.other, self.missing)[0]

    def codes(self, values: Array) -> Array:
        return one_hot_at(values, self.words, self.other, self.missing)

    def book(self) -> Array:
        width = len(self.inputs)
        return np.eye(width + 1, width)

    def typical(self) -> Any:
        return self.usual


@dataclass(frozen=True)
class IgnoredColumn(Column):
    """A column without information: it has no inputs.

    Parameters
    ----------
    why : str
        The reason.
    """

    why: str

    @property
    def inputs(self) -> list[str]:
        return []

    def encode(self, values: Array, place: Any) -> Array:
        return np.empty((len(values), 0))

    def typical(self) -> Any:
        return None


# ---------------------------------------------------------------- words


def frequent_words(
    values: Array, limit: int, weights: Array | None = None, counts: Array | None = None
) -> tuple[list[str], bool, bool, str | None]:
    """Return the `limit` heaviest words that occur at least twice, and what else there is.

    Of words with equal weight the first in the alphabet comes first. Then follow True if there
    are rarer words, True if cells are missing, and the most frequent cell. A cell occurs `counts`
    times, or once.
    """
    cells = as_words(values)
    rows = Counter(cells)
    if counts is not None:
        rows = Counter()
        for cell, n in zip(cells, counts.tolist(), strict=True):
            rows[cell] += n
    sums: dict[str | None, float] = dict(rows)
    if weights is not None:
        sums = dict.fromkeys(rows, 0.0)
        for cell, w in zip(cells, weights.tolist(), strict=True):
            sums[cell] += w
    heaviest = sorted(sums.items(), key=lambda item: (-item[1], item[0] or ""))
    words = [w for w, _ in heaviest if w is not None and rows[w] > 1][:limit]
    missing = None in rows
    return words, len(heaviest) - missing > len(words), missing, heaviest[0][0]


def word_inputs(name: str, words: list[str], other: bool, missing: bool) -> list[str]:
    """Return the names of the inputs of words."""
    found = [f"{name}={word}" for word in words]
    return found + [f"{name} is another"] * other + [f"{name} is missing"] * missing


def one_hot(values: Array, words: list[str], other: bool, missing: bool) -> tuple[Array, Array]:
    """Return 1 in the input of each cell's word and 0 in the others, and each cell's input.

    That of a cell without an input is −1, and the cell is 0 everywhere.
    """
    at = one_hot_at(values, words, other, missing)
    return (at[:, None] == np.arange(len(words) + other + missing)).astype(float), at


def one_hot_at(values: Array, words: list[str], other: bool, missing: bool) -> Array:
    """Return the number of the input of each cell's word; −1 for a cell without an input."""
    known = {word: k for k, word in enumerate(words)}
    n = len(words)
    rest, gone = n if other else -1, n + other if missing else -1
    return np.array([gone if w is None else known.get(w, rest) for w in as_words(values)], int)


def as_words(values: Array) -> list[str | None]:
    """Return cells as words: numbers as files write them, true and false in lower case."""
    if values.dtype.kind == "O":
        return [
            w.lower() if w is not None and w.lower() in ("true", "false") else w for w in values
        ]
    if values.dtype.kind == "M":
        return [None if np.isnat(v) else str(v) for v in values]
    return [None if v != v else number_word(v) for v in values]
