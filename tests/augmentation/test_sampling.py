"""What sampling.py promises."""

import numpy as np
import pytest
from tests.augmentation.images import IMAGES, pixel, rng

from chainrule.augmentation.sampling import bilinear


def test_bilinear_is_the_weighted_sum_of_all_pixels():
    y, x = rng.uniform(-3, 9, (2, 4, 5, 3))
    y[0, 0, 0], x[0, 0, 0], y[1, 1, 1], x[1, 1, 1] = 6.0, 5.0, -1.0, 6.0
    out = bilinear(IMAGES[:4], y.copy(), x.copy())
    for n, i, j, c in np.ndindex(4, 5, 3, 2):
        assert out[n, i, j, c] == pytest.approx(
            pixel(IMAGES[n, :, :, c], y[n, i, j], x[n, i, j]), abs=1e-12
        )
