"""The fully connected layer."""

from dataclasses import KW_ONLY
from typing import Any

from ..arrays import Array
from ..errors import ParameterError
from ..graph.initializers import GlorotUniform, Initializer, Zeros, as_initializer
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node, Penalty
from .base import Layer, is_penalty


def _multiply_adds(x: tuple[int, ...], W: tuple[int, ...], *b: tuple[int, ...]) -> int:
    return W[0] * W[1]


@op(work=_multiply_adds, entry="z[n, j] = x[n, i] W[i, j] + b[j]")
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


@op(work=_multiply_adds, entry="z[n, j] = x[n, i] W[i, j]")
def linear(x: Array, W: Array) -> Array:
    """z = x W"""
    z: Array = x @ W
    return z


@linear.gradient
def linear_backward(dz: Array, z: Array, x: Array, W: Array) -> tuple[Array, Array]:
    """dx = dz Wᵀ,   dW = xᵀ dz"""
    return dz @ W.T, x.T @ dz


@op(entry="V[j, i] = W[i, j]")
def transpose(W: Array) -> Array:
    """V = Wᵀ"""
    return W.T


@transpose.gradient
def transpose_backward(dV: Array, V: Array, W: Array) -> tuple[Array]:
    """dW = dVᵀ"""
    return (dV.T,)


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
    tie : str
        The path of an earlier Dense, such as "dense1": W is the transpose of its W, and only b is
        a parameter of this layer. A decoder's weights are often those of its encoder.
    name : str
        The layer's path; by default dense1, dense2, ...

    Shapes
    ------
    (N, D) -> (N, units); W (D, units), b (units,). With tie, W of that layer is (units, D).

    Raises
    ------
    ParameterError
        A setting is outside its range, or there is no such layer to tie to.
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
    tie: str = ""

    def check(self) -> None:
        self.require_size("units", "Dense(32) has 32 units.")
        self.require("tie", "the path of a layer", lambda v: isinstance(v, str), 'Write "dense1".')
        if self.tie and self.penalty is not None:
            remedy = f"Give it to {self.tie}, which has the weights."
            raise ParameterError("Dense(tie=...)", "no penalty", repr(self.penalty), remedy)
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
        if self.tie:
            W = transpose(self._tied(x, shape))
        else:
            W = x.tape.param("W", shape, self.init, trainable=self.trainable, penalty=self.penalty)
        if not self.bias:
            return linear(x, W)  # type: ignore[no-any-return]
        b = x.tape.param("b", (self.units,), Zeros(), trainable=self.trainable)
        return affine(x, W, b)  # type: ignore[no-any-return]

    def _tied(self, x: Node, shape: Shape) -> Node:
        """Return the weights of the layer that `tie` names."""
        made = x.tape.params.get(f"{self.tie}/W")
        if made is None or made.shape != shape[::-1]:
            rule = f"an earlier layer {self.tie!r} with W of shape {shape[::-1]}"
            there = [
                f"{p.path[:-2]} {p.shape}" for p in x.tape.params.values() if p.path[-2:] == "/W"
            ]
            got = f"{made.shape}" if made else f"none; there are {', '.join(there) or 'none'}"
            raise ParameterError(x.tape.where(), rule, got, "Check the path and the units.")
        return Node(x.tape, made.value)
