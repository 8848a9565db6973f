"""Numbers as people write them: 1,234.50, $5, 40 %, 1.234,50 €, and words for missing ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...files.delimited import NUMBER as NUMBER

UNIT = r"[$€£¥₹₩₽]|USD|EUR|GBP|CHF|JPY"
WRITTEN = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<before>(?:{UNIT})?)\s*(?:"
    r"(?P<plain>\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<groups>[1-9]\d{0,2}(?P<gap>[, '’\u00a0\u202f])\d{3}(?:(?P=gap)\d{3})*(?:\.\d+)?)"
    r"|(?P<comma>\d{1,3}(?:\.\d{3})+,\d+))"
    rf"\s*(?P<after>(?:%|{UNIT})?)"
)
# Words for a missing cell among numbers; among categories they are words like any other.
UNKNOWN = frozenset(
    (
        "unknown",
        "missing",
        "not available",
        "not applicable",
        "n.a.",
        "n. a.",
        "n.a",
        "n.d.",
        "tbd",
        "tba",
        ".",
        "..",
        "...",
        "–",
        "—",
    )
)
REMEDY = "Correct the cell, or leave it empty."


def number_of(text: str) -> tuple[float, str] | None:
    """Return value and unit of a word, or None if it is no number.

    Parameters
    ----------
    text : str
        A word without blanks around it. One of UNKNOWN has the value NaN.
    """
    if NUMBER.fullmatch(text):
        return float(text), ""
    if text.lower() in UNKNOWN:
        return float("nan"), ""
    found = WRITTEN.fullmatch(text)
    if found is None or (found["before"] and found["after"]):
        return None
    if found["comma"]:
        digits = found["comma"].replace(".", "").replace(",", ".")
    else:
        digits = found["plain"] or found["groups"].replace(found["gap"], "")
    return float(found["sign"] + digits), found["before"] or found["after"]


def unit_of(values: Array) -> str:
    """Return the first unit (a currency or %) in a column of words; "" if there is none."""
    words = values if values.dtype.kind == "O" else ()
    return next(
        (found[1] for v in words if v is not None and (found := number_of(v)) and found[1]), ""
    )


def fits(found: tuple[float, str] | None, unit: str) -> bool:
    """Return True if a result of `number_of` fits a column of this unit.

    In a column of $, $5 and 5 are the same number; in one of %, 5 % and 5 are not.
    """
    if found is None:
        return False
    value, own = found
    return own == unit or (own == "" and (unit != "%" or not value or value != value))


def as_numbers(
    name: str,
    values: Array,
    place: Any,
    unit: str | None = None,
    remedy: str = REMEDY,
    counts: Array | None = None,
) -> Array:
    """Return a column as float64, with NaN for missing cells.

    Parameters
    ----------
    name : str
        The name of the column, for messages.
    values : array
        Its cells.
    place : function
        It returns the place of a row for messages.
    unit : str, optional
        The unit of the training cells; without it, that of these cells.
    remedy : str
        The advice for a word that is no number; {word} and {name} are filled in.
    counts : array of int, optional
        How often each of the cells occurs; without it, once.

    Raises
    ------
    DataError
        A word, another unit, or an infinite number; the message names the place.
    """
    if values.dtype.kind == "O":
        unit = unit_of(values) if unit is None else unit
        known = {v: number_of(v) for v in set(values) - {None}}
        wrong = {v for v, found in known.items() if not fits(found, unit)}
        if wrong:
            row = next(k for k, v in enumerate(values) if v in wrong)
            word = values[row]
            rule = f"a number in {unit}" if unit else "a number"
            times = np.ones(len(values), int) if counts is None else counts
            more = int(times[[v in wrong for v in values]].sum()) - 1
            got = f"{word!r:.40}" + (
                f", and {more} more such cell{'s' * (more > 1)}" if more else ""
            )
            raise DataError(f"{place(row)}, column {name}", rule, got, _filled(remedy, word, name))
        numbers = {v: found[0] for v, found in known.items() if found}
        values = np.array([np.nan if v is None else numbers[v] for v in values], np.float64)
    elif values.dtype.kind == "M":
        raise DataError(f"column {name}", "numbers", "dates", "Give what it was trained on.")
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        raise DataError(f"{place(row)}, column {name}", "a finite number", "infinity", REMEDY)
    return values


def _filled(remedy: str, word: str, name: str) -> str:
    return remedy.replace("{word}", f"{word!r:.40}").replace("{name}", name)


def unknown_words(values: Array) -> Sequence[str]:
    """Return the words of a column of numbers that count as missing cells, each once."""
    words = values if values.dtype.kind == "O" else ()
    return sorted({v for v in words if v is not None and v.lower() in UNKNOWN})


def weighted_quantiles(x: Array, weights: Array | None, at: Sequence[float]) -> list[float]:
    """Return weighted quantiles: a number of weight k counts k times.

    A quantile between two numbers is their mean.

    Parameters
    ----------
    x : array (N,)
        Finite numbers, at least one.
    weights : array (N,), optional
        Weights > 0.
    at : sequence of float
        Which quantiles, between 0 and 1.
    """
    order = np.argsort(x, kind="stable")
    x, sums = x[order], np.cumsum(np.ones(len(x)) if weights is None else weights[order])
    found = []
    for q in at:
        target = q * sums[-1]
        low = np.searchsorted(sums, target * (1 - 1e-12), side="left")  # sums are rounded
        high = np.searchsorted(sums, target * (1 + 1e-12), side="right")
        found.append(float(x[min(low, len(x) - 1)] / 2 + x[min(high, len(x) - 1)] / 2))
    return found
