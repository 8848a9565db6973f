"""A loss: the cost of one row, the link from outputs to predictions, and the targets it takes."""

from collections.abc import Callable
from dataclasses import KW_ONLY
from functools import wraps
from typing import Any, ClassVar, Literal

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..graph.operation import Op
from ..graph.program import Shape, shown
from ..graph.tape import Node
from ..settings import Settings


def _of_nodes(call: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `__call__` so that arrays get our message."""

    @wraps(call)
    def inside(loss: Any, z: Any, y: Any, *others: Any) -> Any:
        if not isinstance(z, Node):
            raise ParameterError(
                f"{loss!r}: expected a Node, got {type(z).__name__}. A loss is wired once by "
                "Network(..., loss=...); to compute it, write net.evaluate(X, y)."
            )
        return call(loss, z, y, *others)

    return inside


class Loss(Settings):
    """L = Σₙ cₙ ℓₙ. A subclass defines ℓ, one number for each row. Abstract.

    Parameters
    ----------
    reduction : {"mean", "sum"}
        The mean over rows, c = 1/N, or the sum, c = 1. With sample weights wₙ: c = wₙ / Σ w, or
        c = wₙ.
    """

    _: KW_ONLY
    reduction: Literal["mean", "sum"] = "mean"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__:
            cls.__call__ = _of_nodes(cls.__call__)  # type: ignore[method-assign]

    # ops that may not be the last layer: the link itself, and ops that would apply it twice
    refuses: ClassVar[tuple[Op, ...]] = ()

    def __post_init__(self) -> None:
        self.make_plain()
        self.require("reduction", '"mean" or "sum"', lambda v: v in ("mean", "sum"), "")
        self.check()

    def __call__(self, z: Node, y: Node) -> Node:
        """Return the loss of each row, (N,), for outputs and targets."""
        raise ParameterError(
            f"{self!r}: Loss is abstract. Write a subclass with __call__(self, z, y)."
        )

    def link(self, z: Node) -> Node:
        """Return the predictions for these outputs; by default the outputs themselves."""
        return z

    def target(self, output: Shape, y: Array | None) -> tuple[Shape, Literal["real", "index"]]:
        """Return shape (with N = 0) and kind of the targets for outputs of this shape.

        The kind may depend on y, where y is known.
        """
        return output, "real"

    def prepare(self, y: Array, output: Shape) -> Array:
        """Return checked targets in the shape that `target` gives.

        (N,) becomes (N, 1) for one output unit; no other shape is changed.
        """
        if y.dtype.kind not in "fiub":
            raise DataError(
                f"y: expected numbers, got {y.dtype}. Encode the labels as numbers first."
            )
        if y.ndim == 1 and output[1:] == (1,):
            y = y[:, None]
        if y.shape[1:] != output[1:] or y.ndim != len(output):
            one_hot = (
                f" Class numbers need SoftmaxCrossEntropy, or np.eye({output[-1]})[y]."
                if y.ndim == 1
                else ""
            )
            raise DataError(
                "y",
                f"targets of shape {shown(output)}",
                str(y.shape),
                f"Each output unit needs one target.{one_hot}",
            )
        if not np.isfinite(y).all():
            raise DataError(
                "y: expected finite numbers, got NaN or infinity. Remove or fill these rows."
            )
        return y
