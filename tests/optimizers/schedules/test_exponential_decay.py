"""exponential_decay.py against its closed form, written out with `math`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    ExponentialDecay,
)

steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps, n=counts, factor=st.floats(0.1, 0.9))
def test_exponential_decay(step, n, factor):
    want = 0.4 * factor ** ((step - 1) / n)
    assert ExponentialDecay(0.4, n, factor=factor)(step) == pytest.approx(
        want, rel=1e-12, abs=1e-300
    )


BAD = [
    (lambda: ExponentialDecay(-1, 2), r"ExponentialDecay\(start=-1\)"),
    (lambda: ExponentialDecay(0.1, 2.5), r"ExponentialDecay\(steps=2.5\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
