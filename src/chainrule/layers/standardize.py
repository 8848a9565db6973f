"""Inputs brought to mean 0 and deviation 1, with numbers that the training rows decide."""

import math
from dataclasses import KW_ONLY
from typing import ClassVar, Literal

from ..arrays import Array
from ..errors import ShapeError
from ..graph.initializers import Constant, Zeros
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.flatten import flatten
from ..ops.reshape import reshape
from ..ops.sums import all_but_last
from .base import Layer


@op
def center_and_scale(x: Array, mu: Array, sigma: Array) -> Array:
    """u = (x − mu) / sigma"""
    u: Array = (x - mu) / sigma
    return u


@center_and_scale.gradient
def center_and_scale_backward(
    du: Array, u: Array, x: Array, mu: Array, sigma: Array
) -> tuple[Array, Array, Array]:
    """dx = du / sigma,   dmu = −Σₙ du / sigma,   dsigma = −Σₙ du u / sigma"""
    rows = all_but_last(x)
    dx = du / sigma
    return dx, -dx.sum(axis=rows), -(dx * u).sum(axis=rows)


class Standardize(Layer):
    """u = (x − μ) / σ for each column, with the mean μ and deviation σ of the training rows.

    Put it first: then a network takes numbers in their own units. μ and σ are state, as the
    statistics of BatchNorm are, but they do not move: the first `fit` or `build` takes them from
    its rows, in float64, before the first step, and files keep them. They are the same in
    training and prediction, whatever the batch. A later `fit` keeps them; `net.calibrate(X)` takes
    them again, and `net.reset()` forgets them. Rows that are held for validation do not count, nor
    do weights. A source of rows is read through once for them; a stream of batches, its first
    epoch; a bare iterator can be read once only, so call `net.build(X)` with some rows before.

    A column that is constant in the training rows becomes x − μ, so 0 in all of them.

    Parameters
    ----------
    per : {"channel", "place"}
        What has numbers of its own. "channel": each entry of the last axis: a column of a table, a
        color of an image, a feature of a sequence. "place": each entry of a row, such as each pixel.
    name : str
        The layer's path; by default standardize1, ...

    Shapes
    ------
    (N, D), (N, T, D) or (N, H, W, C), unchanged.
    mean and std: (D,) or (C,); with per="place" one number for each entry of a row.

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input has no columns.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient BackProp", in Neural Networks: Tricks of the Trade,
    1998, section 4.3.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Standardize(), cr.Dense(1), loss=cr.SquaredError())
    >>> net.build([[1.0, 500.0], [3.0, 900.0]]).state["mean1"].tolist()
    [2.0, 700.0]
    >>> net.activations([[1.0, 500.0], [3.0, 900.0]])["u1"].tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """

    foreign: ClassVar[dict[str, str]] = {
        "axis": 'per: "channel" for the last axis, "place" for each entry of a row',
        "mean": 'nothing: net.build(X) takes it from the rows, or initial_weights={"mean1": ...}',
    }

    _: KW_ONLY
    per: Literal["channel", "place"] = "channel"

    def check(self) -> None:
        self.require("per", '"channel" or "place"', lambda v: v in ("channel", "place"), "")

    def __call__(self, x: Node) -> Node:
        x.expect_real("Words have no scale: put Embedding first.")
        if len(x.shape) < 2:
            raise ShapeError(
                x.tape.where(),
                "input with columns, (N, D)",
                x.value.shown,
                "Put Reshape(1) before it.",
            )
        whole = self.per == "place" and len(x.shape) > 2
        columns = (math.prod(x.shape[1:]),) if whole else x.shape[-1:]
        mean = x.tape.state("mean", columns, Zeros())
        deviation = x.tape.state("std", columns, Constant(1.0))
        u: Node = center_and_scale(flatten(x) if whole else x, mean, deviation)
        return reshape(u, shape=x.shape[1:]) if whole else u
