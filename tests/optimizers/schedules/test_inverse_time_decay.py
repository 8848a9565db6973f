"""inverse_time_decay.py against its closed form, written out with `math`."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    InverseTimeDecay,
)

steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps, n=counts)
def test_inverse_time_decay(step, n):
    assert InverseTimeDecay(0.4, n)(step) == pytest.approx(0.4 / (1 + (step - 1) / n))


BAD = [
    (lambda: InverseTimeDecay(math.nan, 2), r"InverseTimeDecay\(start=nan\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
