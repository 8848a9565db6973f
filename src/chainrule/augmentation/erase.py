"""Random erasing: a rectangle hides a part of the image."""

from dataclasses import KW_ONLY
from typing import final

import numpy as np

from ..arrays import Array
from .base import Augmentation


@final
class Erase(Augmentation):
    """Fill a random rectangle inside an image; area, ratio of sides and position are uniform.

    Parameters
    ----------
    area : number
        Largest part of the image that is filled, 0 < area ≤ 1. The smallest part is a tenth of it.
    probability : number
        Probability that an image is changed, 0 to 1.
    fill : number
        Value inside the rectangle, in the unit of X.

    Shapes
    ------
    (N, H, W, C), unchanged.

    Raises
    ------
    ParameterError
        A setting is outside its range.

    References
    ----------
    Zhong, Zheng, Kang, Li & Yang, "Random erasing data augmentation", AAAI 2020, algorithm 1
    (sides from 1:3 to 3:1).

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> rows = np.ones((1, 10, 10, 1))
    >>> erased = cr.augmentation.Erase(0.3, probability=1.0)(rows, (0, 1), np.array([7]))
    >>> bool(0 < (erased == 0).sum() <= 30)
    True
    """

    area: float = 0.2
    _: KW_ONLY
    probability: float = 0.5
    fill: float = 0.0

    def check(self) -> None:
        self.require_number("area", "> 0 and ≤ 1", lambda v: 0 < v <= 1, 0.2)
        self.require_number("probability", "from 0 to 1", lambda v: 0 <= v <= 1, 0.5)
        self.require_number("fill", "in the unit of X", lambda v: True, 0)

    def columns(self, H: int, W: int, C: int) -> int:
        return 5

    def change(self, images: Array, u: Array) -> Array:
        _, H, W, _ = images.shape
        area = self.area * (0.1 + 0.9 * u[:, 1]) * H * W
        wide = 1 + 2 * np.abs(2 * u[:, 2] - 1)  # longer side : shorter side, from 1 to 3
        ratio = np.where(u[:, 2] < 0.5, wide, 1 / wide)
        h = np.minimum(np.sqrt(area * ratio), H)
        w = np.minimum(area / h, W)
        top, left = u[:, 3] * (H - h), u[:, 4] * (W - w)
        rows, columns = inside(H, top, h), inside(W, left, w)
        hit = (u[:, 0] < self.probability)[:, None, None] & rows[:, :, None] & columns[:, None, :]
        return np.where(hit[..., None], images.dtype.type(self.fill), images)


def inside(size: int, begin: Array, length: Array) -> Array:
    """Return which of `size` pixels have their center in [begin, begin + length): (N, size)."""
    center = np.arange(size) + 0.5
    found: Array = (center >= begin[:, None]) & (center < (begin + length)[:, None])
    return found
