"""Estimators with an average (EMA, SWA): they predict with it and go on from what it averages."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.datasets import load_iris

import chainrule as cr
from chainrule.estimators import (
    Autoencoder,
    HiddenLayer,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
RULES = (cr.Adam(0.01), cr.EMA(0.9))
PLAIN, NORMED = (cr.Dense(6), cr.ReLU()), (cr.Dense(6), cr.BatchNorm(), cr.ReLU())


def by_network(estimator, epochs):
    """The same training without an estimator."""
    given = estimator.network_
    net = cr.Network(*given.layers, loss=given.loss, inputs=(4,), seed=given.seed, dtype="float64")
    net.fit(X, Y.astype(np.int32), optimizer=RULES, epochs=epochs, verbose=0)
    return net


@pytest.mark.parametrize("average", [cr.EMA(0.9), cr.SWA(start=5)])
def test_a_network_estimator_answers_with_the_average(average):
    rules = (cr.Adam(0.01), average)
    model = NetworkClassifier(PLAIN, optimizer=rules, epochs=4, random_state=0).fit(X, Y)
    given = model.network_
    net = cr.Network(*given.layers, loss=given.loss, inputs=(4,), seed=given.seed, dtype="float64")
    net.fit(X, Y.astype(np.int32), optimizer=rules, epochs=4, verbose=0)
    np.testing.assert_array_equal(model.predict_proba(X), net.averaged().predict(X))
    assert not np.array_equal(model.predict_proba(X), net.predict(X))
    hidden = HiddenLayer(model).fit(X).transform(X)
    np.testing.assert_array_equal(hidden, model.hidden(X))


def test_running_statistics_go_with_the_averaged_weights():
    model = NetworkClassifier(NORMED, optimizer=RULES, epochs=4, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(
        model.predict_proba(X), by_network(model, 4).averaged().calibrate(X).predict(X)
    )


@pytest.mark.parametrize("layers", [PLAIN, NORMED])
def test_a_warm_start_goes_on_as_if_nobody_had_looked(layers):
    once = NetworkClassifier(layers, optimizer=RULES, epochs=4, random_state=0).fit(X, Y)
    parts = NetworkClassifier(
        layers, optimizer=RULES, epochs=2, random_state=0, warm_start=True
    ).fit(X, Y)
    parts = pickle.loads(pickle.dumps(parts)).fit(X, Y)
    np.testing.assert_array_equal(parts.predict_proba(X), once.predict_proba(X))
    assert not hasattr(clone(parts), "_trained")
    without = parts.set_params(optimizer=cr.Adam(0.01)).fit(X, Y)
    assert not hasattr(without, "_trained")


def test_both_halves_of_an_autoencoder_are_averaged():
    model = Autoencoder((3, 2), optimizer=RULES, epochs=3, random_state=0).fit(X)
    np.testing.assert_allclose(
        model.inverse_transform(model.transform(X)), model.network_.predict(X), atol=1e-12
    )
    assert not np.array_equal(model.network_.theta, model._trained.theta)


def test_callbacks_are_shown_the_average():
    heard = []

    class Listener:
        def setup(self, estimator, context): ...
        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...

        def on_fit_task_end(self, estimator, context, *, fitted_estimator):
            if fitted_estimator is not None:
                heard.append(fitted_estimator.predict_proba(X))

    model = (
        NetworkClassifier(PLAIN, optimizer=RULES, epochs=2, random_state=0)
        .set_callbacks(Listener())
        .fit(X, Y)
    )
    np.testing.assert_array_equal(heard[1], model.predict_proba(X))
    np.testing.assert_array_equal(heard[-1], model.predict_proba(X))


MLP = {"hidden_layer_sizes": 6, "random_state": 0}


def test_partial_fit_of_an_mlp_leaves_the_average_and_goes_on_without_it():
    mean, plain = MLPRegressor(optimizer=RULES, **MLP), MLPRegressor(optimizer=RULES[0], **MLP)
    net = None
    for _ in range(3):
        mean.partial_fit(X, Y)
        plain.partial_fit(X, Y)
        np.testing.assert_array_equal(mean._optimizer.trained[0], plain.network_.theta)
        net = mean.network_
    assert not np.array_equal(net.theta, plain.network_.theta)
    np.testing.assert_array_equal(mean.predict(X), net.predict(X).ravel())
    again = pickle.loads(pickle.dumps(mean)).partial_fit(X, Y)
    np.testing.assert_array_equal(again.predict(X), mean.partial_fit(X, Y).predict(X))


def test_weights_that_are_put_in_are_obeyed_all_the_same():
    model = MLPRegressor(optimizer=RULES, **MLP).partial_fit(X, Y)
    model.coefs_[0][...] = 0.0
    model.partial_fit(X, Y)
    assert np.abs(model.coefs_[0]).max() < 0.02  # one step of Adam away from 0


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_early_stopping_judges_the_average_and_keeps_the_best():
    settings = {
        **MLP,
        "max_iter": 15,
        "early_stopping": True,
        "validation_fraction": 0.3,
        "scoring": "loss",
    }
    model = MLPClassifier(optimizer=RULES, **settings).fit(X, Y)
    plain = MLPClassifier(optimizer=RULES[0], **settings).fit(X, Y)
    assert model.loss_curve_ == plain.loss_curve_  # the training is the same
    assert model.validation_loss_curve_ != plain.validation_loss_curve_
    rest = MLPClassifier(optimizer=RULES, **settings).fit(X, Y, validation_data=(X, Y))
    assert rest.validation_loss_curve_[-1] == pytest.approx(
        rest.network_.evaluate(X, Y.astype(np.int32))["loss"]
    )
