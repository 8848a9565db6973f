"""Datasets and loaders as PyTorch has them: what they give becomes rows and batches.

A dataset has `len` and gives one item (x, y) for each number. A loader is gone through in each
epoch, and gives batches (x, y), as tuples or lists. Nothing of PyTorch is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError


def is_dataset(X: Any) -> bool:
    """Return True if X has `len` and items by number, and is no array, list or dict."""
    return hasattr(X, "__getitem__") and hasattr(X, "__len__") and not _is_data(X)


def is_loader(X: Any) -> bool:
    """Return True if X can be gone through again and again, and is no array, list or dict."""
    return hasattr(X, "__iter__") and not isinstance(X, Iterator) and not _is_data(X)


def _is_data(X: Any) -> bool:
    arrays = "__array__", "__array_interface__", "__dlpack__", "toarray", "rows", "stream"
    plain = isinstance(X, (type, Sequence, Mapping, set, frozenset))
    return plain or any(hasattr(X, name) for name in arrays)


class DatasetRows:
    """The items of a dataset as a source of rows.

    Parameters
    ----------
    dataset : object with len and items
        Its items are (x, y) or (x, y, weight), tuples or lists.
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def rows(self, indices: Array) -> tuple[Any, ...]:
        """Return these items side by side."""
        items = [self._item(int(i)) for i in indices]
        return tuple(_side_by_side(column, indices) for column in zip(*items, strict=True))

    def _item(self, i: int) -> Sequence[Any]:
        item = self.dataset[i]
        if not isinstance(item, (tuple, list)) or len(item) not in (2, 3):
            got = f"a {type(item).__name__}"
            if isinstance(item, (tuple, list)):
                got += f" of {len(item)}"
            raise DataError(
                f"the dataset: item {i}", "(x, y), or (x, y, weight)", got, "Return a pair."
            )
        return item

    def fingerprint(self) -> str:
        """Return the class and the number of items."""
        return f"{type(self.dataset).__qualname__} {len(self)}"


def _side_by_side(items: Sequence[Any], indices: Array) -> Any:
    """Return one array of all items; of dicts, one for each name."""
    if isinstance(items[0], Mapping):
        return {n: _side_by_side([item[n] for item in items], indices) for n in items[0]}
    arrays = [np.asarray(item) for item in items]
    for i, a in zip(indices, arrays, strict=True):
        if a.shape != arrays[0].shape:
            raise DataError(
                f"the dataset: item {i}",
                f"the shape {arrays[0].shape}, as in item {indices[0]}",
                str(a.shape),
                "Pad or cut the items.",
            )
    return np.stack(arrays)


class LoaderStream:
    """The batches of a loader as a stream; each epoch goes through it once.

    Parameters
    ----------
    loader : object that can be gone through again
        It gives (x, y) or (x, y, weights), tuples or lists.
    """

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def stream(self, epoch: int, start: int) -> Iterator[Any]:
        """Yield the batches of an epoch from number `start` on."""
        return islice(iter(self.loader), start, None)

    def fingerprint(self) -> str:
        """Return the class, and the number of batches if it is known."""
        try:
            return f"{type(self.loader).__qualname__} {len(self.loader)}"
        except TypeError:
            return type(self.loader).__qualname__
