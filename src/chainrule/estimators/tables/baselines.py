"""The columns of a table as other models want them: nothing of what our network gets.

Gradient boosting gets numbers and categories as they are, a linear model gets standardized numbers
and one input for each word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from ...arrays import Array
from .columns import CategoryColumn, Column, IgnoredColumn, NumberColumn, as_words
from .dates import DateColumn
from .embedded import EmbeddedColumn
from .numbers import as_numbers
from .table import Table

MOST_CODES = 255  # gradient boosting of scikit-learn takes no more categories
DENSE = 1000  # a linear model of more inputs gets a sparse matrix


def for_boosting(columns: Sequence[Column], table: Table, held: Table) -> tuple[Array, Array, Any]:
    """Return the rows of both tables for gradient boosting, and which columns are categories.

    Numbers are as they are, missing cells NaN. A category is the number of its word. A column with
    more than 255 words keeps the 254 most frequent ones, and the others share a number. A word
    that the training rows do not have counts as missing.

    Parameters
    ----------
    columns : sequence of Column
        The measured columns: what each is taken for.
    table, held : Table
        Training rows, and rows to test on.
    """
    parts: list[list[Array]] = [[], []]
    categories: list[bool] = []
    for column in columns:
        cells = table.columns[column.name], held.columns[column.name]
        if isinstance(column, IgnoredColumn):
            continue
        if isinstance(column, (CategoryColumn, EmbeddedColumn)):
            pair = _codes(*cells)
        else:
            pair = _numbers(column, cells[0], table), _numbers(column, cells[1], held)
        for part, a in zip(parts, pair, strict=True):
            part.append(a)
        is_category = isinstance(column, (CategoryColumn, EmbeddedColumn))
        categories += [is_category] * pair[0].shape[1]
    learned, tested = (np.concatenate(part, axis=1) for part in parts)
    return learned, tested, np.array(categories, bool)


def for_linear(columns: Sequence[Column], table: Table, held: Table) -> tuple[Any, Any]:
    """Return the rows of both tables for a linear model.

    Numbers have mean 0 and spread 1; a missing one is the mean, with an input of its own. Every
    word of a category has an input; one that the training rows do not have is 0 in all of them.

    Parameters
    ----------
    columns : sequence of Column
        The measured columns: what each is taken for.
    table, held : Table
        Training rows, and rows to test on.
    """
    parts: list[list[Any]] = [[], []]
    for column in columns:
        cells = table.columns[column.name], held.columns[column.name]
        if isinstance(column, IgnoredColumn):
            continue
        if isinstance(column, (CategoryColumn, EmbeddedColumn)):
            pair: Any = _each_word(*cells)
        else:
            pair = _standardized(
                _numbers(column, cells[0], table), _numbers(column, cells[1], held)
            )
        for part, a in zip(parts, pair, strict=True):
            part.append(a)
    learned, tested = (sparse.hstack([*map(sparse.csr_matrix, part)], "csr") for part in parts)
    if learned.shape[1] > DENSE:
        return learned, tested
    return learned.toarray(), tested.toarray()


def _numbers(column: Column, cells: Array, table: Table) -> Array:
    """Return the numbers of a column: those of its cells, or the parts of a date."""
    if isinstance(column, NumberColumn):
        return as_numbers(column.name, cells, table.place, column.unit)[:, None]
    assert isinstance(column, DateColumn)
    return column.encode(cells, table.place)


def _codes(cells: Array, tested: Array) -> tuple[Array, Array]:
    """Return the number of each word, (N, 1), the most frequent first; NaN for missing ones."""
    counts = Counter(w for w in as_words(cells) if w is not None)
    ranked = sorted(counts, key=lambda w: (-counts[w], w))
    code = {w: float(min(k, MOST_CODES - 1)) for k, w in enumerate(ranked)}
    learned, other = (
        np.array([code.get(w, np.nan) if w is not None else np.nan for w in as_words(a)])[:, None]
        for a in (cells, tested)
    )
    return learned, other


def _each_word(cells: Array, tested: Array) -> tuple[Any, Any]:
    """Return one input for each word and one for missing cells, as sparse matrices."""
    words = as_words(cells)
    place = {w: k for k, w in enumerate(dict.fromkeys(words))}

    def one_hot(given: list[str | None]) -> Any:
        known = [(n, place[w]) for n, w in enumerate(given) if w in place]
        rows, at = zip(*known, strict=True) if known else ((), ())
        return sparse.csr_matrix((np.ones(len(rows)), (rows, at)), (len(given), len(place)))

    return one_hot(words), one_hot(as_words(tested))


def _standardized(x: Array, tested: Array) -> tuple[Array, Array]:
    """Return (x − mean) / spread and which cells were missing, measured on the first array."""
    gone = np.isnan(x)
    known = np.where(gone, 0, x)
    largest = np.abs(known).max(axis=0, initial=0)
    largest = np.where(largest > 0, largest, 1)  # squares of huge numbers stay finite
    count = np.maximum((~gone).sum(axis=0), 1)
    mean = (known / largest).sum(axis=0) / count
    spread = np.sqrt((np.where(gone, 0, known / largest - mean) ** 2).sum(axis=0) / count)
    spread = np.where(spread > 0, spread, 1)
    some = gone.any(axis=0)
    found = []
    for a in (x, tested):
        z = (a / largest - mean) / spread
        found.append(np.column_stack([np.where(np.isnan(a), 0, z), np.isnan(a)[:, some]]))
    return found[0], found[1]
