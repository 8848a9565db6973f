"""In a plan without gradients, running statistics go into the weights of the product before."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import Reference

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

IMAGE = (6, 5, 3)
CASES = {
    "linear": ((cr.Dense(6, bias=False), cr.BatchNorm()), (4,)),
    "affine and relu": ((cr.Dense(6), cr.BatchNorm(), cr.ReLU()), (4,)),
    "convolve": ((cr.Conv2D(4, kernel=3, bias=False), cr.BatchNorm()), IMAGE),
    "convolve and relu": ((cr.Conv2D(4, kernel=3, bias=False), cr.BatchNorm(), cr.ReLU()), IMAGE),
    "convolve_affine": ((cr.Conv2D(19, kernel=2, padding="same"), cr.BatchNorm()), IMAGE),
    "max_pool": (
        (cr.Conv2D(5, kernel=3), cr.BatchNorm(), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten()),
        IMAGE,
    ),
    "max_pool, overlapping": (
        (
            cr.Conv2D(5, kernel=2, bias=False),
            cr.BatchNorm(),
            cr.ReLU(),
            cr.MaxPool2D(3, stride=1),
            cr.Flatten(),
        ),
        IMAGE,
    ),
    "sequence": ((cr.Conv1D(6, kernel=3), cr.BatchNorm(), cr.ReLU()), (7, 2)),
    "residual": (
        (
            cr.Residual(
                cr.Conv2D(3, kernel=3, padding="same"),
                cr.BatchNorm(),
                cr.ReLU(),
                cr.Conv2D(3, kernel=3, padding="same", bias=False),
                cr.BatchNorm(),
            ),
            cr.ReLU(),
        ),
        IMAGE,
    ),
}


def network(layers, shape, dtype="float64"):
    """Return a network with uneven statistics, as after training."""
    loss = cr.SquaredError()
    net = cr.Network(*layers, loss=loss, inputs=shape, dtype=dtype, seed=2, engine="native")
    rng = np.random.default_rng(5)
    for name, array in (*net.parameters.items(), *net.state.items()):
        if name.startswith(("gamma", "beta", "running_mean", "b")):
            array[:] = rng.normal(size=array.shape)
        if name.startswith("running_variance"):
            array[:] = rng.uniform(0.1, 3, size=array.shape)
    return net


def rows_of(net, count=9):
    shape = net.programs.predict.values[net.programs.predict.inputs["x"]].shape[1:]
    return np.random.default_rng(1).normal(size=(count, *shape)).astype(net.dtype)


def in_c(net, X, program=None, **options):
    program = program or net.programs.predict
    return Native(program, max(1, len(X)), net.dtype, **options).predict(net.theta, {"x": X})


def by_definition(net, X):
    program = net.programs.predict
    values = Reference(program).forward(net.theta, {"x": X}, [slice(0, len(X))])
    return values[program.output][0]


def normalizations_with_rows(net):
    """How many calls on rows a plan has for steps called normalise."""
    program = net.programs.predict
    plan = Native(program, 4, net.dtype)
    plan.time_calls()
    steps = [step for step, _, _ in plan.times()]
    names = [program.steps[step].op.name for step in steps]
    return names.count("normalise")


def array(net, name):
    """Return the first array whose name begins so."""
    arrays = dict(net.parameters) | dict(net.state)
    return next(array for known, array in arrays.items() if known.startswith(name))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_prediction_is_that_of_the_definition(name, dtype):
    net = network(*CASES[name], dtype)
    X = rows_of(net)
    bound = 2e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(in_c(net, X), by_definition(net, X), rtol=bound, atol=bound)
    assert normalizations_with_rows(net) % 3 == 0  # each one only makes s, W' and b'


@pytest.mark.parametrize("name", CASES)
def test_a_row_has_the_same_bits_alone_and_among_others_with_any_threads(name):
    net = network(*CASES[name], "float32")
    X = rows_of(net, 200)
    every = in_c(net, X)
    for rows in (1, 7, 128):
        assert (in_c(net, X[:rows]) == every[:rows]).all()
    for options in ({"threads": 2}, {"threads": 8}, {"keep": True}):
        assert (in_c(net, X, **options) == every).all()


@pytest.mark.parametrize("name", ["linear", "convolve and relu", "max_pool"])
@pytest.mark.parametrize(
    ("which", "value"),
    [
        ("running_mean", np.inf),
        ("running_mean", np.nan),
        ("running_variance", np.inf),
        ("running_variance", 0.0),
        ("gamma", 0.0),
        ("gamma", np.inf),
        ("gamma", 1.7e308),  # gamma / sqrt(v + eps) overflows
        ("beta", -np.inf),
        ("W", np.inf),
        ("W", np.nan),
    ],
)
def test_numbers_that_are_not_finite_give_what_the_definition_gives(name, which, value):
    net = network(*CASES[name])
    array(net, "running_variance")[0] = 1.0
    array(net, which)[..., 0] = value
    X = rows_of(net, 3)
    if value == 1.7e308:
        array(net, "running_variance")[0] = 1e-3
        X[...] = 0.0
    with np.errstate(all="ignore"):
        expected = by_definition(net, X)
    found = in_c(net, X)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert np.array_equal(in_c(net, X[1:2]), found[1:2], equal_nan=True)


def test_theta_may_change_between_two_calls_of_a_plan():
    net = network(*CASES["max_pool"])
    X = rows_of(net)
    plan = Native(net.programs.predict, len(X), net.dtype)
    for scale in (1.0, 2.0, np.nan, 0.5):
        net.theta[:] = net.theta if np.isnan(scale) else network(*CASES["max_pool"]).theta * scale
        array(net, "gamma")[0] = scale
        array(net, "running_variance")[:] = 1.0
        with np.errstate(all="ignore"):
            expected = by_definition(net, X)
        found = plan.predict(net.theta, {"x": X})
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_product_that_others_read_too_stays_as_it_is():
    layers = cr.Dense(4), cr.Residual(cr.BatchNorm())
    net = network(layers, (3,))
    assert normalizations_with_rows(net) == 1
    X = rows_of(net)
    np.testing.assert_allclose(in_c(net, X), by_definition(net, X), rtol=1e-13, atol=1e-13)


def test_a_large_weight_matrix_is_not_copied_for_few_outputs():
    net = network((cr.Dense(130), cr.BatchNorm()), (130,))
    assert normalizations_with_rows(net) == 1


def test_weights_that_are_used_twice_are_scaled_only_where_a_normalization_follows():
    once = cr.Dense(4, bias=False)
    layers = cr.Shared("tied", once), cr.BatchNorm(), cr.Shared("tied", once), cr.ReLU()
    net = network(layers, (4,))
    X = rows_of(net)
    np.testing.assert_allclose(in_c(net, X), by_definition(net, X), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", ["affine and relu", "max_pool", "residual"])
def test_the_loss_is_that_of_the_prediction_and_of_the_definition(name):
    net = network(*CASES[name])
    X = rows_of(net)
    y = np.zeros_like(in_c(net, X))
    loss, zero = (net.evaluate(X, target)["loss"] for target in (y, in_c(net, X)))
    layers, shape = CASES[name]
    by_hand = cr.Network(*layers, loss=net.loss, inputs=shape, dtype="float64", engine="reference")
    by_hand.predict(X[:1])
    by_hand.theta[:] = net.theta
    assert zero == 0
    assert loss == pytest.approx(by_hand.evaluate(X, y)["loss"], rel=1e-12)
