"""Several outputs, one loss each: ℓ = Σₖ wₖ ℓₖ, or Σₖ wₖ cₖ ℓₖ where rows count differently for each; examples meet in one Σₙ only."""

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
    """ℓ = Σₖ wₖ ℓₖ over the outputs of a network; made of `loss={"digit": SoftmaxCrossEntropy(), "size": (0.5, SquaredError())}`.

    Parameters
    ----------
    parts : tuple of (str, float, Loss)
        The output's name, its weight wₖ ≥ 0 and its loss; all of one reduction.
    """

    parts: tuple[tuple[str, float, Loss], ...]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> JointLoss:
        """From what the user wrote: a loss, or (weight, loss), by the output's name."""
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
                "loss: expected a loss for each output, got none. Write loss={'name': SquaredError()}."
            )
        if len({loss.reduction for _, _, loss in self.parts}) > 1:
            raise ParameterError(
                'loss: expected one reduction for all outputs, got "mean" and "sum". Use one of them.'
            )

    def __repr__(self) -> str:
        """As the user writes it."""
        shown = [
            f"{name!r}: {loss!r}" if w == 1 else f"{name!r}: ({w:g}, {loss!r})"
            for name, w, loss in self.parts
        ]
        return "{" + ", ".join(shown) + "}"

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.parts]

    @property
    def reduction(self) -> Literal["mean", "sum"]:
        """How c, or the cₖ of each output, follows from the weights of the rows."""
        return self.parts[0][2].reduction

    def check_outputs(self, out: Any) -> None:
        """The network gives one value for each loss, by the same names."""
        got = sorted(out) if isinstance(out, dict) else "one value"
        if got != sorted(self.names):
            raise ParameterError(
                "network",
                f"the outputs {', '.join(sorted(self.names))}, one for each loss",
                ", ".join(got) if isinstance(got, list) else got,
                "End it with Heads({name: layer, ...}).",
            )

    # ---- wiring

    def row_losses(self, out: dict[str, Node], y: dict[str, Node]) -> dict[str, Node]:
        """ℓₖ of each row by the output's name, without its weight."""
        return {name: loss(out[name], y[name]) for name, _, loss in self.parts}

    def __call__(
        self, out: dict[str, Node], y: dict[str, Node], c: dict[str, Node] | None = None
    ) -> Node:
        """ℓ of each row; with c, what it counts for each output, this is its whole share of L."""
        total: Node | None = None
        for (name, weight, _), l in zip(self.parts, self.row_losses(out, y).values(), strict=True):
            l = l if c is None else multiply(l, c[name])
            term = l if weight == 1 else scale(l, factor=float(weight))
            total = term if total is None else total + term
        assert total is not None
        return total

    def link(self, out: dict[str, Node]) -> Node:
        """All predictions of a row side by side; `split` takes them apart."""
        return side_by_side([flatten(loss.link(out[name])) for name, _, loss in self.parts])

    def table(self, out: dict[str, Node], y: dict[str, Node]) -> Node:
        """The losses of a row side by side, (N, K)."""
        return side_by_side([reshape(l, shape=(1,)) for l in self.row_losses(out, y).values()])

    # ---- data

    def split(self, p: Array, outputs: dict[str, Shape]) -> dict[str, Array]:
        """Predictions by output, each in its own shape."""
        found, start = {}, 0
        for name in self.names:
            shape = outputs[name][1:]
            found[name] = p[:, start : start + math.prod(shape)].reshape(len(p), *shape)
            start += math.prod(shape)
        return found

    def target(self, outputs: dict[str, Shape], y: Mapping[str, Array] | None) -> dict[str, Kind]:
        """Shape and kind of the targets of each output."""
        return {
            name: loss.target(outputs[name], None if y is None else y[name])
            for name, _, loss in self.parts
        }

    def check_targets(self, y: Any) -> dict[str, Any]:
        """A dict with the targets of every output."""
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
        """Checked targets of each output."""
        return {
            name: np.asarray(loss.prepare(y[name], outputs[name])) for name, _, loss in self.parts
        }


def side_by_side(parts: list[Node]) -> Node:
    """(N, D₁), (N, D₂), ... as (N, D₁ + D₂ + ...)."""
    joined = parts[0]
    for part in parts[1:]:
        joined = concatenate(joined, part, axis=1)
    return joined
