"""A residual branch."""

from ..graph.tape import Node
from .base import Layer
from .sequential import check_layers


class Residual(Layer):
    """s = g(x) + f(x), f a chain of layers, g the shortcut. The gradient also flows around f.

    Parameters
    ----------
    *layers : Layer
        At least one layer. Together they keep the shape, or give the shortcut's.
    shortcut : Layer, optional
        The layer g. By default g(x) = x. Give one if f changes the shape:
        Conv2D(64, kernel=1, stride=2, bias=False), or a Sequential of it and BatchNorm().
    name : str
        The layer's path; by default residual1, ...

    Shapes
    ------
    Any shape, unchanged; with a shortcut, the shape of its output.

    Raises
    ------
    ParameterError
        An argument is not a layer.
    ShapeError
        f and the shortcut give different shapes.

    References
    ----------
    He, Zhang, Ren & Sun, "Deep residual learning for image recognition", CVPR 2016, eq. 1; with a
    shortcut, eq. 2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Residual(cr.Identity()), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1.0, 2.0]]).tolist()
    [[2.0, 4.0]]
    >>> shortcut = cr.Conv2D(8, kernel=1, stride=2)
    >>> block = cr.Residual(cr.Conv2D(8, stride=2, padding="same"), shortcut=shortcut)
    >>> cr.Network(block, loss=cr.SquaredError(), inputs=(9, 9, 4)).programs.output
    (0, 5, 5, 8)
    """

    layers: tuple[Layer, ...]
    shortcut: Layer | None = None

    def __init__(self, *layers: Layer, shortcut: Layer | None = None, name: str = "") -> None:
        object.__setattr__(self, "layers", check_layers("Residual", layers))
        object.__setattr__(self, "shortcut", shortcut)
        object.__setattr__(self, "name", name)
        self.__post_init__()

    def check(self) -> None:
        self.require(
            "layers",
            "at least one layer",
            lambda v: len(v) > 0,
            "Write Residual(Dense(4), ReLU()).",
        )
        if self.shortcut is not None:
            check_layers("Residual(shortcut=...)", [self.shortcut])

    def __repr__(self) -> str:
        named = [f"{n}={v!r}" for n, v in (("shortcut", self.shortcut), ("name", self.name)) if v]
        return f"Residual({', '.join([*map(repr, self.layers), *named])})"

    def __call__(self, x: Node) -> Node:
        f = x
        for layer in self.layers:
            f = layer(f)
        return (x if self.shortcut is None else self.shortcut(x)) + f
