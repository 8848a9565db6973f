"""The MLP estimators beyond scikit-learn: each keyword alone, beside the drop-in path, and under scikit-learn's checks."""

import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris, make_friedman1
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss

import chainrule as cr
from chainrule.engines import native
from chainrule.errors import ChainruleError, DataError, ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
ROWS, HEIGHTS = make_friedman1(120, random_state=0)
HEIGHTS = (HEIGHTS - HEIGHTS.mean()) / HEIGHTS.std()
SEVERAL = np.column_stack([Y, np.where(X[:, 0] > 0, 7, 3), 2 - Y])
BASE = {
    "hidden_layer_sizes": (8, 6),
    "max_iter": 8,
    "random_state": 0,
    "learning_rate_init": 0.02,
    "batch_size": 50,
}


@pytest.fixture(
    autouse=True,
    params=[
        pytest.param(
            "native", marks=pytest.mark.skipif(not native.available(), reason="not built")
        ),
        "reference",
    ],
)
def engine(request, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", request.param)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield request.param


def nothing(run):
    """A callback that is there and does nothing: the general path, and otherwise the drop-in path's settings."""


def fitted(cls=MLPClassifier, rows=X, y=WORDS, sample_weight=None, **settings):
    return cls(**BASE | settings).fit(rows, y, sample_weight=sample_weight)


def assert_same(a, b, tolerance=0.0):
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def naive_forward(model, rows, act, norm=None):
    """Hidden layers of a network, one after another."""
    a = rows
    for W, b in list(zip(model.coefs_, model.intercepts_, strict=True))[: model.n_layers_ - 2]:
        z = a @ W + b
        a = act(z if norm is None else norm(z))
    return a


# ---------------------------------------------------------------- the general path is the drop-in path


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"solver": "sgd"},
        {"solver": "sgd", "learning_rate": "invscaling", "shuffle": False},
        {
            "solver": "sgd",
            "learning_rate": "adaptive",
            "tol": 0.1,
            "n_iter_no_change": 1,
            "max_iter": 20,
        },
        {"activation": "logistic", "alpha": 0.3, "hidden_layer_sizes": 5},
        {
            "early_stopping": True,
            "validation_fraction": 1 / 3,
            "tol": 1.0,
            "n_iter_no_change": 3,
            "max_iter": 30,
        },
    ],
    ids=lambda s: "-".join(map(str, s.values())) or "adam",
)
@pytest.mark.parametrize("rows", ["iris", "friedman"])
def test_both_paths_have_one_random_stream_one_order_and_one_stopping_rule(settings, rows):
    if rows == "iris":
        data, y, cls = X, WORDS, MLPClassifier
    else:
        data, y, cls = ROWS[:100], HEIGHTS[:100], MLPRegressor
        settings = settings | {"validation_fraction": 0.5}
    plain, general = (
        fitted(cls, data, y, **settings, **more) for more in ({}, {"callbacks": [nothing]})
    )
    assert general.n_iter_ == plain.n_iter_
    assert_same(plain, general, 1e-13)
    np.testing.assert_allclose(general.loss_curve_, plain.loss_curve_, rtol=1e-12)
    if plain.validation_scores_ is not None:
        np.testing.assert_allclose(general.validation_scores_, plain.validation_scores_, rtol=1e-12)
        np.testing.assert_allclose(
            general.validation_loss_curve_, plain.validation_loss_curve_, rtol=1e-10
        )
    assert plain.network_.loss_and_grad is not None


def test_their_adam_as_an_object_and_as_a_word():
    assert_same(fitted(), fitted(optimizer=cr.Adam.like("sklearn", lr=0.02)), 1e-14)
    assert_same(fitted(optimizer="adamw"), fitted(optimizer=cr.AdamW(lr=0.02)))
    a = fitted(optimizer="momentum", learning_rate="cosine")
    assert_same(a, fitted(optimizer=cr.Momentum(lr=cr.Cosine(0.02, 8 * 3))))


def test_a_schedule_in_learning_rate_is_the_solvers():
    a = fitted(solver="sgd", nesterovs_momentum=False, learning_rate=lambda step: 0.1 / step)
    b = fitted(optimizer=cr.Momentum(lr=lambda step: 0.1 / step, momentum=0.9))
    assert_same(a, b, 1e-14)
    with pytest.raises(ParameterError, match="'constant' beside an optimizer as object"):
        fitted(optimizer=cr.Adam(), learning_rate="cosine")


@pytest.mark.parametrize(
    "word", sorted(MLPClassifier._parameter_constraints["optimizer"][0].options)
)
def test_every_optimizer_by_name_learns(word):
    assert (
        fitted(optimizer=word, max_iter=40).loss_curve_[-1]
        < fitted(optimizer=word, max_iter=1).loss_curve_[0]
    )


def test_lbfgs_reaches_the_minimum_that_theirs_reaches():
    settings = {"alpha": 1.0, "activation": "tanh", "max_iter": 100, "tol": 1e-5, "random_state": 1}
    theirs, ours = fitted(solver="lbfgs", **settings), fitted(optimizer="lbfgs", **settings)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-3)
    assert_same(ours, fitted(solver="lbfgs", callbacks=[nothing], **settings))
    with pytest.raises(ParameterError, match="must not change by chance"):
        fitted(optimizer="lbfgs", dropout=0.1)


def test_an_average_gives_the_weights_that_fit_ends_with():
    plain, averaged = (fitted(optimizer=more) for more in (cr.Adam(), (cr.Adam(), cr.EMA(0.9))))
    assert abs(plain.coefs_[0] - averaged.coefs_[0]).max() > 1e-4
    last = {}
    fitted(
        optimizer=(cr.Adam(), cr.EMA(0.9)),
        callbacks=[lambda run: last.update(theta=run.net.averaged().theta)],
    )
    np.testing.assert_array_equal(averaged.network_.theta, last["theta"])


# ---------------------------------------------------------------- layers


def test_an_activation_for_each_layer():
    model = fitted(activation=("tanh", cr.ELU(alpha=0.5)))
    first = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    z = first @ model.coefs_[1] + model.intercepts_[1]
    np.testing.assert_allclose(model.hidden(X, 0), first, atol=1e-12)
    np.testing.assert_allclose(model.hidden(X), np.where(z > 0, z, 0.5 * np.expm1(z)), atol=1e-12)
    assert_same(fitted(activation=["tanh", "tanh"]), fitted(activation="tanh"), 1e-14)


@pytest.mark.parametrize(
    "word", sorted(MLPClassifier._parameter_constraints["activation"][0].options)
)
def test_every_activation_by_name(word):
    model = fitted(activation=word, dropout=0.1)
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    assert model.hidden(X).shape == (150, 6)


def test_wrong_words_for_layers_name_the_layer():
    for wrong, message in (
        ({"activation": ("relu",)}, r"one for each of the 2 hidden layers, got 1"),
        ({"activation": ("relu", cr.GELU)}, r"Write GELU\(\)"),
        ({"activation": ("relu", "rleu")}, r"MLPClassifier\(activation=...\)\[1\]"),
        ({"dropout": (0.1, 1.0)}, r"dropout=...\)\[1\]: expected a number from 0 to below 1"),
        ({"dropout": 1.0}, "'dropout' parameter of MLPClassifier must be"),
        ({"activation": "rleu"}, "'activation' parameter of MLPClassifier must be"),
        ({"normalization": "group"}, "'normalization' parameter"),
        ({"optimizer": "adan"}, "'optimizer' parameter"),
        ({"l1": -1}, "'l1' parameter"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted(**wrong)


def test_dropout_is_in_training_alone_and_of_the_seed():
    model = fitted(dropout=(0.5, 0.0))
    plain = fitted(callbacks=[nothing])
    assert abs(model.coefs_[0] - plain.coefs_[0]).max() > 1e-3
    np.testing.assert_allclose(
        model.hidden(X), naive_forward(model, X, lambda z: np.maximum(z, 0)), atol=1e-12
    )
    assert_same(model, fitted(dropout=(0.5, 0.0)))
    assert abs(model.coefs_[0] - fitted(dropout=(0.5, 0.0), random_state=1).coefs_[0]).max() > 1e-3


def test_normalization_by_rows_is_the_formula():
    def norm(z):
        return (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)

    model = fitted(normalization="layer", optimizer=cr.SGD(lr=1e-300))  # gamma stays 1, beta 0
    np.testing.assert_allclose(
        model.hidden(X), naive_forward(model, X, lambda u: np.maximum(u, 0), norm), atol=1e-10
    )


def test_normalization_by_batches_keeps_its_running_statistics():
    model = fitted(normalization="batch", max_iter=60)
    z = X @ model.coefs_[0] + model.intercepts_[0]
    np.testing.assert_allclose(model.network_.state["running_mean2"], z.mean(axis=0), atol=0.3)
    assert model.score(X, WORDS) > 0.9
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    again = model.predict_proba(X)
    model.fit(X, WORDS)  # gamma, beta and the statistics begin anew
    np.testing.assert_array_equal(model.predict_proba(X), again)


def test_l1_draws_weights_to_zero():
    plain, sparse = fitted(max_iter=200, alpha=0.0), fitted(max_iter=200, alpha=0.0, l1=1.0)
    assert abs(np.concatenate([W.ravel() for W in sparse.coefs_])).sum() < 0.8 * sum(
        abs(W).sum() for W in plain.coefs_
    )
    model = fitted(l1=0.2, alpha=0.3, batch_size=150, max_iter=1)
    before = MLPClassifier(**BASE | {"max_iter": 1}).fit(X, WORDS)  # for its weights
    loss, _ = model.network_.loss_and_grad(X, Y)
    Ws = [W.ravel() for W in model.coefs_]
    penalty = sum(0.2 * abs(W).sum() + 0.15 * (W @ W) for W in Ws) / 150
    assert loss == pytest.approx(log_loss(Y, model.predict_proba(X)) + penalty, rel=1e-9)
    assert before.coefs_[0].shape == model.coefs_[0].shape


def test_initial_weights_by_symbol():
    W = np.full((4, 8), 0.25)
    for more in ({}, {"normalization": "batch"}):
        seen = MLPClassifier(
            **BASE | {"max_iter": 1}, optimizer=cr.SGD(lr=1e-300), initial_weights={"W1": W}, **more
        )
        np.testing.assert_array_equal(seen.fit(X, WORDS).coefs_[0], W)
    assert_same(
        fitted(),
        fitted(
            initial_weights={
                "b1": fitted(max_iter=1, solver="sgd", learning_rate_init=1e-300).intercepts_[0]
            }
        ),
        1e-12,
    )
    for wrong, message in (({"W9": W}, "one of W1, b1"), ({"W1": W.T}, "Transpose it")):
        with pytest.raises(ChainruleError, match=message):
            fitted(initial_weights=wrong)


class Swish(cr.Layer):
    """An activation of one's own, from ops that are there."""

    def __call__(self, x):
        return cr.ops.multiply(x, cr.ops.sigmoid(x))


def test_an_activation_of_ones_own():
    np.testing.assert_allclose(
        fitted(activation=Swish()).predict_proba(X),
        fitted(activation="silu").predict_proba(X),
        atol=1e-6,
    )


# ---------------------------------------------------------------- losses and targets


@pytest.mark.parametrize("word", ["absolute_error", "huber", "log_cosh", "quantile"])
def test_losses_of_the_regressor(word):
    model = fitted(MLPRegressor, ROWS, HEIGHTS, loss=word, batch_size=120, alpha=0.0, max_iter=60)
    assert model.loss_curve_[-1] < 0.8 * model.loss_curve_[0]
    loss, _ = model.network_.loss_and_grad(ROWS, HEIGHTS)
    d = model.predict(ROWS) - HEIGHTS
    value = {
        "absolute_error": abs(d),
        "huber": np.where(abs(d) < 1, d * d / 2, abs(d) - 0.5),
        "log_cosh": np.log(np.cosh(d)),
        "quantile": abs(d) / 2,
    }[word]
    assert loss == pytest.approx(value.mean(), rel=1e-9)


def test_a_loss_as_an_object_and_a_poisson_one_with_its_link():
    a, b = (fitted(MLPRegressor, ROWS, HEIGHTS, loss=loss) for loss in ("huber", cr.Huber()))
    assert_same(a, b)
    counts = np.round(np.exp(HEIGHTS))
    model = fitted(MLPRegressor, ROWS, counts, loss=cr.Poisson())
    assert model.out_activation_ == "exp" and (model.predict(ROWS) > 0).all()
    with pytest.raises(DataError, match="counts"):
        fitted(MLPRegressor, ROWS, HEIGHTS, loss=cr.Poisson())


def test_losses_of_the_classifier():
    smooth = fitted(loss=cr.SoftmaxCrossEntropy(label_smoothing=0.3), max_iter=80)
    assert smooth.predict_proba(X).max() < fitted(max_iter=80).predict_proba(X).max()
    assert fitted(y=Y > 0, loss=cr.SoftmaxCrossEntropy()).coefs_[-1].shape == (6, 2)
    assert_same(fitted(y=Y > 0, loss=cr.SigmoidCrossEntropy()), fitted(y=Y > 0), 1e-12)
    np.testing.assert_allclose(
        fitted(loss=cr.KLDivergence()).predict_proba(X), fitted().predict_proba(X), atol=1e-10
    )
    for wrong, y, message in (
        (cr.Hinge(), Y, "whose link gives probabilities"),
        (cr.SigmoidCrossEntropy(), Y, "SoftmaxCrossEntropy for multiclass"),
        (
            cr.SoftmaxCrossEntropy(),
            np.eye(3, dtype=int)[Y] + np.eye(3, dtype=int)[::-1][Y] > 0,
            "SigmoidCrossEntropy for",
        ),
        (cr.KLDivergence(), SEVERAL, "for several columns"),
    ):
        with pytest.raises(ParameterError, match=message):
            fitted(loss=wrong, y=y)


def test_several_columns_of_classes(engine):
    model = fitted(y=SEVERAL, max_iter=150)
    p = model.predict_proba(X)
    assert [part.shape for part in p] == [(150, 3), (150, 2), (150, 3)]
    for part, logs in zip(p, model.predict_log_proba(X), strict=True):
        np.testing.assert_allclose(part.sum(axis=1), 1)
        np.testing.assert_allclose(np.exp(logs), part)
    found = model.predict(X)
    assert found.shape == SEVERAL.shape and (found == SEVERAL).mean() > 0.9
    for column, classes, part in zip(found.T, model.classes_, p, strict=True):
        np.testing.assert_array_equal(column, classes[part.argmax(axis=1)])
    assert model.score(X, SEVERAL) == (found == SEVERAL).all(axis=1).mean()
    assert [W.shape for W in model.coefs_] == [(4, 8), (8, 6), (6, 3), (6, 2), (6, 3)]
    assert (model.n_layers_, model.n_outputs_, model.hidden(X).shape) == (4, 8, (150, 6))
    a = model.hidden(X) @ model.coefs_[3] + model.intercepts_[3]
    np.testing.assert_allclose(np.exp(a) / np.exp(a).sum(axis=1, keepdims=True), p[1], atol=1e-10)
    np.testing.assert_allclose(
        np.hstack(model.predict_proba(csr_matrix(X))), np.hstack(p), atol=1e-12
    )
    names = np.array([["a", "b", "c"][k] for k in SEVERAL[:, 0]])
    both = fitted(y=np.column_stack([names, WORDS]), early_stopping=True)
    assert both.predict(X).dtype.kind == "U" and len(both.validation_loss_curve_) == both.n_iter_
    with pytest.raises(DataError, match="at least two classes"):
        fitted(y=np.column_stack([Y, 0 * Y]))
    with pytest.raises(ValueError, match="classes not in"):
        model.partial_fit(X, SEVERAL + 1)


def test_several_columns_piece_by_piece():
    model = MLPClassifier(**BASE)
    classes = [np.unique(column) for column in SEVERAL.T]
    for part in (slice(0, 60), slice(60, 150)):
        model.partial_fit(X[part], SEVERAL[part], classes=classes)
    assert model.predict(X).shape == (150, 3) and model.t_ == 150
    same = MLPClassifier(**BASE | {"warm_start": True}).fit(X, SEVERAL).fit(X, SEVERAL)
    assert len(same.loss_curve_) == 16
    with pytest.raises(ValueError, match="warm_start"):
        same.fit(X, SEVERAL[:, [1, 0, 2]])
