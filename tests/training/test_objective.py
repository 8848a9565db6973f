"""What a run minimizes: chosen in one place, and exchanged there."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.model import fitting
from chainrule.training import FitOptions, ProgramObjective, program_objective

X = np.random.default_rng(0).normal(size=(30, 3))
Y = X.sum(axis=1, keepdims=True)


def network(**options):
    layers = cr.Dense(4, penalty=cr.L2(0.01)), cr.Tanh(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SquaredError(), dtype="float64", **options)


class Halves:
    """The sum of the objectives of two halves of each batch, as two processes would compute it."""

    def __init__(self, inner):
        self.inner, self.calls = inner, 0

    def __call__(self, theta, batch, key, carry):
        self.calls += 1
        half = len(batch["c"]) // 2
        parts = []
        for some, share in ((slice(0, half), 1.0), (slice(half, None), 0.0)):
            rows = {name: a[some] if np.ndim(a) else a for name, a in batch.items()}
            if share == 0.0:
                rows |= {name: theta.dtype.type(0) for name in self.inner.program.defaults}
            parts.append(self.inner(theta, rows, key, carry))
        return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1], carry


def test_another_objective_takes_its_place():
    made = []

    def in_halves(model, program, frozen=()):
        made.append(Halves(program_objective(model, program, frozen)))
        return made[-1]

    plain, split = network(), network()
    options = FitOptions(optimizer=cr.SGD(lr=0.1), epochs=3, batch_size=10, verbose=0)
    expected = fitting.fit(plain, X, Y, options)
    found = fitting.fit(split, X, Y, options, in_halves)
    assert len(made) == 1 and made[0].calls == 9
    np.testing.assert_allclose(split.theta, plain.theta, rtol=1e-12)
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-12)


def test_the_objective_of_a_model_follows_its_settings():
    net = network(engine="reference", threads=2).build(X, Y)
    program = net.programs.train
    objective = program_objective(net, program, ("dense1",))
    assert isinstance(objective, ProgramObjective) and objective.program is program
    assert (objective.native, objective.threads) == (False, 2)
    names = {program.values[i].path for i in objective.wrt}
    assert names == {"dense2/W", "dense2/b"}


def test_the_gradient_of_frozen_parameters_is_left_out():
    net = network(engine="reference").build(X, Y)
    program = net.programs.train
    batch = {"x": X, "y": Y, "c": np.full(30, 1 / 30), "row": np.arange(30), "N": 30.0}
    whole = program_objective(net, program)(net.theta, batch, np.zeros(2), {})
    some = program_objective(net, program, ("dense1",))(net.theta, batch, np.zeros(2), {})
    assert whole[0] == some[0]
    for p in program.parameters:
        expected = 0 * whole[1][p.where] if p.path.startswith("dense1") else whole[1][p.where]
        np.testing.assert_array_equal(some[1][p.where], expected)


@pytest.mark.parametrize("rows", [255, 256, 257, 600])
def test_chunks_on_the_reference_engine_are_one_batch(rows):
    net = network(engine="reference").build(X, Y)
    program, rng = net.programs.train, np.random.default_rng(3)
    objective = program_objective(net, program)
    assert objective.alone
    batch = {"x": rng.normal(size=(rows, 3)), "y": rng.normal(size=(rows, 1)), "N": float(rows)}
    batch |= {"c": np.full(rows, 1 / rows), "row": np.arange(rows)}
    loss, g, carry = objective(net.theta, batch, np.zeros(2), {})
    inputs = objective.inputs(net.theta, batch, np.zeros(2))
    expected = objective.engine.loss_and_grad(net.theta, inputs, [slice(0, rows)])
    np.testing.assert_allclose(loss, expected[0], rtol=1e-13)
    np.testing.assert_allclose(g, expected[1], rtol=1e-11, atol=1e-14)
    assert carry == {}


def test_the_first_value_that_is_not_finite_is_named():
    net = network(engine="reference").build(X, Y)
    net.parameters["W2"][...] = np.inf
    batch = {"x": X, "y": Y, "c": np.full(30, 1 / 30), "row": np.arange(30), "N": 30.0}
    with np.errstate(all="ignore"):
        explained = program_objective(net, net.programs.train).explain(
            net.theta, batch, np.zeros(2)
        )
    assert explained == "W2 (dense2)"
