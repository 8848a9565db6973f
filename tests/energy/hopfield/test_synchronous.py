"""Synchronous recall: fixed points, 2-cycles and the limit."""

import numpy as np
from tests import naive_energy as naive

import chainrule as cr

DIGITS = naive.digits()


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


def test_all_at_once_may_end_in_a_cycle_of_two():
    swap = cr.Hopfield.from_weights([[0, 1], [1, 0]], order="synchronous")
    path = swap.recall([1, -1])
    assert path.ended == "2-cycle"
    assert path.states.tolist() == [[1, -1], [-1, 1], [1, -1]]
    assert path.energies.tolist() == [1, 1, 1]
    assert cr.Hopfield.from_weights([[0, 1], [1, 0]]).recall([1, -1]).ended == "fixed point"
    assert network(order="synchronous").recall(DIGITS[1]).ended == "fixed point"


def test_all_at_once_with_other_weights_may_reach_the_limit():
    rotate = cr.Hopfield.from_weights(np.roll(np.eye(3), 1, axis=1), order="synchronous", sweeps=8)
    path = rotate.recall([1, -1, -1])
    assert (path.ended, path.sweeps, path.energies) == ("limit", 8, None)
