"""Normal noise on images."""

from typing import ClassVar, final

from ..arrays import Array
from .base import Augmentation


@final
class Noise(Augmentation):
    """x + sigma n, with a standard normal number n for each number of a row.

    Parameters
    ----------
    sigma : number
        Standard deviation, ≥ 0, in the unit of X.

    Shapes
    ------
    (N, H, W, C), unchanged.

    Raises
    ------
    ParameterError
        sigma is below 0.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> rows = np.zeros((1, 20, 20, 1))
    >>> float(cr.augmentation.Noise(0.5)(rows, (0, 1), np.array([7])).std().round(2))
    0.49
    """

    sigma: float
    normal: ClassVar[bool] = True

    def check(self) -> None:
        self.require_number("sigma", "≥ 0", lambda v: v >= 0, 0.1)

    def columns(self, H: int, W: int, C: int) -> int:
        return H * W * C

    def change(self, images: Array, u: Array) -> Array:
        # u is normal here
        noise = (self.sigma * u).astype(images.dtype).reshape(images.shape)
        noisy: Array = images + noise
        return noisy
