"""Deep belief estimators: scaling, settings, scikit-learn's checks."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from tests.estimators.energy.belief_cases import LABELS, X
from tests.sklearn_checks import failures

import chainrule as cr
from chainrule.engines import native
from chainrule.estimators import DeepBeliefAutoencoder, DeepBeliefClassifier

ENGINES = [
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
    "reference",
]
both = pytest.mark.parametrize("cls", [DeepBeliefClassifier, DeepBeliefAutoencoder])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["binary", "gaussian"])
@pytest.mark.parametrize(
    ("cls", "max_iter"), [(DeepBeliefClassifier, 60), (DeepBeliefAutoencoder, 20)]
)
def test_check_estimator(cls, max_iter, kind, engine, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", engine)
    rate = 0.1 if kind == "binary" else 0.01
    assert failures(cls((10,), kind=kind, learning_rate=rate, n_iter=5, max_iter=max_iter)) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@both
def test_check_estimator_with_the_defaults(cls):
    assert failures(cls()) == []


@pytest.mark.slow
def test_they_learn_the_digits():
    model = DeepBeliefClassifier((64, 32), max_iter=30, random_state=0).fit(X[:1200], LABELS[:1200])
    assert model.score(X[1200:], LABELS[1200:]) > 0.88
    lines = DeepBeliefAutoencoder((64, 16), max_iter=30, random_state=0).fit(X[:1200])
    mean = -float((((X[:1200] - X[:1200].mean(axis=0)) / lines.scale_) ** 2).mean())
    assert (
        lines.score(X[1200:]) > mean / 2
    )  # a code of 16 numbers leaves less than half of the variance


@pytest.mark.parametrize("kind", ["binary", "gaussian"])
def test_columns_are_scaled_by_what_was_met_in_training(kind):
    rows = X[:50] * 17.0 - 4
    model = DeepBeliefAutoencoder(
        4, kind=kind, learning_rate=0.01, n_iter=1, max_iter=1, random_state=0
    ).fit(rows)
    scaled = model._scaled(rows)
    moving = np.ptp(rows, axis=0) > 0
    if kind == "binary":
        assert scaled.min() == 0 and (scaled.max(axis=0)[moving] == 1).all()
        assert model._scaled(rows * 3).max() == 1
    else:
        np.testing.assert_allclose(scaled[:, moving].mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(scaled[:, moving].std(axis=0), 1)
    np.testing.assert_allclose(model.inverse_transform(model.transform(rows)).shape, rows.shape)


def test_without_scaling_binary_units_refuse_other_numbers():
    model = DeepBeliefClassifier(4, scale=False, n_iter=1, max_iter=1, random_state=0)
    with pytest.raises(cr.TrainingError, match="numbers from 0 to 16"):
        model.fit(X[:30], LABELS[:30])
    assert not hasattr(model, "network_")
    assert model.fit(X[:30] / 16, LABELS[:30]).score(X[:30] / 16, LABELS[:30]) >= 0
    assert (model.offset_ == 0).all() and (model.scale_ == 1).all()


@both
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"hidden_layer_sizes": ()}, "hidden_layer_sizes must be whole numbers ≥ 1"),
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes must be whole numbers ≥ 1"),
        ({"kind": "relu"}, "kind must be 'binary' or 'gaussian'"),
        ({"scale": "minmax"}, "scale must be True or False"),
        ({"learning_rate": 0}, "learning_rate must be a number > 0"),
        ({"learning_rate_init": None}, "learning_rate_init must be a number > 0"),
        ({"n_iter": -1}, "n_iter must be a whole number ≥ 0"),
        ({"max_iter": 1.5}, "max_iter must be a whole number ≥ 0"),
        ({"batch_size": 0}, "batch_size must be a whole number ≥ 1"),
        ({"verbose": -1}, "verbose must be a whole number ≥ 0"),
    ],
)
def test_settings_that_cannot_be(cls, settings, words):
    with pytest.raises(
        cr.ParameterError, match=rf"{cls.__name__}\({next(iter(settings))}=.*{words}"
    ):
        cls(**settings).fit(X[:20], LABELS[:20])


def test_they_are_among_others(capsys):
    search = GridSearchCV(
        DeepBeliefClassifier(6, n_iter=1, max_iter=2, random_state=0),
        {"hidden_layer_sizes": [(6,), (6, 4)]},
        cv=2,
    ).fit(X[:60], LABELS[:60] % 2)
    assert search.best_estimator_.predict(X[:3]).shape == (3,)
    model = DeepBeliefAutoencoder(3, n_iter=1, max_iter=1, verbose=1, random_state=0)
    assert clone(model).get_params() == model.get_params()
    model.fit(X[:40])
    assert capsys.readouterr().out.count("loss") >= 2
