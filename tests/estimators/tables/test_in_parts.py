"""Columns that are measured a part at a time are those that are measured at once."""

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from tests.estimators.tables.folder_cases import COLUMNS, OBJECTS, N, opened, pa, written

from chainrule.errors import DataError
from chainrule.estimators import TableEncoder
from chainrule.estimators.tables import in_parts
from chainrule.estimators.tables.folder import FolderTable
from chainrule.estimators.tables.in_parts import measured

KINDS = {"age": "category", "day": "category", "open": "ignore"}
WEIGHTS = np.arange(N) % 5 / 3 + 0.1


def both(folder, kinds=None, limit=250, weights=None):
    table = FolderTable.open(folder)
    encoder = TableEncoder(kinds=kinds, max_categories=limit)
    encoder.fit(OBJECTS, sample_weight=weights)
    return measured(table, kinds or {}, limit, weights, np.zeros), encoder.columns_


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
@pytest.mark.parametrize("kinds", [None, KINDS], ids=["found", "given"])
def test_the_columns_are_those_of_all_rows_at_once(tmp_path, kinds, weights):
    found, expected = both(written(tmp_path), kinds, 4, weights)
    assert found == expected


@pytest.mark.parametrize("q", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 11, 100])
def test_quantiles_of_sorted_numbers(n, q):
    x = np.random.default_rng(n).normal(size=n)
    assert in_parts._quantile(np.sort(x), q) == in_parts.weighted_quantiles(x, None, [q])[0]


def test_a_category_first_seen_in_the_last_file_has_an_input(tmp_path):
    towns = ["Oslo", "Rome"] * 35 + ["Bonn"] * 20
    columns = measured(opened(tmp_path, town=pa.array(towns)), {}, 250, None, np.zeros)
    assert columns[0].words == ["Oslo", "Rome", "Bonn"]


def test_a_word_among_numbers_is_named_with_its_file(tmp_path):
    cells = [str(k) for k in range(N)]
    cells[60] = cells[70] = "many"
    table = opened(tmp_path, a=pa.array(cells))
    with pytest.raises(DataError, match=r"row 19 of 2.parquet, column a.*'many', and 1 more"):
        measured(table, {"a": "number"}, 250, None, np.zeros)


def test_infinity_is_named_with_its_file(tmp_path):
    with pytest.raises(DataError, match=r"row 4 of 2.parquet, column a.*a finite number"):
        measured(opened(tmp_path, a=np.where(np.arange(N) == 45, np.inf, 1)), {}, 9, None, np.zeros)


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [("w{}".format, {"a": "category"}), ("{}.5".format, {}), (lambda k: f"w{2 * k // 3}", {})],
    ids=["on request", "numbers", "some twice"],
)
def test_too_many_different_words_are_refused(tmp_path, monkeypatch, cell, kinds):
    monkeypatch.setattr(in_parts, "MOST", 30)
    table = opened(tmp_path, a=pa.array([cell(k) for k in range(N)]))
    with pytest.raises(DataError, match=r"at most 30 different words.*--kind a=ignore.*sample="):
        measured(table, kinds, 9, None, np.zeros)


def test_names_of_the_rows_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(in_parts, "MOST", 30)
    table = opened(tmp_path, a=pa.array([f"w{k}" for k in range(N)]))
    (column,) = measured(table, {}, 9, None, np.zeros)
    assert (column.inputs, column.why) == ([], "more than 30 different words")


@pytest.mark.parametrize(("name", "kind"), [("day", "number"), ("age", "date")])
def test_kinds_that_types_cannot_be_are_refused(tmp_path, name, kind):
    with pytest.raises(DataError, match=f"column {name}: expected"):
        measured(opened(tmp_path, name), {name: kind}, 9, None, np.zeros)


@pytest.mark.slow
def test_the_encoder_takes_folders_and_samples(tmp_path):
    folder = written(tmp_path)
    whole = TableEncoder().fit(folder)
    assert whole.columns_ == TableEncoder().fit(OBJECTS).columns_
    assert whole.feature_names_in_.tolist() == list(COLUMNS)
    a, b = (TableEncoder().fit(folder, sample=30).columns_ for _ in range(2))
    assert a == b != whole.columns_
    assert TableEncoder().fit(folder, sample=N).columns_ == whole.columns_
    with pytest.raises(ValueError, match="a sample is for folders"):
        TableEncoder().fit(OBJECTS, sample=5)
    with pytest.raises(ValueError, match="whole number of rows ≥ 1"):
        TableEncoder().fit(folder, sample=0)
