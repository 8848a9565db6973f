"""The kind of a column, found in its cells or given by the user; columns as JSON."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict, fields
from itertools import pairwise
from typing import Any, get_type_hints

import numpy as np

from ...arrays import Array
from ...errors import DataError, FileError, ParameterError
from ...files.delimited import DECIMAL_COMMA
from .columns import CategoryColumn, Column, IgnoredColumn, NumberColumn, as_words
from .dates import FORMATS, ISO, DateColumn, find_form
from .embedded import FEW as ONE_HOT
from .embedded import EmbeddedColumn
from .numbers import as_numbers, fits, number_of, unit_of

KINDS = ("number", "category", "date", "ignore")
CLASSES: dict[str, type[Column]] = {
    "number": NumberColumn,
    "category": CategoryColumn,
    "embedding": EmbeddedColumn,
    "date": DateColumn,
    "ignore": IgnoredColumn,
}
SHARE = 0.9  # if this share of the cells are numbers or dates, the others are mistakes
# If half of the cells are numbers, MANY different ones, then FEW different words are mistakes.
FEW, MANY = 3, 20
ASK = (
    "Correct the cell or leave it empty; or say that {word} is missing (--missing, missing=) or "
    "{name} is a category (--kind, kinds=)."
)


def guess(values: Array, counts: Array | None = None) -> str:
    """Return "number", "category" or "date".

    A column of words holds numbers if nine in ten cells are numbers and none has a leading zero
    (007). It also holds numbers if half of its cells are numbers, more than 20 of them different,
    and there are at most three different words. It holds dates if nine in ten cells are dates; else
    categories. A cell occurs `counts` times, or once.
    """
    if values.dtype.kind == "f":
        return "number"
    if values.dtype.kind == "M":
        return "date"
    unit, words = unit_of(values), _counted(values, counts)
    found = {v: number_of(v) for v in words}
    present = [v for v, pair in found.items() if pair is None or pair[0] == pair[0]]
    good = [v for v in present if fits(found[v], unit)]
    numbers, cells = sum(words[v] for v in good), sum(words[v] for v in present)
    coded = any(len(v) > 1 and v[0] == "0" and v.isdigit() for v in present)
    mistakes = numbers >= cells / 2 and len(good) > MANY and len(present) - len(good) <= FEW
    if present and not coded and (numbers >= SHARE * cells or mistakes):
        return "number"
    if numbers < cells and find_form(values, SHARE, counts) is not None:
        return "date"
    return "category"


def _counted(values: Array, counts: Array | None) -> Counter[str]:
    """Return how often each word occurs, missing cells left out."""
    if counts is None:
        return Counter(v for v in values if v is not None)
    pairs = zip(values, counts.tolist(), strict=True)
    return Counter({v: n for v, n in pairs if v is not None})


def measure(
    name: str,
    values: Array,
    place: Any,
    kind: str | None,
    limit: int,
    weights: Array | None = None,
    counts: Array | None = None,
) -> Column:
    """Return a column, measured on its training cells.

    Parameters
    ----------
    name : str
        Its name.
    values : array
        Its cells.
    place : function
        It returns the place of a row for messages.
    kind : str, optional
        One of KINDS; without it, the kind that the cells look like.
    limit : int
        The largest number of words that get an input each; more than 20 get an embedding.
    weights : array, optional
        The weight of each row, > 0.
    counts : array of int, optional
        Each of the values stands for so many rows, and `weights` are the sums over these; None:
        one row each.

    Raises
    ------
    DataError
        A word among numbers.
    """
    if kind == "ignore":
        return IgnoredColumn(name, "left out on request")
    given, kind = kind, kind or guess(values, counts)
    if kind == "number":
        x = as_numbers(name, values, place, None, ASK, counts)
        if np.isnan(x).all():
            return IgnoredColumn(name, "empty")
        each = counts if weights is None else weights
        found: Column = NumberColumn.measure(name, x, each, unit_of(values))
        return IgnoredColumn(name, "one value") if np.ptp(x) == 0 and given is None else found
    if kind == "date":
        form = find_form(values, 0.0, counts) if values.dtype.kind == "O" else ISO
        return DateColumn.measure(name, values, form or ISO, counts)
    if given is None:
        _check_decimals(name, values, place, counts)
    category = CategoryColumn.measure(name, values, limit, weights, counts)
    if not any(w is not None for w in as_words(values)):
        return IgnoredColumn(name, "empty")
    if not category.words:
        rows = len(values) if counts is None else int(counts.sum())
        return IgnoredColumn(name, f"{rows} different words")
    if len(category.words) > ONE_HOT:
        return EmbeddedColumn(
            name, category.words, category.other, category.missing, category.usual
        )
    alone = len(category.words) == 1 and not category.other and not category.missing
    return IgnoredColumn(name, "one value") if alone else category


def _check_decimals(name: str, values: Array, place: Any, counts: Array | None = None) -> None:
    """Raise DataError if words are numbers with decimal commas, which no one means as categories."""
    if values.dtype.kind != "O":
        return
    words = _counted(values, counts)
    like = {v for v in words if DECIMAL_COMMA.fullmatch(v)}
    if len(like) > MANY and sum(words[v] for v in like) >= SHARE * words.total():
        row = next(k for k, v in enumerate(values) if v in like)
        raise DataError(
            f"{place(row)}, column {name}",
            "a number with a decimal point",
            f"{values[row]!r:.40}",
            "Separate the cells by semicolons (in Python, give pandas.read_csv(..., "
            f"decimal=',')); or say that {name} is a category (--kind, kinds=).",
        )


# ---------------------------------------------------------------- as JSON


def describe(column: Column) -> dict[str, Any]:
    """Return a column as JSON."""
    kind = next(kind for kind, cls in CLASSES.items() if type(column) is cls)
    return {"kind": kind, **asdict(column)}


def rebuild(about: Any) -> Column:
    """Return a column from JSON, with every value checked.

    Raises
    ------
    FileError
        It is no description of a column.
    """
    wrong = FileError(
        "its description of a column is not in chainrule's form. Take another copy of it."
    )
    kind = about.get("kind") if isinstance(about, dict) else None
    if not isinstance(kind, str) or kind not in CLASSES:
        raise wrong
    cls, given = CLASSES[kind], {name: value for name, value in about.items() if name != "kind"}
    types = get_type_hints(cls)
    if given.keys() != {f.name for f in fields(cls)}:
        raise wrong
    if not all(_fits(value, types[name]) for name, value in given.items()):
        raise wrong
    column = cls(**given)
    if not _is_consistent(column):
        raise wrong
    return column


def _is_consistent(column: Column) -> bool:
    """Return True if the values of a column fit together."""
    if isinstance(column, CategoryColumn):
        return len(set(column.words)) == len(column.words)
    if isinstance(column, EmbeddedColumn):
        return len(set(column.words)) == len(column.words) > ONE_HOT
    if isinstance(column, DateColumn):
        try:
            days = [np.datetime64(day, "D") for day in (column.first, column.middle, column.last)]
        except ValueError:
            return False
        bounds = [np.datetime64("0001"), *days, np.datetime64("9999-12-31")]
        in_order = all(a <= b for a, b in pairwise(bounds))
        return column.form in FORMATS and not any(np.isnat(days)) and in_order
    return True


def _fits(value: Any, kind: Any) -> bool:
    if kind is float:
        return is_finite(value)
    if kind == list[str]:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def is_finite(value: Any) -> bool:
    """Return True for a number that a float can hold; JSON may hold larger ones."""
    return type(value) in (int, float) and -sys.float_info.max <= value <= sys.float_info.max


def missing_words(given: Any) -> list[Any]:
    """Return the user's words and numbers for missing cells.

    Raises
    ------
    ParameterError
        Something other than a list of words and numbers.
    """
    words = (
        [v.item() if isinstance(v, np.generic) else v for v in given]
        if isinstance(given, (list, tuple))
        else None
    )
    if words is None or any(
        isinstance(v, bool) or not isinstance(v, (str, int, float)) for v in words
    ):
        raise ParameterError(
            "missing", "a list of words and numbers", f"{given!r:.60}", 'Write ["unknown", -999].'
        )
    return [v for v in words if v == v]  # NaN is missing anyway


def check_kinds(kinds: Any, names: list[str]) -> dict[str, str]:
    """Return the kinds that the user gave, {column: kind}.

    Raises
    ------
    DataError
        An unknown kind or column.
    """
    if kinds is None:
        return {}
    if not isinstance(kinds, dict) or not all(
        isinstance(k, str) and v in KINDS for k, v in kinds.items()
    ):
        raise DataError(
            "kinds",
            f"{{column: one of {', '.join(KINDS)}}}",
            f"{kinds!r:.60}",
            "Write {'zip': 'category'}.",
        )
    if unknown := [name for name in kinds if name not in names]:
        raise DataError(
            "kinds",
            f"names of columns: {', '.join(names)}",
            ", ".join(unknown),
            "Check the names in the first line.",
        )
    return dict(kinds)
