"""Scores of a table's model on held-out rows, beside those of other models."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import load_diabetes
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    log_loss,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from tests.estimators.tables.model_cases import KIND, MODELS, PRICE, TABLE

from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.report import as_text, compare, details, hold_out
from chainrule.estimators.tables.table import as_table

TRAIN, TEST = np.arange(90), np.arange(90, 120)


def test_every_class_has_its_share_and_a_lonely_one_is_trained_on():
    y = np.array(["a"] * 40 + ["b"] * 20 + ["alone"])
    learned, held = hold_out(y, 0.25, 0, classes=True)
    assert sorted([*learned, *held]) == list(range(61)) and 60 in learned
    assert [int(np.sum(y[held] == label)) for label in "ab"] == [11, 5]
    assert hold_out(y, 0.0, 0, classes=True)[1].size == 0
    np.testing.assert_array_equal(held, hold_out(y, 0.25, 0, classes=True)[1])


def test_scores_are_those_of_scikit_learn():
    table, y = as_table(TABLE), np.array(KIND)
    held = table.take(TEST)
    weights = np.random.default_rng(0).uniform(0.5, 2, len(TEST))
    model = MODELS["classifier"]
    found = compare(model, table.take(TRAIN), y[TRAIN], held, y[TEST], weights=(None, weights))
    p = model.predict_proba(held).astype(np.float64)
    wanted = {
        "accuracy": accuracy_score(y[TEST], model.predict(held), sample_weight=weights),
        "log loss": log_loss(y[TEST], p / p.sum(axis=1)[:, None], sample_weight=weights),
    }
    rare = int(np.argmin([(y[TEST] == c).sum() for c in model.classes_]))
    is_rare = y[TEST] == model.classes_[rare]
    wanted["ROC AUC"] = roc_auc_score(is_rare, p[:, rare], sample_weight=weights)
    wanted["avg precision"] = average_precision_score(is_rare, p[:, rare], sample_weight=weights)
    assert found["chainrule"] == pytest.approx(wanted, rel=1e-6)
    assert len(found) == 4 and all(row.keys() == wanted.keys() for row in found.values())
    model, price = MODELS["regressor"], np.array(PRICE, float)
    found = compare(model, table.take(TRAIN), price[TRAIN], held, price[TEST], baselines=False)
    p = model.predict(held)
    assert found.keys() == {"chainrule"}
    assert found["chainrule"]["R2"] == pytest.approx(r2_score(price[TEST], p))
    assert found["chainrule"]["MAE"] == pytest.approx(mean_absolute_error(price[TEST], p))


def test_the_text_is_one_line_for_each_model():
    lines = as_text({"a": {"RMSE": 1.0, "R2": 0.5}, "longer": {"RMSE": 12.25, "R2": 0.25}})
    assert lines.splitlines() == [
        "           RMSE    R2",
        "  a           1   0.5",
        "  longer  12.25  0.25",
    ]


def test_rows_are_held_out_of_every_class():
    y = np.array([0] * 60 + [1] * 20 + [2])
    learned, held = hold_out(y, 0.25, 0, classes=True)
    assert sorted([*learned, *held]) == list(range(81)) and 2 not in y[held]
    assert np.bincount(y[held]).tolist() == [16, 5] and hold_out(y, 0, 0, classes=True)[1].size == 0


def test_scores_by_hand():
    X, y = load_diabetes(return_X_y=True)
    table = as_table(X)
    model = TableRegressor((8,), n_estimators=1, max_iter=5, random_state=0).fit(X[:300], y[:300])
    scores = compare(model, table.take(slice(300)), y[:300], table.take(slice(300, None)), y[300:])
    error = model.predict(X[300:]) - y[300:]
    assert scores["chainrule"]["RMSE"] == pytest.approx(np.sqrt((error**2).mean()))
    assert scores["chainrule"]["R2"] == pytest.approx(model.score(X[300:], y[300:]))
    assert scores["always the mean"]["MAE"] == pytest.approx(abs(y[300:] - y[:300].mean()).mean())
    assert len(as_text(scores).splitlines()) == 5
    labels = y > 140
    model = TableClassifier((8,), n_estimators=1, max_iter=5, random_state=0).fit(
        X[:300], labels[:300]
    )
    scores = compare(
        model,
        table.take(slice(300)),
        labels[:300],
        table.take(slice(300, None)),
        labels[300:],
        baselines=False,
    )
    p = model.predict_proba(X[300:])[np.arange(142), labels[300:].astype(int)].astype(float)
    found = {name: scores["chainrule"][name] for name in ("accuracy", "log loss")}
    assert found == pytest.approx(
        {"accuracy": (p > 0.5).mean(), "log loss": -np.log(p).mean()}, rel=1e-5
    )


def test_details_of_classes_by_hand():
    class Fixed:
        classes_ = np.array(["a", "b", "c"])

        def predict_proba(self, X):
            return np.array(X)

    p = [[0.8, 0.1, 0.1]] * 3 + [[0.2, 0.7, 0.1]] * 2
    lines = details(Fixed(), p, np.array(["a", "a", "b", "b", "a"]), None)
    assert lines[:4] == [
        "  class    rows  recall  precision  taken for",
        "  a           3   0.667      0.667  b (1)",
        "  b           2   0.500      0.500  a (1)",
        "  c           0       -          -",
    ]
    assert lines[4].startswith("calibration: it is 76.0% sure on average and right in 60.0%;")
    assert "Brier score 0.572" in lines[4]
