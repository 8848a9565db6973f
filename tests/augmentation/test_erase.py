"""What erase.py promises."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.augmentation import Erase


def test_erase_fills_one_rectangle_of_the_area_that_was_asked_for():
    images = np.ones((2000, 20, 30, 1), np.float32)
    out = Erase(0.3, probability=0.6, fill=-2.0)(images, (0, 1), np.arange(2000))[..., 0]
    hit = (out == -2).any(axis=(1, 2))
    assert hit.mean() == pytest.approx(0.6, abs=0.04)
    areas = []
    for image in out[hit]:
        rows, columns = (image == -2).any(axis=1), (image == -2).any(axis=0)
        assert np.array_equal(image == -2, rows[:, None] & columns)  # a rectangle
        for side in (rows, columns):
            assert np.abs(np.diff(np.flatnonzero(side))).max(initial=1) == 1
        areas.append((image == -2).mean())
    assert max(areas) < 0.34 and np.mean(areas) == pytest.approx(0.3 * 0.55, abs=0.01)
    assert np.array_equal(out[~hit], images[~hit, ..., 0])


@pytest.mark.parametrize(
    "make",
    [
        lambda: Erase(0),
        lambda: Erase(0.2, probability=2),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
