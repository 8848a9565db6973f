"""The MLP estimators' keywords beyond scikit-learn: validation rows, scorers, callbacks, searches, frames, check_estimator."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_iris, make_friedman1
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, f1_score, log_loss, make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import chainrule as cr
from chainrule.errors import DataError, ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
ROWS, HEIGHTS = make_friedman1(90, random_state=0)
BASE = {
    "hidden_layer_sizes": (6, 4),
    "max_iter": 8,
    "random_state": 0,
    "learning_rate_init": 0.02,
    "batch_size": 25,
}
TRAIN, HELD = np.arange(150) % 3 > 0, np.arange(150) % 3 == 0


@pytest.fixture(autouse=True)
def unfinished():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def with_held(rows=X, y=WORDS, cls=MLPClassifier, weights=(), **settings):
    return cls(**BASE | settings).fit(
        rows[TRAIN], y[TRAIN], validation_data=(rows[HELD], y[HELD], *weights)
    )


# ---------------------------------------------------------------- validation rows


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


# ---------------------------------------------------------------- scorers


def last_score(model, rows, y):
    return float((model.predict(rows) == y).mean()) - 1


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


# ---------------------------------------------------------------- callbacks


class Count(cr.Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, run):
        self.seen.append(sorted(run.logs))
        return len(self.seen) == 3


def test_callbacks_are_told_and_may_stop(tmp_path):
    count = Count()
    model = with_held(callbacks=[count, cr.CSVLog(tmp_path / "log.csv")])
    assert model.n_iter_ == 3 and count.seen == [["loss", "val_loss"]] * 3
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a callback's end is no failure to converge
        MLPClassifier(**BASE, callbacks=[Count()]).fit(X, WORDS)
    stopped = with_held(
        callbacks=[cr.EarlyStopping(patience=2)], max_iter=200, learning_rate_init=0.1
    )
    assert stopped.n_iter_ < 200
    kept = with_held(callbacks=[cr.Checkpoint(tmp_path / "net.safetensors")])
    np.testing.assert_allclose(
        cr.Network.load(tmp_path / "net.safetensors").predict(X), kept.predict_proba(X), atol=1e-12
    )
    with pytest.raises(ParameterError, match="callbacks"):
        MLPClassifier(callbacks=[3]).fit(X, WORDS)


def test_a_schedule_that_watches_the_validation_loss():
    model = with_held(learning_rate=cr.ReduceOnPlateau(0.05, patience=1), solver="sgd", max_iter=20)
    assert len(model.validation_loss_curve_) == model.n_iter_


# ---------------------------------------------------------------- searches


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


# ---------------------------------------------------------------- scikit-learn's checks


def no_number_of_rows(model):
    """The checks in which a weight must count as so many rows, where it cannot."""
    why = (
        "statistics count rows"
        if model.normalization == "batch"
        else "each copy of a row has a mask of its own"
    )
    fails = model.normalization == "batch" or model.dropout
    names = [f"check_sample_weight_equivalence_on_{kind}_data" for kind in ("dense", "sparse")]
    return dict.fromkeys(names, why) if fails else {}


@pytest.mark.slow
@parametrize_with_checks(
    [
        MLPClassifier(max_iter=100, class_weight="balanced"),
        MLPClassifier(max_iter=100, optimizer="adamw", learning_rate="cosine", activation="gelu"),
        MLPClassifier(max_iter=100, normalization="layer", scoring="neg_log_loss"),
        MLPClassifier(max_iter=100, normalization="batch"),
        MLPClassifier(max_iter=100, dropout=0.05, l1=1e-6),
        MLPRegressor(max_iter=100, optimizer="nadam", n_layers=2, n_units=30),
        MLPRegressor(max_iter=100, normalization="layer", loss="huber"),
        MLPRegressor(max_iter=100, normalization="batch"),
        MLPRegressor(max_iter=100, dropout=0.05, activation="silu"),
    ],
    expected_failed_checks=no_number_of_rows,
)
def test_check_estimator_has_nothing_to_say(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
