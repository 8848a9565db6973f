"""The report of a run whose numbers are no longer finite names value, layer and step."""

import numpy as np
import pytest

import chainrule as cr


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ rng.normal(size=(3, 3))).argmax(axis=1)


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
