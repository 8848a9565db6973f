"""Constraints: after each update, weights are moved back into a set."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import final

import numpy as np

from ..arrays import Array
from ..settings import Settings
from .terms import Part, Said


class Constraint(Settings, ABC):
    """A set of weights, and the projection onto it.

    It follows the optimizer in the update list: `optimizer=(Adam(), MaxNorm(3.0))`.
    """

    _: KW_ONLY
    layers: tuple[str, ...] = ()

    def check(self) -> None:
        self.require(
            "layers",
            "paths such as ('dense1',)",
            lambda v: isinstance(v, tuple) and all(isinstance(path, str) and path for path in v),
            "Without it all weights with two or more axes are meant.",
        )

    @abstractmethod
    def project(self, W: Array) -> None:
        """Replace W by the nearest tensor of the set, in place."""

    def terms(self, W: Array) -> Said | None:
        """Return what the new W is made of, under the name θ; None: not known.

        Parameters
        ----------
        W : array
            The tensor before it.
        """
        return None


def unit_norms(W: Array) -> Array:
    """Return ‖w‖ for the incoming weights w of each unit (all axes but the last), in float64."""
    squares = np.square(W, dtype=np.float64).sum(axis=tuple(range(W.ndim - 1)), keepdims=W.ndim > 1)
    norms: Array = np.sqrt(squares)
    return norms


@final
class MaxNorm(Constraint):
    """w ← w min(1, limit / ‖w‖) for the incoming weights w of each unit.

    ‖w‖ is taken over all axes but the last: a column of a Dense layer's W, a whole kernel of a
    convolution.

    Parameters
    ----------
    limit : number > 0
        Largest ‖w‖; 3 or 4 with dropout.
    layers : tuple of str
        Paths: "dense1" means its weights with two or more axes, "dense1/b" that tensor. By default
        all weights with two or more axes.

    Raises
    ------
    ParameterError
        limit is not a number > 0; in `fit`, a path has no parameters.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, "Dropout",
    JMLR 15 (2014), section 5.1.

    Examples
    --------
    >>> W = np.array([[3.0, 0.3], [4.0, 0.4]])
    >>> MaxNorm(1.0).project(W)
    >>> W
    array([[0.6, 0.3],
           [0.8, 0.4]])
    """

    limit: float

    def check(self) -> None:
        super().check()
        self.require_number("limit", "> 0", lambda v: v > 0, 3.0)

    def terms(self, W: Array) -> Said:
        norms = unit_norms(W)
        value = W * (self.limit / np.maximum(norms, self.limit)).astype(W.dtype)
        names = {"limit": self.limit, "‖w‖": np.broadcast_to(norms, W.shape)}
        return Said({"θ": [Part("θ·min(1, limit / ‖w‖)", value)]}, names)

    def project(self, W: Array) -> None:
        W *= (self.limit / np.maximum(unit_norms(W), self.limit)).astype(W.dtype)


@final
class UnitNorm(Constraint):
    """w ← w / ‖w‖ for the incoming weights w of each unit; weights that are all 0 stay 0.

    Parameters
    ----------
    layers : tuple of str
        Paths: "dense1" means its weights with two or more axes, "dense1/b" that tensor. By default
        all weights with two or more axes.

    Raises
    ------
    ParameterError
        In `fit`, a path has no parameters.

    Examples
    --------
    >>> W = np.array([[3.0, 0.0], [4.0, 0.0]])
    >>> UnitNorm().project(W)
    >>> W
    array([[0.6, 0. ],
           [0.8, 0. ]])
    """

    def terms(self, W: Array) -> Said:
        norms = unit_norms(W)
        value = W / np.where(norms > 0, norms, 1.0).astype(W.dtype)
        length, none = np.broadcast_to(norms, W.shape), np.broadcast_to(norms == 0, W.shape)
        parts = [Part("θ / ‖w‖", value, ~none), Part("θ", value, none)]
        return Said({"θ": parts}, {"‖w‖": length})

    def project(self, W: Array) -> None:
        norms = unit_norms(W)
        W /= np.where(norms > 0, norms, 1.0).astype(W.dtype)


@final
class NonNegative(Constraint):
    """w ← max(w, 0).

    Parameters
    ----------
    layers : tuple of str
        Paths: "dense1" means its weights with two or more axes, "dense1/b" that tensor. By default
        all weights with two or more axes.

    Raises
    ------
    ParameterError
        In `fit`, a path has no parameters.

    Examples
    --------
    >>> W = np.array([[3.0, -1.0]])
    >>> NonNegative().project(W)
    >>> W
    array([[3., 0.]])
    """

    def terms(self, W: Array) -> Said:
        return Said({"θ": [Part("max(θ, 0)", np.maximum(W, 0))]})

    def project(self, W: Array) -> None:
        np.maximum(W, 0, out=W)
