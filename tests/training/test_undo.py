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


def test_of_two_copies_the_earlier_one_can_be_the_last_again(state):
    undo = Undo(state, depth=2)
    for k in range(4):
        state.theta[:], state.step = k, k
        undo.keep()
    assert undo.held == 2
    undo.forget()
    undo.go_back()
    assert state.theta[0] == 2 and state.step == 2 and undo.held == 1


def test_an_epoch_that_has_begun_begins_again(state):
    undo = Undo(state)
    state.epoch, state.position, state.sums = 1, 8, [3.0, 8.0]
    undo.keep()
    state.position, state.sums[0] = 12, 9.0
    undo.go_back()
    assert state.position == 8 and state.sums == [3.0, 8.0]
    state.epoch = 2
    undo.go_back()
    assert (state.epoch, state.position, state.sums) == (2, 0, [0.0, 0.0])


def test_points_may_share_a_copy_and_steps_since_it_are_made_again(state):
    def add(number):
        for a in arrays(state):
            a += number

    undo = Undo(state, depth=2, again=add)
    undo.keep()
    for number in (1, 2, 4):
        undo.keep(copy=False)
        add(number)
        undo.made(number)
    assert undo.made_since == 3 and undo.held == 2
    undo.keep(copy=False)
    state.theta[:] = np.nan
    for expected in (7, 3, 3):  # the steps before the last point, before the one before it
        undo.go_back()
        np.testing.assert_array_equal(state.theta, np.arange(4) + expected)
        if undo.held > 1:
            undo.forget()


def test_a_copy_that_a_point_needs_is_not_overwritten(state):
    undo = Undo(state, depth=2)
    undo.keep()
    undo.keep(copy=False)
    for k in (1, 2):
        state.theta[:] = k
        undo.keep()
    undo.forget()
    undo.go_back()
    assert (state.theta == 1).all()
