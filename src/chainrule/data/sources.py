"""Sources of rows.

A source has `len` and `rows(indices)`, so the training loop chooses the batches. A stream yields
ready-made batches.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from ..arrays import Array
from .cells import pieces

Batch = dict[str, Any]
Rows = Array | slice


def gathered(array: Any, rows: Any) -> Any:
    """Return these rows of an array.

    `take` is several times as fast as `array[rows]`, but would copy an array in Fortran's order
    whole.
    """
    plain = isinstance(rows, np.ndarray) and type(array) is np.ndarray
    if plain and array.flags.c_contiguous and array.flags.aligned:
        return array.take(rows, axis=0)
    return array[rows]


class Source(Protocol):
    """The data of the training loop."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def rows(self, indices: Rows) -> Batch:
        """Return the inputs of a Program for these rows: x, y, c, row, N."""

    def fingerprint(self) -> str:
        """Return a text that is the same for the same data; a resumed run checks it."""


@runtime_checkable
class Stream(Protocol):
    """Data that come as ready-made batches, in the order of the stream."""

    def stream(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of an epoch from number `start` on."""

    def fingerprint(self) -> str:
        """Return a text that is the same for the same data."""


@dataclass(frozen=True, eq=False)
class Arrays:
    """Rows in memory, or memory-mapped.

    Parameters
    ----------
    inputs : dict of arrays
        The keys are the names of the Program's inputs. Each array has one row for each example.
    y : array, optional
        Targets.
    weights : array, or dict of arrays, optional
        One number ≥ 0 for each row. A dict has one such array for each output, with the
        key c_name; c is then 1.
    reduction : {"mean", "sum"}
        "mean": c is w / Σ w, summed over the batch. "sum": c is w.
    dtype : dtype
        The type of the real inputs; rows are cast while they are gathered.
    index : set of str
        The inputs that hold whole numbers; they become int32.
    mark : str
        A fingerprint that is known already, such as that of the files behind the arrays.
    """

    inputs: dict[str, Array]
    y: Array | None = None
    weights: Array | dict[str, Array] | None = None
    reduction: Literal["mean", "sum"] = "mean"
    dtype: Any = np.float32
    index: frozenset[str] = frozenset()
    mark: str = ""
    # "whole": all rows as one batch. An integer n: c for a batch of n rows without weights.
    _memory: dict[Any, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        given = {**self.inputs, "y": self.y}
        shapes = [f"{name} {np.shape(a)}" for name, a in given.items() if a is not None]
        return f"<Arrays: {len(self)} rows; {', '.join(shapes)}>"

    @cached_property
    def n(self) -> int:
        """The number of rows."""
        return len(next(iter(self.inputs.values())))

    def __len__(self) -> int:
        return self.n

    def rows(self, indices: Rows) -> Batch:
        """Return the inputs of a Program for these rows."""
        if isinstance(indices, slice):
            if indices != slice(0, self.n):
                return self._gather(indices, np.arange(*indices.indices(len(self)), dtype=np.int32))
            if "whole" not in self._memory:  # full-batch descent asks for it at every step
                self._memory["whole"] = self._gather(indices, np.arange(len(self), dtype=np.int32))
            return dict(self._memory["whole"])
        return self._gather(indices, indices.astype(np.int32, copy=False))

    def _gather(self, indices: Rows, row: Array) -> Batch:
        batch: Batch = {
            name: self._cast(name, gathered(array, indices)) for name, array in self.inputs.items()
        }
        if self.y is not None:
            batch["y"] = self._cast("y", gathered(self.y, indices))
        batch |= {"row": row, "N": self.dtype(len(row)), "c": self.weigh(indices, len(row))}
        if isinstance(self.weights, dict):
            batch |= self.weigh_by_output(indices)
        return batch

    def part(self, indices: Array, own: Array) -> Batch:
        """Return the batch of these rows, in which the inputs of some rows are 0.

        Parameters
        ----------
        indices : array of int
            The numbers of all rows of the batch.
        own : array of int
            The places in it whose inputs are read.
        """
        n, given = len(indices), self.inputs | ({} if self.y is None else {"y": self.y})
        batch: Batch = {
            name: in_places(self._cast(name, array[indices[own]]), own, n)
            for name, array in given.items()
        }
        row = indices.astype(np.int32, copy=False)
        batch |= {"row": row, "N": self.dtype(n), "c": self.weigh(indices, n)}
        return batch | self.weigh_by_output(indices)

    def _cast(self, name: str, array: Array) -> Array:
        return np.ascontiguousarray(array, np.int32 if name in self.index else self.dtype)

    def weigh(self, indices: Rows, n: int) -> Array:
        """Return c, the weight of each row in L = Σₙ cₙ ℓₙ."""
        if self.weights is None or isinstance(self.weights, dict):
            if n not in self._memory:
                c = 1 / max(n, 1) if self.reduction == "mean" and self.weights is None else 1.0
                self._memory[n] = np.full(n, c, self.dtype)
            return self._memory[n]  # type: ignore[no-any-return]
        return self._share(self.weights[indices])

    def weigh_by_output(self, indices: Rows) -> Batch:
        """Return the weights of the rows by output; empty unless each output has its own."""
        given = self.weights if isinstance(self.weights, dict) else {}
        return {name: self._share(w[indices]) for name, w in given.items()}

    def _share(self, w: Array) -> Array:
        total = w.sum() if self.reduction == "mean" else 1.0
        return (w / total if total > 0 else np.zeros_like(w)).astype(self.dtype)

    def fingerprint(self) -> str:
        """Return the mark, or the SHA-256 of all arrays with their names, types and shapes."""
        if self.mark:
            return self.mark
        digest = sha256()
        weights = self.weights if isinstance(self.weights, dict) else {"weights": self.weights}
        for name, array in [*self.inputs.items(), ("y", self.y), *weights.items()]:
            if array is not None:
                digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
                for part in pieces(array):
                    digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()


def in_places(rows: Array, places: Array, n: int) -> Array:
    """Return n rows: these ones in their places, and zeros elsewhere."""
    whole = np.zeros((n, *rows.shape[1:]), rows.dtype)
    whole[places] = rows
    return whole


class Nothing:
    """The source of a plain function of θ: one empty row in each epoch."""

    def __len__(self) -> int:
        return 1

    def rows(self, indices: Rows) -> Batch:
        """Return an empty batch."""
        return {}

    def fingerprint(self) -> str:
        """Return the same text always."""
        return "nothing"
