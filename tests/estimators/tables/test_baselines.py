"""What the other models of the report get: columns as such models want them, not ours."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy import sparse
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from chainrule.estimators import TableEncoder, TableRegressor
from chainrule.estimators.tables.baselines import for_boosting, for_linear
from chainrule.estimators.tables.report import compare
from chainrule.estimators.tables.table import as_table


def columns(table, **settings):
    return TableEncoder(**settings).fit(table).columns_


def test_boosting_gets_numbers_and_words_as_they_are():
    table = as_table({"town": ["b", "a", "b", None] * 3, "x": [1e6, np.nan, 3, -2] * 3})
    held = as_table({"town": ["a", "new", None], "x": [1e9, 0, np.nan]})
    X, X_held, categories = for_boosting(columns(table), table, held)
    assert categories.tolist() == [True, False]
    np.testing.assert_array_equal(X[:4], [[0, 1e6], [1, np.nan], [0, 3], [np.nan, -2]])
    np.testing.assert_array_equal(X_held, [[1, 1e9], [np.nan, 0], [np.nan, np.nan]])


def test_beyond_255_words_the_rarest_share_a_number():
    words = [f"w{k:03}" for k in range(300)] * 2 + ["w299"]
    table = as_table({"a": words, "x": np.arange(601.0)})
    X, *_, categories = for_boosting(columns(table, max_categories=3), table, table)
    assert len(np.unique(X[:, 0])) == 255 and (X[:, 0] == 254).sum() == 2 * 46
    assert X[299, 0] == 0  # the most frequent word
    HistGradientBoostingRegressor(categorical_features=categories, max_iter=2).fit(X, X[:, 1])


def test_a_linear_model_gets_every_word_and_standardized_numbers():
    rng = np.random.default_rng(0)
    words = np.array([f"w{k:02}" for k in rng.integers(0, 40, 300)])
    x = rng.normal(5, 3, 300)
    table = as_table({"a": words, "x": x})
    X, X_held = for_linear(columns(table, max_categories=2), table, table.take(slice(9)))
    theirs = OneHotEncoder(sparse_output=False).fit_transform(words[:, None])
    assert X.shape[1] == theirs.shape[1] + 1
    assert sorted(X[:, :-1].sum(axis=0)) == sorted(theirs.sum(axis=0))
    np.testing.assert_allclose(X[:, -1], StandardScaler().fit_transform(x[:, None])[:, 0])
    np.testing.assert_array_equal(X_held, X[:9])
    many = as_table({"a": [f"w{k:04}" for k in range(1200)] * 2, "x": np.arange(2400.0)})
    assert sparse.issparse(for_linear(columns(many), many, many)[0])


def test_huge_and_missing_numbers_stay_finite():
    table = as_table({"x": [1e300, -1e300, np.nan, 5.0] * 5, "y": np.arange(20.0)})
    X, _ = for_linear(columns(table), table, table)
    assert np.isfinite(X).all() and X.shape[1] == 3 and X[:, 1].sum() == 5


def test_boosting_in_the_report_knows_fifty_states():
    rng = np.random.default_rng(0)
    effect, state = rng.normal(0, 100, 50), rng.integers(0, 50, 1500)
    table = as_table({"state": [f"S{k:02}" for k in state], "x": rng.normal(size=1500)})
    y = effect[state] + rng.normal(0, 10, 1500)
    model = TableRegressor((4,), n_estimators=1, max_iter=1, random_state=0, max_categories=5)
    first, held = table.take(slice(1200)), table.take(slice(1200, None))
    found = compare(model.fit(first, y[:1200]), first, y[:1200], held, y[1200:])
    assert found["gradient boosting"]["RMSE"] < 15
    assert found["linear (ridge regression)"]["RMSE"] < 15 < found["chainrule"]["RMSE"]
