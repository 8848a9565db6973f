"""The target of a folder is that of the same rows in memory; so is the model."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from tests.estimators.tables.folder_cases import COLUMNS, OBJECTS, N, opened, pa, written

from chainrule.errors import DataError
from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables import folder as folder_module
from chainrule.estimators.tables import target_in_parts
from chainrule.estimators.tables.folder import FolderTable
from chainrule.estimators.tables.target_in_parts import read_target

SMALL = {"hidden_layer_sizes": (4,), "n_estimators": 2, "max_iter": 2, "random_state": 0}
CELLS = {name: COLUMNS[name] for name in ("size", "town", "code", "day", "w", "price", "kind")}
ROWS = {name: OBJECTS[name] for name in CELLS}


def read(folder, name, weight=None, **columns):
    return read_target(opened(folder, "size", "age", **columns), name, weight, np.zeros)


def test_rows_without_target_or_weight_are_left_out(tmp_path):
    found = read_target(FolderTable.open(written(tmp_path)), "kind", "w", np.zeros)
    used = np.array([v is not None for v in OBJECTS["kind"]]) & (OBJECTS["w"] > 0)
    assert found.gone == 22 and found.weightless == N - 22 - used.sum()
    assert np.flatnonzero(found.table.kept).tolist() == np.flatnonzero(used).tolist()
    assert found.weights.tolist() == OBJECTS["w"][used].tolist()
    classes, numbers = found.classes(np.zeros)
    assert classes[numbers].tolist() == OBJECTS["kind"][used].tolist()
    assert "w" not in found.table.names and "kind" not in found.table.names


def test_the_span_of_the_target_is_not_that_of_the_weights(tmp_path):
    found = read(tmp_path, "y", "w", y=[float(k) for k in range(N)], w=[1e9] * N)
    assert (found.least, found.largest) == (0, N - 1)


@pytest.mark.parametrize(
    ("cells", "task", "labels"),
    [
        ([k % 3 for k in range(N)], "classification", [0, 1, 2]),
        ([k % 3 + 0.5 for k in range(N)], "regression", None),
        ([k % 40 for k in range(N)], "regression", None),
        ([["a", "b"][k % 2] for k in range(N)], "classification", ["a", "b"]),
        ([k % 2 == 0 for k in range(N)], "classification", ["false", "true"]),
        ([f"${k}" for k in range(N)], "regression", None),
    ],
    ids=["few numbers", "halves", "many numbers", "words", "truth", "money"],
)
def test_the_task_is_what_the_target_looks_like(tmp_path, cells, task, labels):
    found = read(tmp_path, "y", y=pa.array(cells))
    assert found.task() == task
    if labels is None:
        y = found.numbers(np.zeros)
        assert y.tolist() == [float(str(v).lstrip("$")) for v in cells]
        assert (found.least, found.largest) == (y.min(), y.max())
    else:
        assert found.classes(np.zeros)[0].tolist() == labels


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([None] * N, "cells to learn from"),
        ([1.0] * N, "different numbers"),
        ([1.0] * (N - 1) + [np.inf], r"row 48 of 2.parquet, column y.*finite"),
        ([1.0] * (N - 1) + [1e200], r"row 48 of 2.parquet, column y.*at most 1e"),
        (["many"] * 3 + [str(k) for k in range(N - 3)], "row 0 of 0.parquet, column y.*'many'"),
    ],
    ids=["empty", "one", "infinity", "huge", "word"],
)
def test_a_target_that_cannot_be_learned_is_refused(tmp_path, y, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, "y", y=pa.array(y)).numbers(np.zeros)


@pytest.mark.parametrize("w", [[-1.0] + [1.0] * (N - 1), [0.0] * N], ids=["negative", "zeros"])
def test_weights_are_checked(tmp_path, w):
    with pytest.raises(DataError, match="weight"):
        read(tmp_path, "age", "w", w=np.array(w))


@pytest.mark.parametrize("scale", [1.0, 1e-210], ids=["usual", "tiny"])
def test_weights_do_not_change_what_is_said_of_the_target(tmp_path, scale):
    found = read(tmp_path, "y", "w", y=np.arange(N) + 7.5, w=scale * (1.0 + np.arange(N) % 3))
    assert (found.least, found.largest) == (7.5, N + 6.5)
    assert found.weights.max() == (3 if scale == 1 else 1)


def test_too_many_different_numbers_are_no_classes(tmp_path, monkeypatch):
    monkeypatch.setattr(target_in_parts, "CLASSES", 10)
    found = read(tmp_path, "age")
    assert found.many and found.task() == "regression"
    with pytest.raises(DataError, match="more than 10 different numbers"):
        found.labels()


@pytest.mark.slow
@pytest.mark.parametrize("w", [None, "w"], ids=["equal", "weighted"])
@pytest.mark.parametrize(
    ("cls", "target"),
    [(TableRegressor, "price"), (TableClassifier, "kind")],
    ids=["number", "class"],
)
def test_a_folder_gives_the_bits_of_the_same_rows_in_memory(tmp_path, cls, target, w):
    folder = written(tmp_path, CELLS)
    kinds = {"kind" if target == "price" else "price": "ignore"}
    a = cls(**SMALL, kinds=kinds).fit(ROWS, target, w)
    b = cls(**SMALL, kinds=kinds).fit(folder, target, w)
    np.testing.assert_array_equal(a.network_.theta, b.network_.theta)
    rest = {n: v for n, v in ROWS.items() if n != target}
    assert a.predict(rest).tolist() == b.predict(rest).tolist()
    if a.network_.engine == "native":  # NumPy's products depend on the number of rows
        assert b.predict(folder).tolist() == b.predict(rest).tolist()
    assert abs(a.score(ROWS, target, w) - b.score(folder, target, w)) < 1e-6
    assert (b.target_, b.n_features_in_) == (target, a.n_features_in_)


def test_a_folder_wants_names(tmp_path):
    folder = written(tmp_path, CELLS)
    with pytest.raises(DataError, match=r"y: expected the name of a column.*a list"):
        TableRegressor(**SMALL).fit(folder, [1.0] * N)
    with pytest.raises(DataError, match=r"sample_weight: expected the name of a column"):
        TableRegressor(**SMALL).fit(folder, "price", np.ones(N))
    with pytest.raises(DataError, match="the column costs"):
        TableRegressor(**SMALL).fit(folder, "costs")
    with pytest.raises(ValueError, match="a sample is for folders"):
        TableRegressor(**SMALL).fit(ROWS, "price", sample=5)


@pytest.mark.slow
def test_a_large_file_is_read_in_parts_and_takes_arrays_too(tmp_path, monkeypatch):
    file = Path(written(tmp_path, CELLS, (90,))) / "0.parquet"
    whole = TableRegressor(**SMALL).fit(file, "price", "w")
    monkeypatch.setattr(folder_module, "MANY", 50)
    parts = TableRegressor(**SMALL).fit(file, "price", "w")
    np.testing.assert_array_equal(whole.network_.theta, parts.network_.theta)
    price, w = ROWS["price"].astype(float), ROWS["w"].astype(float)
    TableRegressor(**SMALL).fit(file, price)
    arrays = TableRegressor(**SMALL).fit(file, "price", w)
    assert arrays.n_features_in_ == whole.n_features_in_ + 1


@pytest.mark.slow
@pytest.mark.parametrize("held", ["folder", "memory"])
def test_validation_rows_come_from_folders_too(tmp_path, held):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    folder, other = written(tmp_path / "a", CELLS), written(tmp_path / "b", CELLS, (90,))
    rows = other if held == "folder" else ROWS
    a = TableRegressor(**SMALL).fit(ROWS, "price", validation_data=(ROWS, "price"))
    b = TableRegressor(**SMALL).fit(folder, "price", validation_data=(rows, "price"))
    np.testing.assert_array_equal(a.network_.theta, b.network_.theta)
    assert a.errors_ == b.errors_
