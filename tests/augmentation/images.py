"""Images, for the tests of augmentation."""

import numpy as np

rng = np.random.default_rng(0)
IMAGES = rng.random((150, 7, 6, 2))
IDS = rng.permutation(1000)[:150]


def pixel(image, y, x):
    """Return the image between four pixels, one after another; 0 outside."""
    H, W = image.shape
    total = 0.0
    for i in range(H):
        for j in range(W):
            total += image[i, j] * max(0.0, 1 - abs(y - i)) * max(0.0, 1 - abs(x - j))
    return total
