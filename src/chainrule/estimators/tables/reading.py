"""Read the columns of a .csv, .xlsx or .parquet file.

CSV needs only Python: quotes, encodings, gzip; commas, semicolons, tabs or bars between cells.
"""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, DependencyError, FileError
from ...files.delimited import DECIMAL_COMMA, NUMBER, rows_of
from ...files.sheets import read_sheet
from ...files.text import Reading, check_plain_file, no_memory, read_text
from .cells import plain, word
from .numbers import UNIT

COMMA_OF_THOUSANDS = re.compile(r"\D*\d{1,3}(?:,\d{3}){2,}\D*|\D*\d{1,3}(?:,\d{3})+\.\d+\D*")
WITH_UNIT = re.compile(
    rf"[+-]?\s*(?:{UNIT})?\s*(?P<digits>\d[\d.,]*(?:[eE][+-]?\d+)?)\s*(?:%|{UNIT})?"
)
BOTH = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")  # 1.234,50
POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
GROUPED = re.compile(r"\d{1,3}(?:,\d+)?|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
THREE = re.compile(r",\d{3}$")


def read_columns(
    path: Any, reading: Reading | None = None
) -> tuple[dict[str, Array], Array | None]:
    """Return the columns of a file by name, and the line of each row (None for Parquet).

    Parameters
    ----------
    path : str or path
        .csv (also .tsv, .txt) with names in its first line, also as .csv.gz; .xlsx (it needs
        openpyxl, the extra `xlsx`); or .parquet (it needs pyarrow, the extra `parquet`).
    reading : Reading, optional
        The encoding, the sheet, and the largest size.

    Raises
    ------
    FileError
        A file that cannot be read.
    DataError
        Lines of different lengths, missing names, or a name that occurs twice.
    DependencyError
        Parquet without pyarrow, or Excel without openpyxl.
    """
    name, reading = os.fspath(path), reading or Reading()
    if os.path.isdir(name):
        raise FileError(
            f"{name}: expected one file, got a folder. Folders of Parquet files are for fit, "
            "predict and score; here give some of their rows, as a data frame."
        )
    start, suffix = os.path.splitext(name.lower())
    zipped = suffix == ".gz"
    suffix = os.path.splitext(start)[1] if zipped else suffix
    if suffix == ".parquet" and not zipped:
        return _read_parquet(name), None
    if suffix == ".xlsx" and not zipped:
        return _from_sheet(name, reading)
    if suffix not in (".csv", ".tsv", ".txt"):
        if not suffix and not os.path.exists(name):
            raise FileError(
                f"{name}: expected a file or a folder, got no such one. Check its name."
            )
        raise FileError(
            f"{name}: expected a .csv, .xlsx or .parquet file, got {suffix or 'no suffix'}. "
            "Save it as CSV."
        )
    try:
        return _from_text(name, read_text(name, reading))
    except MemoryError:
        raise no_memory(name) from None


def _from_text(name: str, text: str) -> tuple[dict[str, Array], Array]:
    """Return the columns of a CSV text, and the line of each row."""
    rows, lines, delimiter = rows_of(name, text)
    names = _names_and_rows(name, rows, lines, "line")
    words = [[word(row[k]) for row in rows] for k in range(len(names))]
    if delimiter != ",":
        words = _without_commas(words)
    columns = {n: np.array(column, object) for n, column in zip(names, words, strict=True)}
    return columns, np.array(lines)


def _from_sheet(name: str, reading: Reading) -> tuple[dict[str, Array], Array]:
    """Return the columns of an Excel sheet, and the row of each of their rows in it."""
    rows, lines = read_sheet(name, reading)
    if rows:
        rows[0] = ["" if cell is None else str(cell) for cell in rows[0]]
    names = _names_and_rows(name, rows, lines, "row")
    try:
        columns = {n: plain(n, _objects([row[k] for row in rows])) for k, n in enumerate(names)}
    except DataError as error:
        raise DataError(f"{name}, {error}") from None
    return columns, np.array(lines)


def _names_and_rows(name: str, rows: list[list[Any]], lines: list[int], line: str) -> list[str]:
    """Take the names out of the rows, and check that each row has as many cells."""
    if not rows:
        raise DataError(
            name, "a line of names and rows below it", "an empty file", "Check how it was written."
        )
    names, first = _names(f"{name}, {line} {lines[0]}", rows.pop(0)), lines.pop(0)
    _check_lengths(name, rows, lines, len(names), first)
    if not rows:
        raise DataError(name, "rows below the line of names", "none", "Check how it was written.")
    return names


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


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n > 1)}"


def _names(place: str, cells: list[str]) -> list[str]:
    names = [cell.strip() or f"column {k}" for k, cell in enumerate(cells, start=1)]
    if all(NUMBER.fullmatch(name) for name in names):
        raise DataError(
            place, "the names of the columns", "numbers only", "Write a line of names above them."
        )
    if twice := _first_twice(names):
        raise DataError(place, "each name once", f"{twice} twice", "Rename one of them.")
    return names


def _first_twice(names: list[str]) -> str | None:
    """Return the first name that occurs a second time."""
    seen = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


Words = list[str | None]


def _without_commas(columns: list[Words]) -> list[Words]:
    """Return the columns with 3,5 as 3.5 and, if the file has such numbers, 1.234 as 1234."""
    digits = [{w: _digits(w) for w in words if w} for words in columns]
    commas = any(
        DECIMAL_COMMA.fullmatch(d) or BOTH.fullmatch(d) for of in digits for d in of.values()
    )
    return [_without_marks(words, of, commas) for words, of in zip(columns, digits, strict=True)]


def _digits(w: str) -> str:
    """Return a number as it is written, without sign and unit; "" for any other word."""
    found = WITH_UNIT.fullmatch(w)
    return found["digits"] if found else ""


def _without_marks(words: Words, digits: dict[str, str], commas: bool) -> Words:
    """Return a column with 3,5 as 3.5, and 1.234 as 1234.

    Parameters
    ----------
    words : list of str or None
        The cells.
    digits : dict
        The number in each word, or "". Words without one do not matter.
    commas : bool
        True if the file has decimal commas. Then 1.234 is 1234 if all points and commas of the
        column stand as in 1.234,5.
    """
    changed: dict[str | None, str] = {w: w.replace(",", ".") for w in _decimal_commas(digits)}
    if commas and all(not d or GROUPED.fullmatch(d) for d in digits.values()):
        changed |= {w: w.replace(".", "") for w, d in digits.items() if POINTS.fullmatch(d)}
    return [changed.get(w, w) for w in words] if changed else words


def _decimal_commas(digits: dict[str, str]) -> list[str]:
    """Return the words like 3,5; none if commas are signs of thousands.

    $1,234 alone is a number of thousands; in a column that also has $5,50 or 1.234,50 € it is not.
    """
    decimal = [w for w, d in digits.items() if DECIMAL_COMMA.fullmatch(d)]
    sure = any(w.lstrip("+-") == digits[w] or not THREE.search(digits[w]) for w in decimal)
    if not sure and not any(BOTH.fullmatch(d) for d in digits.values()):
        return []
    return [] if any(COMMA_OF_THOUSANDS.fullmatch(w) for w in digits) else decimal


def _read_parquet(path: str) -> dict[str, Array]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DependencyError(
            "Parquet files need pyarrow. Install it: pip install 'chainrule[parquet]'"
        ) from error
    try:
        check_plain_file(path)
        found = parquet.read_table(path)
    except FileError:
        raise
    except (OSError, ArrowException, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise FileError(
            f"{path}: expected a whole Parquet file ({reason}). Take another copy of it."
        ) from None
    names = [str(name) for name in found.column_names]
    if twice := _first_twice(names):
        raise DataError(path, "each name once", f"{twice} twice", "Rename one of them.")
    if not found.num_rows:
        raise DataError(path, "rows", "none", "Check how it was written.")
    try:
        return {n: plain(n, _objects(found.column(k).to_pylist())) for k, n in enumerate(names)}
    except DataError as error:
        raise DataError(f"{path}, {error}") from None


def _objects(values: list[Any]) -> Array:
    """Return a column as an array of Python objects."""
    cells = np.empty(len(values), object)
    cells[:] = values
    return cells
