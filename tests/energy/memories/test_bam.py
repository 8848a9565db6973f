"""Bidirectional memories: pairs that recall each other, falling energies."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.energy import BAM

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9), SEEDS)
def test_pairs_fall_to_rest(M, N, U, seed):
    memory = BAM().store(signs(seed, M, N), signs(seed + 1, M, U))
    path = memory.recall(signs(seed + 2, N))
    assert path.ended == "fixed point"
    assert (np.diff(path.energies) < 0).all()
    assert path.energies[-1] == memory.energy(path.state, path.partner)
    for x, y in pairwise(zip(path.states, path.partners, strict=True)):
        assert (x[0] != y[0]).any() or (x[1] != y[1]).any()


def test_a_few_pairs_recall_each_other():
    x, y = signs(0, 3, 40), signs(1, 3, 25)
    memory = BAM().store(x, (y + 1) // 2)
    noisy = x.copy()
    noisy[:, :4] *= -1
    np.testing.assert_array_equal(memory.predict(noisy), (y + 1) // 2)
    np.testing.assert_array_equal(memory.recall(noisy[1]).state, x[1])
    np.testing.assert_array_equal(memory.weights, y.T @ x)
    assert "40 <-> 25" in repr(memory)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: BAM(rounds=0), cr.ParameterError, "rounds must be"),
        (lambda: BAM().recall([1]), cr.NotBuiltError, "store"),
        (lambda: BAM().store([[1, -1]], [[1], [-1]]), cr.ShapeError, "one partner for each state"),
        (
            lambda: BAM().store([[1, -1]], [[1]]).recall([[1, 1], [1, -1]]),
            cr.ShapeError,
            "one state",
        ),
    ],
)
def test_what_cannot_be_is_said(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
