"""Numbers as people write them: 1,234.50, $5, 40 %, 1.234,50 €, and words that stand for no number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
UNIT = r"[$€£¥₹₩₽]|USD|EUR|GBP|CHF|JPY"
WRITTEN = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<before>(?:{UNIT})?)\s*(?:"
    r"(?P<plain>\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<groups>\d{1,3}(?P<gap>[, '’\u00a0\u202f])\d{3}(?:(?P=gap)\d{3})*(?:\.\d+)?)"
    r"|(?P<comma>\d{1,3}(?:\.\d{3})+,\d+))"
    rf"\s*(?P<behind>(?:%|{UNIT})?)"
)
UNKNOWN = frozenset(  # words that are missing cells among numbers; among categories they are words as any other
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
REMEDY = "Mend the cell, or leave it empty."


def number_of(text: str) -> tuple[float, str] | None:
    """Value and unit of a word; NaN for one that says that there is none; None for every other word.

    Parameters
    ----------
    text : str
        Without blanks around it.
    """
    if NUMBER.fullmatch(text):
        return float(text), ""
    if text.lower() in UNKNOWN:
        return float("nan"), ""
    found = WRITTEN.fullmatch(text)
    if found is None or (found["before"] and found["behind"]):
        return None
    if found["comma"]:
        digits = found["comma"].replace(".", "").replace(",", ".")
    else:
        digits = found["plain"] or found["groups"].replace(found["gap"], "")
    return float(found["sign"] + digits), found["before"] or found["behind"]


def unit_of(values: Array) -> str:
    """The first currency, or %, of a column of words; "" where there is none."""
    words = values if values.dtype.kind == "O" else ()
    return next(
        (found[1] for v in words if v is not None and (found := number_of(v)) and found[1]), ""
    )


def fits(found: tuple[float, str] | None, unit: str) -> bool:
    """Whether what `number_of` says is a number of a column of this unit: $5 and 5 are the same, 5 % and 5 are not."""
    if found is None:
        return False
    value, own = found
    return own == unit or (own == "" and (unit != "%" or not value or value != value))


def as_numbers(
    name: str, values: Array, place: Any, unit: str | None = None, remedy: str = REMEDY
) -> Array:
    """float64 with NaN where nothing is.

    Parameters
    ----------
    name : str
        The column, for messages.
    values : array
        Its cells.
    place : function
        Row number -> where it stands.
    unit : str, optional
        What `unit_of` said of the training cells; without it, what it says of these.
    remedy : str
        What to do about a word; {word} and {name} are filled in.

    Raises
    ------
    DataError
        A word, another unit, or an infinite number, with its place.
    """
    if values.dtype.kind == "O":
        unit = unit_of(values) if unit is None else unit
        known = {v: number_of(v) for v in set(values) - {None}}
        wrong = {v for v, found in known.items() if not fits(found, unit)}
        if wrong:
            row = next(k for k, v in enumerate(values) if v in wrong)
            word = values[row]
            rule = f"a number in {unit}" if unit else "a number"
            raise DataError(
                f"{place(row)}, column {name}", rule, f"{word!r:.40}", _filled(remedy, word, name)
            )
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
    """Of a column of numbers: the words that were taken as missing, each once."""
    words = values if values.dtype.kind == "O" else ()
    return sorted({v for v in words if v is not None and v.lower() in UNKNOWN})


def weighted_quantiles(x: Array, weights: Array | None, at: Sequence[float]) -> list[float]:
    """Quantiles of numbers, where a weight of k is the number k times: the mean of the two that a boundary falls between.

    Parameters
    ----------
    x : array (N,)
        Finite, at least one.
    weights : array (N,), optional
        > 0.
    at : sequence of float
        Between 0 and 1.
    """
    order = np.argsort(x, kind="stable")
    x, sums = x[order], np.cumsum(np.ones(len(x)) if weights is None else weights[order])
    found = []
    for q in at:
        target = q * sums[-1]
        low = np.searchsorted(sums, target * (1 - 1e-12), side="left")  # the sums are rounded
        high = np.searchsorted(sums, target * (1 + 1e-12), side="right")
        found.append(float(x[min(low, len(x) - 1)] / 2 + x[min(high, len(x) - 1)] / 2))
    return found
