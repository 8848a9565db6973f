"""A chain of layers, which is a layer itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ParameterError
from ..foreign import WITH_NODES
from ..settings import is_whole
from .base import Layer


def check_layers(where: str, layers: Any) -> tuple[Layer, ...]:
    """Return the layers of a chain; raise ParameterError for a class, a word or a list."""
    for layer in layers:
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise ParameterError(
                where, "layers", f"the class {layer.__name__}", f"Write {layer.__name__}(...)."
            )
        network = hasattr(layer, "layers") and hasattr(layer, "fit")
        no_layer = isinstance(layer, (type, np.ufunc)) or network
        if not callable(layer) or no_layer:
            remedy = "Layers are objects here, not words."
            if isinstance(layer, np.ufunc):
                remedy = (
                    f"Write {WITH_NODES.get(layer.__name__, 'a layer with an op of your own')}."
                )
                remedy = remedy.replace("()(z)", "()")
            if is_whole(layer):
                remedy = f"Write Dense({layer}), ReLU()."
            if network:
                remedy = "Write *net.layers; take_weights(net) copies its weights."
            if isinstance(layer, (list, tuple)):
                remedy = (
                    f"Write a star before it, {where}(*layers), or the layers one after another."
                )
            raise ParameterError(where, "layers such as Dense(4)", repr(layer), remedy)
    return tuple(layers)


class Sequential(Layer):
    """y = f_k(... f₂(f₁(x))): a chain of layers, with its own path.

    Parameters
    ----------
    *layers : Layer
        At least one layer.
    name : str
        The chain's path; by default sequential1, ...

    Shapes
    ------
    The input of the first layer, the output of the last.

    Raises
    ------
    ParameterError
        An argument is not a layer.

    Examples
    --------
    >>> import chainrule as cr
    >>> block = cr.Sequential(cr.Dense(8), cr.ReLU(), name="block")
    >>> cr.Network(block, cr.Dense(1), loss=cr.SquaredError(), inputs=(3,)).parameters["W1"].shape
    (3, 8)
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer, name: str = "") -> None:
        object.__setattr__(self, "layers", check_layers("Sequential", layers))
        object.__setattr__(self, "name", name)
        self.__post_init__()

    def check(self) -> None:
        self.require(
            "layers",
            "at least one layer",
            lambda v: len(v) > 0,
            "Write Sequential(Dense(4), ReLU()).",
        )

    def __repr__(self) -> str:
        named = [f"name={self.name!r}"] if self.name else []
        return f"Sequential({', '.join([*map(repr, self.layers), *named])})"

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x
