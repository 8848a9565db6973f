"""Capacities: theory's constants to the last digit, measured tables within their bands."""

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import (
    DenseAssociativeMemory,
    bit_error,
    capacity,
    critical_load,
    global_load,
    krotov_capacity,
    ramsauer_capacity,
    retrieval_overlap,
    theory_lines,
)
from chainrule.energy.landscape.capacity import random_patterns, wilson, with_noise

# ---------------------------------------------------------------- theory


def test_the_constants_of_amit_gutfreund_and_sompolinsky():
    load, overlap = critical_load()
    assert (round(load, 6), round(overlap, 5)) == (0.137906, 0.96742)
    assert round(global_load(), 5) == 0.05185
    # the largest of α(y) on a fine grid
    y = np.linspace(1, 3, 200_001)
    erf = np.array([math.erf(v) for v in y])
    assert abs((((erf / y - 2 / math.sqrt(math.pi) * np.exp(-y * y)) ** 2 / 2).max()) - load) < 1e-9


@pytest.mark.parametrize("load", [0.03, 0.1, 0.135])
def test_the_overlap_solves_its_equation(load):
    m = retrieval_overlap(load)
    y = np.sqrt(2 * load)
    low, high = 0.5, 6.0  # erf y = m
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < m else (low, middle)
    assert abs(low * (y + 2 / math.sqrt(math.pi) * math.exp(-low * low)) - m) < 1e-9
    assert retrieval_overlap(0.138) == 0


@pytest.mark.parametrize(
    ("load", "P"), [(0.105, 0.001), (0.138, 0.0036), (0.185, 0.01), (0.37, 0.05), (0.61, 0.1)]
)
def test_bits_that_flip_at_once(load, P):
    assert abs(bit_error(load) / P - 1) < 0.02


def test_the_constants_of_ramsauer():
    assert round(ramsauer_capacity(1, 3, 20, 0.001), 5) == 3.15461
    assert round(ramsauer_capacity(1, 1, 75, 0.001), 5) == 1.37188
    for bad in ({"p": 1.0}, {"d": 1}, {"beta": 0}):
        with pytest.raises(cr.ParameterError):
            ramsauer_capacity(**({"beta": 1, "K": 1, "d": 20, "p": 0.1} | bad))


def test_the_counts_of_krotov_and_hopfield():
    assert round(krotov_capacity(100, 2), 3) == 10.857
    assert round(krotov_capacity(100, 3), 1) == 361.9
    assert float(f"{krotov_capacity(100, 10):.3g}") == 3.15e9


def test_lines_of_every_rule():
    assert theory_lines("hebb", 100)["most patterns exact, 1 / (2 ln N)"] == pytest.approx(
        0.1086, abs=5e-5
    )
    assert next(iter(theory_lines("storkey", 400).values())) == pytest.approx(0.289, abs=5e-4)
    assert next(iter(theory_lines("perceptron", 100).values())) == 2
    assert next(iter(theory_lines("pseudo-inverse", 100).values())) == 1
    assert next(iter(theory_lines("dense-3", 100).values())) == pytest.approx(3.619, abs=5e-4)
    assert theory_lines("unlearning", 100) == {}
    with pytest.raises(cr.ParameterError, match="load must be"):
        bit_error(0)


# ---------------------------------------------------------------- measured


def test_hebb_with_a_hundred_units():
    found = capacity("hebb", 100, [0.05, 0.10, 0.14, 0.20], networks=8)
    assert np.abs(found.exact - [1, 0.95, 0.73, 0.44]).max() < 0.14
    assert np.abs(found.overlap - [1, 0.992, 0.967, 0.861]).max() < 0.06
    assert found.patterns.tolist() == [5, 10, 14, 20]


@pytest.mark.slow
def test_hebb_with_a_thousand_units_knows_two_capacities():
    found = capacity("hebb", 1000, [0.05, 0.10, 0.13, 0.17], networks=3)
    assert np.abs(found.exact - [1, 0.54, 0.108, 0]).max() < 0.06
    assert np.abs(found.overlap[:3] - [1, 0.997, 0.992]).max() < 0.03
    assert found.overlap[3] < 0.7
    assert 0.99 - found.overlap[2] < 0.03  # nearly all recalled, nearly none exactly


def test_storkey_with_a_hundred_units():
    found = capacity("storkey", 100, [0.20, 0.25, 0.30, 0.40, 0.50], networks=4)
    assert np.abs(found.exact - [1, 1, 0.989, 0.871, 0.613]).max() < 0.08
    assert np.abs(found.recall[:3] - [1, 0.979, 0.854]).max() < 0.12
    assert (
        capacity("storkey", 100, [0.8], networks=2).exact[0] < 0.3
    )  # with the diagonal kept it would be 0.6


def test_the_pseudo_inverse_with_a_hundred_units():
    found = capacity("pseudo-inverse", 100, [0.30, 0.50, 0.80], networks=3)
    assert found.exact.tolist() == [1, 1, 1]
    assert found.recall[0] > 0.98
    assert 0.35 < found.recall[1] < 0.72
    assert found.recall[2] == 0


def test_a_dense_memory_holds_more_than_units():
    found = capacity(DenseAssociativeMemory(3), 40, [0.5, 1.0, 6.0], networks=2, starts=40)
    assert found.exact[0] == 1
    assert found.exact[2] < 0.5
    assert list(found.theory) == ["no errors, N^(n − 2) / (2 (2n − 3)!! ln N)"]
    assert (
        capacity(DenseAssociativeMemory(function="exponential"), 20, [1.0], networks=1).theory == {}
    )


def test_bands_contain_what_they_should():
    found = capacity("hebb", 60, [0.1, 0.3], networks=3)
    for name in ("exact", "overlap", "recall"):
        low, high = getattr(found, f"{name}_band").T
        assert (low <= getattr(found, name)).all()
        assert (getattr(found, name) <= high).all()
    low, high = wilson(np.ones(10))
    assert (round(low, 3), round(high, 12)) == (0.722, 1)  # Wilson's interval of 10 out of 10
    assert wilson(np.array([True] * 5 + [False] * 5)) == pytest.approx((0.2366, 0.7634), abs=5e-5)


def test_noise_flips_just_so_many_bits():
    x = random_patterns(7, 50, (0, 3))
    assert set(np.unique(x)) == {-1, 1}
    assert ((with_noise(x, 0.1, (0, 0)) != x).sum(axis=1) == 5).all()
    np.testing.assert_array_equal(with_noise(x, 0, (0, 0)), x)
    assert (random_patterns(7, 50, (0, 4)) != x).any()


def test_the_table_says_what_it_measures():
    text = capacity("hebb", 50, [0.1], networks=1).table()
    assert "exact: stored patterns that are fixed points" in text
    assert "10% of the bits flipped" in text
    assert "theory: recall with few errors, 0.138" in text


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("hebb", 1, [0.1]), cr.ParameterError),
        (("hebb", 50, []), cr.DataError),
        (("hebb", 50, [-0.1]), cr.DataError),
        (("hebbb", 50, [0.1]), cr.ParameterError),
        (("pseudo-inverse", 20, [1.5]), cr.DataError),
    ],
)
def test_scans_that_cannot_be(arguments, error):
    with pytest.raises(error):
        capacity(*arguments)
    for bad in ({"noise": 2}, {"networks": 0}, {"starts": 0}, {"seed": -1}):
        with pytest.raises(cr.ParameterError):
            capacity("hebb", 10, [0.1], **bad)
