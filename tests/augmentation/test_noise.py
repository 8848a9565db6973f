"""What noise.py promises."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.augmentation import Noise


def test_noise_is_normal():
    n = Noise(0.3)(np.zeros((100, 20, 20, 1)), (0, 1), np.arange(100)) / 0.3
    assert n.mean() == pytest.approx(0, abs=0.02) and n.std() == pytest.approx(1, abs=0.02)
    assert (abs(n) > 1.96).mean() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Noise(-1),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
