"""Read the columns of a .csv or .parquet file.

CSV needs only Python: quotes, a byte order mark, gzip; commas, semicolons, tabs or bars between
cells.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import zlib
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, DependencyError, FileError
from .cells import plain, word
from .numbers import NUMBER

DELIMITERS = ",;\t|"
SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
COMMA_OF_THOUSANDS = re.compile(r"\D*\d{1,3}(?:,\d{3}){2,}\D*|\D*\d{1,3}(?:,\d{3})+\.\d+\D*")
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # Excel's "Unicode text"


def read_columns(path: Any) -> tuple[dict[str, Array], Array | None]:
    """Return the columns of a file by name, and the line of each row (None for Parquet).

    Parameters
    ----------
    path : str or path
        .csv (also .tsv, .txt) with names in its first line, also as .csv.gz, or .parquet (it needs
        pyarrow, the extra `parquet`).

    Raises
    ------
    FileError
        A file that cannot be read.
    DataError
        Lines of different lengths, missing names, or a name that occurs twice.
    DependencyError
        Parquet without pyarrow.
    """
    name = os.fspath(path)
    start, suffix = os.path.splitext(name.lower())
    zipped = suffix == ".gz"
    suffix = os.path.splitext(start)[1] if zipped else suffix
    if suffix == ".parquet" and not zipped:
        return _read_parquet(name), None
    if suffix not in (".csv", ".tsv", ".txt"):
        raise FileError(
            f"{name}: expected a .csv or .parquet file, got {suffix or 'no suffix'}. "
            "Save it as CSV."
        )
    try:
        with gzip.open(name) if zipped else open(name, "rb") as file:
            data = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(
            f"{name} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from None
    return _parse(name, _text(name, data))


def _text(name: str, data: bytes) -> str:
    try:
        text = data.decode(MARKS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"{name}, line {line}: expected text in UTF-8, got byte {data[error.start]:#04x}. "
            "Save it as CSV, UTF-8."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileError(
            f"{name}, line {line}: expected text, got a zero byte. Save it again as CSV, UTF-8."
        )
    return text


def _parse(name: str, text: str) -> tuple[dict[str, Array], Array]:
    """Return the columns of a CSV text, and the line of each row."""
    separator = SEPARATOR_LINE.match(text)  # Excel's first line: sep=;
    delimiter = separator[1] if separator else _delimiter(text)
    rows, lines = _rows(name, text, delimiter, skip=separator is not None)
    if not rows:
        raise DataError(
            name, "a line of names and rows below it", "an empty file", "Check how it was written."
        )
    names, first = _names(f"{name}, line {lines[0]}", rows.pop(0)), lines.pop(0)
    _check_lengths(name, rows, lines, len(names), first)
    if not rows:
        raise DataError(name, "rows below the line of names", "none", "Check how it was written.")
    columns = {n: _column([row[k] for row in rows], delimiter) for k, n in enumerate(names)}
    return columns, np.array(lines)


def _rows(name: str, text: str, delimiter: str, skip: bool) -> tuple[list[list[str]], list[int]]:
    """Return the rows that are not empty and the line of each; `skip` leaves line 1 out."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    rows, lines, start = [], [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (skip and start == 1):
                rows.append(cells)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{name}, line {start}",
            "cells of a CSV file",
            f"an error: {error}",
            "Correct its quotes.",
        ) from None
    return rows, lines


def _check_lengths(
    name: str, rows: list[list[str]], lines: list[int], count: int, first: int
) -> None:
    """Raise DataError unless every row has as many cells as there are names."""
    if rows and all(len(row) == len(rows[0]) != count for row in rows):
        below = f"{_counted(len(rows[0]), 'cell')} in each line below it"
        raise DataError(
            f"{name}, line {first}",
            "as many names as cells",
            f"{_counted(count, 'name')} and {below}",
            "Correct this line.",
        )
    for row, line in zip(rows, lines, strict=True):
        if len(row) != count:
            raise DataError(
                f"{name}, line {line}",
                f"{_counted(count, 'cell')}, as many as names",
                str(len(row)),
                "Correct this line.",
            )


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first line into the most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda d: len(next(csv.reader([first], delimiter=d), [])))


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n > 1)}"


def _names(place: str, cells: list[str]) -> list[str]:
    names = [cell.strip() or f"column {k}" for k, cell in enumerate(cells, start=1)]
    if all(NUMBER.fullmatch(name) for name in names):
        raise DataError(
            place, "the names of the columns", "numbers only", "Write a line of names above them."
        )
    if twice := next((n for k, n in enumerate(names) if n in names[:k]), None):
        raise DataError(place, "each name once", f"{twice} twice", "Rename one of them.")
    return names


def _column(cells: list[str], delimiter: str) -> Array:
    """Return words and None; if commas do not separate cells, 3,5 becomes 3.5."""
    words = [word(cell) for cell in cells]
    if delimiter != "," and not any(w and COMMA_OF_THOUSANDS.fullmatch(w) for w in words):
        words = [w.replace(",", ".") if w and DECIMAL_COMMA.fullmatch(w) else w for w in words]
    return np.array(words, object)


def _read_parquet(path: str) -> dict[str, Array]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DependencyError(
            "Parquet files need pyarrow. Install it: pip install 'chainrule[parquet]'"
        ) from error
    try:
        if not os.path.isfile(path):
            raise FileError(f"{path} cannot be read: no such file.")
        found = parquet.read_table(path)
    except FileError:
        raise
    except (OSError, ArrowException, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise FileError(
            f"{path}: expected a whole Parquet file ({reason}). Take another copy of it."
        ) from None
    names = [str(name) for name in found.column_names]
    if twice := next((n for k, n in enumerate(names) if n in names[:k]), None):
        raise DataError(path, "each name once", f"{twice} twice", "Rename one of them.")
    if not found.num_rows:
        raise DataError(path, "rows", "none", "Check how it was written.")
    try:
        return {n: plain(n, _cells(found.column(k))) for k, n in enumerate(names)}
    except DataError as error:
        raise DataError(f"{path}, {error}") from None


def _cells(column: Any) -> Array:
    """Return a column of pyarrow as an array of Python objects."""
    values = column.to_pylist()
    cells = np.empty(len(values), object)
    cells[:] = values
    return cells
