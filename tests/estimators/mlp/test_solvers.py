"""SGD, Adam and L-BFGS of the MLPs end at scikit-learn's weights."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.mlp.sklearn_cases import PAIRS, SINCE_17, assert_same


def with_and_without_weights(n):
    """What fit gets beside X and y; theirs takes weights from 1.7 on."""
    return [{}, {"sample_weight": np.random.RandomState(1).uniform(0.1, 2, n)}][
        : 2 if SINCE_17 else 1
    ]


SLOW_ROWS = ["digits", "iris", "labels", "diabetes"] + ["counts"] * SINCE_17
SGD = {"solver": "sgd", "learning_rate_init": 0.05}
KINDS = {
    "adam": {},
    "nesterov": SGD,
    "momentum": SGD | {"nesterovs_momentum": False, "activation": "tanh"},
    "all momentum": SGD | {"momentum": 1.0, "learning_rate_init": 1e-4, "shuffle": False},
    "invscaling": SGD | {"learning_rate": "invscaling", "activation": "logistic", "batch_size": 37},
    "adaptive": SGD
    | {"learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 2, "activation": "identity"},
    "stopping": {"early_stopping": True, "n_iter_no_change": 3, "learning_rate_init": 0.01},
    "stopping sgd": SGD | {"early_stopping": True, "validation_fraction": 0.3, "alpha": 0.0},
    "deep": {"hidden_layer_sizes": (12, 7, 5), "alpha": 0.3, "batch_size": 50},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rows",
    [
        "linnerud",
        "two",
        *(pytest.param(r, marks=pytest.mark.slow) for r in SLOW_ROWS),
    ],
)
def test_twenty_epochs_end_at_their_weights(kind, rows, data, engine):
    X, y = data[rows]
    if rows == "iris" and "stopping" in kind and not SINCE_17:
        pytest.skip("before 1.7 theirs fails on words with early_stopping")
    pair = PAIRS[rows in ("diabetes", "linnerud", "counts")]
    settings = {"hidden_layer_sizes": 20, "max_iter": 20, "random_state": 5} | KINDS[kind]
    if rows == "counts":  # exp of the outputs: a larger rate makes both diverge
        settings |= {
            "loss": "poisson",
            "learning_rate_init": min(settings.get("learning_rate_init", 1e-3), 5e-3),
        }
    if rows == "linnerud" and "batch_size" in settings:
        settings["batch_size"] = 7
    for weights in with_and_without_weights(len(X)):
        a, b = (cls(**settings).fit(X, y, **weights) for cls in pair)
        assert_same(a, b, 1e-9)
        np.testing.assert_allclose(a.loss_curve_, b.loss_curve_, rtol=1e-9)
        assert a.t_ == b.t_
        for name in ("validation_scores_", "best_validation_score_", "best_loss_"):
            if getattr(b, name) is None:
                assert getattr(a, name) is None
            else:
                np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-9)
        np.testing.assert_allclose(
            *(np.asarray(getattr(m, "predict_proba", m.predict)(X), float) for m in (a, b)),
            atol=1e-9,
        )
        assert (a.predict(X[:40]) == b.predict(X[:40])).all() or rows in (
            "diabetes",
            "linnerud",
            "counts",
        )


@pytest.mark.parametrize(
    "rows",
    [
        "linnerud",
        "two",
        *(pytest.param(r, marks=pytest.mark.slow) for r in SLOW_ROWS),
    ],
)
def test_lbfgs_ends_at_their_loss(rows, data, engine):
    X, y = data[rows]
    pair = PAIRS[rows in ("diabetes", "linnerud", "counts")]
    settings = {
        "hidden_layer_sizes": 8,
        "activation": "tanh",
        "solver": "lbfgs",
        "max_iter": 20,
        "random_state": 2,
    }
    if rows == "counts":
        settings["loss"] = "poisson"
    for weights in with_and_without_weights(len(X)):
        a, b = (cls(**settings).fit(X, y, **weights) for cls in pair)
        assert a.loss_ == pytest.approx(b.loss_, abs=1e-6)
        assert a.n_iter_ == b.n_iter_
