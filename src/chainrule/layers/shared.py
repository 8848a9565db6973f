"""One set of parameters in several places."""

from ..graph.tape import Node
from .base import Layer
from .sequential import check_layers


class Shared(Layer):
    """The layer, with the parameters that every Shared of the same tower has: two inputs through one net, tied weights.

    Parameters
    ----------
    tower : str
        The name under which the parameters are found again: W has the path tower/dense1/W.
    layer : Layer
        An equal layer in each place.
    name : str
        Of this place; else shared1, ...

    Shapes
    ------
    Those of the layer.

    Raises
    ------
    ParameterError
        A tower that is not a word, or something that is not a layer.
    ShapeError
        Parameters that were made with another shape.

    References
    ----------
    Bromley, Guyon, LeCun, Säckinger & Shah, "Signature verification using a siamese time delay neural network", NIPS 1993.

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
