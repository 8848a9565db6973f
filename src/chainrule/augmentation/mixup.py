"""MixUp: new examples between two examples."""

from typing import final

import numpy as np

from .. import random
from ..arrays import Array
from ..settings import Settings

# Tries of the rejection sampler. All fail once in 2³² rows if alpha = 1, else less often.
TRIES = 32


@final
class MixUp(Settings):
    """x = λ x₁ + (1 − λ) x₂ and y = λ y₁ + (1 − λ) y₂ with λ ~ Beta(alpha, alpha).

    Each row x₁ is mixed with another random row x₂ of the whole data set, so that the result does
    not depend on the batch. MixUp must be the last of `augment=`: both rows have been changed by
    the others. Targets must be numbers that can be mixed; for classes, one-hot rows.

    Parameters
    ----------
    alpha : number
        Parameter of the Beta distribution, 0 < alpha ≤ 1. If small, λ is near 0 or 1; at 1, λ is
        uniform.

    Shapes
    ------
    Any rows.

    Raises
    ------
    ParameterError
        alpha is outside its range.

    References
    ----------
    Zhang, Cisse, Dauphin & Lopez-Paz, "mixup: beyond empirical risk minimization",
    ICLR 2018, eq. 1.
    Jöhnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen",
    Metrika 8 (1964), for λ.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> other, share = cr.augmentation.MixUp(1.0).partners((0, 1), np.arange(3), 100)
    >>> other.shape, bool(((0 <= share) & (share <= 1)).all())
    ((3,), True)
    """

    alpha: float = 0.2

    def check(self) -> None:
        self.require_number("alpha", "> 0 and ≤ 1", lambda v: 0 < v <= 1, 0.2)

    def partners(self, key: random.Key, ids: Array, n: int) -> tuple[Array, Array]:
        """Return for each row the number of another row among n, and its own share λ."""
        u = random.uniform(key, random.AUGMENT, random.path_hash("MixUp"), ids, 1 + 2 * TRIES)
        other = (u[:, 0] * n).astype(np.int64)
        a, b = u[:, 1::2] ** (1 / self.alpha), u[:, 2::2] ** (1 / self.alpha)
        fits = (a + b <= 1) & (a + b > 0)
        first = fits.argmax(axis=1)[:, None]
        a, b = (np.take_along_axis(v, first, axis=1)[:, 0] for v in (a, b))
        return other, np.where(fits.any(axis=1), a / np.maximum(a + b, np.finfo(float).tiny), 0.5)
