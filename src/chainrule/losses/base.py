"""A loss: what one row costs, the link that turns outputs into predictions, and the targets that it takes."""

from dataclasses import KW_ONLY
from typing import ClassVar, Literal

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..graph.operation import Op
from ..graph.program import Shape, shown
from ..graph.tape import Node
from ..settings import Settings


class Loss(Settings):
    """L = Σₙ cₙ ℓₙ; a subclass says ℓ, one number a row. Abstract.

    Parameters
    ----------
    reduction : {"mean", "sum"}
        Which c the training loop takes: 1/N (weights: wₙ / Σ w), or 1 (weights: wₙ).
    """

    _: KW_ONLY
    reduction: Literal["mean", "sum"] = "mean"

    refuses: ClassVar[tuple[Op, ...]] = ()  # the link's own op, and what would apply it twice

    def __post_init__(self) -> None:
        self.make_plain()
        self.require("reduction", '"mean" or "sum"', lambda v: v in ("mean", "sum"), "")
        self.check()

    def __call__(self, z: Node, y: Node) -> Node:
        """Outputs and targets to the loss of each row, (N,)."""
        raise ParameterError(
            f"{self!r}: Loss is abstract. Write a subclass with __call__(self, z, y)."
        )

    def link(self, z: Node) -> Node:
        """Outputs to predictions; the identity, unless a loss says otherwise."""
        return z

    def target(self, output: Shape, y: Array | None) -> tuple[Shape, Literal["real", "index"]]:
        """The shape (with N = 0) and kind of target that goes with outputs of this shape and, where known, with this y."""
        return output, "real"

    def prepare(self, y: Array, output: Shape) -> Array:
        """Checked targets of the shape that `target` says. (N,) becomes (N, 1) for one output unit, and nothing else."""
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
