"""The rectified linear unit whose slope below zero is learned, one for each channel."""

from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.initializers import Constant, Initializer, as_initializer
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.sums import all_but_last
from .base import Layer


def _kink(z: Array, alpha: Array) -> Array:
    return z


@op(kink=_kink)
def prelu(z: Array, alpha: Array) -> Array:
    """a = max(z, 0) + alpha min(z, 0)"""
    a: Array = np.where(z.real > 0, z, alpha * z)
    return a


@prelu.gradient
def prelu_backward(da: Array, a: Array, z: Array, alpha: Array) -> tuple[Array, Array]:
    """dz = da (1 if z > 0 else alpha),   dalpha = Σₙ da min(z, 0)"""
    dalpha = (da * np.minimum(z, 0)).sum(axis=all_but_last(z))
    return np.where(z.real > 0, da, alpha * da), dalpha


class PReLU(Layer):
    """a = z for z > 0, else α z, with a learned slope α for each channel (the last axis).

    Parameters
    ----------
    init : Initializer, array, number or function
        Starting values of α; the paper starts at 0.25.
    trainable : bool
        False: α keeps its starting value until `net.thaw`.
    name : str
        The layer's path; by default prelu1, ...

    Shapes
    ------
    (N, D), (N, T, D) or (N, H, W, C), unchanged; alpha (D,) or (C,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input has no channels.

    References
    ----------
    He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015, eq. 1.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.PReLU(init=0.5), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-3.0, 3.0]]).tolist(), net.parameters["alpha1"].tolist()
    ([[-1.5, 3.0]], [0.5, 0.5])
    """

    _: KW_ONLY
    init: Any = Constant(0.25)
    trainable: bool = True

    def check(self) -> None:
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")
        if not isinstance(self.init, Initializer):
            object.__setattr__(self, "init", as_initializer(self.init))

    def __call__(self, z: Node) -> Node:
        if len(z.shape) < 2:
            raise ShapeError(
                z.tape.where(),
                "input with channels, (N, D)",
                z.value.shown,
                "Put Reshape(1) before it.",
            )
        alpha = z.tape.param("alpha", z.shape[-1:], self.init, trainable=self.trainable)
        return prelu(z, alpha)  # type: ignore[no-any-return]
