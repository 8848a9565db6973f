"""L-BFGS of the MLPs: the very bits of scikit-learn's, on whatever rows, however long it runs."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn
from scipy.sparse import csc_array, csr_matrix
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_iris,
    load_linnerud,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.utils.fixes import parse_version

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.estimators.mlp.all_rows import Whole

# before, theirs has no sample_weight and takes its means in another way, so that last bits differ
since_17 = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.7"), reason="other sums in theirs"
)
SETTINGS = {"hidden_layer_sizes": (9, 5), "solver": "lbfgs", "max_iter": 150}


def scaled(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def tables():
    iris, cancer = load_iris(return_X_y=True), load_breast_cancer(return_X_y=True)
    diabetes, linnerud = load_diabetes(return_X_y=True), load_linnerud(return_X_y=True)
    labels = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    return {
        "three classes": (scaled(iris[0]), np.array(["a", "b", "c"])[iris[1]]),
        "two classes": (scaled(cancer[0]), cancer[1]),
        "labels": (scaled(labels[0]), labels[1]),
        "numbers": (scaled(diabetes[0]), scaled(diabetes[1])),
        "three numbers": (scaled(linnerud[0]), scaled(linnerud[1])),
        "counts": (scaled(linnerud[0]), linnerud[1]),
    }


TABLES = tables()
KINDS = {
    "dense": lambda X: X,
    "columns": np.asfortranarray,
    "float32": lambda X: X.astype(np.float32),
    "sparse": lambda X: csr_matrix(np.where(X > 0, X, 0)),
    "sparse columns": lambda X: csc_array(np.where(X > 0, X, 0).astype(np.float32)),
}


def ours(name, **settings):
    settings = SETTINGS | settings | ({"loss": "poisson"} if name == "counts" else {})
    return (MLPRegressor if name in ("numbers", "three numbers", "counts") else MLPClassifier)(
        **settings
    )


def pair(name, **settings):
    mine = ours(name, **settings)
    kind = TheirRegressor if isinstance(mine, MLPRegressor) else TheirClassifier
    return mine, kind(**settings_of(mine, kind))


def settings_of(model, kind):
    return {
        name: value
        for name, value in model.get_params(deep=False).items()
        if name in kind().get_params()
    }


def fit(model, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter(
            "ignore", RuntimeWarning
        )  # theirs, of a line search that goes too far
        return model.fit(*args, **kwargs)


def assert_equal(a, b):
    np.testing.assert_equal((a.n_iter_, a.loss_), (b.n_iter_, b.loss_))
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


@since_17
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("name", TABLES)
def test_long_runs_end_at_the_same_bits(name, activation):
    X, y = TABLES[name]
    for seed in (0, 1):
        mine, theirs = pair(name, activation=activation, random_state=seed)
        assert_equal(fit(mine, X, y), fit(theirs, X, y))


@since_17
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLES)
def test_rows_of_every_kind_and_weights(name, kind):
    X, y = TABLES[name]
    rng = np.random.default_rng(0)
    for weights in (None, rng.integers(0, 3, len(X)), rng.random(len(X))):
        mine, theirs = pair(name, random_state=2, warm_start=True, max_iter=20, alpha=0.1)
        for _ in range(2):  # the second goes on in float64
            assert_equal(
                *(fit(m, KINDS[kind](X), y, sample_weight=weights) for m in (mine, theirs))
            )


@pytest.mark.parametrize("name", TABLES)
def test_the_program_has_the_same_loss_and_gradient(name):
    X, y = TABLES[name]
    model = fit(ours(name, random_state=0, max_iter=5), X, y)
    net, target = model.network_, model._encode(y, X.dtype)
    flat = np.concatenate([a.ravel() for a in model.coefs_ + model.intercepts_])
    whole = Whole(model, X, target, None)
    L, g = whole(flat)
    (dWs, dbs), (loss, expected) = whole.split(g), net.loss_and_grad(X, target)
    for k, (dW, db) in enumerate(zip(dWs, dbs, strict=True), 1):
        np.testing.assert_allclose(dW, expected[f"W{k}"], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(db, expected[f"b{k}"], rtol=1e-9, atol=1e-12)
    if name in (
        "three classes",
        "two classes",
        "labels",
        "numbers",
    ):  # the others are reported in another way
        assert pytest.approx(loss, rel=1e-9) == L


@since_17
def test_the_warning_is_theirs():
    X, y = TABLES["three classes"]
    for few in ({"max_iter": 2}, {"max_fun": 3}):
        said = []
        for model in pair("three classes", random_state=0, **few):
            with pytest.warns(ConvergenceWarning) as caught:
                model.fit(X, y)
            said.append(str(caught[0].message))
        assert said[0] == said[1]


@since_17
def test_partial_fit_of_the_regressor_is_a_whole_run_as_theirs():
    X, y = TABLES["numbers"]
    mine, theirs = pair("numbers", random_state=0, max_iter=5)
    for model in (mine, theirs):
        with pytest.warns(ConvergenceWarning):
            model.partial_fit(X, y).partial_fit(X, y)
    assert_equal(mine, theirs)
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")


def test_starting_weights_of_the_user_are_kept():
    X, y = TABLES["numbers"]
    W = np.random.default_rng(0).normal(size=(10, 9))
    before = cr.estimators.MLPRegressor(
        **SETTINGS, random_state=0, initial_weights={"W1": W}, tol=1e9
    ).fit(X, y)
    np.testing.assert_array_equal(before.coefs_[0], W)  # no step: every gradient is small enough


def test_sparse_rows_are_never_made_dense():
    N, D = 30_000, 100_000  # 24 GB
    X = csr_matrix((np.ones(N), (np.arange(N), np.arange(N))), shape=(N, D))
    model = fit(
        MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", max_iter=2, random_state=0),
        X,
        np.ones(N),
    )
    assert model.coefs_[0].shape == (D, 1)
