"""An RBM's state below its face: it changes when it adopts what was computed, not before."""

import numpy as np
import pytest
from tests.naive_rbm import BARS

import chainrule as cr
from chainrule.energy.rbm.machine import Machine
from chainrule.energy.rbm.units import Units


def test_what_it_would_be_changes_nothing():
    machine = Machine(3, seed=4)
    built = machine.built_for(5)
    assert not machine.is_built and machine.visible is None
    assert built.units == Units(3, 5) and built.sampler is None
    machine.adopt(built)
    assert machine.is_built and machine.visible == 5 and machine.theta is built.run_state.theta
    assert machine.built_for(7) is built  # it is what it is


def test_its_face_has_the_same_weights():
    machine, face = Machine(3, visible=5, seed=4), cr.RBM(3, visible=5, seed=4)
    assert (machine.theta == face.theta).all() and repr(machine) == repr(face)
    assert repr(Machine(2, kind="gaussian", classes=3)) == "RBM(2, kind='gaussian', classes=3)"


def test_weights_and_parameters_are_views():
    machine = Machine(3, visible=5, classes=2)
    machine.theta = np.arange(machine.theta.size)
    assert machine.weights.W.shape == (3, 7)
    assert {name: a.shape for name, a in machine.parameters.items()} == {
        "W": (3, 5),
        "b": (5,),
        "c": (3,),
        "U": (3, 2),
        "d": (2,),
    }
    machine.parameters["U"][...] = -1
    assert (machine.weights.W[:, 5:] == -1).all() and (machine.theta == -1).sum() == 6
    with pytest.raises(cr.ShapeError, match="a vector of shape"):
        machine.theta = np.zeros(3)


def test_a_restart_forgets_everything_but_keeps_the_vector():
    rbm = cr.RBM(4, seed=2)
    rbm.fit(BARS, epochs=2, batch_size=5, optimizer=cr.Momentum(lr=0.1), verbose=0)
    theta, state = rbm.theta, rbm.run_state
    assert state.carry and state.slots and state.step == 6
    rbm.restart()
    assert rbm.theta is theta and (theta == cr.RBM(4, visible=9, seed=2).theta).all()
    assert not rbm.run_state.carry and not rbm.run_state.slots and rbm.run_state.step == 0


def test_questions_before_there_are_shapes():
    for ask in (lambda m: m.units, lambda m: m.run_state, lambda m: m.theta, lambda m: m.weights):
        with pytest.raises(cr.NotBuiltError, match="fit first, or give visible="):
            ask(Machine(2))
