"""Checks of single numbers: fast where all are sound, exact where one is not."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.cells import check_finite, check_whole, pieces

F32, F64 = np.dtype("float32"), np.dtype("float64")


def test_pieces_are_small_and_all_of_the_array():
    large = np.arange(3_000_000.0).reshape(-1, 4)
    parts = list(pieces(large))
    assert len(parts) > 1 and max(part.nbytes for part in parts) <= 1 << 22
    np.testing.assert_array_equal(np.concatenate(parts), large)
    assert [part.shape for part in pieces(np.ones((2, 1 << 20)))] == [(1, 1 << 20)] * 2
    assert list(pieces(np.ones((0, 3)))) == []
    assert [len(part) for part in pieces(np.ones((5, 0)))] == [5]


LAYOUTS = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "every second": lambda a: np.repeat(a, 2, axis=0)[::2],
    "other bytes": lambda a: a.astype(a.dtype.newbyteorder()),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39, -3.4028236e38])
@pytest.mark.parametrize("place", [(0, 0), (1234, 3), (19_999, 6)])
def test_one_bad_number_is_found_anywhere(place, value, layout):
    a = np.full((20_000, 7), 1.5)
    a[place] = value
    given = LAYOUTS[layout](a)
    with pytest.raises(cr.DataError, match=re.escape(f"at X[{place[0]}, {place[1]}]")):
        check_finite("X", given, F32)
    if np.isfinite(value):
        check_finite("X", given, F64)
        check_finite("X", given)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", "int64", "?"])
def test_large_and_small_numbers_are_numbers(dtype, layout):
    limits = np.finfo(dtype if dtype.startswith("f") else "float32")
    a = np.ones((10, 3), dtype)
    if dtype.startswith("float"):
        a[2] = [min(float(limits.max), float(np.finfo(F32).max)), limits.tiny / 2, 0]
    check_finite("X", LAYOUTS[layout](a), F32)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("value", "table", "said"),
    [
        (2**31, None, "2147483648 at x[3, 1]. Number them from 0."),
        (-(2**31) - 1, None, "whole numbers from -2147483648 to 2147483647"),
        (0.5, None, "whole numbers, got 0.5 at x[3, 1]"),
        (4, (4, 2), "from 0 to 3 for this Embedding, got 4 at x[3, 1]. Make it Embedding(5, 2)."),
        (2**40, (4, 2), "Number the words 0, 1, 2, ..."),
        (-1, (4, 2), "Number from 0."),
    ],
)
def test_a_number_that_is_no_word_is_named(value, table, said, layout):
    a = np.ones((6, 2), np.result_type(type(value)))
    a[3, 1] = value
    with pytest.raises(cr.DataError, match=re.escape(said)):
        check_whole("x", LAYOUTS[layout](a), table)
    a[3, 1] = 3
    check_whole("x", LAYOUTS[layout](a), table)
