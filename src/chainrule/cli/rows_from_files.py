"""Read the rows of a network from a .csv, .npy or picture file."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..data.image_layout import is_turned
from ..datasets.drawn_sign import read_picture
from ..datasets.picture_file import ENDINGS
from ..errors import DataError, FileError
from ..graph.program import Shape, shown
from ..lessons import shades
from ..model.image_layout import turned


def read_rows(path: str, shape: Shape, levels: float | None = None) -> Array:
    """Read rows of a shape from a file. The suffix says how to read it.

    Parameters
    ----------
    path : str
        A .csv file (with or without column names in line 1), a .npy file, or a picture.
    shape : tuple of int
        The shape of one row.
    levels : float, optional
        For pictures: the value that the darkest ink gets. The default is 16 for 8 x 8
        pixels, else 255.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".npy":
        return fit_rows(path, _read_npy(path), shape)
    if suffix == ".csv":
        return fit_rows(path, _read_csv(path), shape)
    if suffix in ENDINGS:
        height, width = _picture_size(shape)
        strongest = levels if levels is not None else 16 if height == width == 8 else 255
        return fit_rows(path, read_picture(path, height, width, strongest).reshape(1, -1), shape)
    raise FileError(
        f"{path}: expected a .csv, .npy or .png file, got {suffix or 'no suffix'}. Convert it."
    )


def shown_picture(path: str, rows: Array) -> str:
    """Return the picture that was read as letters, from paper to ink.

    Parameters
    ----------
    path : str
        The file.
    rows : array
        What `read_rows` returned.
    """
    if Path(path).suffix.lower() not in ENDINGS:
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


def _read_csv(path: str) -> Array:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = [
                (k, row)
                for k, row in enumerate(csv.reader(file), start=1)
                if any(cell.strip() for cell in row)
            ]
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise FileError(
            f"{path}: expected text with commas between numbers. Save it as CSV, UTF-8."
        ) from None
    if lines and any(_number(cell) is None for cell in lines[0][1]):  # the names of the columns
        names = lines.pop(0)[1]
        if lines and any(_number(cell) is not None for cell in names):
            raise DataError(
                f"{path}, line 1",
                "numbers only, or names only",
                ", ".join(names)[:60],
                "Correct this line.",
            )
    if not lines:
        raise DataError(path, "at least one row of numbers", "none", "Check how it was written.")
    rows = []
    for line, cells in lines:
        numbers = [_number(cell) for cell in cells]
        if len(numbers) != len(lines[0][1]):
            raise DataError(
                f"{path}, line {line}",
                f"{len(lines[0][1])} columns",
                str(len(numbers)),
                "Correct this line.",
            )
        if None in numbers:
            column = numbers.index(None)
            raise DataError(
                f"{path}, line {line}, column {column + 1}",
                "a number",
                repr(cells[column])[:40],
                "Encode words as numbers.",
            )
        rows.append(numbers)
    return np.array(rows, float)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


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
