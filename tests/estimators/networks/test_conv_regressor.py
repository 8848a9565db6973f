"""ConvRegressor learns numbers of images."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.conv_cases import IMAGES

from chainrule.estimators import ConvRegressor


@pytest.mark.slow
def test_numbers_of_images():
    rows = IMAGES[:600]
    ink = rows.mean(axis=(1, 2)), (rows * np.linspace(-1, 1, 8)).mean(axis=(1, 2)) * 10
    y = np.column_stack(ink)
    model = ConvRegressor(random_state=0).fit(rows[:500], y[:500])
    assert model.predict(rows).shape == (600, 2) and model.score(rows[500:], y[500:]) > 0.9
    one = ConvRegressor(epochs=2, random_state=0).fit(rows, y[:, 0], sample_weight=np.ones(600))
    assert one.predict(rows[:4]).shape == (4,)
