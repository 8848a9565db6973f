"""What given.py promises."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.plots.given import a_named, as_numbers


def test_what_a_value_is():
    assert [a_named(v) for v in (None, 1, "x", [1])] == ["None", "an int", "a str", "a list"]


def test_numbers_are_float64():
    assert as_numbers("f", [1, True], "numbers", "").dtype == np.float64
    assert as_numbers("f", np.ones(2, np.float32), "numbers", "").tolist() == [1, 1]


@pytest.mark.parametrize("wrong", [["a"], [[1], [1, 2]], object(), [1j], np.array(1j), {"a": 1}])
def test_what_is_no_number(wrong):
    with pytest.raises(cr.DataError, match=r"f: expected numbers, got .*\. Write them\."):
        as_numbers("f", wrong, "numbers", "Write them.")
