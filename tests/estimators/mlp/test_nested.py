"""Nested names of the MLPs: layers by number, settings of objects, searches over both."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.estimators.mlp.validation_cases import BASE, HEIGHTS, ROWS, WORDS, X, Y

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor


def test_shorthands_for_layers():
    assert [
        W.shape[1] for W in MLPClassifier(n_layers=3, n_units=5, max_iter=1).fit(X, Y).coefs_
    ] == [5, 5, 5, 3]
    assert [W.shape[1] for W in MLPClassifier((9, 4), n_units=5, max_iter=1).fit(X, Y).coefs_] == [
        5,
        5,
        3,
    ]
    assert [W.shape[1] for W in MLPClassifier((9, 4), n_layers=1, max_iter=1).fit(X, Y).coefs_] == [
        9,
        3,
    ]
    assert len(MLPRegressor(n_layers=0, max_iter=1).fit(ROWS, HEIGHTS).coefs_) == 1
    a, b = MLPClassifier(**BASE | {"hidden_layer_sizes": (5, 5)}), MLPClassifier(**BASE, n_units=5)
    np.testing.assert_array_equal(a.fit(X, Y).coefs_[0], b.fit(X, Y).coefs_[0])
    with pytest.raises(ParameterError, match="Give n_units"):
        MLPClassifier((), n_layers=2).fit(X, Y)


def test_nested_names_are_read_and_written():
    model = MLPClassifier((9, 4), dropout=(0.1, 0.2), optimizer=cr.AdamW(lr=0.01))
    deep = model.get_params()
    assert (deep["layers__0__units"], deep["layers__1__dropout"], deep["optimizer__lr"]) == (
        9,
        0.2,
        0.01,
    )
    assert not [name for name in model.get_params(deep=False) if "__" in name]
    model.set_params(layers__1__units=7, layers__0__activation="tanh", optimizer__lr=0.5, alpha=1)
    assert (
        model.hidden_layer_sizes == (9, 7)
        and model.activation == ("tanh", "relu")
        and model.alpha == 1
    )
    assert model.optimizer == cr.AdamW(lr=0.5)
    assert model.set_params(layers__1__activation="tanh").activation == "tanh"
    assert clone(model).get_params() == model.get_params()
    shorthand = MLPClassifier(n_layers=2, n_units=8).set_params(layers__0__units=3)
    assert shorthand.hidden_layer_sizes == (3, 8) and shorthand.n_layers is None
    for wrong in (
        {"layers__2__units": 3},
        {"layers__0__colour": 3},
        {"loss__delta": 1.0},
        {"nothing": 1},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            model.set_params(**wrong)
    assert MLPRegressor(loss=cr.Huber()).set_params(loss__delta=3.0).loss == cr.Huber(delta=3.0)


def test_grids_over_layers_units_and_objects():
    pipe = make_pipeline(StandardScaler(), MLPClassifier(**BASE, optimizer=cr.AdamW()))
    grid = {
        "mlpclassifier__layers__0__units": [2, 6],
        "mlpclassifier__optimizer__lr": [1e-9, 0.05],
        "mlpclassifier__activation": ["relu", cr.GELU()],
    }
    found = GridSearchCV(pipe, grid, cv=3).fit(X, WORDS)
    assert (
        len(found.cv_results_["params"]) == 8
        and found.best_params_["mlpclassifier__optimizer__lr"] == 0.05
    )
    units = [W.shape[1] for W in found.best_estimator_[-1].coefs_]
    assert units == [found.best_params_["mlpclassifier__layers__0__units"], 4, 3]
    spread = {"n_layers": [1, 2, 3], "n_units": [4, 8], "dropout": [0.0, 0.2]}
    search = RandomizedSearchCV(MLPClassifier(**BASE), spread, n_iter=4, cv=2, random_state=0).fit(
        X, WORDS
    )
    assert len(search.best_estimator_.coefs_) == search.best_params_["n_layers"] + 1


@pytest.mark.slow
def test_two_processes_search_objects(monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    grid = {
        "optimizer": [cr.Adam(), (cr.ClipNorm(1.0), cr.Adam())],
        "loss": ["squared_error", cr.Huber()],
    }
    model = MLPRegressor(**BASE)
    one, two = (GridSearchCV(model, grid, cv=2, n_jobs=n).fit(ROWS, HEIGHTS) for n in (1, 2))
    np.testing.assert_allclose(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )
