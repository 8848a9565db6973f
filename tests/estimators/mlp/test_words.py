"""Activations and optimizers of the MLPs by name and as objects."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from tests.estimators.mlp.beyond_cases import X, assert_same, fitted

import chainrule as cr
from chainrule.estimators import MLPClassifier


class Swish(cr.Layer):
    """An activation of one's own, from ops that are there."""

    def __call__(self, x):
        return cr.ops.multiply(x, cr.ops.sigmoid(x))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "word", sorted(MLPClassifier._parameter_constraints["optimizer"][0].options)
)
def test_every_optimizer_by_name_learns(word):
    if word == "levenbergmarquardt":  # a classifier has no squares to make least
        with pytest.raises(cr.ParameterError, match=r"expected SquaredError\(\) as the only loss"):
            fitted(optimizer=word, max_iter=1)
        return
    assert (
        fitted(optimizer=word, max_iter=40).loss_curve_[-1]
        < fitted(optimizer=word, max_iter=1).loss_curve_[0]
    )


@pytest.mark.usefixtures("engine")
def test_an_activation_for_each_layer():
    model = fitted(activation=("tanh", cr.ELU(alpha=0.5)))
    first = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    z = first @ model.coefs_[1] + model.intercepts_[1]
    np.testing.assert_allclose(model.hidden(X, 0), first, atol=1e-12)
    np.testing.assert_allclose(model.hidden(X), np.where(z > 0, z, 0.5 * np.expm1(z)), atol=1e-12)
    assert_same(fitted(activation=["tanh", "tanh"]), fitted(activation="tanh"), 1e-14)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "word", sorted(MLPClassifier._parameter_constraints["activation"][0].options)
)
def test_every_activation_by_name(word):
    model = fitted(activation=word, dropout=0.1)
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    assert model.hidden(X).shape == (150, 6)


@pytest.mark.usefixtures("engine")
def test_wrong_words_for_layers_name_the_layer():
    for wrong, message in (
        ({"activation": ("relu",)}, r"one for each of the 2 hidden layers, got 1"),
        ({"activation": ("relu", cr.GELU)}, r"Write GELU\(\)"),
        ({"activation": ("relu", "rleu")}, r"MLPClassifier\(activation=...\)\[1\]"),
        ({"dropout": (0.1, 1.0)}, r"dropout=...\)\[1\]: expected a number from 0 to below 1"),
        ({"dropout": 1.0}, "'dropout' parameter of MLPClassifier must be"),
        ({"activation": "rleu"}, "'activation' parameter of MLPClassifier must be"),
        ({"normalization": "group"}, "'normalization' parameter"),
        ({"optimizer": "adan"}, "'optimizer' parameter"),
        ({"l1": -1}, "'l1' parameter"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted(**wrong)


@pytest.mark.usefixtures("engine")
def test_an_activation_of_ones_own():
    np.testing.assert_allclose(
        fitted(activation=Swish()).predict_proba(X),
        fitted(activation="silu").predict_proba(X),
        atol=1e-6,
    )
