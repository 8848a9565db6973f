"""reduce_on_plateau.py against an oracle that goes epoch by epoch."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    SGD,
    ReduceOnPlateau,
)

BAD = [
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


def plateau_oracle(values, factor, patience, min_delta, cooldown):
    """Return the learning rate after each epoch, one after another."""
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


@pytest.mark.parametrize(
    "wrong",
    [
        {"falls": np.array(-3)},
        {"wait": np.array(1.5)},
        {"best": np.array(np.nan)},
        {"cooling": np.array([1, 2])},
    ],
)
def test_a_memory_that_cannot_be_is_refused_whole(wrong):
    schedule = ReduceOnPlateau(0.1, monitor="loss")
    schedule.observe({"loss": 2.0})
    before = schedule.state()
    with pytest.raises(ValueError, match="of ReduceOnPlateau cannot be"):
        schedule.load(before | {"best": np.array(1.0)} | wrong)
    assert schedule.state() == before
