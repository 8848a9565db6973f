"""polynomial_decay.py against its closed form, written out with `math`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    PolynomialDecay,
)

steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps, n=counts, end=st.floats(0, 0.5), exponent=st.sampled_from([0.5, 1, 2, 3.7]))
def test_polynomial_decay(step, n, end, exponent):
    want = end if step > n else (0.4 - end) * (1 - (step - 1) / n) ** exponent + end
    assert PolynomialDecay(0.4, n, end=end, power=exponent)(step) == pytest.approx(want, abs=1e-14)


BAD = [
    (lambda: PolynomialDecay(0.1, 2, power=0), r"PolynomialDecay\(power=0\)"),
    (
        lambda: PolynomialDecay(0.1, 2, end=-1),
        r"PolynomialDecay\(end=-1\): end must be a number ≥ 0\.",
    ),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
