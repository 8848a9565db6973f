"""Elastic deformation: a smooth random movement of the pixels."""

import math
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Augmentation
from .sampling import bilinear


@final
class Elastic(Augmentation):
    """Move each pixel by a smooth random field d = alpha G n / ‖G‖.

    n are normal numbers on a grid of points sigma pixels apart, and G are Gaussians around these
    points. The paper instead draws one number per pixel and smooths them with a Gaussian of the
    same width. The grid gives the same spread and nearly the same smoothness, with sigma² times
    fewer numbers.

    Parameters
    ----------
    alpha : number
        Standard deviation of the movement in each direction, in pixels, ≥ 0.
    sigma : number
        Distance over which pixels move alike, in pixels, ≥ 1.

    Shapes
    ------
    (N, H, W, C), unchanged.

    Raises
    ------
    ParameterError
        A setting is outside its range.

    References
    ----------
    Simard, Steinkraus & Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR 2003, section 2.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> image = np.ones((1, 9, 9, 1))
    >>> bent = cr.augmentation.Elastic(1.0)(image, (0, 1), np.array([7]))
    >>> float(bent[0, 4, 4, 0])
    1.0
    """

    alpha: float = 1.0
    _: KW_ONLY
    sigma: float = 4.0
    normal: ClassVar[bool] = True

    def check(self) -> None:
        self.require_number("alpha", "≥ 0, in pixels", lambda v: v >= 0, 1)
        self.require_number("sigma", "≥ 1, in pixels", lambda v: v >= 1, 4)

    def columns(self, H: int, W: int, C: int) -> int:
        return int(2 * hills(H, self.sigma).shape[1] * hills(W, self.sigma).shape[1])

    def change(self, images: Array, u: Array) -> Array:
        N, H, W, _ = images.shape
        rows, columns = hills(H, self.sigma), hills(W, self.sigma)
        a, b = rows.shape[1], columns.shape[1]
        n = u.reshape(N, 2, a, b)
        d = (self.alpha * (rows @ n @ columns.T)).astype(images.dtype)
        y = d[:, 0] + np.arange(H, dtype=images.dtype)[:, None]
        x = d[:, 1] + np.arange(W, dtype=images.dtype)
        return bilinear(images, y, x)


def hills(size: int, sigma: float) -> Array:
    """Return exp(−(i − c)² / (2 σ²)) for pixel i and grid point c.

    Each row has length 1, so that the field has standard deviation 1 everywhere.
    """
    points = math.ceil((size - 1) / sigma) + 3  # one beyond each edge
    centers = sigma * (np.arange(points) - (points - 1) / 2) + (size - 1) / 2
    g = np.exp(-((np.arange(size)[:, None] - centers) ** 2) / (2 * sigma**2))
    normed: Array = g / np.sqrt((g * g).sum(axis=1, keepdims=True))
    return normed
