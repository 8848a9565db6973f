"""Several branches, joined along the channels."""

from functools import reduce

from ..errors import ShapeError
from ..graph.tape import Node
from ..ops.concatenate import concatenate
from .base import Layer
from .sequential import check_layers


class Concatenate(Layer):
    """h = concat(f₁(x), f₂(x), ...): several branches of one input, their channels joined.

    Parameters
    ----------
    *layers : Layer
        At least two branches, each a layer or a Sequential; Identity() keeps x itself.
    name : str
        The layer's path; by default concatenate1, ...

    Shapes
    ------
    Any shape -> (N, ..., sum of the last axes of the branches). The other axes must be equal.

    Raises
    ------
    ParameterError
        A branch is not a layer, or there are fewer than two.
    ShapeError
        The branches differ in an axis other than the last.

    References
    ----------
    Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 4.

    Examples
    --------
    >>> import chainrule as cr
    >>> both = cr.Concatenate(cr.Identity(), cr.ReLU())
    >>> net = cr.Network(both, loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-1.0, 2.0]]).tolist()
    [[-1.0, 2.0, 0.0, 2.0]]
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer, name: str = "") -> None:
        object.__setattr__(self, "layers", check_layers("Concatenate", layers))
        object.__setattr__(self, "name", name)
        self.__post_init__()

    def check(self) -> None:
        self.require(
            "layers",
            "at least two layers",
            lambda v: len(v) > 1,
            "Write Concatenate(Identity(), Dense(4)).",
        )

    def __repr__(self) -> str:
        named = [f"name={self.name!r}"] if self.name else []
        return f"Concatenate({', '.join([*map(repr, self.layers), *named])})"

    def __call__(self, x: Node) -> Node:
        branches: list[Node] = [layer(x) for layer in self.layers]
        if len({branch.shape[:-1] for branch in branches}) > 1 or any(
            len(b.shape) < 2 for b in branches
        ):
            got = ", ".join(branch.value.shown for branch in branches)
            remedy = "Give the branches the same strides and padding."
            raise ShapeError(
                x.tape.where(), "branches that differ in the last axis only", got, remedy
            )
        return reduce(lambda a, b: concatenate(a, b, axis=-1), branches)
