"""The predicted column of a table: classes or numbers."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.model_cases import PRICE, TABLE, N, column

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.table import as_table
from chainrule.estimators.tables.target import infer_task, labels_of, numbers_of, split_target


def test_tasks_are_inferred():
    classes = (
        ["a", "b"] * 5,
        ["true", "false"] * 5,
        [0, 1] * 5,
        ["0", "1", "2"] * 5,
        ["01", "02"] * 5,
    )
    assert all(infer_task(column(v)) == "classification" for v in classes)
    numbers = [0.5, 1] * 5, list(range(30)), list(range(5)), [str(k) for k in range(21)] * 9
    assert all(infer_task(column(v)) == "regression" for v in numbers)


def test_labels():
    def labels(values):
        table = as_table({"y": values})
        return labels_of(table, "y", table.columns["y"])

    assert (
        labels(["2", "1"] * 3).dtype == np.int64
        and labels([1.5, 2.5] * 3).tolist() == ["1.5", "2.5"] * 3
    )
    assert labels([str(10**20), "1"] * 3).tolist() == [str(10**20), "1"] * 3
    with pytest.raises(cr.DataError, match="at least two classes, got one, a"):
        labels(["a", "a"])
    with pytest.raises(cr.DataError, match="classes that occur again, got 9 of them in 9 rows"):
        labels([f"w{k}" for k in range(9)])


def test_targets_that_cannot_be():
    table = as_table(TABLE | {"empty": [None] * N, "flat": [2] * N})
    for name, words in (("colour", "expected the column colour"), ("empty", "empty cells only")):
        with pytest.raises(cr.DataError, match=words):
            split_target(table, name)
    with pytest.raises(cr.DataError, match="columns beside a"):
        split_target(as_table({"a": [1, 2]}), "a")
    for name, words in (
        ("day", "got dates"),
        ("flat", "got 2 only"),
        ("town", "column town: expected a number, got 'Bonn'"),
    ):
        with pytest.raises(cr.DataError, match=words):
            numbers_of(table, name, table.columns[name][table.columns[name] != None])  # noqa: E711
    with pytest.raises(cr.DataError, match="at least two classes"):
        TableClassifier().fit(TABLE, ["a"] * N)
    with pytest.raises(ValueError, match="inconsistent"):
        TableRegressor().fit(TABLE, PRICE[:9])
