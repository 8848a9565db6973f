"""Read the rows of a network from a .csv, .xlsx, .npy or picture file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.image_layout import is_turned
from ..datasets.drawn_sign import read_picture
from ..datasets.picture_file import ENDINGS
from ..errors import DataError, FileError
from ..files.delimited import NUMBER, is_number, rows_of
from ..files.sheets import read_sheet
from ..files.text import Reading, check_plain_file, no_memory, read_text
from ..graph.program import Shape, shown
from ..lessons import shades
from ..model.image_layout import turned

TABLES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".xlsx")


def read_rows(
    path: str,
    shape: Shape,
    levels: float | None = None,
    dtype: str = "float64",
    reading: Reading | None = None,
) -> Array:
    """Read rows of a shape from a file. The suffix says how to read it.

    Parameters
    ----------
    path : str
        A .csv or .xlsx file (with or without column names in line 1), a .npy file, or a picture.
    shape : tuple of int
        The shape of one row.
    levels : float, optional
        For pictures: the value that the darkest ink gets. The default is 16 for 8 x 8
        pixels, else 255.
    dtype : str
        The type of the network's numbers: a larger number in a .csv file is refused.
    reading : Reading, optional
        How a file is read: its encoding, its sheet.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".npy":
        check_plain_file(path)
        return fit_rows(path, _read_npy(path), shape)
    if path.lower().endswith(TABLES):
        return fit_rows(path, _read_table(path, reading or Reading(), dtype), shape)
    if is_picture(path):
        check_plain_file(path)
        height, width = _picture_size(shape)
        strongest = levels if levels is not None else 16 if height == width == 8 else 255
        return fit_rows(path, read_picture(path, height, width, strongest).reshape(1, -1), shape)
    raise FileError(
        f"{path}: expected a .csv, .npy or .png file, got {suffix or 'no suffix'}. Convert it."
    )


def is_picture(path: str) -> bool:
    """Return True if the name of a file ends as that of a picture."""
    return Path(path).suffix.lower() in ENDINGS


def shown_picture(path: str, rows: Array) -> str:
    """Return the picture that was read as letters, from paper to ink.

    Parameters
    ----------
    path : str
        The file.
    rows : array
        What `read_rows` returned.
    """
    if not is_picture(path):
        raise FileError(f"--show: expected a picture, got {path}. Leave it out.")
    height, width = _picture_size(rows.shape[1:])
    return shades(rows.reshape(1, height, width) / rows.max())


def fit_rows(path: str, rows: Array, shape: Shape) -> Array:
    """Return the rows in the shape that the network takes; flat rows are reshaped."""
    if rows.shape[1:] == shape:
        return rows
    if rows.ndim == 2 and rows.shape[1] == math.prod(shape):
        return rows.reshape(len(rows), *shape)
    if is_turned(rows.shape[1:], shape):
        raise DataError(path, *turned(shape, rows.shape[1:]))
    got = f"{rows.shape[1]} columns" if rows.ndim == 2 else f"an array of shape {rows.shape}"
    raise DataError(
        path,
        f"{math.prod(shape)} columns for inputs {shown((0, *shape))}",
        got,
        "Give the inputs only, without targets.",
    )


def _read_npy(path: str) -> Array:
    try:
        found = np.load(path, allow_pickle=False)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, EOFError, SyntaxError, MemoryError):
        raise FileError(
            f"{path}: expected an array of numbers in NumPy's format. Write it with numpy.save."
        ) from None
    if not isinstance(found, np.ndarray) or found.ndim == 0:
        raise FileError(
            f"{path}: expected an array with one row for each example. Write it with numpy.save."
        )
    return found


def _read_table(path: str, reading: Reading, dtype: str) -> Array:
    """Return the numbers of a .csv or .xlsx file, with or without a line of names."""
    line = "line"
    try:
        if path.lower().endswith(".xlsx"):
            found, lines = read_sheet(path, reading)
            rows: list[list[Any]] = found
            delimiter, line = ",", "row"
        else:
            text = read_text(path, reading)
            rows, lines, delimiter = rows_of(path, text)
        places = [f"{path}, {line} {k}" for k in lines]
        if rows and _is_names(places[0], rows[0], delimiter):
            del places[0], rows[0]
        if not rows:
            raise DataError(
                path, "at least one row of numbers", "none", "Check how it was written."
            )
        largest = float(np.finfo(dtype).max)
        return np.array(
            [
                _numbers(place, cells, len(rows[0]), delimiter, largest)
                for place, cells in zip(places, rows, strict=True)
            ]
        )
    except MemoryError:
        raise no_memory(path) from None


def _is_names(place: str, cells: list[Any], delimiter: str) -> bool:
    """Return True for a first line of names; numbers and names together are an error."""
    words = [cell for cell in cells if _number(cell, delimiter) is None]
    if len(words) == len(cells):
        return True
    if all(_is_missing(word) or str(word).strip().lstrip("+-.")[:1].isdigit() for word in words):
        return False  # a row of numbers; one of them is missing, or wrongly written
    raise DataError(
        place,
        "numbers only, or names only",
        ", ".join("" if cell is None else str(cell) for cell in cells)[:60],
        "Correct this line.",
    )


def _numbers(
    place: str, cells: list[Any], columns: int, delimiter: str, largest: float
) -> list[float]:
    """Return a row as numbers; an error names the column of a cell that is none."""
    if len(cells) != columns:
        raise DataError(place, f"{columns} columns", str(len(cells)), "Correct this line.")
    numbers = []
    for k, cell in enumerate(cells):
        value = _number(cell, delimiter)
        if value is None or abs(value) > largest:
            raise _wrong_cell(f"{place}, column {k + 1}", cell, value, largest)
        numbers.append(value)
    return numbers


def _wrong_cell(place: str, cell: Any, value: float | None, largest: float) -> DataError:
    if value is None:
        return DataError(place, "a number", *_what_instead(cell))
    return DataError(
        place,
        f"a number of at most {largest:.1e}, which the network can hold",
        str(cell).strip()[:40],
        "Correct it, or give the column in another unit.",
    )


def _number(cell: Any, delimiter: str) -> float | None:
    """Return a cell as a number; None if it is none, such as 1_0, which `float` would take."""
    if isinstance(cell, str):
        if NUMBER.fullmatch(cell):
            return float(cell)
        return float(cell.replace(",", ".")) if is_number(cell, delimiter) else None
    if not isinstance(cell, (int, float)) or isinstance(cell, bool):
        return None
    try:
        return float(cell)
    except OverflowError:  # a whole number of 400 digits in Excel
        return math.inf


def _is_missing(cell: Any) -> bool:
    """Return True for an empty cell, and for words that programs write instead of a number."""
    text = "" if cell is None else str(cell).strip().lower()
    return text.lstrip("+-") in ("", "nan", "inf", "infinity", "na", "n/a", "null")


def _what_instead(cell: Any) -> tuple[str, str]:
    """Return what a cell that is no number is, and what to do with it."""
    text = "" if cell is None else str(cell).strip()
    if not text:
        return "an empty cell", "Fill it: a network has no missing values."
    got = f"{text!r:.40}"
    if _is_missing(text):
        return got, "Fill it: a network has no missing and no infinite values."
    if any(c.isdigit() for c in text) and not any(c.isalpha() for c in text.lower().strip("xe")):
        return got, "Write it as 1234.5: without units, signs between digits, or blanks."
    return got, "Encode words as numbers."


def _picture_size(shape: Shape) -> tuple[int, int]:
    """Return height and width of the shape (H, W), (H, W, 1) or (side²,)."""
    side = math.isqrt(math.prod(shape))
    if len(shape) == 1 and side * side == shape[0]:
        return side, side
    if len(shape) == 2 or (len(shape) == 3 and shape[2] == 1):
        return shape[0], shape[1]
    raise DataError(
        "a picture",
        "a network with grey pixels as inputs",
        f"inputs {shown((0, *shape))}",
        "Give a .csv or .npy file.",
    )
