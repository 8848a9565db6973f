"""A table from arrays, dicts and data frames."""

import datetime

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import cells

from chainrule.estimators.tables.table import as_table

ROWS = {
    "n": [1, 2, None, 40],
    "w": ["a", None, "b", " c "],
    "d": [
        datetime.datetime(2024, 1, 5, 12),
        None,
        datetime.datetime(2024, 3, 5),
        datetime.datetime(2025, 1, 5),
    ],
    "t": [True, False, True, None],
}


@pytest.mark.parametrize("library", ["pandas", "polars", "dict"])
def test_frames_and_dicts_are_the_same_table(library):
    frame = ROWS if library == "dict" else pytest.importorskip(library).DataFrame(ROWS)
    table = as_table(frame)
    np.testing.assert_array_equal(table.columns["n"], [1, 2, np.nan, 40])
    assert cells(table.select("wt")) == {
        "w": ["a", None, "b", "c"],
        "t": ["true", "false", "true", None],
    }
    assert table.columns["d"].tolist() == ROWS["d"]
