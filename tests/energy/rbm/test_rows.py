"""Rows and classes that an RBM is given."""

import numpy as np
import pytest
from tests.naive_rbm import BARS

import chainrule as cr
from chainrule.energy.rbm.rows import matrix, rows_of, visible_of, with_class
from chainrule.energy.rbm.units import Units


def test_classes_that_cannot_be():
    rbm = cr.RBM(4, classes=3)
    for y, words in (
        (None, "y is missing"),
        ([0] * 13, "13 rows"),
        ([3] * 14, "from 0 to 2"),
        ([0.5] * 14, "class indices"),
    ):
        with pytest.raises(cr.DataError, match=words):
            rbm.fit(BARS, y, verbose=0)


def test_pictures_become_rows_in_the_type_of_the_machine():
    rbm = cr.RBM(2)
    for shape in ((4, 3, 3), (4, 3, 3, 1), (4, 9)):
        rows = rows_of(rbm, np.ones(shape))
        assert rows.shape == (4, 9) and rows.dtype == np.float32 and rows.flags.c_contiguous
    assert not rbm.is_built
    with pytest.raises(cr.ShapeError, match=r"rows of shape \(N, 9\)"):
        rows_of(rbm, np.ones((2, 8)), width=9)
    with pytest.raises(cr.ShapeError, match=r"One row alone is start\[None\]"):
        matrix("start", np.ones(9), 9)


def test_classes_follow_the_rows():
    rbm = cr.RBM(2, classes=3)
    rows = visible_of(rbm, [[0, 1], [1, 0]], [[2], [0]])
    assert rows.tolist() == [[0, 1, 0, 0, 1], [1, 0, 1, 0, 0]] and not rbm.is_built
    assert with_class(rows[:, :2], 1, Units(2, 2, "binary", 3)).tolist() == [
        [0, 1, 0, 1, 0],
        [1, 0, 0, 1, 0],
    ]
    with pytest.raises(cr.DataError, match="this RBM has no classes"):
        visible_of(cr.RBM(2), [[0, 1]], [0])
