"""MLPRegressor: its losses by name and as objects."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from tests.estimators.mlp.beyond_cases import HEIGHTS, ROWS, assert_same, fitted

import chainrule as cr
from chainrule.errors import DataError
from chainrule.estimators import MLPRegressor


@pytest.mark.usefixtures("engine")
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


@pytest.mark.usefixtures("engine")
def test_a_loss_as_an_object_and_a_poisson_one_with_its_link():
    a, b = (fitted(MLPRegressor, ROWS, HEIGHTS, loss=loss) for loss in ("huber", cr.Huber()))
    assert_same(a, b)
    counts = np.round(np.exp(HEIGHTS))
    model = fitted(MLPRegressor, ROWS, counts, loss=cr.Poisson())
    assert model.out_activation_ == "exp" and (model.predict(ROWS) > 0).all()
    with pytest.raises(DataError, match="counts"):
        fitted(MLPRegressor, ROWS, HEIGHTS, loss=cr.Poisson())
