"""What truth_tables.py promises."""

import numpy as np
import pytest

from chainrule import datasets
from chainrule.errors import ParameterError

LOGIC = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "xor": lambda a, b: a != b,
    "nand": lambda a, b: not (a and b),
    "nor": lambda a, b: not (a or b),
    "xnor": lambda a, b: a == b,
}


@pytest.mark.parametrize("name", LOGIC)
def test_truth_tables_are_pythons_logic(name):
    X, y = datasets.truth_table(name)
    assert X.shape == (4, 2) and y.shape == (4, 1) and X.dtype == y.dtype == np.float64
    assert y[:, 0].tolist() == [float(LOGIC[name](bool(a), bool(b))) for a, b in X]


def test_an_unknown_table_is_named():
    with pytest.raises(
        ParameterError, match=r"truth_table\('maybe'\): name must be one of and, or, xor"
    ):
        datasets.truth_table("maybe")


def test_the_tables_of_the_articles():
    X, y = datasets.first_column()
    assert X.tolist() == [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]] and y.ravel().tolist() == [
        0,
        1,
        1,
        0,
    ]
    X, y = datasets.xor_with_ones()
    assert X.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]] and y.ravel().tolist() == [
        0,
        1,
        1,
        0,
    ]


def test_a_table_is_the_callers_own():
    datasets.xor()[0][:] = 9
    assert datasets.xor()[0].max() == 1
