"""A layer: settings, and the ops that it connects when it is called with a Node."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import KW_ONLY
from functools import wraps
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError
from ..foreign import OF_LAYERS, missing_attribute
from ..graph.program import Shape
from ..graph.tape import Node, Tape
from ..settings import Settings


def _tape_of(x: Any) -> Tape | None:
    """Return the tape of a Node, or of the first Node in a collection."""
    if isinstance(x, Node):
        return x.tape
    items = x.values() if isinstance(x, dict) else x if isinstance(x, (tuple, list)) else ()
    return next((tape for tape in map(_tape_of, items) if tape), None)


def _scoped(call: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `__call__` so that everything a layer records gets the layer's path."""

    @wraps(call)
    def inside(layer: Layer, x: Any) -> Any:
        tape = _tape_of(x)
        if tape is None:
            raise ParameterError(
                f"{layer!r}: expected a Node, got {type(x).__name__}. "
                "A layer is wired once by Network(...); "
                "to compute, call net.predict(X) or the op itself."
            )
        with tape.inside(layer):
            try:
                return call(layer, x)
            except AttributeError as error:
                if not isinstance(x, dict):
                    raise
                raise ParameterError(
                    tape.where(),
                    "one input",
                    f"the inputs {', '.join(x)}",
                    "Choose or join them in a layer of your own first.",
                ) from error

    return inside


class Layer(Settings):
    """The base of layers, which record ops when they are called with a Node.

    It is abstract: a layer of your own defines `__call__`. Every subclass becomes a frozen
    dataclass, and each call of a layer gets a path.

    Parameters
    ----------
    name : str
        The layer's part of the path. By default it is the class and the ordinal among siblings,
        such as dense1.
    """

    _: KW_ONLY
    name: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__:
            cls.__call__ = _scoped(cls.__call__)  # type: ignore[method-assign]

    def __call__(self, x: Any) -> Any:
        """Record the layer's ops: Node -> Node."""
        theirs = [name for name in ("forward", "call") if name in dir(type(self))]
        remedy = f"Rename {theirs[0]} to __call__" if theirs else "Write a subclass with __call__"
        raise ParameterError(f"{self!r}: Layer is abstract. {remedy}(self, x).")

    if not TYPE_CHECKING:  # so that types of attributes are still checked

        def __getattr__(self, name: str) -> Any:
            """Say what to write for a name of another library. Python calls this for unknown names."""
            return missing_attribute(self, name, OF_LAYERS)

    def __post_init__(self) -> None:
        self.make_plain()
        if not isinstance(self.name, str) or (
            self.name and not re.fullmatch(r"[^\W\d][\w.-]*", self.name)
        ):
            raise ParameterError(
                f"{type(self).__name__}(name={self.name!r}): "
                "a name is a word without '/' or spaces."
            )
        self.check()


def channels_last(shape: Shape) -> str:
    """Return a hint for images that seem to have their channels first: few rows, more columns."""
    return (
        ' Here images are (N, H, W, C), channels="last". If they come as (N, C, H, W), begin the '
        'network with Images(channels="first").'
        if len(shape) == 3 and shape[0] <= 4 and shape[0] < min(shape[1:])
        else ""
    )


def make_image(shape: Shape) -> str:
    """Return how to make images: (8, 8) and (64,) become (8, 8, 1)."""
    side = math.isqrt(shape[0]) if len(shape) == 1 else 0
    if len(shape) == 2 or (side > 1 and side * side == shape[0]):
        sizes = (*(shape if len(shape) == 2 else (side, side)), 1)
        return f"Put Reshape({', '.join(map(str, sizes))}) before it."
    return "Put Reshape(28, 28, 1), with your own sizes, before it."


def is_penalty(value: object) -> bool:
    """Return True for None and for settings that give (λ, op) terms."""
    return value is None or (isinstance(value, Settings) and hasattr(value, "terms"))
