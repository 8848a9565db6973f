"""Dropout of whole channels: neighbouring pixels say nearly the same, so one dropped alone would be missed by nobody."""

import numpy as np

from .. import random
from ..arrays import Array
from ..errors import ShapeError
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _mask(x: Array, key: Array, row: Array, rate: float, path: int) -> Array:
    """True where a channel stays: one number for each (seed, step, path, row of the data set, channel)."""
    kept = random.uniform(key, random.DROPOUT, path, row, x.shape[-1]) >= rate
    return np.expand_dims(kept, tuple(range(1, x.ndim - 1)))


@op
def spatial_dropout(x: Array, key: Array, row: Array, rate: float, path: int) -> Array:
    """h = x mask(key, row) / (1 − rate)"""
    h: Array = x * _mask(x, key, row, rate, path) / (1 - rate)
    return h


@spatial_dropout.gradient
def spatial_dropout_backward(
    dh: Array, h: Array, x: Array, key: Array, row: Array, rate: float, path: int
) -> tuple[Array, None, None]:
    """dx = dh mask(key, row) / (1 − rate)"""
    return dh * _mask(x, key, row, rate, path) / (1 - rate), None, None


class SpatialDropout(Layer):
    """h = x mask / (1 − rate) while training: each channel becomes 0, at all places, with probability `rate`.

    Nothing at all in predict and score. The mask depends on the seed, the step, the layer's path, the row of the data set
    and the channel only, as that of Dropout.

    Parameters
    ----------
    rate : float
        The share of channels that is dropped, 0 ≤ rate < 1.
    name : str
        The layer's path; else spatial_dropout1, ...

    Shapes
    ------
    (N, H, W, C) or (N, T, C), unchanged.

    Raises
    ------
    ParameterError
        rate outside [0, 1).
    ShapeError
        An input without positions.

    References
    ----------
    Tompson, Goroshin, Jain, LeCun & Bregler, "Efficient object localization using convolutional networks", CVPR 2015, section 3.2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.SpatialDropout(0.5), loss=cr.SquaredError(), inputs=(1, 2, 1))
    >>> net.predict([[[[1.0], [2.0]]]]).ravel().tolist()
    [1.0, 2.0]
    """

    rate: float

    def check(self) -> None:
        self.require_number("rate", "from 0 to below 1", lambda v: 0 <= v < 1, 0.2)

    def __call__(self, x: Node) -> Node:
        if len(x.shape) < 3:
            rule, remedy = (
                "input with positions and channels, (N, H, W, C)",
                "Dropout drops single values.",
            )
            raise ShapeError(x.tape.where(), rule, x.value.shown, remedy)
        if x.tape.mode != "train":
            return x
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        path = random.path_hash(x.tape.scope)
        return spatial_dropout(x, key, row, rate=float(self.rate), path=path)  # type: ignore[no-any-return]
