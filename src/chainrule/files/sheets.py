"""The rows of a sheet of an Excel file; openpyxl, the extra `xlsx`, loads when it is asked for."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import closing
from typing import Any

from ..errors import DataError, DependencyError, FileError, ParameterError
from .text import MEGABYTE, Reading, check_plain_file, no_memory

Rows = list[list[Any]]


def read_sheet(name: str, reading: Reading) -> tuple[Rows, list[int]]:
    """Return the rows that are not empty, and the number of each in the sheet.

    A cell is None, a number, a text, a boolean or a date; a formula is its last result. Each row
    has as many cells as the longest.

    Parameters
    ----------
    name : str
        An .xlsx file.
    reading : Reading
        The sheet, and the largest size.

    Raises
    ------
    DependencyError
        openpyxl is missing.
    FileError
        The file cannot be read.
    DataError
        There is no such sheet, or several and none was named; a formula without a result.
    """
    check_plain_file(name)
    try:
        import openpyxl
    except ImportError as error:
        raise DependencyError(
            f"{name}: Excel files need openpyxl. Install it: pip install 'chainrule[xlsx]'"
        ) from error
    try:
        with warnings.catch_warnings():  # of features that do not matter for cells
            warnings.simplefilter("ignore")
            _check_size(name, reading)
            with closing(openpyxl.load_workbook(name, read_only=True, data_only=True)) as book:
                sheet, rows, lines = _chosen(name, book, reading.sheet)
            if any(None in row for row in rows):
                with closing(openpyxl.load_workbook(name, read_only=True)) as book:
                    _check_formulas(name, book[sheet], rows, lines)
    except (DataError, FileError, ParameterError):
        raise
    except MemoryError:
        raise no_memory(name) from None
    except Exception as error:  # a broken file fails in the middle of openpyxl, in many ways
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise FileError(
            f"{name}: expected a whole Excel file ({reason}). Save it again as .xlsx, or as CSV."
        ) from None
    return rows, lines


def _check_size(name: str, reading: Reading) -> None:
    with zipfile.ZipFile(name) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > reading.max_size * MEGABYTE:
        raise DataError(
            name,
            f"at most {reading.max_size} MB after unpacking",
            f"{size / MEGABYTE:.0f} MB",
            f"Raise the limit with --max-size {size // MEGABYTE + 1}, or save it as CSV.",
        )


def _chosen(name: str, book: Any, wanted: str | None) -> tuple[str, Rows, list[int]]:
    """Return the sheet that was asked for, or the only one with cells."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if wanted is not None:
        if wanted not in sheets:
            raise ParameterError(
                "--sheet", f"a sheet of {name}", repr(wanted), f"It has: {', '.join(sheets)}."
            )
        return wanted, *_rows(sheets[wanted])
    found = {title: _rows(sheet) for title, sheet in sheets.items()}
    full = [title for title, (rows, _) in found.items() if rows]
    if len(full) > 1:
        raise DataError(
            name,
            "the name of a sheet",
            f"{len(full)} sheets with cells: {', '.join(full)}",
            f"Write --sheet {full[0]!r} (in Python, give pandas.read_excel(..., sheet_name=...)).",
        )
    chosen = full[0] if full else next(iter(found))
    return chosen, *found[chosen]


def _rows(sheet: Any) -> tuple[Rows, list[int]]:
    """Return the rows that are not empty, all of one length, and their numbers."""
    sheet.reset_dimensions()  # some programs write sizes that would cut rows off
    rows, lines = [], []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        row = list(cells)
        while row and _is_empty(row[-1]):
            row.pop()
        if row:
            rows.append(row)
            lines.append(number)
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows], lines


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _check_formulas(name: str, sheet: Any, rows: Rows, lines: list[int]) -> None:
    """Raise DataError if a cell without a value has a formula, which nothing has computed yet."""
    values = dict(zip(lines, rows, strict=True))
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        for k, cell in enumerate(cells):
            row = values.get(number, [])
            empty = k >= len(row) or row[k] is None
            if empty and getattr(cell, "data_type", "") == "f":
                raise DataError(
                    f"{name}, sheet {sheet.title}, cell {cell.coordinate}",
                    "a formula with its result",
                    "a formula that was never computed",
                    "Open the file in a spreadsheet program and save it.",
                )
