"""Data of the user's own making: an object with `len` and `rows(indices)`, one with `stream(epoch, start)`, a bare iterator.

Each gives rows as (x, y), (x, y, weights) or {"x": ..., "y": ..., "weights": ...}; here they become inputs of a Program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.checks import warn_of_few
from ..data.sources import Batch, Rows
from ..errors import DataError
from .prepared import Prepared, prepare_data, source_of

if TYPE_CHECKING:
    from ..network import Network

Ready = Callable[[Any], Prepared]


def is_source(X: Any) -> bool:
    """Whether rows must be asked for. (Frames have `rows` too, and are arrays.)"""
    if hasattr(X, "__array__"):
        return False
    return (
        hasattr(X, "stream")
        or (hasattr(X, "rows") and hasattr(X, "__len__"))
        or isinstance(X, Iterator)
    )


def _fingerprint(source: Any) -> str:
    """What the user's source says of itself, else its class and length."""
    if hasattr(source, "fingerprint"):
        return str(source.fingerprint())
    return (
        f"{type(source).__qualname__} {len(source) if hasattr(source, '__len__') else ''}".strip()
    )


class UserRows:
    """`len` and `rows(indices)`."""

    def __init__(self, net: Network, given: Any) -> None:
        self.net, self.given = net, given
        if len(given) == 0:
            raise DataError("the source", "at least one row", "len 0", "Check how it was made.")
        self.first = _ready(net, given.rows(np.arange(1)))

    def __len__(self) -> int:
        return len(self.given)

    def rows(self, indices: Rows) -> Batch:
        wanted = np.arange(*indices.indices(len(self))) if isinstance(indices, slice) else indices
        batch = _batch(self.net, self.given.rows(wanted), self.first)
        if len(batch["c"]) != len(wanted):
            raise DataError(
                "rows(indices)",
                f"{len(wanted)} rows",
                str(len(batch["c"])),
                "One row for each index.",
            )
        return batch | {"row": wanted.astype(np.int32)}

    def fingerprint(self) -> str:
        return _fingerprint(self.given)


class UserStream:
    """`stream(epoch, start)`."""

    def __init__(self, net: Network, given: Any) -> None:
        self.net, self.given = net, given
        first = next(iter(given.stream(0, 0)), None)
        if first is None:
            raise DataError(
                "the source", "at least one batch", "an empty stream", "Check how it was made."
            )
        self.first = _ready(net, first)

    def stream(self, epoch: int, start: int) -> Iterator[Batch]:
        return _batches(self.net, self.given.stream(epoch, start), self.first)

    def fingerprint(self) -> str:
        return _fingerprint(self.given)


class OneEpoch:
    """A bare iterator of batches: it can be read once."""

    def __init__(self, net: Network, given: Iterator[Any]) -> None:
        head = list(islice(given, 1))
        if not head:
            raise DataError(
                "X",
                "at least one batch",
                f"an empty {type(given).__name__}",
                "Check how it was made.",
            )
        self.net, self.given, self.first = net, chain(head, given), _ready(net, head[0])

    def stream(self, epoch: int, start: int) -> Iterator[Batch]:
        return _batches(self.net, self.given, self.first)

    def fingerprint(self) -> str:
        return "a bare iterator"


def user_source(
    net: Network, X: Any, epochs: int, checkpointed: bool
) -> UserRows | UserStream | OneEpoch:
    """The source behind `fit(X)` where X is not an array."""
    if isinstance(X, Iterator):
        if epochs > 1 or checkpointed:
            why = "a second epoch" if epochs > 1 else "a checkpoint"
            raise DataError(
                f"X: {why} needs the rows again, but a bare {type(X).__name__} can be read only once. Give an object with "
                "len and rows(indices), or one with stream(epoch, start) that returns a new iterator."
            )
        return OneEpoch(net, X)
    return UserStream(net, X) if hasattr(X, "stream") else UserRows(net, X)


def _ready(net: Network, given: Any) -> Prepared:
    """What the source gave for some rows, checked."""
    if isinstance(given, dict) and "y" in given:
        inputs = {name: a for name, a in given.items() if name not in ("y", "weights")}
        return prepare_data(net, inputs, given["y"], given.get("weights"), part=True)
    if isinstance(given, tuple) and len(given) in (2, 3):
        return prepare_data(net, *given, part=True)
    kind = f"a tuple of {len(given)}" if isinstance(given, tuple) else type(given).__name__
    raise DataError(
        "the source",
        'batches (x, y), (x, y, weights) or {"x": ..., "y": ...}',
        kind,
        "Return one of these.",
    )


def _batches(net: Network, given: Any, first: Prepared) -> Iterator[Batch]:
    for one in given:
        batch = _batch(net, one, first)
        if first.programs.train.moves:
            warn_of_few(
                len(batch["c"]),
                len(first),
                "Let the stream leave it out, or join it to the one before",
            )
        yield batch


def _batch(net: Network, given: Any, first: Prepared) -> Batch:
    data = _ready(net, given)
    if data.programs is not first.programs:
        raise DataError("the source", *_difference(first, data))
    return source_of(net, data).rows(slice(0, len(data)))


def _difference(first: Prepared, other: Prepared) -> tuple[str, str, str]:
    """In what a batch is not like the first one: expected, got, what to do."""
    if isinstance(first.weights, dict) != isinstance(other.weights, dict):
        forms = ["one weight a row", "weights by output"]
        was = isinstance(first.weights, dict)
        return (
            f"{forms[was]}, as in its first batch",
            forms[not was],
            "Give them in every batch, or in none.",
        )
    shapes = [
        ", ".join(f"{name} {a.shape[1:]}" for name, a in (p.inputs | p.targets).items())
        for p in (first, other)
    ]
    return f"rows of shape {shapes[0]}, as in its first batch", shapes[1], "All rows must be alike."
