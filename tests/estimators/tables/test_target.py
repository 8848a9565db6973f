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


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x", "expected a number, got 'x'. Correct the cell or leave it empty"),
        ("unknown", "expected a number to learn from, got 'unknown'. Leave the cell empty"),
        ("1e302", r"of at most 1e\+150, got 1e\+302. Give it in a larger unit"),
    ],
)
def test_a_bad_target_is_named_with_file_line_and_column(cell, words, tmp_path):
    rows = [f"{k},{cell if k == 7 else k / 2}" for k in range(60)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["x,price", *rows]))
    table, cells, _ = split_target(as_table(path), "price")
    with pytest.raises(cr.DataError, match=rf"t\.csv, line 9, column price: .*{words}"):
        task = infer_task(cells, "price", table.place)
        assert task == "regression"
        numbers_of(table, "price", cells)


@pytest.mark.parametrize("size", [1e-250, 1e-200, 1e-30, 1e30, 1e148])
def test_targets_of_any_size_are_learned(size):
    X = {"x": np.arange(40.0)}
    model = TableRegressor((4,), n_estimators=1, max_iter=4, random_state=0)
    p = model.fit(X, np.arange(40.0) * size).predict(X)
    expected = model.fit(X, np.arange(40.0)).predict(X)
    np.testing.assert_allclose(p / size, expected, rtol=1e-5)
    with pytest.raises(cr.DataError, match=r"y, row 3: expected a number .* got 1e"):
        model.fit(X, np.where(np.arange(40) == 3, 1e200, 1.0))


@pytest.mark.parametrize("labels", [["a", "b"], [1, 0], ["1.5", "2.5"], ["true", "false"]])
def test_score_takes_names_as_fit_does(labels, tmp_path):
    path = tmp_path / "t.csv"
    lines = [f"{k},{labels[k % 5 == 0]},{1 + k % 2}" for k in range(60)]
    path.write_text("\n".join(["x,y,w", *lines, "7,,1"]))
    model = TableClassifier((4,), n_estimators=1, max_iter=3, random_state=0).fit(path, "y")
    y = np.array([labels[k % 5 == 0] for k in range(60)])
    right = model.predict(as_table(path).take(slice(60))) == y
    assert model.score(path, "y") == pytest.approx(right.mean())
    model = TableClassifier((4,), n_estimators=1, max_iter=3).fit(path, "y", "w")
    assert model.score(path, "y", "w") == pytest.approx(
        np.average(
            model.predict(as_table(path).take(slice(60))) == y, weights=1 + np.arange(60) % 2
        )
    )


def test_score_of_numbers_by_name():
    table = {"x": np.arange(40.0), "y": 3 * np.arange(40.0)}
    model = TableRegressor((4,), n_estimators=1, max_iter=3, random_state=0).fit(table, "y")
    assert model.score(table, "y") == model.score({"x": table["x"]}, table["y"])
    with pytest.raises(cr.DataError, match="expected the column z"):
        model.score(table, "z")
