"""All numbers of one pass are those of the reference engine."""

import numpy as np
import pytest
from tests.recording.updates import classes, classifier, update_of

from chainrule.engines.reference import Reference
from chainrule.recording.stages.one_pass import OnePass


@pytest.fixture(scope="module")
def update():
    return update_of(classifier(), *classes())


@pytest.fixture(scope="module")
def numbers(update):
    objective = update.objective
    inputs = objective.inputs(update.theta, update.batch, update.key)
    return OnePass(objective.program, update.theta, inputs)


def test_gradients_have_the_bits_of_the_reference_engine(update, numbers):
    program = update.objective.program
    whole = [slice(0, numbers.rows)]
    loss, g = Reference(program).loss_and_grad(update.theta, numbers.inputs, whole)
    assert numbers.value[program.output] == loss
    for p in program.parameters:
        assert numbers.gradient[p.value].tobytes() == g[p.where].reshape(p.shape).tobytes()


def test_a_gradient_is_the_sum_over_the_uses_of_its_value(numbers):
    for i, uses in numbers.uses.items():
        total = sum(np.asarray(numbers.share(use.step)[use.place]) for use in uses)
        np.testing.assert_allclose(total, numbers.gradient[i], rtol=1e-12, atol=1e-15)


def test_a_value_that_is_used_twice_has_two_uses(numbers):
    program = numbers.program
    uses = numbers.uses[program.value("z1")]
    assert [use.step.op.name for use in uses] == ["normalise", "variance_rows", "mean_rows"]
    assert [use.letter for use in uses] == ["x", "x", "x"]
