"""A residual branch."""

from ..graph import Node
from .base import Layer
from .sequential import check_layers


class Residual(Layer):
    """s = x + f(x), f a chain of layers: the gradient also flows around f.

    Parameters
    ----------
    *layers : Layer
        At least one; together they keep the shape.
    name : str
        The layer's path; else residual1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        Something that is not a layer.
    ShapeError
        Layers that change the shape.

    References
    ----------
    He, Zhang, Ren & Sun, "Deep residual learning for image recognition", CVPR 2016, eq. 1.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Residual(cr.Identity()), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1.0, 2.0]]).tolist()
    [[2.0, 4.0]]
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer, name: str = "") -> None:
        object.__setattr__(self, "layers", check_layers("Residual", layers))
        object.__setattr__(self, "name", name)
        self.__post_init__()

    def check(self) -> None:
        self.require("layers", "at least one layer", lambda v: len(v) > 0, "Write Residual(Dense(4), ReLU()).")

    def __repr__(self) -> str:
        named = [f"name={self.name!r}"] if self.name else []
        return f"Residual({', '.join([*map(repr, self.layers), *named])})"

    def __call__(self, x: Node) -> Node:
        f = x
        for layer in self.layers:
            f = layer(f)
        return x + f
