"""Group normalization, as two ordinary ops: standardize each group, then scale and shift."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.entries import Entry
from ..graph.initializers import Constant, Zeros
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.scale_and_shift import scale_and_shift
from .base import Layer
from .standardized_terms import standardized, standardized_slope


def _by_group(x: Array, groups: int) -> Array:
    """Return x as (N, positions, groups, channels of a group)."""
    return x.reshape(len(x), math.prod(x.shape[1:-1]), groups, x.shape[-1] // groups)


def _mean(x: Array) -> Array:
    """Return the mean over the positions and channels of each group."""
    mean: Array = x.mean(axis=(1, 3), keepdims=True)
    return mean


def _deviation(x: Array, eps: float) -> Array:
    """Return √(variance + ε) of each group."""
    centered = x - _mean(x)
    deviation: Array = np.sqrt(_mean(centered * centered) + eps)
    return deviation


@op
def standardise_groups(x: Array, groups: int, eps: float) -> Array:
    """h = (x − mean(x, groups)) / sqrt(mean((x − mean(x, groups))², groups) + eps)"""
    parts = _by_group(x, groups)
    return ((parts - _mean(parts)) / _deviation(parts, eps)).reshape(x.shape)


@standardise_groups.gradient
def standardise_groups_backward(
    dh: Array, h: Array, x: Array, groups: int, eps: float
) -> tuple[Array]:
    """dx = (dh − mean(dh, groups) − h mean(dh h, groups)) / sqrt(mean((x − mean(x, groups))², groups) + eps)"""
    dh_parts, h_parts = _by_group(dh, groups), _by_group(h, groups)
    centered = dh_parts - _mean(dh_parts) - h_parts * _mean(dh_parts * h_parts)
    return ((centered / _deviation(_by_group(x, groups), eps)).reshape(x.shape),)


def _group(at: tuple[int, ...], x: Array, groups: int) -> tuple[Any, ...]:
    """Return the index of all entries of the group that an entry belongs to."""
    each = x.shape[-1] // groups
    sizes = (*x.shape[1:-1], each)
    *places, channel = np.unravel_index(np.arange(math.prod(sizes)), sizes)
    return (at[0], *places, at[-1] // each * each + channel)


@standardise_groups.terms("h")
def _standardized(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    group = _group(at, arrays["x"], attrs["groups"])
    return standardized(at, arrays, group, attrs["eps"])


@standardise_groups.terms("dx")
def _standardized_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    group = _group(at, arrays["x"], attrs["groups"])
    return standardized_slope(at, arrays, group, attrs["eps"])


class GroupNorm(Layer):
    """u = γ (x − μ) / √(v + ε) + β, for each group of channels of one row.

    μ and v are the mean and variance over all positions of the group. They do not depend on other
    rows, so the batch size changes nothing. One group is layer normalization of the whole image;
    as many groups as channels is instance normalization.

    Parameters
    ----------
    groups : int
        Number of groups of neighboring channels, ≥ 1, a divisor of C.
    eps : float
        Added to the variance, ε > 0, in the unit of the variance.
    trainable : bool
        False: γ and β stay 1 and 0 until `net.thaw`.
    name : str
        The layer's path; by default group_norm1, ...

    Shapes
    ------
    (N, D), (N, T, D) or (N, H, W, C), unchanged; gamma and beta (D,) or (C,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input has no channels, or groups do not divide them.

    References
    ----------
    Wu & He, "Group normalization", ECCV 2018, eq. 1, 6 and 7.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.GroupNorm(2), loss=cr.SquaredError(), inputs=(4,))
    >>> net.predict([[0.0, 1000.0, 7.0, 3.0]]).round(3).tolist()
    [[-1.0, 1.0, 1.0, -1.0]]
    """

    groups: int
    _: KW_ONLY
    eps: float = 1e-5
    trainable: bool = True

    def check(self) -> None:
        self.require_size("groups", "GroupNorm(8) cuts 32 channels into 8 groups of 4.")
        self.require_number("eps", "> 0", lambda v: v > 0, 1e-5)
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")

    def __call__(self, x: Node) -> Node:
        if len(x.shape) < 2:
            rule, remedy = "input with channels, (N, H, W, C)", "Put Reshape(1) before it."
            raise ShapeError(x.tape.where(), rule, x.value.shown, remedy)
        if x.shape[-1] % self.groups:
            rule = f"channels that groups={self.groups} divides"
            got = f"{x.shape[-1]} in {x.value.shown}"
            raise ShapeError(x.tape.where(), rule, got, "Choose a divisor of the channels.")
        h = standardise_groups(x, groups=int(self.groups), eps=float(self.eps))
        gamma = x.tape.param("gamma", x.shape[-1:], Constant(1.0), trainable=self.trainable)
        beta = x.tape.param("beta", x.shape[-1:], Zeros(), trainable=self.trainable)
        return scale_and_shift(h, gamma, beta)  # type: ignore[no-any-return]
