"""A table out of a .csv or .parquet file. CSV needs nothing but Python: quotes, BOM, commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
import os
import re
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, DependencyError, FileError
from .table import Table, plain, word
from .table_columns import NUMBER

DELIMITERS = ",;\t|"
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


def read_table(path: Any) -> Table:
    """The table in a file.

    Parameters
    ----------
    path : str or path
        .csv (also .tsv, .txt) with names in its first line, or .parquet (needs pyarrow, the extra `parquet`).

    Raises
    ------
    FileError
        A file that cannot be read.
    DataError
        Lines of different lengths, names that are missing or stand twice.
    DependencyError
        Parquet without pyarrow.
    """
    name = os.fspath(path)
    suffix = os.path.splitext(name)[1].lower()
    if suffix == ".parquet":
        return _read_parquet(name)
    if suffix not in (".csv", ".tsv", ".txt"):
        raise FileError(f"{name}: expected a .csv or .parquet file, got {suffix or 'no suffix'}. Save it as CSV.")
    try:
        with open(name, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise FileError(f"{name}: expected text in UTF-8. Save it as CSV, UTF-8.") from None
    return _parse(name, text)


def _parse(name: str, text: str) -> Table:
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines, start = [], [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(cells)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{name}, line {start}", "cells of a CSV file", f"an error: {error}", "Mend its quotes."
        ) from None
    if not rows:
        raise DataError(name, "a line of names and rows below it", "an empty file", "Check how it was written.")
    names = _names(name, rows.pop(0))
    lines.pop(0)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(names):
            raise DataError(
                f"{name}, line {line}", f"{len(names)} cells, as many as names", str(len(row)), "Mend this line."
            )
    if not rows:
        raise DataError(name, "rows below the line of names", "none", "Check how it was written.")
    columns = {n: _column([row[k] for row in rows], delimiter) for k, n in enumerate(names)}
    return Table(columns, name, np.array(lines))


def _delimiter(text: str) -> str:
    """The one that cuts the first line into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda d: len(next(csv.reader([first], delimiter=d), [])))


def _names(path: str, cells: list[str]) -> list[str]:
    names = [cell.strip() or f"column {k}" for k, cell in enumerate(cells, start=1)]
    if all(NUMBER.fullmatch(name) for name in names):
        raise DataError(
            f"{path}, line 1", "the names of the columns", "numbers only", "Write a line of names above them."
        )
    if twice := next((n for k, n in enumerate(names) if n in names[:k]), None):
        raise DataError(f"{path}, line 1", "each name once", f"{twice} twice", "Rename one of them.")
    return names


def _column(cells: list[str], delimiter: str) -> Array:
    """Words and None; 3,5 is 3.5 where commas do not part cells."""
    words = [word(cell) for cell in cells]
    if delimiter != ",":
        words = [w.replace(",", ".") if w and DECIMAL_COMMA.fullmatch(w) else w for w in words]
    return np.array(words, object)


def _read_parquet(path: str) -> Table:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DependencyError("Parquet files need pyarrow. Install it: pip install 'chainrule[parquet]'") from error
    try:
        if not os.path.isfile(path):
            raise FileError(f"{path} cannot be read: no such file.")
        found = parquet.read_table(path)
    except FileError:
        raise
    except (OSError, ArrowException, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise FileError(f"{path}: expected a whole Parquet file ({reason}). Take another copy of it.") from None
    names = [str(name) for name in found.column_names]
    if twice := next((n for k, n in enumerate(names) if n in names[:k]), None):
        raise DataError(path, "each name once", f"{twice} twice", "Rename one of them.")
    if not found.num_rows:
        raise DataError(path, "rows", "none", "Check how it was written.")
    columns = {n: plain(n, _cells(found.column(k))) for k, n in enumerate(names)}
    return Table(columns, path)


def _cells(column: Any) -> Array:
    """Of a column of pyarrow, one object a row."""
    values = column.to_pylist()
    cells = np.empty(len(values), object)
    cells[:] = values
    return cells
