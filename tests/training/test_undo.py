"""Undo: θ and slots go back to the last copy, in place."""

import numpy as np
import pytest

from chainrule.training.run_state import RunState
from chainrule.training.undo import Undo


@pytest.fixture
def state():
    return RunState(np.arange(4.0), {"m": np.ones(4), "v": np.zeros(4)})


def arrays(state):
    return [state.theta, *state.slots.values()]


def test_steps_since_the_copy_are_undone(state):
    undo = Undo(state)
    undo.keep()
    kept = [a.copy() for a in arrays(state)]
    for a in arrays(state):
        a += 5
    undo.go_back()
    for a, before in zip(arrays(state), kept, strict=True):
        np.testing.assert_array_equal(a, before)


def test_the_arrays_stay_where_they_are(state):
    places = [id(a) for a in arrays(state)]
    undo = Undo(state)
    undo.keep()
    state.theta += 1
    undo.go_back()
    assert [id(a) for a in arrays(state)] == places


def test_a_later_copy_takes_the_place_of_the_first(state):
    undo = Undo(state)
    undo.keep()
    state.theta += 1
    undo.keep()
    state.theta += 1
    for _ in range(2):  # going back twice is going back once
        undo.go_back()
        np.testing.assert_array_equal(state.theta, np.arange(4) + 1)


def test_a_copy_is_not_changed_by_steps(state):
    undo = Undo(state)
    undo.keep()
    state.slots["m"] *= np.nan
    undo.go_back()
    assert (state.slots["m"] == 1).all()


def test_a_rule_without_slots_has_theta_alone():
    state = RunState(np.ones(2))
    undo = Undo(state)
    undo.keep()
    state.theta[:] = np.inf
    undo.go_back()
    assert state.theta.tolist() == [1, 1]
