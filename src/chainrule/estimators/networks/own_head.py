"""The output layer of the user, if `layers` already end with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from ...errors import ChainruleError
from ...graph.operation import Op
from ...graph.program import Shape
from ...layers import Dense, LogSoftmax, ReLU, Sequential, Sigmoid, Softmax, Softplus, Tanh
from ...layers.base import Layer
from ...losses.squared_error import SquaredError
from ...model.tracing import trace
from ...ops.log_softmax import log_softmax
from ...ops.softmax import softmax

Kind = Literal["dense", "softmax", "logistic", "inside", "other"]
INFINITE = float("inf")
RANGES: dict[type[Layer], tuple[float, float]] = {
    Sigmoid: (0.0, 1.0),
    Softmax: (0.0, 1.0),
    Tanh: (-1.0, 1.0),
    ReLU: (0.0, INFINITE),
    Softplus: (0.0, INFINITE),
}


@dataclass(frozen=True)
class Ending:
    """How a chain of layers ends.

    Parameters
    ----------
    layers : tuple of Layer
        The whole chain.
    kind : {"dense", "softmax", "logistic", "inside", "other"}
        What the last layer is: a Dense, a softmax or its logarithm, a logistic function, or a
        layer of the user's own with a softmax at its end.
    units : int
        The numbers that the chain gives for each row; 0 if it gives no vector.

    Examples
    --------
    >>> import chainrule as cr
    >>> ending = Ending.of([cr.Dense(4), cr.ReLU(), cr.Dense(3), cr.Softmax()], (2,))
    >>> ending.kind, ending.units, ending.before_link()
    ('softmax', 3, (Dense(4), ReLU(), Dense(3)))
    """

    layers: tuple[Layer, ...]
    kind: Kind
    units: int

    @classmethod
    def of(cls, layers: Sequence[Layer], shape: Shape) -> Ending:
        """Return how these layers end, for rows of this shape."""
        last, kind = _last(layers), "other"
        units, op = _end(tuple(layers), shape)
        if isinstance(last, Dense):
            kind = "dense"
        elif isinstance(last, (Softmax, LogSoftmax)):
            kind = "softmax"
        elif isinstance(last, Sigmoid):
            kind = "logistic"
        elif op is softmax or op is log_softmax:
            kind = "inside"
        return cls(tuple(layers), cast(Kind, kind), units)

    @property
    def last(self) -> Layer | None:
        """The last layer, which may be inside a Sequential."""
        return _last(self.layers)

    @property
    def last_dense(self) -> Dense | None:
        """The last Dense, which may have an activation after it; None if there is none."""
        return next(
            (each for each in reversed(_flat(self.layers)) if isinstance(each, Dense)), None
        )

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest number that the last layer can give."""
        everything = (-INFINITE, INFINITE)
        return next((r for kind, r in RANGES.items() if type(self.last) is kind), everything)

    @property
    def shown(self) -> str:
        """The last layers with their settings, for messages: "Dense(3), Softmax()"."""
        flat = _flat(self.layers)
        return ", ".join(
            map(repr, flat[-2:] if self.kind in ("softmax", "logistic") else flat[-1:])
        )

    def before_link(self) -> tuple[Layer, ...]:
        """Return the layers without the softmax or logistic function at their end."""
        return _without_last(self.layers) if self.kind in ("softmax", "logistic") else self.layers


def _last(layers: Sequence[Layer]) -> Layer | None:
    """Return the last layer, which may be inside a Sequential."""
    last: Layer | None = layers[-1] if layers else None
    while isinstance(last, Sequential):
        last = last.layers[-1]
    return last


def _flat(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers, those of a Sequential one by one."""
    return [
        part
        for layer in layers
        for part in (_flat(layer.layers) if isinstance(layer, Sequential) else [layer])
    ]


def _without_last(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Return the layers without the last one, which may be inside a Sequential."""
    last = layers[-1]
    if not isinstance(last, Sequential) or len(last.layers) == 1:
        return layers[:-1]
    return *layers[:-1], Sequential(*_without_last(last.layers), name=last.name)


def _end(layers: tuple[Layer, ...], shape: Shape) -> tuple[int, Op | None]:
    """Return the length of the vector that the layers give for a row, or 0, and the last op."""
    try:
        programs = trace(layers, SquaredError(), shape)
    except ChainruleError:  # the network itself will say it
        return 0, None
    steps = programs.predict.steps
    vector = len(programs.output) == 2 and programs.train.parameters  # what learns nothing is none
    units = int(programs.output[1]) if vector else 0
    return units, steps[-1].op if steps else None
