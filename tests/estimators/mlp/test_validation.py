"""Validation rows of the MLPs: curves, early stopping, scorers, weights."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.metrics import accuracy_score, f1_score, log_loss, make_scorer, r2_score
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.estimators.mlp.validation_cases import (
    BASE,
    HEIGHTS,
    HELD,
    ROWS,
    TRAIN,
    WORDS,
    X,
    Y,
    with_held,
)

from chainrule.errors import DataError, ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor


def last_score(model, rows, y):
    return float((model.predict(rows) == y).mean()) - 1


@pytest.mark.parametrize("more", [{}, {"activation": "gelu"}], ids=["drop-in", "general"])
def test_both_curves_with_rows_of_ones_own(more):
    model = with_held(alpha=0.0, **more)
    assert (
        len(model.loss_curve_)
        == len(model.validation_loss_curve_)
        == len(model.validation_scores_)
        == 8
    )
    assert model.validation_loss_curve_[-1] == pytest.approx(
        log_loss(WORDS[HELD], model.predict_proba(X[HELD]))
    )
    assert model.validation_scores_[-1] == model.score(X[HELD], WORDS[HELD])
    assert model.best_validation_score_ is None  # the training loss decides
    plain = MLPClassifier(**BASE | {"alpha": 0.0}, **more).fit(X[TRAIN], WORDS[TRAIN])
    np.testing.assert_array_equal(plain.coefs_[0], model.coefs_[0])
    assert plain.validation_scores_ is None and plain.validation_loss_curve_ is None


@pytest.mark.parametrize("more", [{}, {"dropout": 0.1}], ids=["drop-in", "general"])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_the_validation_loss_counts_as_the_loss_does(loss, more):
    rows, y = ROWS, np.abs(HEIGHTS).round()
    model = MLPRegressor(loss, **BASE | {"alpha": 0.5}, **more).fit(
        rows[:60], y[:60], validation_data=(rows[60:], y[60:])
    )
    p = model.predict(rows[60:])
    half_deviance = (
        np.where(y[60:] > 0, y[60:] * np.log(np.where(y[60:] > 0, y[60:], 1) / p), 0) - y[60:] + p
    )
    if loss == "squared_error":
        data = 0.5 * ((p - y[60:]) ** 2).mean()
    else:  # the general Network counts without the terms of y alone
        data = (half_deviance if not more else p - y[60:] * np.log(p)).mean()
    penalty = 0.25 * sum((W**2).sum() for W in model.coefs_) / 25
    assert model.validation_loss_curve_[-1] == pytest.approx(data + penalty, rel=1e-9)


def test_ones_own_rows_stop_early_and_the_best_weights_come_back():
    for more in ({}, {"optimizer": "adamw"}):
        model = with_held(early_stopping=True, max_iter=80, n_iter_no_change=4, tol=0.0, **more)
        assert model.n_iter_ < 80
        assert (
            model.score(X[HELD], WORDS[HELD])
            == model.best_validation_score_
            == max(model.validation_scores_)
        )


@pytest.mark.parametrize("more", [{}, {"activation": "gelu"}], ids=["drop-in", "general"])
def test_weights_of_validation_rows_are_numbers_of_rows(more):
    k = np.random.RandomState(0).randint(1, 4, HELD.sum())
    a = with_held(weights=(k,), **more)
    b = MLPClassifier(**BASE, **more)
    b.fit(
        X[TRAIN],
        WORDS[TRAIN],
        validation_data=(np.repeat(X[HELD], k, axis=0), np.repeat(WORDS[HELD], k)),
    )
    np.testing.assert_allclose(a.validation_loss_curve_, b.validation_loss_curve_, rtol=1e-12)
    np.testing.assert_allclose(a.validation_scores_, b.validation_scores_, rtol=1e-12)


def test_validation_rows_that_do_not_fit_are_refused():
    model = MLPClassifier(**BASE)
    for wrong, error, message in (
        (X, DataError, "validation_data: expected"),
        ((X[:, :2], WORDS), ValueError, "4 features"),
        ((X, np.where(Y, WORDS, "iris")), ValueError, "classes not in"),
        ((X, WORDS[:9]), ValueError, "inconsistent numbers"),
    ):
        with pytest.raises(error, match=message):
            model.fit(X, WORDS, validation_data=wrong)
    with pytest.raises(ParameterError, match="Write optimizer='lbfgs'"):
        MLPClassifier(solver="lbfgs").fit(X, WORDS, validation_data=(X, WORDS))


def test_sparse_validation_rows():
    a = with_held(dropout=0.1)
    b = MLPClassifier(**BASE, dropout=0.1)
    b.fit(csr_matrix(X[TRAIN]), WORDS[TRAIN], validation_data=(csr_matrix(X[HELD]), WORDS[HELD]))
    np.testing.assert_allclose(a.validation_loss_curve_, b.validation_loss_curve_, rtol=1e-9)


@pytest.mark.parametrize("more", [{}, {"activation": "gelu"}], ids=["drop-in", "general"])
def test_any_scorer_decides(more):
    for scoring, value in (
        ("neg_log_loss", lambda m: -log_loss(WORDS[HELD], m.predict_proba(X[HELD]))),
        ("f1_macro", lambda m: f1_score(WORDS[HELD], m.predict(X[HELD]), average="macro")),
        (make_scorer(accuracy_score), lambda m: m.score(X[HELD], WORDS[HELD])),
        (last_score, lambda m: m.score(X[HELD], WORDS[HELD]) - 1),
        ("loss", lambda m: -min(m.validation_loss_curve_)),
    ):
        model = with_held(
            scoring=scoring, early_stopping=True, max_iter=40, n_iter_no_change=3, **more
        )
        assert model.best_validation_score_ == pytest.approx(value(model))
    losses = with_held(**more).validation_loss_curve_
    np.testing.assert_allclose(
        with_held(scoring="loss", **more).validation_scores_, [-v for v in losses], rtol=1e-12
    )


def test_a_scorer_gets_weights_where_it_knows_them():
    w = np.random.RandomState(0).uniform(0.5, 2, HELD.sum())
    model = with_held(scoring="accuracy", weights=(w,))
    assert model.validation_scores_[-1] == pytest.approx(
        model.score(X[HELD], WORDS[HELD], sample_weight=w)
    )
    with_held(scoring=last_score, weights=(w,))
    with pytest.raises(ValueError, match="not a valid scoring value"):
        with_held(scoring="acuracy")


def test_frames_are_scored_and_keep_their_names():
    for library in ("pandas", "polars"):
        frames = pytest.importorskip(library)
        frame = frames.DataFrame({f"feature {k}": X[:, k] for k in range(4)})
        model = MLPClassifier(**BASE, scoring="neg_log_loss", early_stopping=True, dropout=0.1).fit(
            frame, WORDS
        )
        assert model.feature_names_in_.tolist() == list(frame.columns)
        plain = MLPClassifier(**BASE, scoring="neg_log_loss", early_stopping=True, dropout=0.1).fit(
            X, WORDS
        )
        assert model.validation_scores_ == plain.validation_scores_
        model.fit(frame, WORDS, validation_data=(frame, WORDS))
        with pytest.raises(ValueError, match="feature names"):
            model.fit(frame, WORDS, validation_data=(frame[list(frame.columns)[::-1]], WORDS))


def test_metadata_are_routed():
    held = (X[HELD], WORDS[HELD])
    with sklearn.config_context(enable_metadata_routing=True):
        model = MLPClassifier(**BASE, early_stopping=True).set_fit_request(
            validation_data=True, sample_weight=False
        )
        found = cross_validate(
            model, X, WORDS, cv=3, params={"validation_data": held}, return_estimator=True
        )
        for fitted in found["estimator"]:
            assert fitted.best_validation_score_ == fitted.score(*held)
        pipe = make_pipeline(StandardScaler(with_mean=False, with_std=False), clone(model))
        assert pipe.fit(X, WORDS, validation_data=held)[-1].best_validation_score_ == pipe.score(
            *held
        )


def test_the_regressor_keeps_r2():
    model = MLPRegressor(**BASE, l1=0.01).fit(
        ROWS[:60], HEIGHTS[:60], validation_data=(ROWS[60:], HEIGHTS[60:])
    )
    assert model.validation_scores_[-1] == pytest.approx(
        r2_score(HEIGHTS[60:], model.predict(ROWS[60:]))
    )
