"""The MLPs in scikit-learn's pipelines, searches, ensembles and inspections, and with frames."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris, make_friedman1
from sklearn.ensemble import StackingClassifier
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chainrule.estimators import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
SETTINGS = {"hidden_layer_sizes": 6, "max_iter": 15, "learning_rate_init": 0.02, "random_state": 0}


def pair(wrap=lambda model: model, classes=(MLPClassifier, TheirClassifier)):
    """The same thing around ours and around theirs."""
    return [wrap(cls(**SETTINGS)) for cls in classes]


def test_pipeline_and_cross_validation():
    scores = [
        cross_val_score(model, X, WORDS, cv=3)
        for model in pair(lambda m: make_pipeline(StandardScaler(), m))
    ]
    np.testing.assert_array_equal(*scores)


@pytest.mark.slow
def test_grid_search_in_two_processes(monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    grid = {"hidden_layer_sizes": [3, (5, 4)], "alpha": [1e-4, 1.0]}
    a, b = (GridSearchCV(model, grid, cv=3, n_jobs=2).fit(X, WORDS) for model in pair())
    assert a.best_params_ == b.best_params_
    np.testing.assert_array_equal(
        a.cv_results_["mean_test_score"], b.cv_results_["mean_test_score"]
    )


def test_calibration():
    a, b = (CalibratedClassifierCV(model, cv=3).fit(X, WORDS).predict_proba(X) for model in pair())
    np.testing.assert_allclose(a, b, atol=1e-8)


@pytest.mark.slow
def test_stacking():
    def stack(model):
        last = LogisticRegression(max_iter=1000)
        return StackingClassifier(
            [("mlp", model), ("lines", LogisticRegression(max_iter=1000))], last, cv=3
        )

    a, b = (model.fit(X, WORDS).predict_proba(X) for model in pair(stack))
    np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.slow
def test_permutation_importance_and_partial_dependence():
    rows, y = make_friedman1(80, random_state=0)
    models = [model.fit(rows, y) for model in pair(classes=(MLPRegressor, TheirRegressor))]
    found = [
        permutation_importance(model, rows, y, n_repeats=3, random_state=0).importances
        for model in models
    ]
    np.testing.assert_allclose(*found, atol=1e-9)
    found = [partial_dependence(model, rows, [0, 3])["average"] for model in models]
    np.testing.assert_allclose(*found, atol=1e-9)


def test_partial_dependence_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from sklearn.inspection import PartialDependenceDisplay

    model = MLPClassifier(**SETTINGS).fit(X, Y)
    display = PartialDependenceDisplay.from_estimator(model, X, [0, 2], target=1, grid_resolution=5)
    assert len(display.lines_.ravel()) == 2
    matplotlib.pyplot.close("all")


def test_clone_keeps_the_settings_and_nothing_else():
    model = MLPRegressor("poisson", 7, solver="sgd", momentum=0.5).fit(X, Y)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    assert not [name for name in vars(twin) if name.endswith("_")]


@pytest.mark.skipif(
    not hasattr(TheirClassifier, "set_fit_request"), reason="theirs takes no weights before 1.7"
)
def test_metadata_are_routed():
    weights = np.random.RandomState(0).uniform(0.5, 2, len(X))
    with sklearn.config_context(enable_metadata_routing=True):
        scores, scaler = [], StandardScaler().set_fit_request(sample_weight=False)
        for model in pair():
            model.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
            scores.append(cross_val_score(model, X, Y, cv=3, params={"sample_weight": weights}))
            fitted = make_pipeline(scaler, clone(model)).fit(X, Y, sample_weight=weights)
            scores.append(fitted.predict_proba(X))
    np.testing.assert_array_equal(scores[0], scores[2])
    np.testing.assert_allclose(scores[1], scores[3], atol=1e-9)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_with_feature_names(library):
    frames = pytest.importorskip(library)
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    frame = frames.DataFrame({name: X[:, k] for k, name in enumerate(names)})
    model = MLPClassifier(**SETTINGS).fit(frame, WORDS)
    assert model.feature_names_in_.tolist() == names
    np.testing.assert_allclose(
        model.predict_proba(frame), MLPClassifier(**SETTINGS).fit(X, WORDS).predict_proba(X)
    )
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[names[::-1]])


def test_only_stochastic_solvers_have_partial_fit():
    assert hasattr(MLPClassifier(), "partial_fit")
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")


def test_rows_that_cannot_be_predicted_are_refused_as_everywhere():
    model = MLPClassifier(**SETTINGS).fit(X, Y)
    for wrong, message in (
        (X[0], "2D array"),
        (X[:, :3], "4 features"),
        (np.full((1, 4), np.nan), "NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            model.predict(wrong)
