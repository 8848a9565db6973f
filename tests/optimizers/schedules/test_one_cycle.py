"""one_cycle.py against its closed form, written out with `math`."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    OneCycle,
)


@given(n=st.integers(2, 200), rise=st.floats(0.01, 0.99))
def test_one_cycle_goes_up_then_down(n, rise):
    schedule = OneCycle(0.5, n, rise=rise)
    values = [schedule(step) for step in range(1, n + 1)]
    top = max(range(n), key=values.__getitem__)
    assert all(a <= b for a, b in pairwise(values[: top + 1]))
    assert all(a >= b for a, b in pairwise(values[top:]))
    assert max(values) <= 0.5 and values[-1] == pytest.approx(0.5 / 25 / 1e4)
    assert schedule(n + 100) == values[-1]


def test_one_cycle_by_hand():
    schedule = OneCycle(
        1.0, 101, rise=31 / 101, start_divisor=10, end_divisor=100
    )  # 30 steps up, 70 down
    assert schedule(1) == pytest.approx(0.1)
    assert schedule(16) == pytest.approx(0.55)
    assert schedule(31) == pytest.approx(1.0)
    assert schedule(66) == pytest.approx((1 + 0.001) / 2)
    assert schedule(101) == pytest.approx(0.001)


BAD = [
    (lambda: OneCycle(0.1, 1), r"OneCycle\(steps=1\): steps must be a whole number ≥ 2, or Epochs"),
    (lambda: OneCycle(0.1, 9, rise=1), r"OneCycle\(rise=1\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
