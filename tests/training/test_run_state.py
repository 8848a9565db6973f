"""RunState: one flat dict of arrays, copies that no step changes, one way of putting them back."""

import pickle
from copy import deepcopy

import numpy as np
import pytest

import chainrule as cr
from chainrule.training.run_state import RunState

X = np.random.default_rng(1).normal(size=(24, 3))
Y = X.sum(axis=1, keepdims=True)


def network(**options):
    net = cr.Network(cr.Dense(2), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), **options)
    net.build(X, Y)
    return net


def fitted(lr=0.01, epochs=2, **options):
    net = network()
    net.fit(X, Y, optimizer=cr.Adam(lr=lr), epochs=epochs, batch_size=8, verbose=0, **options)
    return net


def everything(state):
    """The bytes of all arrays of a state, and what is no array."""
    arrays = {name: np.asarray(a).tobytes() for name, a in state.arrays().items()}
    return arrays, state.update, state.stopped, state.best_epoch


class Counts:
    """Something with a memory."""

    def __init__(self, count=0, refuses=False):
        self.count, self.refuses = count, refuses

    def state(self):
        return {"count": np.array(self.count)}

    def load(self, state):
        if self.refuses:
            raise ValueError("no")
        self.count = int(state["count"])


def test_arrays_are_read_back_exactly():
    state = fitted().run_state
    state.born, state.carry = {"dense1/W": 3}, {"h": np.ones((2, 2))}
    again = RunState.from_arrays(state.arrays())
    assert everything(again)[0] == everything(state)[0]
    assert not np.shares_memory(again.theta, state.theta)
    assert again.update is None  # a file has no objects


def test_no_step_changes_a_copy():
    net = fitted()
    copy = net.run_state.copy()
    before = everything(copy)
    net.fit(X, Y, optimizer=cr.Adam(lr=0.01), epochs=3, batch_size=8, verbose=0)
    assert everything(copy) == before
    assert everything(net.run_state)[0] != before[0]


def test_a_fit_that_was_put_back_goes_on_as_if_it_had_not_been():
    plateau = cr.ReduceOnPlateau(0.1, monitor="loss", patience=1, min_delta=10.0)
    net, other = fitted(plateau), fitted(plateau)
    before, theta = net.run_state.copy(), net.theta
    net.fit(X, Y, optimizer=cr.Adam(lr=plateau), epochs=4, batch_size=8, verbose=0)
    assert net.theta.tobytes() != other.theta.tobytes()
    net.run_state.restore(before)
    assert net.theta is theta
    assert everything(net.run_state)[0] == everything(other.run_state)[0]
    for each in (net, other):
        each.fit(X, Y, optimizer=cr.Adam(lr=plateau), epochs=4, batch_size=8, verbose=0)
    assert everything(net.run_state)[0] == everything(other.run_state)[0]


def test_the_slots_and_the_update_list_of_another_optimizer_go_away():
    net = fitted()
    before = net.run_state.copy()
    update = net.run_state.update
    net.fit(X, Y, optimizer=cr.Momentum(lr=0.1), verbose=0)
    net.run_state.restore(before)
    assert set(net.run_state.slots) == {"m", "v"} and net.run_state.update is update
    assert net.run_state.t == 6


def test_restoring_a_state_that_was_never_fitted():
    net = network()
    before = net.run_state.copy()
    net.fit(X, Y, verbose=0)
    net.run_state.restore(before)
    assert net.run_state.update is None and net.run_state.slots == {} and net.run_state.step == 0


def test_arrays_that_fit_are_put_back_in_place():
    state = RunState(np.zeros(3), {"m": np.zeros(3)}, carry={"h": np.zeros(2)})
    theta, m, h = state.theta, state.slots["m"], state.carry["h"]
    other = RunState(np.ones(3), {"m": np.full(3, 2.0)}, carry={"h": np.full(2, 3.0)}, t=4, epoch=2)
    state.restore(other)
    assert state.theta is theta and state.slots["m"] is m and state.carry["h"] is h
    assert (theta.tolist(), m.tolist(), h.tolist()) == ([1] * 3, [2] * 3, [3] * 2)
    assert (state.t, state.epoch) == (4, 2)
    m[0] = 9
    assert other.slots["m"][0] == 2


def test_going_to_another_place_keeps_history_and_memories():
    memory = Counts(5)
    state = RunState(np.zeros(2), callbacks=(memory,))
    state.record("loss", [3.0, 2.0])
    state.go_to(RunState(np.ones(2), t=7, step=8, epoch=1, position=0))
    assert state.theta.tolist() == [1, 1] and (state.t, state.step, state.epoch) == (7, 8, 1)
    assert list(state.history["loss"]) == [3.0, 2.0] and memory.count == 5


def test_memories_go_with_the_state():
    memory = Counts(5)
    state = RunState(np.zeros(2), callbacks=(memory,))
    assert state.arrays()["callback/0/count"] == 5
    kept = state.copy()
    memory.count = 9
    assert kept.memories() == {"callback/0": {"count": np.array(5)}}
    assert kept.arrays()["callback/0/count"] == 5
    state.restore(kept)
    assert memory.count == 5


def test_a_memory_that_is_refused_leaves_everything_as_it_was():
    first, second = Counts(1), Counts(2)
    state = RunState(np.zeros(2), callbacks=(first, second), t=3)
    kept = state.copy()
    state.theta[...] = 7
    first.count, state.t = 11, 13
    loads = []

    def refuse(memory):
        loads.append(int(memory["count"]))
        if len(loads) == 1:
            raise ValueError("no")

    second.load = refuse
    with pytest.raises(ValueError, match="no"):
        state.restore(kept)
    assert first.count == 11 and state.t == 13 and state.theta.tolist() == [7, 7]
    assert loads == [2, 2]  # it was given its own memory back


@pytest.mark.parametrize("again", [deepcopy, lambda state: pickle.loads(pickle.dumps(state))])
def test_callbacks_do_not_travel(again):
    state = RunState(np.zeros(2), callbacks=(lambda: None,), t=3)
    made = again(state)
    assert made.callbacks == () and made.t == 3 and made.theta.tolist() == [0, 0]


def test_a_state_forgets_the_callbacks_when_its_run_ends():
    net = fitted(callbacks=[lambda run: None])
    assert net.run_state.callbacks == ()

    def fail(run):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        net.fit(X, Y, callbacks=[fail], verbose=0)
    assert net.run_state.callbacks == ()
    pickle.loads(pickle.dumps(net))


def test_a_state_says_why_its_run_ended():
    net = network()
    stop = cr.EarlyStopping(monitor="loss", min_delta=100.0, patience=2)
    history = net.fit(X, Y, epochs=9, callbacks=[stop], verbose=0)
    assert net.run_state.stopped == history.stopped == "early stopping"
    assert net.run_state.best_epoch == history.best_epoch == 0
    net.fit(X, Y, epochs=1, verbose=0)
    assert net.run_state.stopped == "" and net.run_state.best_epoch is None
