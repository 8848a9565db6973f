"""The estimators of networks in scikit-learn's pipelines, searches, ensembles, and with frames."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

import joblib
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris, make_friedman1
from sklearn.ensemble import StackingClassifier
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

import chainrule as cr
from chainrule.estimators import (
    Autoencoder,
    ConvClassifier,
    ConvRegressor,
    HiddenLayer,
    NetworkClassifier,
    NetworkRegressor,
)

X, Y = load_iris(return_X_y=True)
X = scale(X)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
FAST = {"optimizer": cr.Adam(lr=0.02), "epochs": 30, "random_state": 0}
DENSE = (cr.Dense(8), cr.Tanh())
CONVOLUTIONS = (cr.Conv2D(8, kernel=(1, 2)), cr.Tanh(), cr.Flatten(), cr.Dense(8), cr.Tanh())
CLASSIFIERS = [NetworkClassifier(DENSE, **FAST), ConvClassifier(CONVOLUTIONS, **FAST)]
REGRESSORS = [NetworkRegressor(DENSE, **FAST), ConvRegressor(CONVOLUTIONS, **FAST)]
TRANSFORMERS = [Autoencoder((5, 2), **FAST), HiddenLayer(CLASSIFIERS[0])]
ALL = [*CLASSIFIERS, *REGRESSORS, *TRANSFORMERS]
kind = lambda model: type(model).__name__
classifiers = pytest.mark.parametrize("model", CLASSIFIERS, ids=kind)
every = pytest.mark.parametrize("model", ALL, ids=kind)


def output(model, rows=X):
    return model.transform(rows) if hasattr(model, "transform") else model.predict(rows)


@every
def test_pickle_and_joblib(model, tmp_path):
    fitted = clone(model).fit(X, Y)
    joblib.dump(fitted, tmp_path / "model.joblib")
    for again in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "model.joblib")):
        np.testing.assert_array_equal(output(again), output(fitted))


@every
def test_clone_keeps_the_settings_and_nothing_else(model):
    twin = clone(clone(model).fit(X, Y))
    for name, value in model.get_params(deep=False).items():
        if name != "estimator":
            assert getattr(twin, name) == value, name
    assert not [name for name in vars(twin) if name.endswith("_")]


@classifiers
def test_pipeline_and_cross_validation(model):
    assert cross_val_score(make_pipeline(StandardScaler(), model), X, WORDS, cv=3).mean() > 0.85
    p = cross_val_predict(model, X, WORDS, cv=3, method="predict_proba")
    np.testing.assert_allclose(p.sum(axis=1), 1)


@pytest.mark.parametrize("model", REGRESSORS, ids=kind)
def test_targets_are_scaled_from_outside(model):
    y = 1000 * X[:, 0] + 5000
    scaled = TransformedTargetRegressor(model, transformer=StandardScaler())
    assert cross_val_score(scaled, X, y, cv=KFold(3, shuffle=True, random_state=0)).mean() > 0.9


@pytest.mark.slow
def test_grid_search_in_two_processes(monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    layers = [(cr.Dense(3), cr.ReLU()), (cr.Dense(5), cr.Tanh(), cr.Dropout(0.1))]
    grid = {
        "layers": layers,
        "optimizer": [cr.Adam(lr=0.02), cr.SGD(lr=1e-9)],
        "loss": [None, cr.Hinge()],
    }
    alone, two = (GridSearchCV(CLASSIFIERS[0], grid, cv=3, n_jobs=n).fit(X, WORDS) for n in (1, 2))
    assert alone.best_params_ == two.best_params_ and two.best_params_["optimizer"] == cr.Adam(
        lr=0.02
    )
    np.testing.assert_array_equal(
        alone.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )
    inside = {"layers__0__units": [1, 8], "optimizer__lr": [1e-9, 0.02]}
    found = GridSearchCV(CLASSIFIERS[0], inside, cv=3, n_jobs=2).fit(X, WORDS)
    assert found.best_params_["optimizer__lr"] == 0.02 and found.best_score_ > 0.9
    steps = make_pipeline(Autoencoder((6, 2), **FAST), LogisticRegression())
    sizes = [(6, 1), (6, 3)]
    found = GridSearchCV(steps, {"autoencoder__hidden_layer_sizes": sizes}, cv=3, n_jobs=2).fit(
        X, Y
    )
    assert found.best_score_ > 0.8
    inner = {"estimator__epochs": [1, 30], "layer": [-1, 0]}
    found = GridSearchCV(
        make_pipeline(TRANSFORMERS[1], LogisticRegression()),
        {f"hiddenlayer__{k}": v for k, v in inner.items()},
        n_jobs=2,
    )
    assert found.fit(X, Y).best_score_ > 0.9


@classifiers
@pytest.mark.parametrize("loss", [None, cr.Hinge()], ids=["probabilities", "margins"])
def test_calibration(model, loss):
    p = (
        CalibratedClassifierCV(clone(model).set_params(loss=loss), cv=3)
        .fit(X, WORDS)
        .predict_proba(X)
    )
    assert (p.argmax(axis=1) == Y).mean() > 0.85
    np.testing.assert_allclose(p.sum(axis=1), 1)


@classifiers
def test_stacking(model):
    last = LogisticRegression(max_iter=1000)
    stack = StackingClassifier(
        [("net", model), ("lines", LogisticRegression(max_iter=1000))], last, cv=3
    )
    assert stack.fit(X, WORDS).score(X, WORDS) > 0.9


@pytest.mark.parametrize("model", REGRESSORS, ids=kind)
def test_permutation_importance_and_partial_dependence(model):
    rows, y = make_friedman1(200, random_state=0)
    rows = scale(rows)
    fitted = clone(model).set_params(epochs=60).fit(rows, (y - y.mean()) / y.std())
    found = permutation_importance(
        fitted, rows, (y - y.mean()) / y.std(), n_repeats=3, random_state=0
    ).importances_mean
    assert (
        found[:5].min() > 0 and found[3] == found.max() and found[5:].max() < found[3] / 4
    )  # the fourth counts most
    curve = partial_dependence(fitted, rows, [3], grid_resolution=8)["average"][0]
    assert (np.diff(curve) > 0).all()  # 10 x₄


def test_partial_dependence_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from sklearn.inspection import PartialDependenceDisplay

    display = PartialDependenceDisplay.from_estimator(
        clone(CLASSIFIERS[0]).fit(X, Y), X, [0, 2], target=1, grid_resolution=5
    )
    assert len(display.lines_.ravel()) == 2
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("model", TRANSFORMERS, ids=kind)
def test_set_output_names_the_columns(model):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"), index=np.arange(150) + 7)
    found = clone(model).set_output(transform="pandas").fit(frame, Y).transform(frame)
    assert isinstance(found, pandas.DataFrame) and (found.index == frame.index).all()
    assert found.columns.tolist() == [f"{kind(model).lower()}{k}" for k in range(found.shape[1])]


@pytest.mark.parametrize("library", ["pandas", "polars"])
@every
def test_frames_with_feature_names(model, library):
    frames = pytest.importorskip(library)
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    frame = frames.DataFrame({name: X[:, k] for k, name in enumerate(names)})
    fitted = clone(model).fit(frame, Y)
    assert fitted.feature_names_in_.tolist() == names
    np.testing.assert_allclose(output(fitted, frame), output(clone(model).fit(X, Y)))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        output(fitted, X)
    with pytest.raises(ValueError, match="feature names"):
        output(fitted, frame[names[::-1]])


def test_metadata_are_routed():
    weights = np.random.RandomState(0).randint(1, 4, len(X))
    with sklearn.config_context(enable_metadata_routing=True):
        model = clone(CLASSIFIERS[0]).set_fit_request(sample_weight=True)
        steps = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), model)
        fitted = steps.fit(X, Y, sample_weight=weights)
    alone = clone(CLASSIFIERS[0]).fit(StandardScaler().fit_transform(X), Y, sample_weight=weights)
    np.testing.assert_array_equal(
        fitted.predict_proba(X), alone.predict_proba(StandardScaler().fit_transform(X))
    )


def test_one_hyper_parameter_inside_a_pipeline_of_images():
    digits, labels = cr.datasets.digits()
    steps = make_pipeline(
        StandardScaler(with_std=False), ConvClassifier(image_shape=(8, 8), epochs=1, random_state=0)
    )
    search = GridSearchCV(steps, {"convclassifier__epochs": [1, 6]}, cv=2).fit(
        digits[:300] / 16, labels[:300]
    )
    assert search.best_params_ == {"convclassifier__epochs": 6}
