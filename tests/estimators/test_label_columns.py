"""Several columns of classes."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.multioutput import MultiOutputClassifier

import chainrule as cr
from chainrule.estimators import ConvClassifier, NetworkClassifier
from chainrule.estimators.label_columns import LabelColumns, has_columns

X = np.random.default_rng(0).normal(size=(300, 3))
KIND = np.array(["x", "y", "z"])[(X[:, 0] > 0) + 0 + (X[:, 1] > 0)]
SIDE = np.array(["u", "v"])[(X[:, 2] > 0) + 0]
Y = np.column_stack([KIND, SIDE])
QUICK = {"epochs": 15, "random_state": 0, "optimizer": cr.Adam(lr=0.01)}


def test_every_column_has_a_head_and_predictions_have_the_forms_of_scikit_learn():
    model, forest = NetworkClassifier(**QUICK).fit(X, Y), RandomForestClassifier(5).fit(X, Y)
    assert [c.tolist() for c in model.classes_] == [c.tolist() for c in forest.classes_]
    p, q = model.predict(X), forest.predict(X)
    assert p.shape == q.shape and p.dtype == q.dtype
    for ours, theirs in zip(model.predict_proba(X), forest.predict_proba(X), strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours.sum(axis=1), 1, rtol=1e-6)
    assert [len(part) for part in model.predict_log_proba(X)] == [300, 300]
    assert model.score(X, Y) > 0.85
    assert model.score(X, Y) == np.mean((p == Y).all(axis=1))
    several = MultiOutputClassifier(forest).fit(X, Y)  # the same meaning of score
    assert several.score(X, Y) == np.mean((several.predict(X) == Y).all(axis=1))


def test_a_column_alone_and_among_others_is_the_same_problem():
    model = NetworkClassifier(**QUICK).fit(X, Y)
    losses = {"y0": cr.SoftmaxCrossEntropy(), "y1": cr.SigmoidCrossEntropy()}
    heads = cr.Heads({"y0": cr.Dense(3), "y1": cr.Dense(1)})
    seed = model.network_.seed
    net = cr.Network(
        cr.Dense(64), cr.ReLU(), heads, loss=losses, seed=seed, dtype="float64", inputs=(3,)
    )
    y = {"y0": np.unique(KIND, return_inverse=True)[1], "y1": (SIDE == "v").astype(int)}
    net.fit(X, y, epochs=15, optimizer=cr.Adam(lr=0.01), verbose=0)
    np.testing.assert_array_equal(net.predict(X)["y0"], model.predict_proba(X)[0])


def test_numbers_going_on_and_weights():
    y = np.column_stack([np.unique(KIND, return_inverse=True)[1] + 5, (SIDE == "v") * 3])
    model = NetworkClassifier(**QUICK, class_weight="balanced", warm_start=True).fit(X, y)
    assert model.fit(X, y).score(X, y) > 0.85 and model.predict(X).dtype == y.dtype
    for_each = [{5: 2.0, 6: 1.0, 7: 1.0}, {0: 1.0, 3: 9.0}]
    heavy = NetworkClassifier(**QUICK, class_weight=for_each).fit(X, y)
    assert (heavy.predict(X)[:, 1] == 3).sum() > (y[:, 1] == 3).sum()
    parts = clone(model).set_params(class_weight=for_each)
    parts.partial_fit(X[:9], y[:9], classes=[[5, 6, 7], [0, 3]]).partial_fit(X, y)
    assert len(parts.classes_) == 2 and pickle.loads(pickle.dumps(model)).score(X, y) > 0.85
    assert model.hidden(X).shape == (300, 64)


def test_validation_rows_and_convolutions():
    model = NetworkClassifier(**QUICK, early_stopping=True)
    model.fit(X[:200], Y[:200], validation_data=(X[200:], Y[200:]))
    assert len(model.history_.val_loss) == len(model.history_)
    images = X.reshape(-1, 1, 3, 1)
    layers = (cr.Conv2D(4, kernel=(1, 2)), cr.ReLU(), cr.Flatten())
    assert ConvClassifier(layers, epochs=2).fit(images, Y).predict(images).shape == Y.shape


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.partial_fit(X, Y), "expected classes= at the first call"),
        (
            lambda m: m.fit(X, Y, validation_data=(X, KIND)),
            "validation_data: y: expected 2 columns",
        ),
        (lambda m: m.set_params(loss=cr.Hinge()).fit(X, Y), "for several columns of classes"),
        (lambda m: m.set_params(output=cr.Dense(3)).fit(X, Y), "Write output=None"),
        (
            lambda m: m.fit(X, np.column_stack([KIND, np.full(300, "u")])),
            "y[:, 1]: expected at least two classes, got ['u']. Leave this column out.",
        ),
        (
            lambda m: m.set_params(layers=(cr.Dense(3), cr.Softmax())).fit(X, Y),
            "Leave Dense(3), Softmax() out.",
        ),
    ],
)
def test_what_cannot_be(call, message):
    model = NetworkClassifier(epochs=1)
    with pytest.raises(cr.ChainruleError) as caught:
        call(model)
    assert message in str(caught.value) and not hasattr(model, "network_")


def test_tables_of_0_and_1_are_several_labels_as_before():
    table = np.column_stack([KIND == "x", SIDE == "v"]).astype(int)
    assert has_columns(Y) and not has_columns(table) and not has_columns(KIND)
    assert NetworkClassifier(epochs=1).fit(X, table)._labels.several


def test_columns_by_themselves():
    labels = LabelColumns([KIND, SIDE])
    targets = labels.targets(Y[:2], None)
    assert targets["y0"].dtype == np.int32 and set(targets) == {"y0", "y1"}
    with pytest.raises(cr.DataError, match=r"y\[:, 1\]: expected classes among those"):
        labels.targets(np.array([["x", "w"]]), None)
