"""Several outputs of one network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ParameterError
from ..graph.tape import Node
from .base import Layer
from .sequential import check_layers


class Heads(Layer):
    """Several outputs from one input: {name: f_name(x)}. Each head is a layer.

    It is the last layer of a network with several outputs. Losses, targets and predictions are
    dicts with the same names.

    Parameters
    ----------
    heads : dict of Layer
        A layer for each output, by name. (A file stores them as pairs.)
    name : str
        The layer's path; by default heads1, ... The parameters of a head are at path/head, such as
        heads1/digit/dense1/W.

    Shapes
    ------
    Each head has its own.

    Raises
    ------
    ParameterError
        A name is not a word, or a head is not a layer.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(
    ...     cr.Dense(8),
    ...     cr.ReLU(),
    ...     cr.Heads({"digit": cr.Dense(10), "size": cr.Dense(1)}),
    ...     loss={"digit": cr.SoftmaxCrossEntropy(), "size": (0.5, cr.SquaredError())},
    ...     inputs=(4,),
    ... )
    >>> {name: p.shape for name, p in net.predict([[1.0, 2.0, 3.0, 4.0]]).items()}
    {'digit': (1, 10), 'size': (1, 1)}
    """

    heads: Any

    def __post_init__(self) -> None:
        if isinstance(self.heads, Mapping):
            object.__setattr__(self, "heads", tuple(self.heads.items()))
        super().__post_init__()

    def check(self) -> None:
        self.require(
            "heads",
            "a dict of layers by words as names",
            lambda v: len(v) > 0 and all(_word(n) for n, _ in v),
            'Write Heads({"digit": Dense(10), "size": Dense(1)}).',
        )
        check_layers("Heads", [layer for _, layer in self.heads])

    def __repr__(self) -> str:
        named = f", name={self.name!r}" if self.name else ""
        return f"Heads({dict(self.heads)!r}{named})"

    def __call__(self, x: Node) -> dict[str, Node]:
        if not isinstance(x, Node):
            raise ParameterError(
                f"{x!r}: Heads takes one value. Join the inputs in a layer of your own first."
            )
        outputs = {}
        for name, layer in self.heads:
            with x.tape.at(x.tape.join(name), layer):
                outputs[name] = layer(x)
        return outputs


def _word(name: object) -> bool:
    """Return True for a word that can be a name."""
    return isinstance(name, str) and name.isidentifier()
