"""The predicted column: classes or numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .cells import number_word
from .kinds import guess
from .numbers import as_numbers
from .rows import checked_weights
from .table import Table, as_table

ASK = (
    "Correct the cell or leave it empty; or say that {word} is missing (--missing, missing=) or "
    "what to predict (--task classification)."
)
LARGEST = 1e150  # the square of a larger target would not be finite
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


def infer_task(
    cells: Array, name: str = "y", place: Any = "row {}".format, counts: Array | None = None
) -> Task:
    """Return "classification" for words, and for whole numbers that look like classes.

    Those are at most 20 different numbers that occur five times each on average.

    Parameters
    ----------
    cells : array
        The target's cells.
    name : str
        The target's name, for messages.
    place : function
        It returns the place of a row for messages.
    counts : array of int, optional
        How often each of the cells occurs; without it, once.

    Raises
    ------
    DataError
        A word among numbers.
    """
    if (kind := guess(cells, counts)) == "date":
        return "regression"  # which refuses dates with a message
    if kind == "category":
        return "classification"
    x = as_numbers(name, cells, place, None, ASK, counts)
    different, rows = len(np.unique(x)), len(x) if counts is None else int(counts.sum())
    return (
        "classification"
        if (x == np.floor(x)).all() and different <= min(MOST, rows / 5)
        else "regression"
    )


def labels_of(table: Table, name: str, cells: Array, counts: Array | None = None) -> Array:
    """Return the cells as classes: whole numbers as int64, all others as words.

    A cell occurs `counts` times, or once.

    Raises
    ------
    DataError
        A single class, or nearly as many classes as rows.
    """
    if guess(cells, counts) == "number":
        x = as_numbers(name, cells, table.place, None, ASK, counts)
        whole = (x == np.floor(x)).all() and (abs(x) < 2**53).all()
        words = cells if cells.dtype.kind == "O" else np.array([number_word(v) for v in x], object)
        labels = x.astype(np.int64) if whole else words
    else:
        labels = cells if cells.dtype.kind == "O" else np.array([str(v) for v in cells], object)
    found = np.unique(labels)
    where = f"{table.source}, column {name}"
    if len(found) < 2:
        raise DataError(where, "at least two classes", f"one, {found[0]}", "Choose another column.")
    rows = len(labels) if counts is None else int(counts.sum())
    if len(found) > max(2, rows / 2):
        remedy = "Choose another column" + (
            ", or say that it is a number." if labels.dtype.kind != "O" else "."
        )
        raise DataError(
            where, "classes that occur again", f"{len(found)} of them in {rows} rows", remedy
        )
    return labels


def numbers_of(table: Table, name: str, cells: Array, counts: Array | None = None) -> Array:
    """Return the cells, each of which occurs `counts` times or once, as numbers to predict.

    Raises
    ------
    DataError
        A word (the message names its place), dates, or a single value.
    """
    if guess(cells, counts) == "date":
        raise DataError(
            f"{table.source}, column {name}",
            "numbers or classes",
            "dates",
            "Convert them to numbers first.",
        )
    y = as_numbers(name, cells, table.place, None, ASK, counts)
    if np.isnan(y).any():
        row = int(np.argmax(np.isnan(y)))
        where, rule = f"{table.place(row)}, column {name}", "a number to learn from"
        raise DataError(where, rule, f"{cells[row]!r:.40}", "Leave the cell empty.")
    check_size(y, lambda row: f"{table.place(row)}, column {name}")
    check_span(table.source, name, float(y.min()), float(y.max()))
    return y


def check_span(source: str, name: str, least: float, largest: float) -> None:
    """Raise DataError if all numbers of a target are the same.

    Parameters
    ----------
    source, name : str
        The names of the data and of the column.
    least, largest : float
        The least and the largest number.
    """
    if least == largest:
        raise DataError(
            f"{source}, column {name}",
            "different numbers",
            f"{number_word(least)} only",
            "Choose another column.",
        )


def check_size(y: Array, where: Callable[[int], str]) -> None:
    """Raise DataError for a target whose square is not finite.

    Parameters
    ----------
    y : array (N,)
        Finite numbers.
    where : function
        It returns the place of a row for messages.
    """
    if (abs(y) > LARGEST).any():
        row = int(np.argmax(abs(y)))
        rule = f"a number to learn from of at most {LARGEST:g}"
        raise DataError(where(row), rule, f"{y[row]:g}", "Give it in a larger unit.")


def answers_like(classes: Array | None, table: Table, name: str, cells: Array) -> Array:
    """Return the cells of a target as a model's answers are, to compare with them.

    Parameters
    ----------
    classes : array, optional
        The classes that the model knows; None for numbers.
    table, name, cells : Table, str, array
        The results of `split_target`, and the target's name.
    """
    if classes is not None and classes.dtype.kind in "OUS":
        return cells if cells.dtype.kind == "O" else np.array([number_word(v) for v in cells], "O")
    if classes is not None and classes.dtype.kind == "b":
        return np.array([str(v).lower() in ("true", "1", "1.0") for v in cells])
    y = as_numbers(name, cells, table.place)
    return y.astype(np.int64) if classes is not None and (y == np.floor(y)).all() else y


def rows_to_test(
    X: Any, y: Any, weights: Any, missing: Any, classes: Array | None
) -> tuple[Any, Any, Any]:
    """Return rows, targets and weights to test on, their columns taken out of X by name.

    Parameters
    ----------
    X, y, weights
        As for `score`: y and weights may be names of columns of X.
    missing : sequence
        The model's words for missing cells.
    classes : array, optional
        The classes that the model knows; None for numbers.
    """
    if isinstance(y, str):
        name = y
        X, cells, kept = split_target(as_table(X).emptied(missing), name)
        y = answers_like(classes, X, name, cells)
        if not isinstance(weights, str) and np.shape(weights) == kept.shape:
            weights = np.asarray(weights)[kept]
    if isinstance(weights, str):
        X, weights = split_weights(as_table(X), weights)
    return X, y, weights
