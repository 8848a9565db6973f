"""One set of parameters in several places of a network."""

from ..graph.tape import Node
from .base import Layer
from .sequential import check_layers


class Shared(Layer):
    """A layer that shares its parameters with every other Shared of the same tower.

    Use it for two inputs through one network, or for tied weights.

    Parameters
    ----------
    tower : str
        Name of the shared parameters: W has the path tower/dense1/W.
    layer : Layer
        The layer; an equal one in each place.
    name : str
        Path of this place; by default shared1, ...

    Shapes
    ------
    Those of the layer.

    Raises
    ------
    ParameterError
        tower is not a word, or layer is not a layer.
    ShapeError
        The parameters were made with another shape.

    References
    ----------
    Bromley, Guyon, LeCun, Säckinger & Shah, "Signature verification using a siamese time delay
    neural network", NIPS 1993.

    Examples
    --------
    >>> import chainrule as cr
    >>> twice = (cr.Shared("tower", cr.Dense(2)), cr.Tanh(), cr.Shared("tower", cr.Dense(2)))
    >>> list(cr.Network(*twice, loss=cr.SquaredError(), inputs=(2,)).parameters)
    ['W1', 'b1']
    """

    tower: str
    layer: Layer

    def check(self) -> None:
        self.require(
            "tower",
            "a word",
            lambda v: isinstance(v, str) and v.isidentifier(),
            "Write Shared('tower', ...).",
        )
        check_layers("Shared", (self.layer,))

    def __call__(self, x: Node) -> Node:
        with x.tape.sharing(self.tower, self.layer):
            y: Node = self.layer(x)
        return y
