"""Rows that come block by block: Dask arrays and frames, Ray Data, or any frames one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..settings import is_whole

Named = str | Sequence[str]


class Blocks:
    """Data in blocks as a stream for `net.fit(Blocks(frame, x=["a", "b"], y="c"))`.

    One block is in memory at a time. Batches are cut across the borders of blocks, so they do not
    depend on how large those are. Rows come in the order of the data, the same in each epoch, so
    shuffle the data before: `frame.sample(frac=1)`, `dataset.random_shuffle(seed=0)`.

    A stream is slower than rows with numbers. Data on a disk of this machine are better written to
    Parquet files once, for `Parquet`.

    Parameters
    ----------
    data : Dask DataFrame, Ray Dataset, or a collection of blocks
        A block is a frame, or a dict of columns. Or a tuple of Dask arrays, (X, y) or
        (X, y, weights); then no columns are named.
    x : str or list of str, optional
        The columns of the inputs, (N, D).
    y : str or list of str, optional
        The target: (N,) for one column, (N, D) for a list.
    weights : str, optional
        A column of numbers ≥ 0 that say how much a row counts.
    batch_size : int
        The rows of a batch, ≥ 1.

    Raises
    ------
    ParameterError
        Data of another kind, or columns that are not named.
    DataError
        A block has no such column, or Dask arrays do not know their lengths.

    Examples
    --------
    >>> blocks = [{"a": [1.0, 2.0, 3.0], "b": [1, 2, 3]}, {"a": [4.0], "b": [4]}]
    >>> for x, y in Blocks(blocks, x=["a"], y="b", batch_size=2).stream(0, 0):
    ...     print(x.tolist(), y.tolist())
    [[1.0], [2.0]] [1, 2]
    [[3.0], [4.0]] [3, 4]
    """

    def __init__(
        self,
        data: Any,
        *,
        x: Named | None = None,
        y: Named | None = None,
        weights: str | None = None,
        batch_size: int = 32,
    ) -> None:
        if not is_whole(batch_size) or batch_size < 1:
            raise ParameterError(
                f"Blocks(batch_size={batch_size!r}): batch_size must be a whole number ≥ 1."
            )
        self.data, self.x, self.y, self.weights = data, x, y, weights
        self.batch_size = int(batch_size)
        self.is_arrays = isinstance(data, tuple) and all(hasattr(a, "chunks") for a in data)
        if self.is_arrays:
            _check_arrays(data, (x, y, weights))
            return
        for name, given in (("x", x), ("y", y)):
            names = [given] if isinstance(given, str) else given
            if not isinstance(names, (list, tuple)) or not names or None in names:
                raise ParameterError(
                    f"Blocks({name}=...)", "names of columns", repr(given), 'Write x=["a"], y="b".'
                )
        if isinstance(data, (Iterator, str, bytes, Mapping)) or not _is_in_blocks(data):
            raise ParameterError(
                "Blocks",
                "a Dask DataFrame, a Ray Dataset, or a collection of frames",
                type(data).__name__,
                "It is read once in each epoch. Give fit one frame as arrays.",
            )

    def stream(self, epoch: int, start: int) -> Iterator[tuple[Array, ...]]:
        """Yield the batches of an epoch from number `start` on."""
        size, skip = self.batch_size, start * self.batch_size
        rest: tuple[Array, ...] = ()
        for block in self._parts():
            n = len(block[0])
            part, skip = tuple(a[skip:] for a in block), max(0, skip - n)
            if rest:
                part = tuple(np.concatenate(pair) for pair in zip(rest, part, strict=True))
            cut = len(part[0]) - len(part[0]) % size
            for begin in range(0, cut, size):
                yield tuple(a[begin : begin + size] for a in part)
            rest = tuple(a[cut:] for a in part)
        if rest and len(rest[0]):
            yield rest

    def fingerprint(self) -> str:
        """Return what is known without reading: the kind of data, Dask's name of it, columns."""
        data = self.data if self.is_arrays else (self.data,)
        names = [getattr(a, "name", None) or getattr(a, "_name", "") for a in data]
        names = [name for name in names if isinstance(name, str)]
        kind = type(data[0]).__qualname__
        return f"{kind} {names} {self.x} {self.y} {self.weights} {self.batch_size}"

    # ---- blocks

    def _parts(self) -> Iterator[tuple[Array, ...]]:
        """Yield x, y and perhaps weights of each block that has rows."""
        for block in self._arrays() if self.is_arrays else self._columns():
            if len(block[0]):
                yield block

    def _arrays(self) -> Iterator[tuple[Array, ...]]:
        ends = np.cumsum(self.data[0].chunks[0]).tolist()
        for begin, end in zip([0, *ends], ends, strict=False):
            yield tuple(np.asarray(a[begin:end].compute()) for a in self.data)

    def _columns(self) -> Iterator[tuple[Array, ...]]:
        for k, block in enumerate(_blocks(self.data)):
            x = [self.x] if isinstance(self.x, str) else self.x
            parts = [_side_by_side(block, x, k), _column_or_more(block, self.y, k)]
            if self.weights is not None:
                parts.append(_column(block, self.weights, k))
            _check_lengths([len(part) for part in parts], k)
            yield tuple(parts)


def _check_arrays(data: tuple[Any, ...], names: tuple[Any, ...]) -> None:
    """Raise for Dask arrays that do not belong together, or whose lengths are not known."""
    if any(name is not None for name in names):
        raise ParameterError(
            "Blocks", "no columns beside arrays", "some", "Leave out x=, y= and weights=."
        )
    if len(data) not in (2, 3):
        remedy = "Write Blocks((X, y), batch_size=1024)."
        raise ParameterError("Blocks", "arrays (X, y), or (X, y, weights)", f"{len(data)}", remedy)
    lengths = [a.shape[0] for a in data]
    if any(n != n for n in lengths):
        remedy = "Call X.compute_chunk_sizes() before."
        raise DataError("Blocks", "arrays of known length", "an unknown one", remedy)
    if len(set(lengths)) > 1:
        got = ", ".join(map(str, lengths))
        raise DataError("Blocks", "as many rows in each array", got, "Check how they were made.")


def _is_in_blocks(data: Any) -> bool:
    frame = hasattr(data, "columns") and not hasattr(data, "npartitions")
    return hasattr(data, "iter_batches") or (hasattr(data, "__iter__") and not frame)


def _blocks(data: Any) -> Iterator[Any]:
    """Yield the blocks of some data in their order."""
    if hasattr(data, "iter_batches"):  # Ray Data, which otherwise gives blocks as they are ready
        options = getattr(getattr(data, "context", None), "execution_options", None)
        if options is not None:
            options.preserve_order = True
        yield from data.iter_batches(batch_size=None, batch_format="numpy")
    elif hasattr(data, "npartitions"):
        for k in range(data.npartitions):
            yield data.partitions[k].compute()
    else:
        yield from data


def _column_or_more(block: Any, names: Any, k: int) -> Array:
    return _column(block, names, k) if isinstance(names, str) else _side_by_side(block, names, k)


def _side_by_side(block: Any, names: Any, k: int) -> Array:
    columns = [_column(block, name, k) for name in names]
    if len(columns) == 1 and columns[0].ndim > 1:
        return columns[0]
    _check_lengths([len(column) for column in columns], k)
    return np.column_stack(columns)


def _check_lengths(lengths: list[int], k: int) -> None:
    """Raise DataError unless the columns of block k have as many rows as each other."""
    if len(set(lengths)) > 1:
        got, remedy = ", ".join(map(str, lengths)), "Check how the block was made."
        raise DataError(f"Blocks: block {k}", "as many rows in each column", got, remedy)


def _column(block: Any, name: str, k: int) -> Array:
    """Return one column of block k."""
    known = _names(block)
    if name not in known:
        near = get_close_matches(str(name), [str(other) for other in known], 1, 0.6)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Columns are {known[:8]}."
        raise DataError(f"Blocks: block {k}", "a column of the data", repr(name), remedy)
    if known.count(name) > 1:
        got = f"{name!r} {known.count(name)} times"
        raise DataError(f"Blocks: block {k}", "each name once", got, "Rename the others.")
    column = np.asarray(block[name])
    if column.dtype.kind in "mM":
        where, remedy = f"Blocks: block {k}, column {name!r}", "Count days or seconds in a column."
        raise DataError(where, "numbers", f"{column.dtype}", remedy)
    return column


def _names(block: Any) -> list[Any]:
    """Return the names of the columns of a block."""
    if isinstance(block, Mapping):
        return list(block)
    named = getattr(block, "column_names", None)  # of pyarrow, whose `columns` are the columns
    return list(getattr(block, "columns", ()) if named is None else named)
