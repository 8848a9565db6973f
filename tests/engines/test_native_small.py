"""Small networks: short products, a loss in one pass, steps of one thread, the same numbers."""

import numpy as np
import pytest
from tests import twin_calls

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import Reference
from chainrule.training.objective import ProgramObjective

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

FAST = [s for s in native.instruction_sets() if s != "plain"] or ["plain"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
LOSSES = {  # its op, what its targets are
    cr.SquaredError: ("squared_error", "numbers"),
    cr.AbsoluteError: ("absolute_error", "numbers"),
    cr.Huber: ("huber", "numbers"),
    cr.LogCosh: ("log_cosh", "numbers"),
    cr.Quantile: ("quantile_loss", "numbers"),
    cr.Poisson: ("poisson", "counts"),
    cr.SigmoidCrossEntropy: ("sigmoid_cross_entropy", "counts"),
    cr.Hinge: ("hinge", "signs"),
    cr.SquaredHinge: ("squared_hinge", "signs"),
}


def batch(rows, D, outputs, targets="numbers", dtype="float64"):
    rng = np.random.default_rng(rows + 10 * D)
    x, y, c = (
        rng.normal(size=(rows, D)),
        rng.normal(size=(rows, outputs)),
        rng.uniform(0.1, 1, rows),
    )
    y = {"numbers": y, "counts": (y > 0) * 1.0, "signs": np.sign(y)}[targets]
    return {
        "x": x.astype(dtype),
        "y": y.astype(dtype),
        "c": c.astype(dtype),
        "N": np.dtype(dtype).type(rows),
    }


def close(a, b, dtype):
    return np.abs(a - b).max() <= TOLERANCE[dtype] * np.abs(b).max()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("units", [1, 2, 3, 8, 9])
@pytest.mark.parametrize("D", [1, 2, 3, 4, 5, 8, 9])
def test_gradients_are_those_of_the_reference_in_every_build(D, units, dtype):
    layers = (cr.Dense(units, bias=units % 2 == 0), cr.Sigmoid(), cr.Dense(1, bias=units % 2 == 1))
    program = cr.trace(layers, cr.SquaredError(), (D,)).train
    theta, wrt = cr.initial_theta(program, 3, dtype), ProgramObjective(program).wrt
    for rows in (1, 3, 4, 9, 20):
        inputs = batch(rows, D, 1, dtype=dtype)
        L, g = Reference(program).loss_and_grad(theta, inputs, [slice(0, rows)])
        bits = set()
        for instructions in FAST:
            for keep in (False, True):
                plan = Native(
                    program, rows + 3, dtype, wrt=wrt, instructions=instructions, keep=keep
                )
                ours = plan.loss_and_grad(theta, inputs)
                bits.add((ours[0], ours[1].tobytes()))
        assert len(bits) == 1
        assert np.isclose(ours[0], L, rtol=10 * TOLERANCE[dtype]) and close(ours[1], g, dtype)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_a_loss_in_one_pass_is_its_calls_one_by_one(loss, outputs):
    """db is the sum of dp over rows, row after row."""
    op, targets = LOSSES[loss]
    net = cr.Network(cr.Dense(outputs), loss=loss(), inputs=(2,), dtype="float64", seed=1)
    program, rows = net.programs.train, 7
    inputs = batch(rows, 2, outputs, targets)
    L, g = Native(program, rows, "float64", wrt=ProgramObjective(program).wrt).loss_and_grad(
        net.theta, inputs
    )
    link_free = cr.trace(net.layers, cr.SquaredError(), (2,)).predict
    p = Native(link_free, rows, "float64").predict(net.theta, inputs)
    l, total, dl, dp = np.zeros(rows), np.zeros(1), np.zeros(rows), np.zeros((rows, outputs))
    attrs = next(s.attrs for s in program.steps if s.op.name == op)
    numbers = np.array([float(attrs[name]) for name in sorted(attrs)])

    def call(name, backward, *arrays):
        given = tuple((a, stride, shape, 0) for a, stride, shape in arrays)
        twin_calls.call(f"f64_{FAST[-1]}", name, backward, rows, given, numbers)

    one, many, nothing = (1, ()), (outputs, (outputs,)), (None, 0, ())
    call(op, False, (l, *one), (p, *many), (inputs["y"], *many))
    call("weighted_sum", False, (total, 0, ()), (l, *one), (inputs["c"], *one))
    call(
        "weighted_sum",
        True,
        (np.ones(1), 0, ()),
        (total, 0, ()),
        (l, *one),
        (inputs["c"], *one),
        (dl, *one),
        nothing,
    )
    call(op, True, (dl, *one), (l, *one), (p, *many), (inputs["y"], *many), (dp, *many), nothing)
    assert total[0] == L
    assert np.array_equal(g[program.params[1].where], np.add.accumulate(dp)[-1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_that_lie_as_the_plan_takes_them_are_rows_that_are_gathered(dtype):
    """Found once for all steps; cast, or in an order, at every step."""
    rng = np.random.default_rng(0)
    X, Y = rng.integers(0, 9, (12, 3)).astype(dtype), rng.integers(0, 2, (12, 1)).astype(dtype)

    def trained(X, **settings):
        net = cr.Network(
            cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy(), dtype=dtype, seed=4
        )
        history = net.fit(X, Y, epochs=9, optimizer=cr.SGD(lr=0.1), verbose=0, **settings)
        return net.theta.tobytes(), history.loss.tobytes()

    whole = trained(X, batch_size=None)
    assert trained(X.astype(np.uint8), batch_size=None) == whole
    assert trained(X, batch_size=None, order=lambda epoch, n: np.arange(n)) == whole
    parts = trained(X, batch_size=5)
    assert trained(X.astype(np.uint8), batch_size=5) == parts
    assert trained(X, batch_size=5, callbacks=lambda run: None) == parts != whole
