"""What the layer of gaussian_noise.py promises beyond the contracts."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.layers.gaussian_noise import gaussian_noise


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.GaussianNoise(-1), r"std must be a number ≥ 0"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_noise_is_standard_normal_and_belongs_to_its_row():
    x = np.zeros((400, 5, 5, 2))
    key, row = np.array([1, 2], np.int32), np.arange(400, dtype=np.int32)
    z = gaussian_noise(x, key, row, std=2.0, path=7)
    assert abs(z.mean()) < 0.05 and abs(z.std() - 2) < 0.05  # 20,000 numbers: σ = 0.014 and 0.01
    assert np.array_equal(gaussian_noise(x[9:4:-1], key, row[9:4:-1], std=2.0, path=7), z[9:4:-1])
    assert not np.array_equal(
        gaussian_noise(x, np.array([1, 3], np.int32), row, std=2.0, path=7), z
    )
