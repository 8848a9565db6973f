"""constant.py against its closed form, written out with `math`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    Constant,
)

steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps)
def test_constant(step):
    assert Constant(0.3)(step) == 0.3


BAD = [
    (lambda: Constant(0), r"Constant\(start=0\): start must be a number > 0\."),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
