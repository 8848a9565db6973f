"""The path of a recall as data."""

import numpy as np
from tests import naive_energy as naive

import chainrule as cr

DIGITS = naive.digits()
SIGNS = 2 * DIGITS - 1


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


def test_a_recall_tells_its_path():
    start = DIGITS[0].copy()
    start[:6] ^= 1
    found = network()
    path = found.recall(start)
    assert path.ended == "fixed point"
    np.testing.assert_array_equal(path.state, DIGITS[0])
    np.testing.assert_array_equal(path.states[0], start)
    assert (np.abs(np.diff(path.states, axis=0)).sum(axis=1) == 1).all()  # one flip each
    assert [
        int(np.argmax(step)) for step in np.abs(np.diff(path.states, axis=0))
    ] == path.flips.tolist()
    np.testing.assert_array_equal(path.energies, found.energy(path.states))
    np.testing.assert_allclose(path.overlaps, (2 * path.states - 1) @ SIGNS.T / 30)
    assert path.overlaps[-1].tolist() == [1, 0, 0]
    assert "fixed point after 6 changes" in repr(path)


def test_one_sweep_is_too_few_to_know():
    assert network(sweeps=1).recall(1 - DIGITS[0] ^ np.eye(30, dtype=int)[3]).ended == "limit"


def test_one_change_is_no_changes():
    memory = cr.Hopfield().store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    assert "after 1 change in 2 sweeps" in repr(memory.recall([1, 1, -1, -1, -1, -1]))
    assert "after 0 changes in 1 sweep," in repr(memory.recall([1, 1, 1, -1, -1, -1]))
