"""The MLPs beyond scikit-learn go on: partial_fit, warm starts, pickles, other settings, Ctrl-C."""

import pickle
import signal

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from scipy.sparse import csr_matrix
from sklearn.base import clone
from tests.estimators.mlp.beyond_cases import BASE as SETTINGS
from tests.estimators.mlp.beyond_cases import HEIGHTS, ROWS, WORDS, X, assert_same

import chainrule as cr
from chainrule.errors import TrainingError
from chainrule.estimators import MLPClassifier, MLPRegressor

BASE = SETTINGS | {"max_iter": 4}


def fitted(cls=MLPClassifier, rows=X, y=WORDS, sample_weight=None, **settings):
    return cls(**BASE | settings).fit(rows, y, sample_weight=sample_weight)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.3},
        {"normalization": "batch", "optimizer": (cr.ClipNorm(1.0), cr.Adam(lr=0.05))},
        {"optimizer": "rmsprop", "learning_rate": "invscaling"},
        {"activation": "prelu", "solver": "sgd", "learning_rate": "adaptive"},
    ],
    ids=str,
)
def test_a_pickle_and_partial_fit_go_on_where_they_were(settings):
    model = fitted(**settings)
    twin = pickle.loads(pickle.dumps(model))
    for m in (model, twin):
        m.partial_fit(X, WORDS)
        m.partial_fit(X[:70], WORDS[:70])  # another batch for α: the network is made again
    assert_same(model, twin)
    assert np.shares_memory(model.coefs_[0], model.network_.theta)
    whole = MLPClassifier(
        **BASE | settings | {"max_iter": 3, "shuffle": False, "n_iter_no_change": 50}
    )
    parts = clone(whole)
    whole.fit(X, WORDS)
    for _ in range(3):
        parts.partial_fit(X, WORDS, classes=np.unique(WORDS))
    assert_same(whole, parts, 1e-13)
    assert whole.loss_curve_ == pytest.approx(parts.loss_curve_)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"dropout": 0.2}),
        ({"activation": "relu", "optimizer": "adamw"}, {"optimizer": None}),
        ({"early_stopping": True}, {"early_stopping": False, "l1": 0.1}),
        ({"l1": 0.1}, {"early_stopping": True}),
        ({"solver": "lbfgs"}, {"solver": "adam", "early_stopping": True}),
        ({"normalization": "batch"}, {"normalization": "layer"}),
    ],
    ids=str,
)
def test_settings_may_change_between_warm_starts(before, after):
    model = fitted(**before, warm_start=True)
    model.set_params(**after).fit(X, WORDS)
    if not model.early_stopping:
        model.partial_fit(X, WORDS)
    assert np.isfinite(model.predict_proba(X)).all() and np.isfinite(model.loss_curve_).all()


@pytest.mark.usefixtures("engine")
def test_whoever_overwrites_the_weights_is_obeyed():
    model = fitted(activation="gelu", normalization="batch", warm_start=True)
    p = model.predict_proba(X)
    model.coefs_[0] = 0.5 * model.coefs_[0]
    assert abs(model.predict_proba(X) - p).max() > 1e-3
    assert np.shares_memory(model.coefs_[0], model.network_.theta)
    model.fit(X, WORDS)
    assert len(model.loss_curve_) == 8


@pytest.mark.usefixtures("engine")
def test_sparse_rows_and_float32():
    sparse = fitted(rows=csr_matrix(X), dropout=0.2, early_stopping=True)
    assert_same(sparse, fitted(dropout=0.2, early_stopping=True), 1e-13)
    small = fitted(rows=X.astype(np.float32), activation="gelu")
    assert (
        small.network_.dtype == np.float32
        and small.predict_proba(X.astype(np.float32)).dtype == np.float32
    )


@pytest.mark.usefixtures("engine")
def test_a_run_that_became_nan_says_where():
    with pytest.raises(TrainingError, match="first non-finite value"):
        fitted(MLPRegressor, ROWS, HEIGHTS, optimizer=cr.SGD(lr=1e30), max_iter=30)


@pytest.mark.usefixtures("engine")
def test_ctrl_c_keeps_what_was_learned():
    def press(run):
        if run.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.warns(UserWarning, match="interrupted by user"):
        model = fitted(callbacks=[press], max_iter=50)
    assert model.n_iter_ in (3, 4) and model.predict(X).shape == (150,)
