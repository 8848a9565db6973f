"""Mirror images."""

from dataclasses import KW_ONLY
from typing import final

import numpy as np

from ..arrays import Array
from .base import Augmentation


@final
class Flip(Augmentation):
    """Half of the images as in a mirror. (Digits and letters are others in a mirror.)

    Parameters
    ----------
    horizontal : bool
        Left and right change places, with probability ½.
    vertical : bool
        Above and below change places, with probability ½.

    Shapes
    ------
    (N, H, W, C), unchanged.

    Raises
    ------
    ParameterError
        If neither is True.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> rows = np.array([1.0, 2.0]).reshape(1, 1, 2, 1)
    >>> [cr.augmentation.Flip()(rows, (0, epoch), np.array([0])).ravel().tolist() for epoch in range(3)]
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
            "True where vertical is not",
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
