"""The report of a run whose numbers are no longer finite names value, layer and step."""

import numpy as np
import pytest
from tests.training.rows import data

import chainrule as cr
from chainrule.data.sources import Nothing
from chainrule.training import FitOptions, Run, RunState
from chainrule.training.failure import failure
from chainrule.training.updates import Group, Update


def test_what_is_not_finite_is_named_and_the_weights_stay():
    X, y = data()
    net = cr.Network(cr.Dense(4), cr.Dense(3), loss=cr.SquaredError())
    net.build(X, np.eye(3)[y])
    with pytest.raises(
        cr.TrainingError,
        match=r"the loss became \w+ at epoch \d+, step \d+; first non-finite value: .*lr=1e\+10",
    ):
        net.fit(X, np.eye(3)[y], optimizer=cr.SGD(lr=1e10), epochs=50, verbose=0)
    assert np.isfinite(net.theta).all()
    assert (
        net.reset().fit(X, np.eye(3)[y], optimizer=cr.SGD(lr=0.1), epochs=5, verbose=0).loss[-1] < 1
    )


def test_a_nan_in_a_value_names_its_layer():
    class Log(cr.Layer):
        def __call__(self, z):
            return log(z)

    @cr.op
    def log(z):
        """a = log(z)"""
        return np.log(z)

    @log.gradient
    def log_backward(da, a, z):
        """dz = da / z"""
        return (da / z,)

    net = cr.Network(
        cr.Dense(2, init=-1.0, bias=False), Log(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,)
    )
    before = net.theta.copy()
    with pytest.raises(
        cr.TrainingError,
        match=r"became NaN at epoch 1, step 1; first non-finite value: a1 \(log1\)",
    ):
        net.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    np.testing.assert_array_equal(net.theta, before)


def run_of(objective=lambda *given: (0.0, np.zeros(1), {}), optimizer=None):
    update = Update(optimizer or cr.SGD(lr=0.5), (Group(slice(0, 1)),))
    state = RunState(np.ones(1), update=update)
    state.epoch, state.step = 2, 7
    return Run(objective, state, Nothing(), FitOptions(), files=None)


@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        (np.nan, "became NaN"),
        (np.inf, "became infinite"),
        (-np.inf, "became infinite"),
        (3.0, "became finite with a gradient that is not"),
    ],
)
def test_a_plain_function_has_a_gradient_at_most(loss, kind):
    said = str(failure(run_of(), loss, {}, np.zeros(2, np.int64)))
    assert f"the loss {kind} at epoch 3, step 8; first non-finite value: the gradient." in said


def test_a_rate_that_is_known_is_named():
    key = np.zeros(2, np.int64)
    assert "lower lr=0.5." in str(failure(run_of(), np.nan, {}, key))
    scheduled = run_of(optimizer=cr.SGD(lr=cr.Cosine(0.1, steps=5)))
    assert "lower lr." in str(failure(scheduled, np.nan, {}, key))


def test_an_objective_may_say_where_it_happened():
    class Chains:
        def __call__(self, theta, batch, key, carry):
            return 0.0, np.zeros(1), carry

        def run_away(self):
            return "The chains ran away"

        def explain(self, theta, batch, key):
            return f"z1 of {len(batch)} arrays"

    run, key = run_of(Chains()), np.zeros(2, np.int64)
    said = str(failure(run, np.nan, {"x": np.ones(1)}, key))
    assert "first non-finite value: z1 of 1 arrays." in said
    said = str(failure(run, np.nan, {}, key, "v"))
    assert said.startswith("The chains ran away. It happened at epoch 3, step 8, with SGD(")
