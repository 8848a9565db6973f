"""Classifiers with layers of the user: losses, labels, probabilities, weights."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.network_cases import LAYERS, SETTINGS, TWO, WORDS, X, Y, by_hand

import chainrule as cr
from chainrule.estimators import NetworkClassifier


def test_other_losses_of_classes():
    one_hot = np.eye(3)[Y]
    for loss, targets in (
        (cr.Hinge(), 2 * one_hot - 1),
        (cr.SquaredError(), 2 * one_hot - 1),
        (cr.SigmoidCrossEntropy(outputs="sum"), one_hot),
        (cr.KLDivergence(), one_hot),
        (cr.SoftmaxCrossEntropy(label_smoothing=0.1), Y),
    ):
        model = NetworkClassifier(**SETTINGS, loss=loss).fit(X, WORDS)
        net, _ = by_hand(*LAYERS, cr.Dense(3), loss=loss, y=targets)
        assert (model.network_.theta == net.theta).all(), loss
        p = net.predict(X)
        assert (model.predict(X) == model.classes_[p.argmax(axis=1)]).all()
        assert hasattr(model, "decision_function") is (loss in (cr.Hinge(), cr.SquaredError()))
        if hasattr(model, "decision_function"):
            assert (model.decision_function(X) == p).all() and not hasattr(model, "predict_proba")
        else:
            np.testing.assert_allclose(
                model.predict_proba(X), p / p.sum(axis=1, keepdims=True), rtol=1e-12
            )
    model = NetworkClassifier(**SETTINGS, loss=cr.SquaredHinge()).fit(X, TWO)
    margin = model.decision_function(X)
    assert margin.shape == (150,) and (model.predict(X) == np.where(margin > 0, "yes", "no")).all()


def test_probabilities_of_questions_that_all_say_no():
    labels = NetworkClassifier(**SETTINGS, loss=cr.SigmoidCrossEntropy()).fit(X, Y)._labels
    p = labels.probabilities(np.array([[0.0, 0.0, 0.0], [0.2, 0.2, 0.0]]), cr.SigmoidCrossEntropy())
    np.testing.assert_allclose(p, [[1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0]])


def test_several_labels_a_row():
    table = np.column_stack([X[:, 0] > 0, X[:, 1] > 0, Y == 2]).astype(int)
    model = NetworkClassifier(epochs=150, optimizer=cr.Adam(lr=0.01), random_state=0).fit(X, table)
    assert (model.predict(X) == (model.predict_proba(X) > 0.5)).all()
    assert (model.predict(X) == table).mean() > 0.97
    again = NetworkClassifier(epochs=1).partial_fit(X, table).partial_fit(X, table)
    assert again.predict(X).shape == table.shape and len(again.loss_curve_) == 2
    with pytest.raises(cr.ParameterError, match="SigmoidCrossEntropy"):
        NetworkClassifier(loss=cr.SoftmaxCrossEntropy()).fit(X, table)
    columns = NetworkClassifier(epochs=1).fit(X, table + np.arange(3))  # no table of 0 and 1
    assert [c.tolist() for c in columns.classes_] == [[0, 1], [1, 2], [2, 3]]


@pytest.mark.parametrize(
    ("given", "factors"),
    [({"no": 1, "yes": 3}, [1, 3]), ("balanced", [150 / 200, 150 / 100])],
    ids=["dict", "balanced"],
)
def test_class_weights_are_sample_weights(given, factors):
    own = np.random.RandomState(0).uniform(0.5, 2, 150)
    a = NetworkClassifier(**SETTINGS, class_weight=given).fit(X, TWO, sample_weight=own)
    b = NetworkClassifier(**SETTINGS).fit(
        X, TWO, sample_weight=own * np.where(TWO == "yes", factors[1], factors[0])
    )
    np.testing.assert_allclose(a.network_.theta, b.network_.theta, atol=1e-12)
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        NetworkClassifier().fit(X, Y, sample_weight=-own)
    with pytest.raises(
        cr.ParameterError,
        match="partial_fit: class_weight: expected weights by label, got 'balanced'",
    ):
        NetworkClassifier(class_weight="balanced").partial_fit(X, TWO, classes=["no", "yes"])


def test_both_classes_are_in_the_validation_rows():
    y = np.r_[np.zeros(140, int), np.ones(10, int)]

    class Held(cr.Callback):
        def on_epoch_end(self, run):
            Held.rows = len(run.source)

    from chainrule.model.prepared import prepare_data, split_off

    model = NetworkClassifier(
        epochs=1, validation_fraction=0.2, callbacks=Held(), random_state=0
    ).fit(X, y)
    assert Held.rows == 120
    train, held = split_off(prepare_data(model.network_, X, y), 0.2, 0)
    assert held.y.sum() == 2 and train.y.sum() == 8
