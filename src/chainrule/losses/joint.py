"""The joint loss of several outputs: ℓ = Σₖ wₖ ℓₖ.

If rows have different weights for each output, ℓ = Σₖ wₖ cₖ ℓₖ. Examples still meet only in Σₙ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..graph.program import Shape
from ..graph.tape import Node
from ..ops.arithmetic import multiply, scale
from ..ops.concatenate import concatenate
from ..ops.flatten import flatten
from ..ops.reshape import reshape
from ..settings import Settings, is_number
from .base import Loss

Kind = tuple[Shape, Literal["real", "index"]]


class JointLoss(Settings):
    """ℓ = Σₖ wₖ ℓₖ over the outputs of a network.

    It is made from `loss={"digit": SoftmaxCrossEntropy(), "size": (0.5, SquaredError())}`.

    Parameters
    ----------
    parts : tuple of (str, float, Loss)
        The name of the output, its weight wₖ ≥ 0 and its loss. All losses have one reduction.
    """

    parts: tuple[tuple[str, float, Loss], ...]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> JointLoss:
        """Make one from what the user wrote: a loss, or (weight, loss), for each output's name."""
        parts = []
        for name, value in given.items():
            weight, loss = value if isinstance(value, tuple) and len(value) == 2 else (1.0, value)
            parts.append((name, weight, loss))
        return cls(tuple(parts))

    def check(self) -> None:
        for name, weight, loss in self.parts:
            if not isinstance(name, str) or not name.isidentifier():
                raise ParameterError(
                    f"loss: expected words as names of outputs, got {name!r}. Rename this output."
                )
            if not isinstance(loss, Loss):
                raise ParameterError(
                    f"loss[{name!r}]",
                    "a loss or (weight, loss)",
                    repr(loss),
                    "Write SquaredError() or another one.",
                )
            if not is_number(weight) or weight < 0:
                raise ParameterError(
                    f"loss[{name!r}]", "a weight ≥ 0", repr(weight), "Write (0.5, SquaredError())."
                )
        if not self.parts:
            raise ParameterError(
                "loss: expected a loss for each output, got none. "
                "Write loss={'name': SquaredError()}."
            )
        if len({loss.reduction for _, _, loss in self.parts}) > 1:
            raise ParameterError(
                'loss: expected one reduction for all outputs, got "mean" and "sum". '
                "Use one of them."
            )

    def __repr__(self) -> str:
        """Return the dict as the user writes it."""
        shown = [
            f"{name!r}: {loss!r}" if w == 1 else f"{name!r}: ({w:g}, {loss!r})"
            for name, w, loss in self.parts
        ]
        return "{" + ", ".join(shown) + "}"

    @property
    def names(self) -> list[str]:
        """The names of the outputs."""
        return [name for name, _, _ in self.parts]

    @property
    def reduction(self) -> Literal["mean", "sum"]:
        """How to compute c, or the cₖ of each output, from the weights of the rows."""
        return self.parts[0][2].reduction

    def check_outputs(self, out: Any) -> None:
        """Raise ParameterError unless the network has one output for each loss, by name."""
        got = sorted(out) if isinstance(out, dict) else "one value"
        if got != sorted(self.names):
            raise ParameterError(
                "network",
                f"the outputs {', '.join(sorted(self.names))}, one for each loss",
                ", ".join(got) if isinstance(got, list) else got,
                "End it with Heads({name: layer, ...}).",
            )

    # ---- recording

    def row_losses(self, out: dict[str, Node], y: dict[str, Node]) -> dict[str, Node]:
        """Return ℓₖ of each row by the output's name, without its weight."""
        return {name: loss(out[name], y[name]) for name, _, loss in self.parts}

    def __call__(
        self, out: dict[str, Node], y: dict[str, Node], c: dict[str, Node] | None = None
    ) -> Node:
        """Return ℓ of each row; with c, which differs by output, the row's whole share of L."""
        total: Node | None = None
        for (name, weight, _), l in zip(self.parts, self.row_losses(out, y).values(), strict=True):
            l = l if c is None else multiply(l, c[name])
            term = l if weight == 1 else scale(l, factor=float(weight))
            total = term if total is None else total + term
        assert total is not None
        return total

    def link(self, out: dict[str, Node]) -> Node:
        """Return all predictions of a row in one line; `split` separates them."""
        return side_by_side([flatten(loss.link(out[name])) for name, _, loss in self.parts])

    def table(self, out: dict[str, Node], y: dict[str, Node]) -> Node:
        """Return the losses of a row, (N, K)."""
        return side_by_side([reshape(l, shape=(1,)) for l in self.row_losses(out, y).values()])

    # ---- data

    def split(self, p: Array, outputs: dict[str, Shape]) -> dict[str, Array]:
        """Return the predictions of each output in its own shape."""
        found, start = {}, 0
        for name in self.names:
            shape = outputs[name][1:]
            found[name] = p[:, start : start + math.prod(shape)].reshape(len(p), *shape)
            start += math.prod(shape)
        return found

    def target(self, outputs: dict[str, Shape], y: Mapping[str, Array] | None) -> dict[str, Kind]:
        """Return shape and kind of the targets of each output."""
        return {
            name: loss.target(outputs[name], None if y is None else y[name])
            for name, _, loss in self.parts
        }

    def check_targets(self, y: Any) -> dict[str, Any]:
        """Return the targets by output; raise DataError unless each output has its own."""
        got = ", ".join(map(str, y)) if isinstance(y, Mapping) else type(y).__name__
        if not isinstance(y, Mapping) or set(y) != set(self.names):
            raise DataError(
                "y",
                f"a dict with the targets of {', '.join(self.names)}",
                got,
                "Each output has its own.",
            )
        return {name: y[name] for name in self.names}

    def prepare(self, y: dict[str, Array], outputs: dict[str, Shape]) -> dict[str, Array]:
        """Return the checked targets of each output."""
        return {
            name: np.asarray(loss.prepare(y[name], outputs[name])) for name, _, loss in self.parts
        }


def side_by_side(parts: list[Node]) -> Node:
    """Join (N, D₁), (N, D₂), ... to (N, D₁ + D₂ + ...)."""
    joined = parts[0]
    for part in parts[1:]:
        joined = concatenate(joined, part, axis=1)
    return joined
