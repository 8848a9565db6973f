"""cyclic.py against the paper's own lines."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import Cyclic


@given(step=st.integers(1, 300), half=st.integers(1, 20), factor=st.sampled_from([1.0, 0.5]))
def test_it_is_the_triangle_of_the_paper(step, half, factor):
    n = step - 1  # the paper counts from 0
    cycle = math.floor(1 + n / (2 * half))
    x = abs(n / half - 2 * cycle + 1)
    expected = 0.1 + 0.4 * max(0, 1 - x) * factor ** (cycle - 1)
    assert Cyclic(0.1, 0.5, half, factor=factor)(step) == pytest.approx(expected, rel=1e-12)


BAD = [
    (lambda: Cyclic(0.1, 0.05, 3), r"Cyclic\(high=0.05\): high must be a number ≥ low"),
    (lambda: Cyclic(0.1, 0.2, 0), r"Cyclic\(half=0\): half must be a whole number ≥ 1, or Epochs"),
    (lambda: Cyclic(0.1, 0.2, 3, factor=2), r"Cyclic\(factor=2\)"),
    (lambda: Cyclic(0.1, 0.2), r"Cyclic\(\): half is missing"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
