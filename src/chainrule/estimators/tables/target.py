"""The predicted column: classes or numbers."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .cells import number_word
from .kinds import guess
from .numbers import as_numbers
from .rows import checked_weights
from .table import Table

Task = Literal["classification", "regression"]
MOST = 20  # at most this many different whole numbers count as classes


def split_target(table: Table, name: str) -> tuple[Table, Array, Array]:
    """Return the other columns, the target's cells, and the mask of the rows that have a target.

    Rows without a target are left out of both.

    Raises
    ------
    DataError
        The column does not exist, is empty, or is the only one.
    """
    if name not in table.columns:
        raise DataError(
            table.source,
            f"the column {name}",
            f"columns {', '.join(table.names)}",
            "Name one of them.",
        )
    if len(table.columns) == 1:
        raise DataError(
            table.source, f"columns beside {name}", "none", "Add columns to predict it from."
        )
    cells = table.columns[name]
    gone = np.array([v is None for v in cells]) if cells.dtype.kind == "O" else cells != cells
    if gone.all():
        raise DataError(
            f"{table.source}, column {name}",
            "cells to learn from",
            "empty cells only",
            "Name another column.",
        )
    rest = table.without(name)
    return rest.take(~gone), cells[~gone], ~gone


def split_weights(table: Table, name: str) -> tuple[Table, Array]:
    """Return the other columns, and the weight of each row.

    Raises
    ------
    DataError
        The column does not exist, or a cell is no weight.
    """
    if name not in table.columns:
        raise DataError(
            table.source,
            f"the column {name}",
            f"columns {', '.join(table.names)}",
            "Name one of them.",
        )
    if len(table.columns) == 1:
        raise DataError(
            table.source,
            f"columns beside the target and {name}",
            "none",
            "Add columns to learn from.",
        )
    numbers = as_numbers(name, table.columns[name], table.place)
    weights = checked_weights(numbers, len(table), lambda row: f"{table.place(row)}, column {name}")
    return table.without(name), numbers if weights is None else weights


def infer_task(cells: Array) -> Task:
    """Return "classification" for words, and for whole numbers that look like classes.

    Those are at most 20 different numbers that occur five times each on average.
    """
    if (kind := guess(cells)) == "date":
        return "regression"  # which refuses dates with a message
    if kind == "category":
        return "classification"
    x = as_numbers("", cells, str)
    different = len(np.unique(x))
    return (
        "classification"
        if (x == np.floor(x)).all() and different <= min(MOST, len(x) / 5)
        else "regression"
    )


def labels_of(table: Table, name: str, cells: Array) -> Array:
    """Return the cells as classes: whole numbers as int64, all others as words.

    Raises
    ------
    DataError
        A single class, or nearly as many classes as rows.
    """
    if guess(cells) == "number":
        x = as_numbers(name, cells, table.place)
        whole = (x == np.floor(x)).all() and (abs(x) < 2**53).all()
        words = cells if cells.dtype.kind == "O" else np.array([number_word(v) for v in x], object)
        labels = x.astype(np.int64) if whole else words
    else:
        labels = cells if cells.dtype.kind == "O" else np.array([str(v) for v in cells], object)
    found = np.unique(labels)
    where = f"{table.source}, column {name}"
    if len(found) < 2:
        raise DataError(where, "at least two classes", f"one, {found[0]}", "Choose another column.")
    if len(found) > max(2, len(labels) / 2):
        remedy = "Choose another column" + (
            ", or say that it is a number." if labels.dtype.kind != "O" else "."
        )
        raise DataError(
            where, "classes that occur again", f"{len(found)} of them in {len(labels)} rows", remedy
        )
    return labels


def numbers_of(table: Table, name: str, cells: Array) -> Array:
    """Return the cells as numbers to predict.

    Raises
    ------
    DataError
        A word (the message names its place), dates, or a single value.
    """
    if guess(cells) == "date":
        raise DataError(
            f"{table.source}, column {name}",
            "numbers or classes",
            "dates",
            "Convert them to numbers first.",
        )
    y = as_numbers(name, cells, table.place)
    if np.ptp(y) == 0:
        remedy = "Choose another column."
        raise DataError(
            f"{table.source}, column {name}",
            "different numbers",
            f"{number_word(float(y[0]))} only",
            remedy,
        )
    return y
