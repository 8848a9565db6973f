"""Odd cells of a column."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.estimators.tables.table import as_table


def test_odd_cells():
    from decimal import Decimal

    odd = as_table(
        {
            "a": [Decimal("1.5"), 2],
            "b": np.array(["x", 3.0], object),
            "c": np.array([1 << 70, 1], object),
        }
    )
    assert odd.columns["a"].tolist() == [1.5, 2] and odd.columns["b"].tolist() == ["x", "3"]
    assert odd.columns["c"].tolist() == [float(1 << 70), 1]
    for bad in ([{}, 1], [1j, 2]):
        with pytest.raises(cr.DataError, match="column a: expected numbers, words or dates"):
            as_table({"a": bad})
    with pytest.raises(cr.DataError, match="columns of one length"):
        as_table({"a": [1], "b": [1, 2]})
    with pytest.raises(cr.DataError, match="one value a row"):
        as_table({"a": [[1, 2]]})
    with pytest.raises(cr.DataError, match="rows and columns"):
        as_table([1, 2])
