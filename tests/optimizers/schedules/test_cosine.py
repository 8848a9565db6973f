"""cosine.py against its closed form, written out with `math`."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    Cosine,
    CosineRestarts,
)

steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps, n=counts, end=st.floats(0, 0.5))
def test_cosine_schedule(step, n, end):
    want = end if step > n else end + 0.5 * (0.4 - end) * (1 + math.cos(math.pi * (step - 1) / n))
    assert Cosine(0.4, n, end=end)(step) == pytest.approx(want, abs=1e-14)


@given(step=steps, n=counts, growth=st.integers(1, 3))
def test_cosine_restarts(step, n, growth):
    since, period = 0, n
    for _ in range(step - 1):  # count, one step after another
        since += 1
        if since == period:
            since, period = 0, period * growth
    want = 0.1 + 0.5 * (0.4 - 0.1) * (1 + math.cos(math.pi * since / period))
    assert CosineRestarts(0.4, n, end=0.1, growth=growth)(step) == pytest.approx(want, abs=1e-14)


BAD = [
    (lambda: Cosine(0.1, "many"), r"Cosine\(steps='many'\)"),
    (lambda: Cosine(), r"Cosine\(\): start is missing"),
    (lambda: CosineRestarts(0.1, 5, growth=1.5), r"CosineRestarts\(growth=1.5\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
