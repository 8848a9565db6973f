"""Convert the cells of a column to float64, datetime64 or words."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...files.delimited import NUMBER

# Words for a missing cell, upper or lower case: from pandas, from Excel's errors, and by hand.
MISSING = frozenset(
    (
        "",
        "na",
        "n/a",
        "nan",
        "-nan",
        "nat",
        "null",
        "none",
        "<na>",
        "#na",
        "#n/a",
        "#n/a n/a",
        "?",
        "-",
        "--",
        "1.#ind",
        "-1.#ind",
        "1.#qnan",
        "-1.#qnan",
        "#div/0!",
        "#value!",
        "#ref!",
        "#name?",
        "#num!",
        "#null!",
    )
)
INFINITY = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
DAY = datetime.timedelta(days=1)


def plain(name: str, values: Array) -> Array:
    """Return a column as float64, datetime64[us], or objects (words and None).

    Raises
    ------
    DataError
        A cell is no number, word or date.
    """
    kind = values.dtype.kind
    if kind in "iuf":
        return values.astype(np.float64)
    if kind == "M":
        return values.astype("datetime64[us]")
    if kind == "m":  # in days
        return np.where(np.isnat(values), np.nan, values / np.timedelta64(1, "D"))
    if kind == "b":
        return np.array([str(v).lower() for v in values], object)
    if kind in "US":
        return np.array([word(str(v)) for v in values], object)
    if kind != "O":
        raise DataError(
            f"column {name}",
            "numbers, words or dates",
            f"type {values.dtype}",
            "Convert it, or leave it out.",
        )
    return _plain_objects(name, values)


def _plain_objects(name: str, values: Array) -> Array:
    """Return a column of Python objects as numbers or dates if all its cells are; else as words."""
    cells = [None if _is_missing(v) else v for v in values]
    present = [v for v in cells if v is not None]
    if present and all(_is_number(v) for v in present):
        return np.array([np.nan if v is None else float(v) for v in cells])
    if present and all(isinstance(v, datetime.timedelta) for v in present):
        return np.array([np.nan if v is None else v / DAY for v in cells])
    if present and all(isinstance(v, datetime.date) for v in present):
        return np.array(
            [np.datetime64("NaT") if v is None else _naive(v) for v in cells], "datetime64[us]"
        )
    return np.array([None if v is None else _as_word(name, v) for v in cells], object)


def word(text: str) -> str | None:
    """Return a cell of text without blanks around it, or None for a word that means missing."""
    text = text.strip()
    return None if text.lower() in MISSING else text


def number_word(v: float) -> str:
    """Return a number as files write it: 3.0 becomes 3."""
    return str(int(v)) if v == int(v) and abs(v) < 2**53 else repr(float(v))


def emptied(values: Array, words: frozenset[str], numbers: Array) -> Array:
    """Return a plain column in which these words and numbers are missing cells.

    Parameters
    ----------
    values : array
        A column that `plain` returned.
    words : frozenset of str
        Words in lower case.
    numbers : array of float
        The numbers among these words.
    """
    if values.dtype.kind == "f":
        return np.where(np.isin(values, numbers), np.nan, values)
    if values.dtype.kind != "O":
        return values
    found = {v for v in values if v is not None and _is_among(v, words, numbers)}
    return np.array([None if v in found else v for v in values], object)


def _is_among(text: str, words: frozenset[str], numbers: Array) -> bool:
    return text.lower() in words or (
        len(numbers) > 0 and is_numeral(text) and float(text) in numbers
    )


def is_numeral(text: str) -> bool:
    """Return True for the text of a number, infinity included, which `float` reads."""
    return bool(NUMBER.fullmatch(text) or INFINITY.fullmatch(text))


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Return the first `limit` names for a message, and how many more there are."""
    found = list(names)
    return ", ".join(found[:limit]) + (
        f" and {len(found) - limit} more" if len(found) > limit else ""
    )


def _is_missing(v: Any) -> bool:
    """Return True for None, NaN, and the NA and NaT of pandas."""
    if v is None:
        return True
    pandas = sys.modules.get("pandas")  # if it was not imported, no cell is a pandas object
    if pandas is not None and (v is pandas.NA or v is pandas.NaT):
        return True
    return isinstance(v, Real) and v != v


def _is_number(v: Any) -> bool:
    return isinstance(v, (Real, Decimal)) and not isinstance(v, (bool, np.bool_))


def _naive(v: Any) -> np.datetime64:
    """Return a date and time without its time zone."""
    return np.datetime64(
        v.replace(tzinfo=None).isoformat() if isinstance(v, datetime.datetime) else v.isoformat()
    )


def _as_word(name: str, v: Any) -> str | None:
    if isinstance(v, (bool, np.bool_)):
        return str(v).lower()
    if isinstance(v, (str, bytes)):
        return word(v.decode(errors="replace") if isinstance(v, bytes) else v)
    if _is_number(v):
        return number_word(float(v))
    if isinstance(v, (datetime.date, datetime.time)):
        return v.isoformat()
    raise DataError(
        f"column {name}",
        "numbers, words or dates",
        f"a {type(v).__name__}",
        "Convert it, or leave it out.",
    )
