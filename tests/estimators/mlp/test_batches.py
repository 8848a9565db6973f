"""The objective of the MLPs, batch by batch."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.mlp.sklearn_cases import PAIRS


def test_the_loss_is_not_cut_off(data):
    X, y = data["two"]
    a, b = (
        cls((), max_iter=1, solver="sgd", learning_rate_init=1e-9, random_state=0)
        for cls in PAIRS[0]
    )
    for model in (a, b):
        model.partial_fit(X, y, classes=[False, True])
        model.coefs_[0][...], model.intercepts_[0][...] = 0, -100
        model.partial_fit(X, y)
    assert a.loss_ == pytest.approx(100 * y.mean())  # softplus(-100) - y (-100)
    assert b.loss_ == pytest.approx(-np.log(np.finfo(float).eps) * y.mean())
    np.testing.assert_allclose(a.coefs_[0], b.coefs_[0], atol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("rows", ["two", "iris", "linnerud", "counts"])
def test_a_weight_is_a_number_of_rows(solver, rows, data, engine):
    X, y = data[rows]
    cls = PAIRS[rows in ("linnerud", "counts")][0]
    k = np.random.RandomState(0).randint(1, 4, len(X))
    X2, y2 = np.repeat(X, k, axis=0), np.repeat(y, k, axis=0)
    settings = {
        "solver": solver,
        "max_iter": 10,
        "shuffle": False,
        "random_state": 0,
        "activation": "tanh",
    }
    if rows == "counts":
        settings["loss"] = "poisson"
    settings["hidden_layer_sizes"] = 5
    a = cls(batch_size=len(X), **settings).fit(X, y, sample_weight=k.astype(float))
    b = cls(batch_size=len(X2), **settings).fit(X2, y2)
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 if solver != "lbfgs" else 1e-7)
    assert a.loss_ == pytest.approx(b.loss_, rel=1e-9)
