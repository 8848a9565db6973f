"""Which ops work entry by entry is tried, and found out right."""

import numpy as np
import pytest
from tests import users_ops
from tests.recording.updates import update_of

import chainrule as cr
from chainrule.graph.operation import op
from chainrule.recording.stages.one_pass import OnePass
from chainrule.recording.stages.steps import Steps, tried


@op
def neighbors(x):
    """y = x + x"""  # which is not true
    return x + np.roll(x, 1, axis=1)


@neighbors.gradient
def neighbors_backward(dy, y, x):
    """dx = dy + dy"""
    return (dy + np.roll(dy, -1, axis=1),)


class Neighbors(cr.Layer):
    def __call__(self, x):
        return neighbors(x)


def steps_of(*layers, loss=None):
    rng = np.random.default_rng(0)
    net = cr.Network(*layers, loss=loss or cr.SquaredError(), inputs=(4,))
    X = rng.normal(size=(6, 4))
    update = update_of(net, X, net.predict(X) + 1)
    objective = update.objective
    inputs = objective.inputs(update.theta, update.batch, update.key)
    return Steps(OnePass(objective.program, update.theta, inputs))


def entrywise(steps):
    return [s.op.name for s in steps.program.steps if steps.entrywise(s)]


def test_activations_are_entrywise_and_products_are_not():
    steps = steps_of(cr.Dense(4), cr.GELU(), cr.BatchNorm(), cr.PReLU(), cr.Softmax(), cr.ReLU())
    assert entrywise(steps) == ["gelu", "normalise", "prelu", "relu"]


def test_an_op_that_reads_its_neighbors_is_not_entrywise():
    assert entrywise(steps_of(Neighbors())) == []
    assert entrywise(steps_of(cr.LayerNorm())) == ["scale_and_shift"]


def test_ops_of_users_are_found_out_too():
    layers = users_ops.Bump(), users_ops.Shrink(), users_ops.UnitDense(), users_ops.Gate()
    found = entrywise(steps_of(*layers))
    assert found == ["bump", "shrink", "half", "signs", "product"]


def test_what_an_op_refuses_finds_nothing():
    def refuses(step, at):
        raise ValueError(step)

    assert tried(refuses, None, ()) is None


@pytest.mark.parametrize("loss", [cr.SquaredError(), cr.Huber(), cr.LogCosh()])
def test_a_loss_of_each_output_is_a_sum_over_them(loss):
    steps = steps_of(cr.Dense(3), loss=loss)
    assert [s.op.name for s in steps.program.steps if steps.sums_outputs(s)] == [
        steps.program.steps[1].op.name
    ]
