"""A layer: settings and the ops that it wires when it is called with a Node."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY
from functools import wraps
from typing import Any

from ..errors import ParameterError
from ..graph import Node, Tape
from ..settings import Settings


def _tape_of(x: Any) -> Tape | None:
    if isinstance(x, Node):
        return x.tape
    items = x.values() if isinstance(x, dict) else x if isinstance(x, (tuple, list)) else ()
    return next((tape for tape in map(_tape_of, items) if tape), None)


def _scoped(call: Callable[..., Any]) -> Callable[..., Any]:
    """Everything that a layer records stands under its path."""

    @wraps(call)
    def inside(layer: Layer, x: Any) -> Any:
        tape = _tape_of(x)
        if tape is None:
            raise ParameterError(
                f"{layer!r}: expected a Node, got {type(x).__name__}. A layer is wired once by Network(...); "
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
    """Wires ops when it is called with a Node. Abstract: a layer of your own says what `__call__` does.

    Every subclass becomes a frozen dataclass, and each call of it a path.

    Parameters
    ----------
    name : str
        The layer's part of the path; without it the class and its ordinal among its siblings, such as dense1.
    """

    _: KW_ONLY
    name: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__:
            cls.__call__ = _scoped(cls.__call__)  # type: ignore[method-assign]

    def __call__(self, x: Any) -> Any:
        """Node -> Node."""
        raise ParameterError(f"{self!r}: Layer is abstract. Write a subclass with __call__(self, x).")

    def __post_init__(self) -> None:
        self.make_plain()
        if not isinstance(self.name, str) or (self.name and not re.fullmatch(r"[^\W\d][\w.-]*", self.name)):
            raise ParameterError(f"{type(self).__name__}(name={self.name!r}): a name is a word without '/' or spaces.")
        self.check()


def is_penalty(value: object) -> bool:
    """None, or something made with settings that gives (λ, op) terms."""
    return value is None or (isinstance(value, Settings) and hasattr(value, "terms"))
