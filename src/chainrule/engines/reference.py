"""The reference engine in NumPy. It defines what a Program means, and is never tuned for speed."""

from collections.abc import Sequence
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.program import Program

Parts = list[Array]  # one array per shard; for a shared value always the same array


def cut(n: int, shards: int | None = None) -> list[slice]:
    """Cut consecutive rows into S shards.

    Parameters
    ----------
    n : int
        Number of rows.
    shards : int, optional
        S, at most n; by default the largest power of two ≤ min(64, max(1, n // 64)).
    """
    if shards is None:
        shards = 1 << min(64, max(1, n // 64)).bit_length() - 1
    return [slice(n * s // shards, n * (s + 1) // shards) for s in range(shards)]


def tree(parts: Parts) -> Array:
    """Add partial sums in a fixed binary tree: ((0 + 1) + (2 + 3)) + ..."""
    while len(parts) > 1:
        pairs = [parts[i] + parts[i + 1] for i in range(0, len(parts) - 1, 2)]
        parts = pairs + parts[2 * len(pairs) :]  # an odd one waits for the next level
    return parts[0]


class Reference:
    """A Program, prepared to run.

    Parameters
    ----------
    program : Program
        The Program to run.
    wrt : sequence of int
        Values that need a gradient; by default all parameters.
    seeds : sequence of int
        Values whose gradients are given; by default L.
    """

    def __init__(
        self, program: Program, wrt: Sequence[int] | None = None, seeds: Sequence[int] | None = None
    ) -> None:
        self.program = program
        self.wrt = [p.value for p in program.parameters] if wrt is None else list(wrt)
        self.is_row = [v.kind == "row" for v in program.values]
        self.params = [(p.value, p.where, p.shape) for p in program.params]
        self.steps = [
            (
                s.kind == "shared",
                s.kind == "row",
                partial(s.op.forward, **s.attrs),
                s.inputs,
                s.output,
            )
            for s in program.steps
        ]
        self.back = self._on_the_way([program.output] if seeds is None else list(seeds))
        places = {p.path: p.where for p in program.params}
        self.gradients = [(v, where) for v, where, _ in self.params if v in self.wrt]
        self.statistics = [(move.value, places[move.state]) for move in program.moves]

    def _on_the_way(self, seeds: list[int]) -> list[Any]:
        """Return the steps between `wrt` and the seeds, last first, with the inputs to follow."""
        needed, reached, back = set(self.wrt), set(seeds), []
        for s in self.program.steps:
            needed |= {s.output} if needed & set(s.inputs) else set()
        for s in reversed(self.program.steps):
            wanted = [(k, i) for k, i in enumerate(s.inputs) if i in needed]
            if s.output in reached and wanted and s.op.backward is not None:
                reached |= {i for _, i in wanted}
                back.append(
                    (
                        s.kind == "shared",
                        partial(s.op.backward, **s.attrs),
                        s.inputs,
                        s.output,
                        wanted,
                    )
                )
        return back

    # ---- the engine: the next functions

    def forward(self, theta: Array, inputs: dict[str, Any], shards: list[slice]) -> list[Parts]:
        """Return all values."""
        many = len(shards)
        value: list[Parts] = [[]] * len(self.is_row)
        for name, i in self.program.inputs.items():
            whole = inputs[name]
            value[i] = (
                [whole] * many
                if not self.is_row[i]
                else [whole]
                if many == 1
                else [whole[s] for s in shards]
            )
        for i, where, shape in self.params:
            value[i] = [theta[where].reshape(shape)] * many
        for once, row, forward, ins, out in self.steps:
            if once:  # not for each shard
                value[out] = [forward(*[value[i][0] for i in ins])] * many
            else:
                parts = list(map(forward, *[value[i] for i in ins]))
                value[out] = parts if row else [tree(parts)] * many
        return value

    def backward(self, value: list[Parts], seeds: dict[int, Parts]) -> dict[int, Array | Parts]:
        """Return ∂/∂v for the values v of `wrt`.

        A shared value has one array, a row value has one per shard.
        """
        leaf, alone, total = self._chain_rule(value, seeds)
        return {i: total(i) for i in self.wrt if i in leaf or i in alone}

    def contributions(self, value: list[Parts], seeds: dict[int, Parts], i: int) -> Parts:
        """Return what each shard adds to the gradient of the shared value i, before the tree."""
        leaf, _, _ = self._chain_rule(value, seeds)
        return leaf.get(i) or [np.zeros_like(part) for part in value[i]]

    def leaves(self, value: list[Parts], seeds: dict[int, Parts]) -> dict[int, Parts]:
        """Return what each shard adds to the gradient of every value, before the tree."""
        leaf, _, _ = self._chain_rule(value, seeds)
        return leaf

    def _chain_rule(
        self, value: list[Parts], seeds: dict[int, Parts]
    ) -> tuple[dict[int, Parts], dict[int, Array], Any]:
        """Return the gradients of each shard, those made once, and the function that adds both."""
        leaf: dict[int, Parts] = {}  # gradients, one per shard
        alone: dict[int, Array] = {}  # gradients made once
        for i, d in seeds.items():
            if self.is_row[i]:
                leaf[i] = d
            else:
                alone[i] = d[0]

        def total(i: int) -> Any:
            """Return the whole gradient of a value: the sum over shards, then those made once."""
            if self.is_row[i]:
                return leaf[i]
            if i not in leaf:
                return alone[i]
            return tree(leaf[i]) + alone[i] if i in alone else tree(leaf[i])

        for once, backward, ins, out, wanted in self.back:  # the chain rule, last step first
            if out not in leaf and out not in alone:
                continue  # every gradient that could have arrived here was None
            dy, arguments = total(out), [value[i] for i in ins]
            if once:
                d_once = backward(dy, value[out][0], *[a[0] for a in arguments])
                for k, i in wanted:  # dL/dx_i += dL/dy . dy/dx_i
                    if d_once[k] is not None:
                        alone[i] = alone[i] + d_once[k] if i in alone else d_once[k]
            else:
                d_parts = list(
                    map(backward, dy if self.is_row[out] else repeat(dy), value[out], *arguments)
                )
                for k, i in wanted:
                    if d_parts[0][k] is not None:
                        d = [part[k] for part in d_parts]
                        leaf[i] = (
                            [a + b for a, b in zip(leaf[i], d, strict=True)] if i in leaf else d
                        )
        return leaf, alone, total

    # ---- what training calls

    def loss_and_grad(
        self, theta: Array, inputs: dict[str, Any], shards: list[slice]
    ) -> tuple[Any, Array]:
        """Return L and a vector in the order of theta: [gradient | this batch's statistics]."""
        value = self.forward(theta, inputs, shards)
        L = value[self.program.output][0]
        grad: dict[int, Any] = self.backward(value, {self.program.output: [theta.dtype.type(1)]})
        g = np.zeros(theta.shape, theta.dtype)
        for i, where in self.gradients:
            if i in grad:
                g[where] = grad[i].ravel()
        for i, where in self.statistics:
            g[where] = value[i][0].ravel()
        return L, g

    def predict(self, theta: Array, inputs: dict[str, Any], shards: list[slice]) -> Array:
        """Return the output of every row."""
        return join(self.forward(theta, inputs, shards)[self.program.output])


def join(parts: Parts) -> Array:
    """Return the shards of a row value as one array."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
