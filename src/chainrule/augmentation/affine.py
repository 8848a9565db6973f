"""Random shifts, rotations, scales and shears, as one affine map of the plane."""

import math
from dataclasses import KW_ONLY
from typing import final

import numpy as np

from ..arrays import Array
from .base import Augmentation
from .sampling import bilinear


@final
class Affine(Augmentation):
    """Shift, rotate, scale and shear each image at random about its center.

    A pixel p of the new image shows the old image at
    (R(φ) S(ψ) / s) (p − center) + center − t, with the rotation R, the shear
    S(ψ) = [[1, 0], [tan ψ, 1]], the scale s and the shift t. Each is uniform on its range.
    Pixels from outside the old image are 0.

    Parameters
    ----------
    shift : number
        Largest shift in pixels, ≥ 0: each direction is from −shift to shift.
    rotate : number
        Largest rotation in degrees, 0 to 180: φ is from −rotate to rotate.
    scale : number
        Largest change of size, 0 ≤ scale < 1: s is from 1 − scale to 1 + scale.
    shear : number
        Largest shear in degrees, 0 ≤ shear < 90: ψ is from −shear to shear.

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
    >>> image = np.eye(3).reshape(1, 3, 3, 1)
    >>> moved = cr.augmentation.Affine(rotate=10)(image, (0, 1), np.array([7]))
    >>> moved.shape, bool(moved.sum() < 3)
    ((1, 3, 3, 1), True)
    """

    _: KW_ONLY
    shift: float = 0.0
    rotate: float = 0.0
    scale: float = 0.0
    shear: float = 0.0

    def check(self) -> None:
        self.require_number("shift", "≥ 0, in pixels", lambda v: v >= 0, 2)
        self.require_number("rotate", "from 0 to 180, in degrees", lambda v: 0 <= v <= 180, 10)
        self.require_number("scale", "≥ 0 and < 1", lambda v: 0 <= v < 1, 0.1)
        self.require_number("shear", "≥ 0 and < 90, in degrees", lambda v: 0 <= v < 90, 10)

    def columns(self, H: int, W: int, C: int) -> int:
        return 5

    def change(self, images: Array, u: Array) -> Array:
        _, H, W, _ = images.shape
        matrix, t = self.maps(2 * u - 1)
        A, t = matrix.astype(images.dtype)[..., None, None], t.astype(images.dtype)[..., None, None]
        i = np.arange(H, dtype=images.dtype)[:, None] - (H - 1) / 2
        j = np.arange(W, dtype=images.dtype) - (W - 1) / 2
        y = A[:, 0, 0] * i + (A[:, 0, 1] * j + ((H - 1) / 2 - t[:, 0]))
        x = A[:, 1, 0] * i + (A[:, 1, 1] * j + ((W - 1) / 2 - t[:, 1]))
        return bilinear(images, y, x)

    def maps(self, u: Array) -> tuple[Array, Array]:
        """Return the maps from the new image to the old one, for numbers u in [−1, 1).

        They are a matrix (N, 2, 2) and a shift (N, 2) as (row, column).
        """
        shift, s = self.shift * u[:, :2], 1 + self.scale * u[:, 2]
        phi = [math.radians(self.rotate * v) for v in u[:, 3].tolist()]
        tan = np.array([math.tan(math.radians(self.shear * v)) for v in u[:, 4].tolist()])
        cos, sin = (np.array([f(a) for a in phi]) for f in (math.cos, math.sin))
        matrix = np.array([[cos - sin * tan, -sin], [sin + cos * tan, cos]]) / s  # R S / s
        return matrix.transpose(2, 0, 1), shift
