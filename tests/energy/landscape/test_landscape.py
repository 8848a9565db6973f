"""Landscapes: valleys by name, the 14 attractors of the three digits, refusals."""

from itertools import product

import numpy as np
import pytest
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy import landscape


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


def weights(seed, N):
    W = np.random.RandomState(seed).randn(N, N)
    W = W + W.T
    np.fill_diagonal(W, 0)
    return W


@pytest.fixture(scope="module")
def three_digits():
    return landscape(cr.Hopfield().store(naive.digits()), starts=20_000)


def test_valleys_of_one_network_by_name():
    x = signs(0, 3, 16)
    net = cr.Hopfield().store(x)
    found = landscape(net)
    for k, pattern in enumerate(x):
        if net.stable(pattern):
            assert found.names[found.index(pattern)] == f"memory {k}"
            assert found.names[found.index(-pattern)] == f"inverse of {k}"
    assert found.basins.sum() == 2**16
    assert len(found.table().splitlines()) == 1 + len(found.names)
    assert "all 65536 states" in repr(found)


def test_twenty_units_are_quick_enough_to_be_exact():
    found = landscape(cr.Hopfield().store(signs(1, 3, 20)))
    assert found.energies.shape == (2**20,)
    assert found.exact


def test_the_fourteen_attractors_of_the_three_digits(three_digits):
    """The list has 3 patterns, 3 negatives and the 8 sign mixtures, with energies and shares."""
    x = 2 * naive.digits() - 1
    expected = {}
    for p in x:
        expected[tuple(p)], expected[tuple(-p)] = "pattern", "pattern"
    for a, b, c in product((1, -1), repeat=3):
        expected[tuple(np.sign(a * x[0] + b * x[1] + c * x[2]))] = "near" if b == c else "far"
    states = 2 * three_digits.attractors - 1
    assert {tuple(s) for s in states} == set(expected)
    assert len(states) == 14
    share = three_digits.basins / 20_000
    W = naive.hebb(x)
    for s, E, p in zip(states, three_digits.depths, share, strict=True):
        kind, smallest = expected[tuple(s)], (W @ s * s).min()
        if kind == "near":
            assert (E, round(smallest, 9)) == (-11.7, 0.3)
            assert 0.025 < p < 0.035
        elif kind == "far":
            assert (E, round(smallest, 9)) == (-8.7, 0.1)
            assert 0.006 < p < 0.012
        else:
            assert E in (-13.5, -14.1)
            assert 0.13 < p < 0.15


def test_the_names_of_the_fourteen(three_digits):
    names = three_digits.names
    assert sorted(n for n in names if not n.startswith("mixture")) == sorted(
        [*(f"memory {k}" for k in range(3)), *(f"inverse of {k}" for k in range(3))]
    )
    assert sorted(n for n in names if n.startswith("mixture")) == sorted(
        f"mixture {a}0 {b}1 {c}2" for a, b, c in product("+−", repeat=3)
    )
    assert not three_digits.exact
    assert three_digits.energies is None
    assert "20000 starts" in repr(three_digits)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: landscape([[0, 1], [0, 0]]), cr.ParameterError, "not symmetric"),
        (lambda: landscape([[-1, 1], [1, 0]]), cr.ParameterError, "w_ii must be ≥ 0"),
        (lambda: landscape(weights(0, 3), starts=0), cr.ParameterError, "starts must be"),
        (lambda: landscape(weights(0, 3), starts=9).saddles, cr.ParameterError, "at most 20 units"),
        (
            lambda: landscape(np.zeros((11, 11))).saddles,
            cr.ParameterError,
            "at most 2000 attractors",
        ),
        (lambda: landscape(weights(0, 3)).index([1, 1, 1, 1]), cr.ShapeError, "rows of 3 units"),
        (
            lambda: landscape(cr.Hopfield().store([[1, 1, 1]])).index([1, 1, -1]),
            cr.DataError,
            "an attractor",
        ),
        (lambda: landscape(cr.Hopfield()), cr.NotBuiltError, "store"),
    ],
)
def test_landscapes_that_cannot_be(call, error, message):
    with pytest.raises(error, match=message):
        call()
