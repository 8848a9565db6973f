"""step_decay.py against its closed form, written out with `math`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    Constant,
    Cosine,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LinearWarmup,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    StepDecay,
)

EVERY = [
    Constant(0.1),
    StepDecay(0.1, 3),
    ExponentialDecay(0.1, 3),
    InverseTimeDecay(0.1, 3),
    PolynomialDecay(0.1, 20, end=0.01),
    Cosine(0.1, 20),
    CosineRestarts(0.1, 5, growth=2),
    OneCycle(0.1, 20),
    LinearWarmup(0.1, 4),
    LinearWarmup(Cosine(0.1, 20), 4),
    ReduceOnPlateau(0.1),
]


every = pytest.mark.parametrize("schedule", EVERY, ids=repr)


steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps, every=counts, factor=st.floats(0.1, 0.9))
def test_step_decay(step, every, factor):
    lr = 0.4
    for t in range(2, step + 1):  # the number is multiplied at every+1, 2·every+1, ...
        if (t - 1) % every == 0:
            lr *= factor
    assert StepDecay(0.4, every, factor=factor)(step) == pytest.approx(lr, rel=1e-12, abs=1e-300)


BAD = [
    (
        lambda: StepDecay(0.1, 0),
        r"StepDecay\(every=0\): every must be a whole number ≥ 1, or Epochs",
    ),
    (
        lambda: StepDecay(0.1, 2, factor=1),
        r"StepDecay\(factor=1\): factor must be a number > 0 and < 1\.",
    ),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
