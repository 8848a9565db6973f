"""`net.calibrate`: the running statistics of BatchNorm, exactly."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)
X, Y = 3 + 2 * rng.normal(size=(2500, 4)), rng.normal(size=(2500, 1))


def network(engine, dtype="float64"):
    layers = (
        cr.BatchNorm(),
        cr.Dense(6),
        cr.ReLU(),
        cr.Dropout(0.5),
        cr.BatchNorm(),
        cr.Dense(5),
        cr.Tanh(),
        cr.BatchNorm(),
        cr.Dense(1),
    )
    return cr.Network(*layers, loss=cr.SquaredError(), inputs=(4,), engine=engine, dtype=dtype)


@engines
def test_statistics_are_those_of_all_rows_layer_after_layer(engine):
    net = network(engine)
    net.fit(X, Y, epochs=2, verbose=0)
    parameters = {name: p.copy() for name, p in net.parameters.items()}
    assert net.calibrate(X) is net
    values = net.activations(X)
    for k, x in ((1, values["x"]), (3, values["a2"]), (5, values["a4"])):
        assert net.state[f"running_mean{k}"] == pytest.approx(x.mean(axis=0), rel=1e-12)
        assert net.state[f"running_variance{k}"] == pytest.approx(x.var(axis=0), rel=1e-12)
    for name, p in net.parameters.items():
        assert np.array_equal(p, parameters[name])
    once = net.theta.copy()
    assert np.array_equal(net.calibrate(X).theta, once)


@engines
def test_images_have_a_statistic_for_each_channel(engine):
    images = rng.normal(size=(1100, 3, 2, 5)) * np.arange(1, 6)
    net = cr.Network(
        cr.BatchNorm(),
        cr.Flatten(),
        cr.Dense(1),
        loss=cr.SquaredError(),
        inputs=(3, 2, 5),
        engine=engine,
    )
    net.calibrate(images)
    assert net.state["running_mean1"] == pytest.approx(images.mean(axis=(0, 1, 2)), abs=1e-6)
    assert net.state["running_variance1"] == pytest.approx(images.var(axis=(0, 1, 2)), rel=1e-5)


def test_an_average_and_its_statistics():
    net = network("reference")
    net.fit(X, Y, optimizer=(cr.Adam(0.05), cr.SWA(start=50)), epochs=3, verbose=0)
    mean = net.averaged().calibrate(X)
    h = mean.activations(X)["a2"]
    assert mean.state["running_mean3"] == pytest.approx(h.mean(axis=0))


def test_what_goes_wrong_changes_nothing():
    net = network("reference")
    net.fit(X, Y, verbose=0)
    before = net.theta.copy()
    for wrong in (X[:, :2], X[:0], np.full((3, 4), np.nan), 1e300 * X):
        with pytest.raises(cr.ChainruleError), np.errstate(all="ignore"):
            net.calibrate(wrong)
        assert np.array_equal(net.theta, before)
    plain = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    theta = plain.theta.copy()
    assert np.array_equal(plain.calibrate(X).theta, theta)
