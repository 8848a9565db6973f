"""Patterns and states: what is refused, and the two spellings."""

import numpy as np
import pytest
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.patterns import as_signs, speaks_zero_one, spelled

DIGITS = naive.digits()


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


@pytest.mark.parametrize(
    ("patterns", "error", "message"),
    [
        ([[1, 2, 1]], cr.DataError, "expected −1 and 1, or 0 and 1, got the value 2"),
        ([[1, 0.5, 1]], cr.DataError, "the value 0.5"),
        ([[1, np.nan, 1]], cr.DataError, "the value nan"),
        ([[1, 0, -1]], cr.DataError, "−1, 0 and 1 together"),
        ([[1, 1], [1]], cr.ShapeError, "2 units in row 0 and 1 in row 1"),
        ([], cr.DataError, "at least one row"),
        (np.ones((0, 5)), cr.DataError, "at least one row"),
        (np.ones((2, 3, 3)), cr.ShapeError, "Flatten"),
        ([["a", "b"]], cr.DataError, "expected numbers"),
    ],
)
def test_patterns_that_are_none(patterns, error, message):
    found = network()
    before = found.weights
    with pytest.raises(error, match=message):
        found.store(patterns)
    np.testing.assert_array_equal(found.weights, before)  # a refused call changes nothing


def test_both_spellings_become_signs_and_come_back():
    for given in ([0, 1, 1], [False, True, True], [-1, 1, 1], np.array([-1.0, 1.0, 1.0])):
        assert as_signs(given, "x").tolist() == [[-1, 1, 1]]
    assert speaks_zero_one([0, 1]) and not speaks_zero_one([-1, 1])
    signs = as_signs([[1, -1]], "x", units=2)
    assert spelled(signs, True).tolist() == [[1, 0]] and spelled(signs, False).tolist() == [[1, -1]]
    assert spelled(signs, True).dtype == np.int8


def test_the_rows_are_a_copy():
    given = np.array([[1.0, -1.0]])
    as_signs(given, "x")[...] = 5
    assert given.tolist() == [[1, -1]]


def test_words_are_called_text():
    with pytest.raises(cr.DataError, match="expected numbers, got text"):
        cr.Hopfield().store([["a", "b"]])
