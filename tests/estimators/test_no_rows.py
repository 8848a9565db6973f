"""No rows: every fitted estimator answers with no rows, of the right shape and type."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.metrics import accuracy_score

import chainrule as cr
from chainrule import estimators as est

X = np.random.default_rng(0).random((20, 6))
NUMBERS, LABELS = X[:, 0] + X[:, 1], np.array(["a", "b"])[(X[:, 0] > 0.5).astype(int)]
IMAGES = X[:, :4].reshape(20, 2, 2)
ONE = {"max_iter": 1, "random_state": 0}
EPOCH = {"epochs": 1, "random_state": 0}


def mlp(kind, y, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one epoch is not enough
        return kind(hidden_layer_sizes=(3,), **ONE, **more).fit(X, y)


MADE = {
    "MLPClassifier": lambda: mlp(est.MLPClassifier, LABELS),
    "MLPRegressor": lambda: mlp(est.MLPRegressor, NUMBERS),
    "MLPRegressor, two columns": lambda: mlp(est.MLPRegressor, X[:, :2]),
    "NetworkClassifier": lambda: est.NetworkClassifier((cr.Dense(3),), **EPOCH).fit(X, LABELS),
    "NetworkRegressor": lambda: est.NetworkRegressor((cr.Dense(3),), **EPOCH).fit(X, NUMBERS),
    "ConvClassifier": lambda: est.ConvClassifier((cr.Flatten(), cr.Dense(3)), **EPOCH).fit(
        IMAGES, LABELS
    ),
    "ConvRegressor": lambda: est.ConvRegressor((cr.Flatten(), cr.Dense(3)), **EPOCH).fit(
        IMAGES, NUMBERS
    ),
    "Autoencoder": lambda: est.Autoencoder((3,), **EPOCH).fit(X),
    "TableClassifier": lambda: est.TableClassifier((3,), n_estimators=1, **ONE).fit(X, LABELS),
    "TableRegressor": lambda: est.TableRegressor((3,), n_estimators=1, **ONE).fit(X, NUMBERS),
    "TableEncoder": lambda: est.TableEncoder().fit(X),
    "BernoulliRBM": lambda: est.BernoulliRBM(3, n_iter=1, random_state=0).fit(X),
    "DeepBeliefClassifier": lambda: est.DeepBeliefClassifier((3,), **ONE).fit(X, LABELS),
    "DeepBeliefAutoencoder": lambda: est.DeepBeliefAutoencoder((3,), **ONE).fit(X),
    "HopfieldNetwork": lambda: est.HopfieldNetwork(binarize=0.5).fit(X),
    "HiddenLayer": lambda: est.HiddenLayer(est.NetworkRegressor((cr.Dense(3),), **EPOCH)).fit(
        X, NUMBERS
    ),
}
ANSWERS = [
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "transform",
    "inverse_transform",
    "hidden",
    "score_samples",
    "energy",
    "stable",
    "overlaps",
]


@pytest.mark.parametrize("name", MADE)
def test_no_rows_give_no_answers(name):
    model = MADE[name]()
    rows = IMAGES if name.startswith("Conv") else X
    for call in ANSWERS:
        if (method := getattr(model, call, None)) is None:
            continue
        given = model.transform(X) if call == "inverse_transform" else rows
        some, none = method(given), method(given[:0])
        assert none.shape == (0, *some.shape[1:]), call
        assert none.dtype == some.dtype, call


def averages_nothing():
    """Return True for an older scikit-learn, whose accuracy of no rows is NaN."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.isnan(accuracy_score([], []))
        except ValueError:
            return False


@pytest.mark.parametrize("name", MADE)
def test_a_score_and_a_fit_of_no_rows_are_refused(name):
    model = MADE[name]()
    rows = IMAGES if name.startswith("Conv") else X
    y = None if name.startswith(("Auto", "Bern")) else LABELS if "Class" in name else NUMBERS
    y = X[:, :2] if "columns" in name else y
    targets = (y if y is None else y[:0],)
    with pytest.raises(ValueError, match=r"0 sample|at least one row|empty"):
        model.fit(rows[:0], *targets)
    if hasattr(model, "score") and name != "BernoulliRBM":
        if "Class" in name and averages_nothing():
            pytest.skip("this scikit-learn's own score averages nothing")
        with pytest.raises(ValueError, match=r"0 sample|at least one row|empty"):
            model.score(rows[:0], *targets)


def test_a_table_of_no_rows_needs_its_columns_all_the_same():
    model = est.TableRegressor((3,), n_estimators=1, **ONE).fit(
        {"a": X[:, 0], "b": X[:, 1]}, NUMBERS
    )
    assert model.predict({"a": X[:0, 0], "b": X[:0, 1]}).shape == (0,)
    with pytest.raises(cr.DataError, match="the column b"):
        model.predict({"a": X[:0, 0]})
