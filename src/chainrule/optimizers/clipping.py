"""Clipping: limits on the gradient, applied before the optimizer."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Literal, final

import numpy as np

from ..arrays import Array
from ..settings import Settings
from .terms import Part, Said


class Clip(Settings, ABC):
    """The base of rules that limit a gradient."""

    limit: float
    hides_overflow: ClassVar[bool] = False
    """True if the result may be finite although g is not: then each gradient is checked."""
    measures: ClassVar[Literal["nothing", "tensor", "all"]] = "nothing"
    """Whose norm it takes: ‖g‖ of each tensor, or of all together."""

    def check(self) -> None:
        self.require_number("limit", "> 0", lambda v: v > 0, 1.0)

    @abstractmethod
    def clip(self, g: Array, parts: list[slice]) -> Array:
        """Return a clipped copy of g.

        `parts` are the slices of single tensors. Entries outside all parts stay unchanged.
        """

    def terms(self, g: Array, parts: list[slice]) -> list[Said] | None:
        """Return for each part what the clipped g is made of, under the name g; None: not known.

        Parameters
        ----------
        g : array
            The gradient before it.
        parts : list of slice
            As in `clip`.
        """
        return None


@final
class ClipValue(Clip):
    """g ← min(max(g, −limit), limit).

    Every entry is limited separately, so the direction changes.

    Parameters
    ----------
    limit : number > 0
        Largest absolute value of an entry.

    Raises
    ------
    ParameterError
        limit is not a number > 0.

    Examples
    --------
    >>> ClipValue(1.0).clip(np.array([3.0, -0.5]), [slice(0, 2)])
    array([ 1. , -0.5])
    """

    hides_overflow = True

    def terms(self, g: Array, parts: list[slice]) -> list[Said]:
        formula, limit = "min(max(g, −limit), limit)", self.limit
        clipped = [np.clip(g[part], -limit, limit) for part in parts]
        return [Said({"g": [Part(formula, a)]}, {"limit": limit}) for a in clipped]

    def clip(self, g: Array, parts: list[slice]) -> Array:
        clipped = g.copy()
        for part in parts:
            np.clip(g[part], -self.limit, self.limit, out=clipped[part])
        return clipped


@final
class ClipNorm(Clip):
    """g ← g min(1, limit / ‖g‖), for each tensor with its own norm.

    Parameters
    ----------
    limit : number > 0
        Largest norm of the gradient of one tensor.

    Raises
    ------
    ParameterError
        limit is not a number > 0.

    Examples
    --------
    >>> ClipNorm(1.0).clip(np.array([3.0, 4.0, 0.5]), [slice(0, 2), slice(2, 3)])
    array([0.6, 0.8, 0.5])
    """

    measures = "tensor"

    def terms(self, g: Array, parts: list[slice]) -> list[Said]:
        return [_scaled(g[part], self.limit, norm(g, [part])) for part in parts]

    def clip(self, g: Array, parts: list[slice]) -> Array:
        clipped = g.copy()
        for part in parts:
            clipped[part] *= self.limit / max(norm(g, [part]), self.limit)
        return clipped


@final
class ClipGlobalNorm(Clip):
    """g ← g min(1, limit / ‖g‖), with the norm over all tensors.

    The direction does not change.

    Parameters
    ----------
    limit : number > 0
        Largest norm of the whole gradient.

    Raises
    ------
    ParameterError
        limit is not a number > 0.

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training recurrent neural networks,
    ICML 2013, algorithm 1.

    Examples
    --------
    >>> ClipGlobalNorm(1.0).clip(np.array([3.0, 0.0, 4.0]), [slice(0, 2), slice(2, 3)])
    array([0.6, 0. , 0.8])
    """

    measures = "all"

    def terms(self, g: Array, parts: list[slice]) -> list[Said]:
        whole = norm(g, parts)
        return [_scaled(g[part], self.limit, whole) for part in parts]

    def clip(self, g: Array, parts: list[slice]) -> Array:
        clipped = g.copy()
        factor = self.limit / max(norm(g, parts), self.limit)
        for part in parts:
            clipped[part] *= factor
        return clipped


def norm(g: Array, parts: list[slice]) -> float:
    """Return ‖g‖ over these parts, summed in float64: a float32 cannot hold every square."""
    return math.sqrt(sum(float(np.square(g[part], dtype=np.float64).sum()) for part in parts))


def _scaled(g: Array, limit: float, length: float) -> Said:
    """Return what one tensor is made of if it is scaled by min(1, limit / ‖g‖)."""
    value = g * (limit / max(length, limit))
    return Said({"g": [Part("g·min(1, limit / ‖g‖)", value)]}, {"limit": limit, "‖g‖": length})
