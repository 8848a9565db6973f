"""Which columns are the inputs of a network, and their numbers."""

import decimal

import numpy as np
import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa
from pyarrow import parquet

import chainrule as cr
from chainrule.cli.rows_from_parquet import input_columns, read_parquet
from chainrule.datasets.parquet_files import ParquetFiles


@pytest.fixture
def path(tmp_path):
    def write(columns):
        parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
        return str(tmp_path / "a.parquet")

    return write


LISTS = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(6, dtype=np.float32)), 3)


def test_numbers_of_every_kind_in_the_order_of_the_columns(path):
    name = path(
        {
            "whole": pa.array([1, 2], pa.uint8()),
            "word": ["a", "b"],
            "half": pa.array(np.float16([0.5, 1.5])),
            "decimal": [decimal.Decimal("1.25"), decimal.Decimal("2.5")],
            "truth": [True, False],
            "day": pa.array([1, 2], pa.date32()),
            "pixels": LISTS,
            "code": pa.array([7, 9]).dictionary_encode(),
            "image": pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(8).reshape(2, 2, 2)),
        }
    )
    found = input_columns(ParquetFiles(name), (12,))
    assert found.names == ("whole", "half", "decimal", "truth", "pixels", "code", "image")
    assert found.lines()[1] == "left out: word, day"
    assert [found.name_of(k) for k in (0, 3, 6)] == ["whole", "truth", "pixels[2]"]
    rows = [[1, 0.5, 1.25, 1, 0, 1, 2, 7, *range(4)], [2, 1.5, 2.5, 0, 3, 4, 5, 9, *range(4, 8)]]
    assert read_parquet(name, (12,)).tolist() == rows
    first = read_parquet(name, (2, 2), ["pixels", "code", "image"])
    assert first.tolist() == np.reshape([row[:4] for row in rows], (2, 2, 2)).tolist()


def test_whole_numbers_stay_whole_and_float32_stays(path):
    assert read_parquet(path({"a": [1, 2], "b": [3, 4]}), (2,)).dtype == np.int64
    assert read_parquet(path({"pixels": LISTS}), (3,)).dtype == np.float32


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ({"a": [1, 2], "b": [3, None]}, "row 1 of a.parquet, column b"),
        ({"a": [None, 2.0], "b": [3, None]}, "row 0 of a.parquet, column a"),
        (
            {"a": pa.FixedSizeListArray.from_arrays(pa.array([1, 2, 3, None]), 2)},
            "row 1 of a.parquet, column a",
        ),
        ({"a": pa.array([[1, 2], None], pa.list_(pa.int8(), 2))}, "row 1 of a.parquet, column a"),
    ],
    ids=["null", "the first null", "null in a list", "no list"],
)
def test_an_empty_cell_is_named(path, columns, where):
    with pytest.raises(cr.DataError, match=f"{where}: expected a number, got an empty cell"):
        read_parquet(path(columns), (2,))


def test_a_wrong_number_of_columns_is_refused_with_their_names(path):
    many = {f"x{k}": [0.0] for k in range(20)}
    with pytest.raises(cr.DataError, match=r"got 20 in x0, .*, x11 and 8 more\. Leave out what"):
        read_parquet(path(many), (3,))
    with pytest.raises(cr.DataError, match=r"\(N, 2\), got none; a left out\. Give the columns"):
        read_parquet(path({"a": ["b"]}), (2,))
