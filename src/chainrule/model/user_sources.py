"""The user's own sources of data become inputs of a Program.

A source is an object with `len` and `rows(indices)`, one with `stream(epoch, start)`, a bare
iterator, or a dataset or loader as PyTorch has them. Each gives rows as (x, y), (x, y, weights) or
{"x": ..., "y": ..., "weights": ...}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain, islice
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.checks import check_lengths, check_rows, warn_of_few
from ..data.datasets import DatasetRows, LoaderStream, is_dataset, is_loader
from ..data.sources import Arrays, Batch, Rows, in_places
from ..data.sparse import is_sparse
from ..errors import DataError
from .checks import check_words
from .model import Built, Model
from .prepared import Prepared, prepare_data, source_of, split_numbers

Ready = Callable[[Any], Prepared]
Form = tuple[Any, ...]
MOST_ROWS = np.iinfo(np.int32).max  # the largest number of a row that C takes
AT_ONCE = 4096  # rows that are read at once for a split


def is_source(X: Any) -> bool:
    """Return True if X gives rows when asked. (Frames have `rows` too, but are arrays.)"""
    if hasattr(X, "__array__") or is_sparse(X):
        return False
    return (
        hasattr(X, "stream")
        or (hasattr(X, "rows") and hasattr(X, "__len__"))
        or isinstance(X, Iterator)
    )


def adapted(X: Any) -> Any:
    """Return a dataset or a loader as a source; anything else as it is."""
    if is_source(X):
        return X
    return DatasetRows(X) if is_dataset(X) else LoaderStream(X) if is_loader(X) else X


def everything(source: Any) -> tuple[Any, ...]:
    """Return all rows of a source as (X, y) or (X, y, weights), in memory."""
    if hasattr(source, "rows"):
        if hasattr(source, "arrays"):
            return tuple(source.arrays())
        return _parts(source.rows(np.arange(len(source))))
    parts = [_copied(_parts(batch)) for batch in _stream(source)]
    if not parts:
        raise DataError("validation_data", "at least one batch", "none", "Check how it was made.")
    return tuple(map(_joined, zip(*parts, strict=True)))


def _stream(source: Any) -> Iterator[Any]:
    batches: Iterator[Any] = source.stream(0, 0) if hasattr(source, "stream") else source
    return batches


def _parts(given: Any) -> tuple[Any, ...]:
    """Return what a source gave as (x, y) or (x, y, weights)."""
    if isinstance(given, dict) and "y" in given:
        x = {name: a for name, a in given.items() if name not in ("y", "weights")}
        return (x, given["y"], *([given["weights"]] if "weights" in given else []))
    if isinstance(given, (tuple, list)) and len(given) in (2, 3):
        return tuple(given)
    kind = type(given).__name__
    kind = f"a {kind} of {len(given)}" if isinstance(given, (tuple, list)) else kind
    raise DataError(
        "the source",
        'batches (x, y), (x, y, weights) or {"x": ..., "y": ...}',
        kind,
        "Return one of these.",
    )


def _copied(given: Any) -> Any:
    """Return a copy of some rows, whose memory the source may use again for the next ones."""
    if isinstance(given, tuple):
        return tuple(map(_copied, given))
    if isinstance(given, dict):
        return {name: _copied(part) for name, part in given.items()}
    return np.array(given)


def _joined(parts: Sequence[Any]) -> Any:
    """Return the rows of all batches in one array; of dicts, in one for each name."""
    if isinstance(parts[0], dict):
        return {name: _joined([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate([np.asarray(part) for part in parts])


def _fingerprint(source: Any) -> str:
    """Return the fingerprint that the user's source gives, else its class and length."""
    if hasattr(source, "fingerprint"):
        return str(source.fingerprint())
    return (
        f"{type(source).__qualname__} {len(source) if hasattr(source, '__len__') else ''}".strip()
    )


class UserRows:
    """A source with `len` and `rows(indices)`.

    Parameters
    ----------
    model : Model
        The network.
    given : object
        The user's.
    first : Prepared, optional
        Its first row, if it has been read.
    numbers : array of int, optional
        The numbers of its rows, if these are a part of them.
    """

    def __init__(
        self,
        model: Model,
        given: Any,
        first: Prepared | None = None,
        numbers: Array | None = None,
    ) -> None:
        self.model, self.given, self.numbers = model, given, numbers
        n = len(given)
        if n == 0:
            raise DataError("the source", "at least one row", "len 0", "Check how it was made.")
        if n > MOST_ROWS:
            rule, remedy = f"at most {MOST_ROWS:,} rows", "Give it as a stream."
            raise DataError("the source", rule, f"len {n}", remedy)
        self.first = _ready(model, given.rows(np.arange(1))) if first is None else first
        self._form: Form | None = None  # of the last batch

    def __len__(self) -> int:
        return len(self.given) if self.numbers is None else len(self.numbers)

    def pick(self, numbers: Array) -> UserRows:
        """Return some of the rows, which are numbered anew."""
        return UserRows(self.model, self.given, self.first, numbers)

    def rows(self, indices: Rows) -> Batch:
        wanted = np.arange(*indices.indices(len(self))) if isinstance(indices, slice) else indices
        asked = wanted if self.numbers is None else self.numbers[wanted]
        given = self.given.rows(asked)
        if (form := _form(given)) is None or form != self._form:
            batch = _batch(self.model, given, self.first)
            self._form = form if list(self.first.inputs) == ["x"] else None
        else:
            batch = self._alike(*given)
        _check_count(len(batch["c"]), len(wanted))
        return batch | {"row": wanted.astype(np.int32)}

    def _alike(self, x: Array, y: Array) -> Batch:
        """Return a batch of the same form as the last one: only its numbers have to be checked."""
        check_lengths({"X": x, "y": y})
        for name, a in (("X", x), ("y", y)):
            check_rows(name, a, self.model.dtype)
        programs = self.first.programs
        check_words(programs, {"x": x})
        y = self.model.loss.prepare(y, programs.output)
        check_words(programs, {"y": y})
        kind = self._plain
        return Arrays({"x": x}, y, None, *kind).rows(slice(0, len(x)))

    @cached_property
    def _plain(self) -> tuple[Any, ...]:
        """What `Arrays` needs besides the rows."""
        like = source_of(self.model, self.first)
        return like.reduction, like.dtype, like.index

    def part(self, indices: Array, own: Array) -> Batch:
        """Return the batch of these rows; inputs are 0 but at the places `own`.

        If rows have weights, all are read: a weight is a share of its batch.
        """
        asked = indices[own] if self.numbers is None else self.numbers[indices[own]]
        given = None if self.first.weights is not None else self.given.rows(asked)
        if given is None or len(_parts(given)) > 2:
            return self.rows(indices)
        some, n = _batch(self.model, given, self.first), len(indices)
        _check_count(len(some["c"]), len(own))
        known = source_of(self.model, self.first)
        batch = {name: in_places(a, own, n) for name, a in some.items() if np.ndim(a)}
        counts = {"c": known.weigh(slice(0, 0), n), "N": known.dtype(n)}
        return batch | counts | {"row": indices.astype(np.int32)}

    def fingerprint(self) -> str:
        if self.numbers is None:
            return _fingerprint(self.given)
        return f"{_fingerprint(self.given)} {sha256(self.numbers.tobytes()).hexdigest()}"


class UserStream:
    """A source with `stream(epoch, start)`."""

    again = True  # it can be read more than once

    def __init__(self, model: Model, given: Any) -> None:
        self.model, self.given = model, given
        first = next(iter(given.stream(0, 0)), None)
        if first is None:
            raise DataError(
                "the source", "at least one batch", "an empty stream", "Check how it was made."
            )
        self.first = _ready(model, first)

    def stream(self, epoch: int, start: int) -> Iterator[Batch]:
        return _batches(self.model, self.given.stream(epoch, start), self.first)

    def fingerprint(self) -> str:
        return _fingerprint(self.given)


class OneEpoch:
    """A bare iterator of batches, which can be read once."""

    again = False

    def __init__(self, model: Model, given: Iterator[Any]) -> None:
        head = list(islice(given, 1))
        if not head:
            raise DataError(
                "X",
                "at least one batch",
                f"an empty {type(given).__name__}",
                "Check how it was made.",
            )
        self.model, self.given, self.first = model, chain(head, given), _ready(model, head[0])

    def stream(self, epoch: int, start: int) -> Iterator[Batch]:
        return _batches(self.model, self.given, self.first)

    def fingerprint(self) -> str:
        return "a bare iterator"


def user_source(
    model: Model, X: Any, epochs: int, checkpointed: bool
) -> UserRows | UserStream | OneEpoch:
    """Return the source of `fit(X)` for an X that is not an array."""
    if isinstance(X, Iterator):
        if epochs > 1 or checkpointed:
            why = "a second epoch" if epochs > 1 else "a checkpoint or a recording"
            raise DataError(
                f"X: {why} needs the rows again, but a bare {type(X).__name__} can be read only "
                "once. Give an object with len and rows(indices), or one with stream(epoch, start) "
                "that returns a new iterator."
            )
        return OneEpoch(model, X)
    return UserStream(model, X) if hasattr(X, "stream") else UserRows(model, X)


def _form(given: Any) -> Form | None:
    """Return types and shapes of plain arrays (x, y); None for anything else."""
    if type(given) is not tuple or len(given) != 2:
        return None
    x, y = given
    if any(type(a) is not np.ndarray or a.dtype.kind not in "fiub" or not a.ndim for a in given):
        return None
    return x.dtype, x.shape[1:], y.dtype, y.shape[1:]


def split_source(source: UserRows, fraction: float) -> tuple[UserRows, Prepared]:
    """Return training and validation rows of a source: those that arrays would have.

    If the targets are class numbers, all rows are read once, since each class gives its share. The
    validation rows stay in memory.
    """
    model, n, y = source.model, len(source), None
    if not isinstance(source.first.y, dict) and source.first.y.dtype.kind in "iub":
        parts = [
            _copied(_ready(model, given, source.first.built).y)
            for given in _given(source, np.arange(n))
        ]
        y = np.concatenate(parts)
        _check_count(len(y), n)
    rest, held = split_numbers(y, n, fraction, model.seed)
    some = [_copied(_parts(given)) for given in _given(source, held)]
    rows = tuple(map(_joined, zip(*some, strict=True)))
    data = prepare_data(model, *rows, like=source.first.built)
    _check_count(len(data), len(held))
    return source.pick(rest), data


def _given(source: UserRows, rows: Array) -> Iterator[Any]:
    """Yield what the user's source gives for these rows, some at a time."""
    for piece in np.array_split(rows, -(-len(rows) // AT_ONCE)):
        yield source.given.rows(piece)


def _check_count(got: int, wanted: int) -> None:
    """Raise DataError unless a source gave as many rows as it was asked for."""
    if got != wanted:
        raise DataError("rows(indices)", f"{wanted} rows", str(got), "One row for each index.")


def _ready(model: Model, given: Any, like: Built | None = None) -> Prepared:
    """Check what the source gave for some rows."""
    x, y, *weights = _parts(given)
    return prepare_data(model, x, y, *weights, part=True, like=like)


def _batches(model: Model, given: Any, first: Prepared) -> Iterator[Batch]:
    for one in given:
        batch = _batch(model, one, first)
        if first.programs.train.moves:
            warn_of_few(
                len(batch["c"]),
                len(first),
                "Let the stream leave it out, or join it to the one before",
            )
        yield batch


def _batch(model: Model, given: Any, first: Prepared) -> Batch:
    data = _ready(model, given, first.built)
    if data.programs is not first.programs:
        raise DataError("the source", *_difference(first, data))
    return source_of(model, data).rows(slice(0, len(data)))


def _difference(first: Prepared, other: Prepared) -> tuple[str, str, str]:
    """Describe how a batch differs from the first one: expected, got, what to do."""
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
