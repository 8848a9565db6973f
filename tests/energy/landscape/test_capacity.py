"""Measured capacities within their bands."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import (
    DenseAssociativeMemory,
    capacity,
)
from chainrule.energy.landscape.capacity import random_patterns, wilson, with_noise


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
