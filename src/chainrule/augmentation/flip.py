"""Mirroring of images."""

from dataclasses import KW_ONLY
from typing import final

import numpy as np

from ..arrays import Array
from .base import Augmentation


@final
class Flip(Augmentation):
    """Mirror half of the images. (Not for digits and letters, whose meaning it changes.)

    Parameters
    ----------
    horizontal : bool
        True: exchange left and right, with probability ½.
    vertical : bool
        True: exchange top and bottom, with probability ½.

    Shapes
    ------
    (N, H, W, C), unchanged.

    Raises
    ------
    ParameterError
        Neither is True.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> rows = np.array([1.0, 2.0]).reshape(1, 1, 2, 1)
    >>> flip, first = cr.augmentation.Flip(), np.array([0])
    >>> [flip(rows, (0, epoch), first).ravel().tolist() for epoch in range(3)]
    [[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]]
    """

    _: KW_ONLY
    horizontal: bool = True
    vertical: bool = False

    def check(self) -> None:
        for name in ("horizontal", "vertical"):
            self.require(name, "True or False", lambda v: isinstance(v, bool), "")
        self.require(
            "horizontal",
            "True if vertical is not",
            lambda v: v or self.vertical,
            "Or leave Flip out.",
        )

    def columns(self, H: int, W: int, C: int) -> int:
        return 2

    def change(self, images: Array, u: Array) -> Array:
        for column, axis, wanted in ((0, 2, self.horizontal), (1, 1, self.vertical)):
            if wanted:
                turned = (u[:, column] < 0.5)[:, None, None, None]
                images = np.where(turned, np.flip(images, axis), images)
        return images
