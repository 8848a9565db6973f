"""Powers, exponentials, logarithms and cosines against `math`."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.optimizers.scalar import cos_pi, exp, log, power, real_power


@given(x=st.floats(0, 1), n=st.integers(0, 10_000))
def test_power(x, n):
    assert power(x, n) == pytest.approx(x**n, rel=1e-11, abs=1e-300)


@given(x=st.floats(0.5, 1), n=st.integers(0, 60))
def test_power_of_small_exponents_to_the_last_digits(x, n):
    assert abs(power(x, n) - x**n) <= 1e-15


def test_power_is_exact_where_it_can_be():
    assert [power(0.5, n) for n in range(5)] == [1, 0.5, 0.25, 0.125, 0.0625]
    assert power(0.9, 1) == 0.9 and power(0.9, 2) == 0.9 * 0.9


@given(x=st.floats(0, 1))
def test_cosine(x):
    assert abs(cos_pi(x) - math.cos(math.pi * x)) <= 1e-15


def test_cosine_is_exact_at_the_ends():
    assert cos_pi(0.0) == 1 and cos_pi(1.0) == -1 and abs(cos_pi(0.5)) < 1e-15


@given(x=st.floats(-700, 700))
def test_exp(x):
    assert exp(x) == pytest.approx(math.exp(x), rel=1e-15)


@given(x=st.floats(1e-300, 1e300))
def test_log(x):
    assert log(x) == pytest.approx(math.log(x), rel=1e-15, abs=1e-15)


@given(x=st.floats(0, 1), y=st.floats(0, 20))
def test_real_power(x, y):
    assert abs(real_power(x, y) - x**y) <= 1e-15 * max(1, y)
