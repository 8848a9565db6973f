"""Weights of rows, and rows held out for validation."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.model_cases import PRICE, SMALL, TABLE, N

import chainrule as cr
from chainrule import random
from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.rows import checked_weights, parts, validation_order


def test_of_few_rows_a_weight_is_exactly_a_repetition():
    x, y, k = np.arange(12.0), np.array([0, 1, 1] * 4), np.array([1, 2, 3, 0] * 3)
    found = [
        TableClassifier(**SMALL).fit({"x": np.repeat(x, k)}, np.repeat(y, k)),
        TableClassifier(**SMALL).fit({"x": x[::-1]}, y[::-1], sample_weight=k[::-1]),
    ]
    assert (found[0].predict_proba({"x": x}) == found[1].predict_proba({"x": x})).all()


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, -1] * 60, "row 1: expected a weight ≥ 0, got -1"),
        ([1, np.nan] * 60, "row 1: expected a weight ≥ 0, got an empty cell"),
        ([0] * N, "not all zero"),
        ([1, 2], "one number for each of the 120 rows"),
        (["a"] * N, "expected numbers ≥ 0"),
        ("w", "expected the column w"),
    ],
)
def test_weights_that_cannot_be(weights, words):
    with pytest.raises(cr.DataError, match=words):
        TableRegressor().fit(TABLE, PRICE, sample_weight=weights)


@pytest.mark.parametrize(
    "target", [np.array([0] * 60 + [1] * 30 + [2] * 10 + [3]), np.arange(101.0)]
)
def test_each_network_holds_other_rows_and_a_part_of_each_class(target):
    order, alone = validation_order(target, 0)
    assert alone.tolist() == ([100] if target.dtype.kind == "i" else [])
    held = []
    for k in range(5):
        learned, mine = parts(order, alone, 0.2, k)
        assert sorted([*learned, *mine]) == list(range(101)) and set(alone) <= set(learned)
        held.append(mine)
        if target.dtype.kind == "i":
            np.testing.assert_allclose(np.bincount(target[mine]), [12, 6, 2], atol=1)
        else:
            assert abs(target[mine].mean() - 50) < 5
    assert len(np.unique(np.concatenate(held))) >= 100 - 5 and len(np.concatenate(held)) <= 105


@pytest.mark.parametrize("size", [1e307, 1e-300])
def test_weights_of_any_size_are_ratios(size):
    w = checked_weights(np.array([1.0, 0.5] * 50) * size, 100)
    np.testing.assert_allclose(w, [1.0, 0.5] * 50, rtol=1e-12)
    given = np.array([3.0, 7.0])
    assert checked_weights(given, 2) is given


@pytest.mark.parametrize("dtype", ["f4", "i4"])
def test_the_order_is_that_of_the_definition(dtype):
    """Of each class, or of each tenth of the numbers, the members are spread evenly."""
    y = (np.random.default_rng(1).normal(size=137) * 2).astype(dtype)
    order = random.permutation((5, random.path_hash("validation")), len(y))
    labels = y
    if dtype == "f4":
        labels = np.empty(len(y), int)
        labels[np.argsort(y, kind="stable")] = np.arange(len(y)) * 10 // len(y)
    place, alone = np.empty(len(y)), np.zeros(len(y), bool)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
        alone[members] = len(members) == 1
    order = order[np.argsort(place[order], kind="stable")]
    found = validation_order(y, 5)
    assert found[0].tolist() == order[~alone[order]].tolist()
    assert found[1].tolist() == order[alone[order]].tolist()
