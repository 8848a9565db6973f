"""NetworkClassifier is its network."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.network_cases import LAYERS, SETTINGS, TWO, WORDS, X, Y, by_hand

import chainrule as cr
from chainrule.estimators import NetworkClassifier


@pytest.mark.parametrize(
    ("labels", "loss", "units", "y"),
    [
        (WORDS, cr.SoftmaxCrossEntropy(), 3, Y),
        (TWO, cr.SigmoidCrossEntropy(), 1, Y == 1),
        (Y + 10, cr.SoftmaxCrossEntropy(), 3, Y),
    ],
    ids=["words", "two", "numbers"],
)
def test_the_classifier_is_its_network(labels, loss, units, y):
    model = NetworkClassifier(**SETTINGS).fit(X, labels)
    net, history = by_hand(*LAYERS, cr.Dense(units), loss=loss, y=y.astype(int))
    assert (model.network_.theta == net.theta).all() and model.network_.layers == net.layers
    assert model.loss_curve_ == history.loss.tolist() and model.n_iter_ == 4
    assert model.classes_.tolist() == sorted(set(labels))
    p = net.predict(X)
    wanted = p if units > 1 else np.hstack([1 - p, p])
    assert (model.predict_proba(X) == wanted).all()
    assert (model.predict_log_proba(X) == np.log(wanted)).all()
    assert (model.predict(X) == model.classes_[wanted.argmax(axis=1)]).all()
    assert not hasattr(model, "decision_function")


def test_a_network_is_taken_over():
    layers = (cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dense(3, init=0.01))
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), dtype="float64")
    net.fit(X, Y, epochs=3, verbose=0)
    weights = net.parameters | net.state
    model = NetworkClassifier(
        net.layers[:-1], output=net.layers[-1], loss=net.loss, initial_weights=weights, epochs=1
    )
    model.set_params(optimizer=cr.SGD(lr=1e-12)).fit(X, Y)
    assert model.network_.layers == layers
    for name, W in net.parameters.items():
        np.testing.assert_allclose(model.network_.parameters[name], W, atol=1e-6)
