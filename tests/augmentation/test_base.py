"""What all augmentations promise: a change belongs to its row and key."""

import numpy as np
import pytest
from tests.augmentation.images import IDS, IMAGES, rng

import chainrule as cr
from chainrule.augmentation import Affine, Augmentation, Elastic, Erase, Flip, Noise
from chainrule.data.augmented import Augmented
from chainrule.data.sources import Arrays

ALL = [
    Affine(shift=2, rotate=30, scale=0.3, shear=20),
    Elastic(1.5, sigma=2),
    Flip(horizontal=True, vertical=True),
    Noise(0.3),
    Erase(0.4, probability=0.7, fill=0.5),
]


each = pytest.mark.parametrize("change", ALL, ids=lambda change: type(change).__name__)


def test_all_of_them_are_here():
    assert {type(change) for change in ALL} == set(Augmentation.__subclasses__())


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_has_the_same_bits_in_any_batch(change, dtype):
    images = IMAGES.astype(dtype)
    whole = change(images, (3, 5), IDS)
    assert whole.dtype == dtype and whole.shape == images.shape
    order = rng.permutation(150)
    for rows in (order[:1], order[:70], order):
        assert np.array_equal(change(images[rows], (3, 5), IDS[rows]), whole[rows])


@each
def test_another_key_or_row_is_another_change(change):
    same = np.repeat(IMAGES[:1], 100, axis=0)
    changed = change(same, (3, 5), np.arange(100))
    assert len(np.unique(changed.reshape(100, -1), axis=0)) > (
        3 if isinstance(change, Flip) else 50
    )
    for key in ((3, 6), (4, 5)):
        assert not np.array_equal(change(same, key, np.arange(100)), changed)


@each
def test_of_two_equal_ones_each_has_its_own_numbers(change):
    """Two rectangles, not one twice; the first is what it is alone."""
    rows = Arrays({"x": IMAGES}, np.zeros((150, 1)), dtype=np.float64)
    once, twice = (
        Augmented(rows, (change,) * n, None, 3, epoch=2).rows(slice(0, 150))["x"] for n in (1, 2)
    )
    np.testing.assert_array_equal(once, change(IMAGES, (3, 2), np.arange(150)))
    assert not np.array_equal(twice, change(once, (3, 2), np.arange(150)))
    np.testing.assert_array_equal(
        twice, Augmented(rows, (change,) * 2, None, 3, epoch=2).rows(slice(0, 150))["x"]
    )


@each
def test_the_images_given_are_not_touched_and_bytes_are_taken(change):
    np.testing.assert_array_equal(
        change(IMAGES[:2].tolist(), (0, 1), IDS[:2]), change(IMAGES[:2], (0, 1), IDS[:2])
    )
    before = IMAGES.copy()
    change(IMAGES, (0, 0), IDS)
    assert np.array_equal(IMAGES, before)
    bytes_ = (255 * IMAGES).astype(np.uint8)
    assert np.array_equal(
        change(bytes_, (0, 0), IDS), change(bytes_.astype(np.float32), (0, 0), IDS)
    )
    with pytest.raises(cr.DataError, match="expected images"):
        change(IMAGES.reshape(150, -1), (0, 0), IDS)
