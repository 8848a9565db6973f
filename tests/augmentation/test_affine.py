"""What affine.py promises."""

import math

import numpy as np
import pytest
from tests.augmentation.images import IDS, IMAGES, pixel

import chainrule as cr
from chainrule.augmentation import Affine, Elastic, Erase, Flip, Noise
from chainrule.augmentation.sampling import bilinear

ALL = [
    Affine(shift=2, rotate=30, scale=0.3, shear=20),
    Elastic(1.5, sigma=2),
    Flip(horizontal=True, vertical=True),
    Noise(0.3),
    Erase(0.4, probability=0.7, fill=0.5),
]


def test_affine_moves_each_pixel_as_its_equation_says():
    change = ALL[0]
    out = change(IMAGES[:5], (1, 2), IDS[:5])
    u = 2 * change.draw((1, 2), IDS[:5], 5) - 1
    for n in range(5):
        phi, psi = math.radians(30 * u[n, 3]), math.radians(20 * u[n, 4])
        R = np.array([[math.cos(phi), -math.sin(phi)], [math.sin(phi), math.cos(phi)]])
        A = R @ np.array([[1, 0], [math.tan(psi), 1]]) / (1 + 0.3 * u[n, 2])
        center = np.array([3.0, 2.5])
        for i, j in np.ndindex(7, 6):
            y, x = A @ ([i, j] - center) + center - 2 * u[n, :2]
            assert out[n, i, j, 0] == pytest.approx(pixel(IMAGES[n, :, :, 0], y, x), abs=1e-12)


def test_a_shift_of_whole_pixels_is_exact_and_a_quarter_turn_is_rot90():
    image = IMAGES[:1, :6]
    y, x = np.meshgrid(np.arange(6.0), np.arange(6.0), indexing="ij")
    assert np.array_equal(bilinear(image, (y + 2)[None], x[None].copy())[0, :4], image[0, 2:])
    out = bilinear(image, x[None].copy(), 5 - y[None])
    assert np.array_equal(out[0, :, :, 0], np.rot90(image[0, :, :, 0]))


def test_affine_numbers_fill_their_ranges():
    matrix, shift = Affine(shift=2, rotate=30, scale=0.3).maps(
        2 * Affine().draw((0, 1), np.arange(4000), 5) - 1
    )
    s = 1 / np.sqrt(np.linalg.det(matrix))
    phi = np.degrees(np.arctan2(matrix[:, 1, 0], matrix[:, 0, 0]))
    for found, low, high in ((shift, -2, 2), (phi, -30, 30), (s, 0.7, 1.3)):
        assert (
            low <= found.min() < low + 0.02 * (high - low)
            and high - 0.02 * (high - low) < found.max() <= high
        )
        assert found.mean() == pytest.approx((low + high) / 2, abs=0.03 * (high - low))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Affine(shift=-1),
        lambda: Affine(scale=1),
        lambda: Affine(shear=90),
        lambda: Affine(rotate=181),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
