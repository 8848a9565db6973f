"""Which columns become numbers, in which types, and what is said about those that do not."""

import datetime
import decimal

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets.parquet_columns import Columns
from chainrule.datasets.parquet_files import ParquetFiles

from .parquet_folder import pa, parquet


def read(folder, names, side="x", **columns):
    n = len(next(iter(columns.values())))
    for k, cut in enumerate((slice(0, 2), slice(2, n))):
        part = {name: column[cut] for name, column in columns.items()}
        parquet.write_table(pa.table(part), folder / f"{k}.parquet")
    files = ParquetFiles(folder)
    found = Columns(files, side, names)
    begin, parts = 0, []
    for batch in files.batches(found.names):
        parts.append(found.read(batch, begin))
        begin += len(parts[-1])
    array = np.concatenate(parts)
    assert (array.dtype, array.shape[1:]) == (found.dtype, found.shape)
    return array


@pytest.mark.parametrize(
    ("kinds", "dtype"),
    [
        (["int8", "int16"], "int16"),
        (["int64"], "int64"),
        (["bool"], "bool"),
        (["bool", "uint8"], "uint8"),
        (["float32", "int16"], "float32"),
        (["float32", "int32"], "float64"),
        (["float16", "float32"], "float32"),
    ],
    ids=" ".join,
)
def test_types_are_those_of_columns_side_by_side(tmp_path, kinds, dtype):
    columns = {f"c{k}": np.array([1, 0, 1, 1], kind) for k, kind in enumerate(kinds)}
    found = read(tmp_path, list(columns), **columns)
    same = np.column_stack(list(columns.values()))
    assert found.dtype == same.dtype == dtype and (found == same).all()


def test_decimals_and_categories_of_numbers(tmp_path):
    cells = [decimal.Decimal("1.5"), decimal.Decimal("-2.25"), decimal.Decimal(0)]
    columns = {"d": pa.array(cells), "k": pa.array([7, 8, 7]).dictionary_encode()}
    assert read(tmp_path, ["d", "k"], **columns).tolist() == [[1.5, 7], [-2.25, 8], [0, 7]]


LISTS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float32(), 2)], ids=str)
def test_lists_of_equal_length_are_vectors(tmp_path, kind):
    columns = {"v": pa.array(LISTS, kind), "n": pa.array([7, 8, 9], pa.int8())}
    assert read(tmp_path, "v", **columns).tolist() == LISTS
    assert read(tmp_path, ["n", "v"], **columns).tolist() == [
        [n, *cells] for n, cells in zip([7, 8, 9], LISTS, strict=True)
    ]


def test_tensors_keep_their_shape(tmp_path):
    tensors = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
    column = pa.FixedShapeTensorArray.from_numpy_ndarray(tensors)
    assert (read(tmp_path, "t", t=column) == tensors).all()
    nested = pa.array(tensors.tolist(), pa.list_(pa.list_(pa.float32(), 3), 2))
    assert (read(tmp_path, "t", t=nested) == tensors).all()


def test_tensors_whose_axes_are_exchanged_are_refused(tmp_path):
    kind = pa.fixed_shape_tensor(pa.int32(), (2, 3), permutation=[1, 0])
    stored = pa.array([[1, 2, 3, 4, 5, 6]] * 2, pa.list_(pa.int32(), 6))
    with pytest.raises(cr.DataError, match=r"expected axes in their order, got permutation"):
        read(tmp_path, "t", t=pa.ExtensionArray.from_storage(kind, stored))


def test_one_column_is_a_vector_of_targets_and_a_table_of_inputs(tmp_path):
    n = np.arange(4)
    assert read(tmp_path, "n", "y", n=n).shape == (4,)
    assert read(tmp_path, "n", "x", n=n).shape == (4, 1)
    assert read(tmp_path, ["n"], "y", n=n).shape == (4, 1)


DAY = datetime.date(2024, 1, 1)
BAD = {
    "null": ([1, 2, None, 4], "a number in every place, got null in row 2, row 0 of 1.parquet"),
    "NaN": ([1.0, float("nan"), 3.0], "finite numbers, got NaN in row 1, row 1 of 0.parquet"),
    "infinity": ([1.0, 2.0, float("inf")], "got infinity in row 2, row 0 of 1.parquet"),
    "null in a list": ([[1], [2], [None]], "got null in row 2"),
    "null for a list": ([[1], [2], None], "got null in row 2"),
    "NaN in a list": ([[1.0, 2.0], [3.0, float("nan")], [1.0, 2.0]], "got NaN in row 1"),
    "lists": (
        [[1], [2], [3, 4]],
        "expected lists of 1, as in the first row, got one of 2 in row 2",
    ),
    "words": (["a", "b", "c"], "expected numbers for x, got string. Leave it out, or encode it"),
    "dates": ([DAY] * 3, "got date32[day]. Count days or seconds in a column of numbers"),
    "nothing": ([None] * 3, "got null. All its cells are empty: leave it out"),
    "bytes": ([b"a", b"b", b"c"], "expected numbers for x, got binary"),
    "structs": ([{"a": 1}] * 3, "expected numbers for x, got struct<a: int64>"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_a_number_is_named_with_its_column_and_row(tmp_path, case):
    cells, sentence = BAD[case]
    with pytest.raises(cr.DataError) as error:
        read(tmp_path, ["n", "it"], n=pa.array(range(len(cells))), it=pa.array(cells))
    assert "column 'it': expected" in str(error.value) and sentence in str(error.value)


def test_words_as_targets(tmp_path):
    with pytest.raises(cr.DataError, match=r"got string\. Number the classes 0, 1, 2"):
        read(tmp_path, "it", "y", it=pa.array(["a", "b", "c"]))
