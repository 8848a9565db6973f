"""MLPClassifier: its losses, and several columns of classes."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from scipy.sparse import csr_matrix
from tests.estimators.mlp.beyond_cases import BASE, WORDS, X, Y, assert_same, fitted

import chainrule as cr
from chainrule.errors import DataError, ParameterError
from chainrule.estimators import MLPClassifier

SEVERAL = np.column_stack([Y, np.where(X[:, 0] > 0, 7, 3), 2 - Y])


@pytest.mark.usefixtures("engine")
def test_losses_of_the_classifier():
    smooth = fitted(loss=cr.SoftmaxCrossEntropy(label_smoothing=0.3), max_iter=80)
    assert smooth.predict_proba(X).max() < fitted(max_iter=80).predict_proba(X).max()
    assert fitted(y=Y > 0, loss=cr.SoftmaxCrossEntropy()).coefs_[-1].shape == (6, 2)
    assert_same(fitted(y=Y > 0, loss=cr.SigmoidCrossEntropy()), fitted(y=Y > 0), 1e-12)
    np.testing.assert_allclose(
        fitted(loss=cr.KLDivergence()).predict_proba(X), fitted().predict_proba(X), atol=1e-10
    )
    for wrong, y, message in (
        (cr.Hinge(), Y, "whose link gives probabilities"),
        (cr.SigmoidCrossEntropy(), Y, "SoftmaxCrossEntropy for multiclass"),
        (
            cr.SoftmaxCrossEntropy(),
            np.eye(3, dtype=int)[Y] + np.eye(3, dtype=int)[::-1][Y] > 0,
            "SigmoidCrossEntropy for",
        ),
        (cr.KLDivergence(), SEVERAL, "for several columns"),
    ):
        with pytest.raises(ParameterError, match=message):
            fitted(loss=wrong, y=y)


@pytest.mark.usefixtures("engine")
def test_several_columns_of_classes(engine):
    model = fitted(y=SEVERAL, max_iter=150)
    p = model.predict_proba(X)
    assert [part.shape for part in p] == [(150, 3), (150, 2), (150, 3)]
    for part, logs in zip(p, model.predict_log_proba(X), strict=True):
        np.testing.assert_allclose(part.sum(axis=1), 1)
        np.testing.assert_allclose(np.exp(logs), part)
    found = model.predict(X)
    assert found.shape == SEVERAL.shape and (found == SEVERAL).mean() > 0.9
    for column, classes, part in zip(found.T, model.classes_, p, strict=True):
        np.testing.assert_array_equal(column, classes[part.argmax(axis=1)])
    assert model.score(X, SEVERAL) == (found == SEVERAL).all(axis=1).mean()
    assert [W.shape for W in model.coefs_] == [(4, 8), (8, 6), (6, 3), (6, 2), (6, 3)]
    assert (model.n_layers_, model.n_outputs_, model.hidden(X).shape) == (4, 8, (150, 6))
    a = model.hidden(X) @ model.coefs_[3] + model.intercepts_[3]
    np.testing.assert_allclose(np.exp(a) / np.exp(a).sum(axis=1, keepdims=True), p[1], atol=1e-10)
    np.testing.assert_allclose(
        np.hstack(model.predict_proba(csr_matrix(X))), np.hstack(p), atol=1e-12
    )
    names = np.array([["a", "b", "c"][k] for k in SEVERAL[:, 0]])
    both = fitted(y=np.column_stack([names, WORDS]), early_stopping=True)
    assert both.predict(X).dtype.kind == "U" and len(both.validation_loss_curve_) == both.n_iter_
    with pytest.raises(DataError, match="at least two classes"):
        fitted(y=np.column_stack([Y, 0 * Y]))
    with pytest.raises(ValueError, match="classes not in"):
        model.partial_fit(X, SEVERAL + 1)


@pytest.mark.usefixtures("engine")
def test_several_columns_piece_by_piece():
    model = MLPClassifier(**BASE)
    classes = [np.unique(column) for column in SEVERAL.T]
    for part in (slice(0, 60), slice(60, 150)):
        model.partial_fit(X[part], SEVERAL[part], classes=classes)
    assert model.predict(X).shape == (150, 3) and model.t_ == 150
    same = MLPClassifier(**BASE | {"warm_start": True}).fit(X, SEVERAL).fit(X, SEVERAL)
    assert len(same.loss_curve_) == 16
    with pytest.raises(ValueError, match="warm_start"):
        same.fit(X, SEVERAL[:, [1, 0, 2]])
