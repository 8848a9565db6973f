"""Columns with names: what tables of every kind become. Out of arrays, dicts, pandas, polars, and files."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError

MISSING = frozenset(  # as words, however they are written: pandas' own, Excel's errors, and what people type
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
DAY = datetime.timedelta(days=1)
ABSENT = frozenset(("NAType", "NaTType"))  # pandas' own, without importing it


@dataclass(frozen=True)
class Table:
    """Columns by name, all of one length.

    Parameters
    ----------
    columns : dict of arrays
        float64 with NaN, datetime64[us] with NaT, or objects: words and None.
    source : str
        Where it came from, for messages.
    lines : array, optional
        The line of each row in its file.
    """

    columns: dict[str, Array]
    source: str = "X"
    lines: Array | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def take(self, rows: Any) -> Table:
        """Some of its rows."""
        lines = None if self.lines is None else self.lines[rows]
        return Table({name: a[rows] for name, a in self.columns.items()}, self.source, lines)

    def without(self, name: str) -> Table:
        return replace(self, columns={n: a for n, a in self.columns.items() if n != name})

    def emptied(self, words: Iterable[Any]) -> Table:
        """With nothing in the cells that hold one of these words or numbers."""
        found = frozenset(str(w).strip().lower() for w in words)
        values = np.array([float(w) for w in found if _is_numeral(w)])
        return (
            replace(self, columns={n: _emptied(a, found, values) for n, a in self.columns.items()})
            if found
            else self
        )

    def select(self, names: Iterable[str]) -> Table:
        """These columns in this order.

        Raises
        ------
        DataError
            Names those that are missing.
        """
        wanted = list(names)
        if absent := [name for name in wanted if name not in self.columns]:
            raise DataError(
                self.source,
                f"the column{'s' * (len(absent) > 1)} {_listed(absent)}",
                f"columns {_listed(self.names)}",
                "Add what is missing; cells may be empty.",
            )
        return replace(self, columns={name: self.columns[name] for name in wanted})

    def place(self, row: int) -> str:
        """Of a row, as people find it."""
        return (
            f"{self.source}, line {self.lines[row]}"
            if self.lines is not None
            else f"{self.source}, row {row}"
        )


def as_table(X: Any) -> Table:
    """What the user gave, as columns.

    Parameters
    ----------
    X : path, dict of columns, DataFrame of pandas or polars, Table, or array (N, D)
        A path is a .csv or .parquet file. Columns of an array are called x0, x1, ...

    Raises
    ------
    DataError
        Columns of different lengths, or cells that are no number, word or date.
    FileError
        A file that cannot be read.
    """
    if isinstance(X, Table):
        return X
    if isinstance(X, (str, os.PathLike)):
        from .reading import read_table

        return read_table(X)
    if isinstance(X, Mapping):
        given = {str(name): np.asarray(column) for name, column in X.items()}
    elif hasattr(X, "columns"):
        given = {str(name): np.asarray(X[name]) for name in X.columns}
        if len(given) < len(X.columns):
            raise DataError(
                "X", "columns with different names", _listed(map(str, X.columns)), "Rename them."
            )
    else:
        a = np.asarray(X)
        if a.ndim != 2:
            raise DataError(
                "X",
                "a table: rows and columns",
                f"an array of shape {a.shape}",
                "Give a DataFrame.",
            )
        given = {f"x{k}": a[:, k] for k in range(a.shape[1])}
    if bad := next((name for name, a in given.items() if a.ndim != 1), None):
        raise DataError(
            f"column {bad}",
            "one value a row",
            f"shape {given[bad].shape}",
            "Give columns of cells.",
        )
    if len(lengths := {len(a) for a in given.values()}) > 1:
        raise DataError(
            "X",
            "columns of one length",
            _listed(map(str, sorted(lengths))),
            "Fill the shorter ones.",
        )
    return Table({name: plain(name, a) for name, a in given.items()})


def plain(name: str, values: Array) -> Array:
    """A column as float64, datetime64[us], or objects: words and None."""
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
    cells = [None if _absent(v) else v for v in values]
    there = [v for v in cells if v is not None]
    if there and all(_is_number(v) for v in there):
        return np.array([np.nan if v is None else float(v) for v in cells])
    if there and all(isinstance(v, datetime.timedelta) for v in there):
        return np.array([np.nan if v is None else v / DAY for v in cells])
    if there and all(isinstance(v, datetime.date) for v in there):
        return np.array(
            [np.datetime64("NaT") if v is None else _naive(v) for v in cells], "datetime64[us]"
        )
    return np.array([None if v is None else _as_word(name, v) for v in cells], object)


def word(text: str) -> str | None:
    """A cell of text; None where it stands for nothing."""
    text = text.strip()
    return None if text.lower() in MISSING else text


def _emptied(a: Array, words: frozenset[str], numbers: Array) -> Array:
    if a.dtype.kind == "f":
        return np.where(np.isin(a, numbers), np.nan, a)
    if a.dtype.kind == "O":
        known: dict[str, bool] = {}
        for v in a:
            if v is not None and v not in known:
                known[v] = v.lower() in words or (
                    len(numbers) > 0 and _is_numeral(v) and float(v) in numbers
                )
        return np.array([None if v is None or known[v] else v for v in a], object)
    return a


def _is_numeral(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _absent(v: Any) -> bool:
    return v is None or type(v).__name__ in ABSENT or (isinstance(v, Real) and v != v)


def _is_number(v: Any) -> bool:
    return (isinstance(v, Real) and not isinstance(v, (bool, np.bool_))) or type(
        v
    ).__name__ == "Decimal"


def _naive(v: Any) -> np.datetime64:
    """Clock and calendar as they are written, without the time zone."""
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


def number_word(v: float) -> str:
    """3.0 is written 3, as files have it."""
    return str(int(v)) if v == int(v) and abs(v) < 2**53 else repr(float(v))


def _listed(names: Iterable[str], limit: int = 12) -> str:
    found = list(names)
    return ", ".join(found[:limit]) + (
        f" and {len(found) - limit} more" if len(found) > limit else ""
    )
