"""The fully connected layer."""

from dataclasses import KW_ONLY
from typing import Any

from ..arrays import Array
from ..graph.initializers import GlorotUniform, Initializer, Zeros, as_initializer
from ..graph.operation import op
from ..graph.tape import Node, Penalty
from .base import Layer, is_penalty


def _multiply_adds(x: tuple[int, ...], W: tuple[int, ...], *b: tuple[int, ...]) -> int:
    return W[0] * W[1]


@op(work=_multiply_adds)
def affine(x: Array, W: Array, b: Array) -> Array:
    """z = x W + b"""
    z: Array = x @ W
    z += b
    return z


@affine.gradient
def affine_backward(
    dz: Array, z: Array, x: Array, W: Array, b: Array
) -> tuple[Array, Array, Array]:
    """dx = dz Wᵀ,   dW = xᵀ dz,   db = Σₙ dz"""
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@op(work=_multiply_adds)
def linear(x: Array, W: Array) -> Array:
    """z = x W"""
    z: Array = x @ W
    return z


@linear.gradient
def linear_backward(dz: Array, z: Array, x: Array, W: Array) -> tuple[Array, Array]:
    """dx = dz Wᵀ,   dW = xᵀ dz"""
    return dz @ W.T, x.T @ dz


class Dense(Layer):
    """z = x W + b: every unit reads every input.

    Parameters
    ----------
    units : int
        Number of output values per row, ≥ 1.
    bias : bool
        True: add the bias b.
    init : Initializer, array, number or function
        Starting values of W (D, units). b starts at 0.
    penalty : Penalty, optional
        A term added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W and b keep their starting values until `net.thaw`.
    name : str
        The layer's path; by default dense1, dense2, ...

    Shapes
    ------
    (N, D) -> (N, units); W (D, units), b (units,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, D).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(2), loss=cr.SquaredError(), inputs=(3,))
    >>> net.parameters["W1"].shape
    (3, 2)
    """

    units: int
    _: KW_ONLY
    bias: bool = True
    init: Any = GlorotUniform()
    penalty: Penalty | None = None
    trainable: bool = True

    def check(self) -> None:
        self.require_size("units", "Dense(32) has 32 units.")
        self.require("bias", "True or False", lambda v: isinstance(v, bool), "")
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")
        self.require("penalty", "a penalty", is_penalty, "Write L2(1e-4).")
        if not isinstance(self.init, Initializer):
            object.__setattr__(self, "init", as_initializer(self.init))

    def __call__(self, x: Node) -> Node:
        x.expect(
            2,
            "(N, D)",
            "Put Flatten() before it." if len(x.shape) > 1 else "Give X[:, None]: one column.",
        )
        x.expect_real("Give the numbers as an input of their own.")
        shape = (x.shape[-1], self.units)
        W = x.tape.param("W", shape, self.init, trainable=self.trainable, penalty=self.penalty)
        if not self.bias:
            return linear(x, W)  # type: ignore[no-any-return]
        b = x.tape.param("b", (self.units,), Zeros(), trainable=self.trainable)
        return affine(x, W, b)  # type: ignore[no-any-return]
