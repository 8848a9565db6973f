"""Schedules against their closed forms, written out with `math`."""

import copy
import math
import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    SGD,
    Adam,
    Constant,
    Cosine,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LinearWarmup,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)
from chainrule.optimizers.scalar import cos_pi, exp, log, power, real_power

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


# -------------------------------------------------------------------------------------------------------------- single numbers


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


# --------------------------------------------------------------------------------------------------------------- closed forms


@given(step=steps)
def test_constant(step):
    assert Constant(0.3)(step) == 0.3


@given(step=steps, every=counts, factor=st.floats(0.1, 0.9))
def test_step_decay(step, every, factor):
    lr = 0.4
    for t in range(2, step + 1):  # the number is multiplied at every+1, 2·every+1, ...
        if (t - 1) % every == 0:
            lr *= factor
    assert StepDecay(0.4, every, factor=factor)(step) == pytest.approx(lr, rel=1e-12, abs=1e-300)


@given(step=steps, n=counts, factor=st.floats(0.1, 0.9))
def test_exponential_decay(step, n, factor):
    want = 0.4 * factor ** ((step - 1) / n)
    assert ExponentialDecay(0.4, n, factor=factor)(step) == pytest.approx(
        want, rel=1e-12, abs=1e-300
    )


@given(step=steps, n=counts)
def test_inverse_time_decay(step, n):
    assert InverseTimeDecay(0.4, n)(step) == pytest.approx(0.4 / (1 + (step - 1) / n))


@given(step=steps, n=counts, end=st.floats(0, 0.5), exponent=st.sampled_from([0.5, 1, 2, 3.7]))
def test_polynomial_decay(step, n, end, exponent):
    want = end if step > n else (0.4 - end) * (1 - (step - 1) / n) ** exponent + end
    assert PolynomialDecay(0.4, n, end=end, power=exponent)(step) == pytest.approx(want, abs=1e-14)


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


# ------------------------------------------------------------------------------------------------------------------- contracts


@every
def test_a_schedule_is_a_number_of_its_step_alone(schedule):
    forwards = [schedule(step) for step in range(1, 60)]
    backwards = [schedule(step) for step in range(59, 0, -1)]
    assert forwards == backwards[::-1]
    assert all(type(value) is float and value >= 0 and math.isfinite(value) for value in forwards)
    assert max(forwards) <= 0.1


@every
def test_a_schedule_drives_an_optimizer(schedule):
    rule = Adam(lr=schedule)
    assert rule.schedules == {"lr": schedule}
    assert rule.at(3) == Adam(lr=schedule(3))


@every
def test_copies_and_pickles(schedule):
    for other in (pickle.loads(pickle.dumps(schedule)), copy.deepcopy(schedule), replace(schedule)):
        assert other == schedule and repr(other) == repr(schedule) and other(5) == schedule(5)


@every
def test_settings_are_frozen(schedule):
    with pytest.raises(AttributeError):
        schedule.start = 1.0


def test_the_root_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Schedule()


BAD = [
    (lambda: Constant(0), r"Constant\(start=0\): start must be a number > 0\."),
    (lambda: StepDecay(0.1, 0), r"StepDecay\(every=0\): every must be a whole number ≥ 1\."),
    (
        lambda: StepDecay(0.1, 2, factor=1),
        r"StepDecay\(factor=1\): factor must be a number > 0 and < 1\.",
    ),
    (lambda: ExponentialDecay(-1, 2), r"ExponentialDecay\(start=-1\)"),
    (lambda: ExponentialDecay(0.1, 2.5), r"ExponentialDecay\(steps=2.5\)"),
    (lambda: InverseTimeDecay(math.nan, 2), r"InverseTimeDecay\(start=nan\)"),
    (lambda: PolynomialDecay(0.1, 2, power=0), r"PolynomialDecay\(power=0\)"),
    (
        lambda: PolynomialDecay(0.1, 2, end=-1),
        r"PolynomialDecay\(end=-1\): end must be a number ≥ 0\.",
    ),
    (lambda: Cosine(0.1, "many"), r"Cosine\(steps='many'\)"),
    (lambda: Cosine(0.1), r"Cosine\(\): steps is missing"),
    (lambda: CosineRestarts(0.1, 5, growth=1.5), r"CosineRestarts\(growth=1.5\)"),
    (lambda: OneCycle(0.1, 1), r"OneCycle\(steps=1\): steps must be a whole number ≥ 2\."),
    (lambda: OneCycle(0.1, 9, rise=1), r"OneCycle\(rise=1\)"),
    (lambda: LinearWarmup(0, 5), r"LinearWarmup\(then=0\)"),
    (lambda: LinearWarmup(Cosine, 5), r"Write Cosine\(\.\.\.\)"),
    (lambda: LinearWarmup(0.1, 0), r"LinearWarmup\(steps=0\)"),
    (
        lambda: ReduceOnPlateau(0.1, mode="up"),
        r"ReduceOnPlateau\(mode='up'\): mode must be 'min' or 'max'\.",
    ),
    (lambda: ReduceOnPlateau(0.1, monitor=""), r"ReduceOnPlateau\(monitor=''\)"),
    (lambda: ReduceOnPlateau(0.1, patience=0), r"ReduceOnPlateau\(patience=0\)"),
    (lambda: ReduceOnPlateau(0.1, cooldown=-1), r"ReduceOnPlateau\(cooldown=-1\)"),
    (lambda: ReduceOnPlateau(0.1, min_delta=-1), r"ReduceOnPlateau\(min_delta=-1\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


# ------------------------------------------------------------------------------------------------------------ reduce on plateau


def plateau_oracle(values, factor, patience, min_delta, cooldown):
    """The learning rate after each epoch, step by step."""
    lr, best, wait, cooling, rates = 1.0, math.inf, 0, 0, []
    for value in values:
        if cooling:
            cooling, wait = cooling - 1, 0
        if value < best - min_delta:
            best, wait = value, 0
        elif not cooling:
            wait += 1
            if wait == patience:
                lr, wait, cooling = lr * factor, 0, cooldown
        rates.append(max(lr, 0.01))
    return rates


@given(
    values=st.lists(st.integers(0, 5).map(float), max_size=40),
    patience=st.integers(1, 4),
    cooldown=st.integers(0, 3),
    min_delta=st.sampled_from([0.0, 0.5, 1.5]),
    mode=st.sampled_from(["min", "max"]),
)
def test_reduce_on_plateau(values, patience, cooldown, min_delta, mode):
    schedule = ReduceOnPlateau(
        1.0,
        mode=mode,
        factor=0.5,
        patience=patience,
        min_delta=min_delta,
        min_lr=0.01,
        cooldown=cooldown,
    )
    rates = []
    for value in values:
        schedule.observe({"val_loss": value if mode == "min" else -value, "loss": 0.0})
        rates.append(schedule(1))
    assert rates == pytest.approx(plateau_oracle(values, 0.5, patience, min_delta, cooldown))


@given(values=st.lists(st.integers(0, 3).map(float), max_size=20), cut=st.integers(0, 20))
def test_a_plateau_is_remembered_across_a_checkpoint(values, cut):
    whole = ReduceOnPlateau(1.0, monitor="loss", patience=2)
    for value in values:
        whole.observe({"loss": value})
    first, second = replace(whole), replace(whole)
    for value in values[:cut]:
        first.observe({"loss": value})
    kept = first.state()
    first.observe({"loss": 9.0})  # what happens later does not reach the state that was kept
    second.load(kept)
    for value in values[cut:]:
        second.observe({"loss": value})
    assert second(1) == whole(1)
    assert all((second.state()[name] == value).all() for name, value in whole.state().items())
    assert all(isinstance(value, np.ndarray) and value.shape == () for value in kept.values())


def test_a_plateau_needs_its_number():
    with pytest.raises(
        ParameterError, match=r"an epoch with 'val_loss', got 'loss'\. .*give validation_data"
    ):
        ReduceOnPlateau(0.1).observe({"loss": 1.0})
    with pytest.raises(
        ParameterError, match=r"an epoch with 'lost', got 'loss'\. Choose one of these"
    ):
        ReduceOnPlateau(0.1, monitor="lost").observe({"loss": 1.0})


def test_nan_is_no_improvement():
    schedule = ReduceOnPlateau(1.0, monitor="loss", patience=1)
    schedule.observe({"loss": math.nan})
    assert schedule(1) == pytest.approx(0.1)


def test_equal_plateaus_may_have_seen_different_epochs():
    one, two = (
        ReduceOnPlateau(1.0, monitor="loss", patience=1),
        ReduceOnPlateau(1.0, monitor="loss", patience=1),
    )
    for _ in range(2):
        one.observe({"loss": 1.0})
    assert one == two and SGD(lr=one) == SGD(lr=two) and hash(one) == hash(two)
    assert one(1) < two(1) == 1.0
    assert replace(one)(1) == 1.0
    assert pickle.loads(pickle.dumps(one))(1) == one(1)


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
