"""Images in their four forms."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.conv_cases import IMAGES, Y

import chainrule as cr
from chainrule.estimators import ConvClassifier


def test_images_come_in_four_forms():
    settings = {"epochs": 2, "random_state": 0}
    first = ConvClassifier(**settings).fit(IMAGES[:100], Y[:100])
    p = first.predict_proba(IMAGES[:9])
    for rows, more in (
        (IMAGES[..., None], {}),
        (IMAGES.reshape(-1, 64), {"image_shape": (8, 8)}),
        (IMAGES.reshape(-1, 64), {"image_shape": [8, 8, 1]}),
    ):
        model = ConvClassifier(**settings, **more).fit(rows[:100], Y[:100])
        for again in (IMAGES, IMAGES[..., None], IMAGES.reshape(-1, 64)):
            assert (model.predict_proba(again[:9]) == p).all()
        assert model.n_features_in_ == 64 and model.network_.inputs == {"x": (8, 8, 1)}
    np.testing.assert_array_equal(first.predict(IMAGES[:3].tolist()), first.predict(IMAGES[:3]))
    flat = ConvClassifier(**settings).fit(IMAGES[:100].reshape(100, 64), Y[:100])
    assert flat.network_.inputs == {"x": (1, 64, 1)}
    with pytest.raises(cr.ShapeError, match=r"rows of shape \(8, 8, 1\), got \(16, 4\)"):
        first.predict(IMAGES[:2].reshape(2, 16, 4))
    with pytest.raises(cr.ShapeError, match=r"images \(N, H, W\) or \(N, H, W, C\)"):
        ConvClassifier().fit(np.zeros((4, 2, 2, 2, 2)), [0, 1, 0, 1])
