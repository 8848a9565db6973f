"""States of real numbers: they become rows of float64, or are refused."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy.memories.real_rows import as_rows


def test_vectors_and_tables_become_new_rows_of_float64():
    assert as_rows([1, 2], "x").tolist() == [[1.0, 2.0]]
    given = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows = as_rows(given, "x", size=2)
    assert rows.dtype == np.float64 and not np.shares_memory(rows, given)
    assert as_rows(np.float32([[0.5]]), "x").dtype == np.float64


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([[1.0], [2.0, 3.0]], cr.DataError, "all of one length"),
        (["a"], cr.DataError, "rows of numbers"),
        ([], cr.ShapeError, "at least one row"),
        (np.zeros((2, 2, 2)), cr.ShapeError, "One pattern or state a row"),
        ([1.0, 2.0, 3.0], cr.ShapeError, "expected rows of 2 numbers, got 3"),
        ([1.0, np.inf], cr.DataError, "NaN or infinity"),
    ],
)
def test_what_is_no_row_is_refused(values, error, message):
    with pytest.raises(error, match=f"a state: .*{message}"):
        as_rows(values, "a state", size=2)
