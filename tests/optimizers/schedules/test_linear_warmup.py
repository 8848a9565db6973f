"""linear_warmup.py against its closed form, written out with `math`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    Cosine,
    ExponentialDecay,
    LinearWarmup,
    ReduceOnPlateau,
)

steps, counts = st.integers(1, 500), st.integers(1, 200)


@given(step=steps, n=counts)
def test_linear_warmup_of_a_number(step, n):
    assert LinearWarmup(0.4, n)(step) == pytest.approx(0.4 * min(step, n) / n)


@given(step=steps, n=counts)
def test_linear_warmup_then_a_schedule(step, n):
    then = ExponentialDecay(0.4, 30)
    want = then(1) * step / n if step <= n else then(step - n + 1)
    assert LinearWarmup(then, n)(step) == pytest.approx(want)


def test_linear_warmup_then_a_function():
    assert [LinearWarmup(lambda step: 6 // step, 2)(step) for step in (1, 2, 3, 4)] == [3, 6, 3, 2]


BAD = [
    (lambda: LinearWarmup(0, 5), r"LinearWarmup\(then=0\)"),
    (lambda: LinearWarmup(Cosine, 5), r"Write Cosine\(\.\.\.\)"),
    (lambda: LinearWarmup(0.1, 0), r"LinearWarmup\(steps=0\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


def test_warmup_passes_on_what_the_plateau_inside_needs():
    inside = ReduceOnPlateau(1.0, monitor="loss", patience=1)
    schedule = LinearWarmup(inside, 4)
    for _ in range(2):
        schedule.observe({"loss": 1.0})
    assert schedule(2) == pytest.approx(0.05) and schedule(9) == pytest.approx(0.1)
    other = LinearWarmup(ReduceOnPlateau(1.0, monitor="loss", patience=1), 4)
    other.load(schedule.state())
    assert other(9) == schedule(9)
    plain = LinearWarmup(0.1, 4)
    plain.observe({"loss": 1.0})
    plain.load(plain.state())
    assert plain.state() == {} and plain(9) == 0.1
