"""A folder of Parquet files as a table: its parts, and rows by number."""

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from tests.estimators.tables.folder_cases import COLUMNS, OBJECTS, N, opened, pa, written

from chainrule.errors import DataError, FileError
from chainrule.estimators.tables import folder as module
from chainrule.estimators.tables.folder import FolderTable, is_folder
from chainrule.estimators.tables.table import as_table


@pytest.fixture
def table(tmp_path):
    return FolderTable.open(written(tmp_path))


def whole(table, **kwargs):
    parts = list(table.parts(**kwargs))
    assert [here.start for here, _ in parts] == [0, *(here.stop for here, _ in parts[:-1])]
    return {n: np.concatenate([p.columns[n] for _, p in parts]) for n in parts[0][1].names}


def test_parts_hold_all_rows_and_know_their_places(table):
    found, expected = whole(table), as_table(OBJECTS).columns
    assert len(table) == N and list(found) == list(COLUMNS)
    for name in ("size", "age", "town", "open"):
        np.testing.assert_array_equal(found[name], expected[name])
    *_, (_, last) = table.parts(["age"])
    assert last.place(3) == f"{table.source}, row 3 of 2.parquet"
    assert last.take(np.array([3, 4])).place(1) == f"{table.source}, row 4 of 2.parquet"
    assert table.place(40) == f"{table.source}, row 0 of 1.parquet"


def test_a_part_of_the_rows(table):
    keep = np.arange(N) % 4 == 1
    some = table.take(keep).take(np.arange(keep.sum()) > 2)
    numbers = np.flatnonzero(keep)[3:]
    assert len(some) == len(numbers)
    np.testing.assert_array_equal(whole(some)["size"], OBJECTS["size"][numbers].astype(float))
    assert some.place(0) == f"{table.source}, row {numbers[0]} of 0.parquet"
    assert whole(some.without("size")).keys() == COLUMNS.keys() - {"size"}


def test_rows_by_number_come_in_their_order(table):
    rows = np.array([80, 3, 41, 40, 4])
    found = table.rows(rows, ["size", "town"])
    np.testing.assert_array_equal(found.columns["size"], OBJECTS["size"][rows].astype(float))
    assert found.place(0) == f"{table.source}, row 39 of 2.parquet"


def test_words_for_missing_cells_are_empty_in_every_part(table):
    found = whole(table.emptied(["Bonn", 1]))
    assert "Bonn" not in set(found["town"]) and not (found["age"] == 1).any()


def test_progress_is_shown_after_each_part(tmp_path):
    told = []
    table = module.replace(opened(tmp_path, "age"), progress=lambda *given: told.append(given))
    list(table.parts())
    assert told[-1] == (N, N) and len(told) == 3


def test_a_column_first_seen_in_another_type_is_refused(tmp_path):
    written(tmp_path, {"a": COLUMNS["age"]}, (90,))
    (tmp_path / "0.parquet").rename(tmp_path / "first.parquet")
    written(tmp_path, {"a": COLUMNS["town"]}, (90,))
    with pytest.raises(DataError, match="one type in all files"):
        FolderTable.open(tmp_path)
    FolderTable.open(tmp_path, ["a"])


def test_words_may_be_numbered_in_some_files_only(tmp_path):
    words = pa.array(["x", "y", None] * 30)
    for name, cells in (("a", words), ("b", words.dictionary_encode())):
        (tmp_path / name).mkdir()
        written(tmp_path / name, {"a": cells}, (90,))
    assert whole(FolderTable.open(tmp_path))["a"].tolist() == words.to_pylist() * 2


def test_folders_called_column_and_value_are_columns(tmp_path):
    for year in (2020, 2021):
        part = tmp_path / f"year={year}"
        part.mkdir()
        written(part, {"a": COLUMNS["age"]}, (90,))
    table = FolderTable.open(tmp_path)
    assert table.names == ["a", "year"] and len(table) == 2 * N
    assert set(whole(table)["year"]) == {2020.0, 2021.0}


def test_nested_cells_are_refused_unless_left_out(tmp_path):
    written(tmp_path, {"a": COLUMNS["age"], "tags": pa.array([[1]] * N)})
    with pytest.raises(DataError, match=r"column tags: expected numbers.*list.*--kind tags=ignore"):
        FolderTable.open(tmp_path)
    assert FolderTable.open(tmp_path, ["tags"]).names == ["a", "tags"]


def test_what_is_a_folder(tmp_path, monkeypatch):
    path = written(tmp_path)
    assert is_folder(path) and not is_folder({"a": [1]})
    assert not is_folder(f"{path}/0.parquet") and not is_folder(f"{path}/gone.parquet")
    assert is_folder(f"{path}/gone/")
    with pytest.raises(FileError, match="gone"):
        FolderTable.open(f"{path}/gone/")
    monkeypatch.setattr(module, "MANY", 39)
    assert is_folder(f"{path}/0.parquet")


def test_reading_a_folder_as_one_file_says_what_folders_are_for(tmp_path):
    with pytest.raises(Exception, match=r"got a folder\. Folders of Parquet files are for fit"):
        as_table(str(tmp_path))
