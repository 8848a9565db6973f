"""Normal noise, a function of its key, added in training."""

import math
from collections.abc import Mapping

from .. import random
from ..arrays import Array
from ..graph.entries import Entry, Part, product
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


@op
def gaussian_noise(x: Array, key: Array, row: Array, std: float, path: int) -> Array:
    """h = x + std noise(key, row)"""
    z = random.normal(key, random.SAMPLE, path, row, math.prod(x.shape[1:])).reshape(x.shape)
    h: Array = x + (std * z).astype(x.real.dtype)
    return h


@gaussian_noise.gradient
def gaussian_noise_backward(
    dh: Array, h: Array, x: Array, key: Array, row: Array, std: float, path: int
) -> tuple[Array, None, None]:
    """dx = dh"""
    return dh, None, None


@gaussian_noise.shows("noise")
def _noise(arrays: Mapping[str, Array], std: float, path: int) -> Array:
    """noise(key, row)"""
    x = arrays["x"]
    z = random.normal(arrays["key"], random.SAMPLE, path, arrays["row"], math.prod(x.shape[1:]))
    return z.reshape(x.shape)


@gaussian_noise.terms("h")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], std: float, path: int) -> Entry:
    x, noise = arrays["x"], _noise(arrays, std, path)[at]
    labels, index = {"e": "noise(key, row)"}, {"e": at}
    drawn = Part("std·e", index, (std * noise).astype(x.dtype), "", {"e": noise}, labels)
    return Entry([product(arrays, {"x": at}), drawn])


class GaussianNoise(Layer):
    """h = x + std z in training, z from the standard normal distribution.

    In predict and score it does nothing; `predict(X, samples=100)` has it too. z depends only on
    the seed, the step, the layer's path, the row of the data set and the column, as the mask of
    Dropout does.

    Parameters
    ----------
    std : float
        Standard deviation of the noise, ≥ 0, in the unit of x.
    name : str
        The layer's path; by default gaussian_noise1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        std is below 0.

    References
    ----------
    Bishop, "Training with noise is equivalent to Tikhonov regularization",
    Neural Computation 7 (1995).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.GaussianNoise(0.1), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    std: float

    def check(self) -> None:
        self.require_number("std", "≥ 0", lambda v: v >= 0, 0.1)

    def __call__(self, x: Node) -> Node:
        x.expect_real("Give the numbers as an input of their own.")
        if not x.tape.draws:
            return x
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        path = random.path_hash(x.tape.scope)
        h: Node = gaussian_noise(x, key, row, std=float(self.std), path=path)
        return h
