"""Encoded rows on disk are those of the encoder, and train as rows in memory do."""

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from tests.estimators.tables.folder_cases import OBJECTS, N, opened, written

from chainrule.estimators import TableEncoder
from chainrule.estimators.tables.folder import FolderTable
from chainrule.estimators.tables.packed import Packed, PackedRows, PackedSource, together_in_parts

NEW = {"town": ["Paris", None, "Rome"], "code": ["c99", None, "c5"]}


@pytest.fixture
def packed(tmp_path):
    encoder = TableEncoder().fit(OBJECTS)
    table = FolderTable.open(written(tmp_path))
    found = Packed(encoder.columns_, table)
    return found, encoder.transform(OBJECTS).astype(np.float32)


def test_the_inputs_are_those_of_the_encoder(packed):
    found, expected = packed
    np.testing.assert_array_equal(found.inputs(slice(None)), expected)
    np.testing.assert_array_equal(found.inputs(np.array([9, 2, 50])), expected[[9, 2, 50]])
    assert found.nbytes < 0.6 * expected.nbytes


def test_unknown_and_missing_words_are_those_of_the_encoder():
    encoder = TableEncoder().fit({name: OBJECTS[name] for name in NEW})
    for column in encoder.columns_:
        cells = np.array(NEW[column.name], object)
        book = column.book()[column.codes(cells)]
        np.testing.assert_array_equal(book, column.encode(cells, None))


def test_without_any_input_there_is_one_that_is_zero(tmp_path):
    packed = Packed([], opened(tmp_path, "age"))
    assert packed.inputs(slice(None)).tolist() == [[0]] * N


def test_a_part_of_the_rows_is_encoded_and_kept_for_other_runs(tmp_path):
    (tmp_path / "data").mkdir()
    table = FolderTable.open(written(tmp_path / "data"))
    encoder, keep = TableEncoder().fit(OBJECTS), np.arange(N) % 3 > 0
    expected = encoder.transform(OBJECTS)[keep].astype(np.float32)
    for rows in (table.take(keep), table.take(keep), table):
        packed = Packed(encoder.columns_, rows, (), tmp_path / "cache")
        found = packed.inputs(np.arange(len(packed)))
        np.testing.assert_array_equal(found if len(packed) < N else found[keep], expected)
    assert len([p for p in (tmp_path / "cache").iterdir() if p.is_dir()]) == 2


def test_a_source_gives_rows_by_number(packed):
    found, expected = packed
    rows = PackedRows(found, np.arange(N, dtype=np.float32), None, np.zeros, "data")
    some = rows.take(np.arange(10, 60)).take(np.array([1, 30]))
    source = PackedSource(some, np.array([2.0, 3.0]))
    x, y, w = source.rows(np.array([1, 0]))
    np.testing.assert_array_equal(x, expected[[40, 11]])
    assert (y.tolist(), w.tolist(), len(source)) == ([40, 11], [3, 2], 2)
    np.testing.assert_array_equal(some.inputs, expected[[11, 40]])
    assert source.fingerprint() != PackedSource(rows, None).fingerprint()


def test_few_different_rows_become_weights():
    class Same:
        numbers = codes = np.zeros((N, 1))
        width = 1

        def inputs(self, rows):
            return self.numbers[rows]

    rows = PackedRows(Same(), np.arange(N) % 2, None, np.zeros, "")
    found = together_in_parts(rows)
    assert found.target.tolist() == [0, 1] and found.weights is None
    found = together_in_parts(PackedRows(Same(), np.arange(N) % 3 // 2, None, np.zeros, ""))
    assert found.target.tolist() == [0, 1] and found.weights.tolist() == [60, 30]
    many = PackedRows(Same(), np.arange(N), None, np.zeros, "")
    assert together_in_parts(many) is many
