"""TableRegressor: its scale, predictions and messages."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.model_cases import MODELS, PRICE, SMALL, TABLE

import chainrule as cr
from chainrule.estimators import TableRegressor


def test_a_prediction_is_mean_plus_scale_times_output():
    model = MODELS["regressor"]
    rows = model.encoder_.transform(TABLE).astype(np.float32)
    z = model.network_.predict(rows)[:, 0].astype(np.float64)
    np.testing.assert_array_equal(model.predict(TABLE), model.mean_ + model.scale_ * z)
    np.testing.assert_allclose((model.mean_, model.scale_), (PRICE.mean(), PRICE.std()))


def test_before_training_every_prediction_is_the_mean():
    model = TableRegressor(**SMALL | {"max_iter": 0}).fit(TABLE, PRICE)
    np.testing.assert_allclose(model.predict(TABLE), PRICE.mean())


def test_units_of_the_target_do_not_matter():
    small, large = (TableRegressor(**SMALL).fit(TABLE, PRICE * k) for k in (1.0, 1024.0))
    np.testing.assert_allclose(large.predict(TABLE), 1024 * small.predict(TABLE), rtol=1e-4)


def test_equal_targets_in_a_column_are_refused():
    with pytest.raises(cr.DataError, match="different numbers, got 3 only"):
        TableRegressor(**SMALL).fit(TABLE | {"price": [3] * 120}, "price")
