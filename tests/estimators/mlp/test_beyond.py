"""The MLPs beyond scikit-learn: each keyword alone, and beside the drop-in path."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.metrics import log_loss
from tests.estimators.mlp.beyond_cases import BASE, HEIGHTS, ROWS, WORDS, X, Y, assert_same, fitted

import chainrule as cr
from chainrule.errors import ChainruleError, ParameterError
from chainrule.estimators import MLPClassifier, MLPRegressor


def nothing(run):
    """A callback that is there and does nothing: the general path, and otherwise the drop-in path's settings."""


def naive_forward(model, rows, act, norm=None):
    """Hidden layers of a network, one after another."""
    a = rows
    for W, b in list(zip(model.coefs_, model.intercepts_, strict=True))[: model.n_layers_ - 2]:
        z = a @ W + b
        a = act(z if norm is None else norm(z))
    return a


@pytest.mark.usefixtures("engine")
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


@pytest.mark.usefixtures("engine")
def test_their_adam_as_an_object_and_as_a_word():
    assert_same(fitted(), fitted(optimizer=cr.Adam.like("sklearn", lr=0.02)), 1e-14)
    assert_same(fitted(optimizer="adamw"), fitted(optimizer=cr.AdamW(lr=0.02)))
    a = fitted(optimizer="momentum", learning_rate="cosine")
    assert_same(a, fitted(optimizer=cr.Momentum(lr=cr.Cosine(0.02, 8 * 3))))


@pytest.mark.usefixtures("engine")
def test_a_schedule_in_learning_rate_is_the_solvers():
    a = fitted(solver="sgd", nesterovs_momentum=False, learning_rate=lambda step: 0.1 / step)
    b = fitted(optimizer=cr.Momentum(lr=lambda step: 0.1 / step, momentum=0.9))
    assert_same(a, b, 1e-14)
    with pytest.raises(ParameterError, match="'constant' beside an optimizer as object"):
        fitted(optimizer=cr.Adam(), learning_rate="cosine")


@pytest.mark.usefixtures("engine")
def test_lbfgs_reaches_the_minimum_that_theirs_reaches():
    settings = {"alpha": 1.0, "activation": "tanh", "max_iter": 100, "tol": 1e-5, "random_state": 1}
    theirs, ours = fitted(solver="lbfgs", **settings), fitted(optimizer="lbfgs", **settings)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-3)
    assert_same(ours, fitted(solver="lbfgs", callbacks=[nothing], **settings))
    with pytest.raises(ParameterError, match="must not change by chance"):
        fitted(optimizer="lbfgs", dropout=0.1)


@pytest.mark.usefixtures("engine")
def test_an_average_gives_the_weights_that_fit_ends_with():
    plain, averaged = (fitted(optimizer=more) for more in (cr.Adam(), (cr.Adam(), cr.EMA(0.9))))
    assert abs(plain.coefs_[0] - averaged.coefs_[0]).max() > 1e-4
    last = {}
    fitted(
        optimizer=(cr.Adam(), cr.EMA(0.9)),
        callbacks=[lambda run: last.update(theta=run.net.averaged().theta)],
    )
    np.testing.assert_array_equal(averaged.network_.theta, last["theta"])


@pytest.mark.usefixtures("engine")
def test_dropout_is_in_training_alone_and_of_the_seed():
    model = fitted(dropout=(0.5, 0.0))
    plain = fitted(callbacks=[nothing])
    assert abs(model.coefs_[0] - plain.coefs_[0]).max() > 1e-3
    np.testing.assert_allclose(
        model.hidden(X), naive_forward(model, X, lambda z: np.maximum(z, 0)), atol=1e-12
    )
    assert_same(model, fitted(dropout=(0.5, 0.0)))
    assert abs(model.coefs_[0] - fitted(dropout=(0.5, 0.0), random_state=1).coefs_[0]).max() > 1e-3


@pytest.mark.usefixtures("engine")
def test_normalization_by_rows_is_the_formula():
    def norm(z):
        return (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)

    model = fitted(normalization="layer", optimizer=cr.SGD(lr=1e-300))  # gamma stays 1, beta 0
    np.testing.assert_allclose(
        model.hidden(X), naive_forward(model, X, lambda u: np.maximum(u, 0), norm), atol=1e-10
    )


@pytest.mark.usefixtures("engine")
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


@pytest.mark.usefixtures("engine")
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


@pytest.mark.usefixtures("engine")
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
