"""class_weight and sample_weight of the MLPs, on the drop-in path and beyond it."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.datasets import make_multilabel_classification
from sklearn.utils.class_weight import compute_sample_weight
from tests.estimators.mlp.beyond_cases import BASE as SETTINGS
from tests.estimators.mlp.beyond_cases import HEIGHTS, ROWS, SEVERAL, WORDS, X, Y, assert_same

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor

BASE = SETTINGS | {"max_iter": 4}


def fitted(cls=MLPClassifier, rows=X, y=WORDS, sample_weight=None, **settings):
    return cls(**BASE | settings).fit(rows, y, sample_weight=sample_weight)


GENERAL = [
    {},
    {"activation": "gelu"},
    {"optimizer": "adamw", "l1": 0.1},
    {"normalization": "layer"},
]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("settings", GENERAL, ids=str)
def test_class_weight_is_its_sample_weight(settings):
    w = np.random.RandomState(0).uniform(0.5, 2, len(X))
    multi = make_multilabel_classification(150, 4, n_classes=2, random_state=0)[1]
    for y, weight in (
        (WORDS, {"setosa": 3.0, "virginica": 0.5}),
        (WORDS, "balanced"),
        (Y > 0, "balanced"),
        (multi, "balanced"),
        (multi, [{0: 1, 1: 2}, {0: 3, 1: 1}]),
        (SEVERAL, "balanced"),
    ):
        weight = weight if not isinstance(weight, dict) else weight | {"versicolor": 1.0}
        by_row = compute_sample_weight(weight, y)
        assert_same(
            fitted(y=y, class_weight=weight, **settings),
            fitted(y=y, sample_weight=by_row, **settings),
        )
        a = fitted(y=y, class_weight=weight, early_stopping=True, **settings)
        b = fitted(y=y, sample_weight=by_row, early_stopping=True, **settings)
        assert_same(a, b)
        assert a.validation_scores_ == b.validation_scores_
        if weight != "balanced":
            assert_same(
                fitted(y=y, class_weight=weight, sample_weight=w, **settings),
                fitted(y=y, sample_weight=by_row * w, **settings),
            )


@pytest.mark.usefixtures("engine")
def test_class_weight_piece_by_piece():
    a, b = MLPClassifier(**BASE, class_weight={2: 3.0}), MLPClassifier(**BASE)
    for part in (slice(0, 100), slice(50, 150)):  # class 2 is not in the first
        a.partial_fit(X[part], Y[part], classes=[0, 1, 2])
        b.partial_fit(
            X[part], Y[part], classes=[0, 1, 2], sample_weight=np.where(Y[part] == 2, 3.0, 1.0)
        )
    assert_same(a, b)
    c = MLPClassifier(**BASE, class_weight="balanced")
    assert_same(
        c.partial_fit(X, Y < 1, classes=[False, True]),
        MLPClassifier(**BASE).partial_fit(
            X, Y < 1, [1.5 if k == 0 else 0.75 for k in Y], [False, True]
        ),
    )


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "settings", [*GENERAL, {"activation": ("tanh", "elu"), "solver": "sgd"}], ids=str
)
@pytest.mark.parametrize("rows", ["two", "iris", "several", "friedman", "huber"])
def test_a_weight_is_a_number_of_rows(settings, rows):
    cls, data, y, more = {
        "two": (MLPClassifier, X, Y > 0, {}),
        "iris": (MLPClassifier, X, WORDS, {"class_weight": "balanced"}),
        "several": (MLPClassifier, X, SEVERAL, {"class_weight": "balanced"}),
        "friedman": (MLPRegressor, ROWS, np.column_stack([HEIGHTS, -HEIGHTS]), {}),
        "huber": (MLPRegressor, ROWS, HEIGHTS, {"loss": cr.Huber()}),
    }[rows]
    k = np.random.RandomState(0).randint(1, 4, len(data))
    settings = settings | more | {"shuffle": False, "alpha": 0.5}
    a = fitted(cls, data, y, sample_weight=k.astype(float), batch_size=len(data), **settings)
    b = fitted(
        cls,
        np.repeat(data, k, axis=0),
        np.repeat(y, k, axis=0),
        batch_size=int(k.sum()),
        **settings,
    )
    assert_same(a, b, 1e-12)
    assert a.loss_ == pytest.approx(b.loss_, rel=1e-11)
