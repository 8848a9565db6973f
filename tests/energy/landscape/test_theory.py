"""Theory of capacity: its constants to the last digit."""

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import (
    bit_error,
    critical_load,
    global_load,
    krotov_capacity,
    ramsauer_capacity,
    retrieval_overlap,
    theory_lines,
)


def test_the_constants_of_amit_gutfreund_and_sompolinsky():
    load, overlap = critical_load()
    assert (round(load, 6), round(overlap, 5)) == (0.137906, 0.96742)
    assert round(global_load(), 5) == 0.05185
    # the largest of α(y) on a fine grid
    y = np.linspace(1, 3, 200_001)
    erf = np.array([math.erf(v) for v in y])
    assert abs((((erf / y - 2 / math.sqrt(math.pi) * np.exp(-y * y)) ** 2 / 2).max()) - load) < 1e-9


def test_the_constants_of_ramsauer():
    assert round(ramsauer_capacity(1, 3, 20, 0.001), 5) == 3.15461
    assert round(ramsauer_capacity(1, 1, 75, 0.001), 5) == 1.37188
    for bad in ({"p": 1.0}, {"d": 1}, {"beta": 0}):
        with pytest.raises(cr.ParameterError):
            ramsauer_capacity(**({"beta": 1, "K": 1, "d": 20, "p": 0.1} | bad))


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
