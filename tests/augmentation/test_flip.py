"""What flip.py promises."""

import numpy as np
import pytest
from tests.augmentation.images import IDS, IMAGES

import chainrule as cr
from chainrule.augmentation import Flip


def test_flip_is_one_of_four_mirror_images():
    out = Flip(horizontal=True, vertical=True)(IMAGES, (0, 1), IDS)
    mirrors = np.stack([IMAGES, IMAGES[:, :, ::-1], IMAGES[:, ::-1], IMAGES[:, ::-1, ::-1]])
    which = np.array(
        [[np.array_equal(out[n], mirrors[k, n]) for k in range(4)] for n in range(150)]
    )
    assert (which.sum(axis=1) == 1).all() and (which.sum(axis=0) > 20).all()
    assert np.array_equal(Flip()(IMAGES, (0, 1), IDS)[:, :, :3].shape, (150, 7, 3, 2))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Flip(horizontal=False),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
