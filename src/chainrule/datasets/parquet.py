"""A folder of Parquet files as rows with numbers, decoded once into memory maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from warnings import warn

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from .decoded import Decoded
from .parquet_columns import Columns
from .parquet_files import Files, ParquetFiles

Named = str | Sequence[str]
MOST_ROWS = np.iinfo(np.int32).max  # the largest number of a row that C takes


class Parquet:
    """A folder of Parquet files as data for `net.fit(Parquet("folder/", x=["a", "b"], y="c"))`.

    The rows need not fit in memory. They are numbered through all files in the order of their
    names, so they train like arrays with the same order: shuffled, weighted, with a fraction for
    validation, and resumed with the same bits.

    The first `fit` decodes the columns into memory maps; its progress and their size are shown.
    Each epoch then reads the maps, as fast as arrays if they fit in memory. `arrays()` returns them,
    for `evaluate` and `predict`.

    Parameters
    ----------
    files : str, path, or a list of them
        A folder, with the folders in it; one file; or several files, in this order. A folder called
        `column=value` gives its rows that column.
    x : str, list of str, or dict of them, optional
        Columns of numbers: (N, D) for a list. A column of lists of equal length is one of vectors.
        A dict is for several inputs by name. The default is all columns but y and weights.
    y : str, list of str, or dict of them
        The target: (N,) for one column, (N, D) for a list. A dict is for several outputs by name.
    weights : str, optional
        A column of numbers ≥ 0 that say how much a row counts.
    cache : str or path, optional
        A folder that keeps the memory maps for other runs. The default is a temporary folder, which
        is removed when the object is.

    Raises
    ------
    FileError
        There are no such files, one is broken, or there is not enough room for the memory maps.
    DataError
        A column is missing, or holds something else than numbers.
    DependencyError
        pyarrow is not installed: it comes with the extra `parquet`.

    Warns
    -----
    UserWarning
        The target is one of the inputs.

    Examples
    --------
    >>> import chainrule as cr, pyarrow as pa, tempfile
    >>> from pyarrow import parquet
    >>> folder = tempfile.TemporaryDirectory()
    >>> table = pa.table({"rooms": [2, 3, 4], "area": [50.0, 70.5, 99.0], "price": [1.5, 2.0, 3.5]})
    >>> parquet.write_table(table, f"{folder.name}/part-0.parquet")
    >>> rows = cr.datasets.Parquet(folder.name, x=["rooms", "area"], y="price")
    >>> len(rows), [part.tolist() for part in rows.rows([2, 0])]
    (3, [[[4.0, 99.0], [2.0, 50.0]], [3.5, 1.5]])
    >>> folder.cleanup()
    """

    def __init__(
        self,
        files: Files,
        *,
        x: Named | Mapping[str, Named] | None = None,
        y: Named | Mapping[str, Named],
        weights: str | None = None,
        cache: str | Path | None = None,
    ) -> None:
        self.files = ParquetFiles(files)
        if len(self.files) > MOST_ROWS:
            rule, remedy = f"at most {MOST_ROWS:,} rows", "Give some of the files."
            raise DataError(self.files.name, rule, f"{len(self.files)}", remedy)
        self.x = _named("x", self._others(y, weights) if x is None else x)
        self.y, self.weights = _named("y", y), weights
        if weights is not None and not isinstance(weights, str):
            rule, remedy = "the name of a column", 'Write weights="w".'
            raise ParameterError("Parquet(weights=...)", rule, repr(weights), remedy)
        for of in self.y.values():
            if isinstance(of, str) and any(of in _listed(names) for names in self.x.values()):
                rule = "the target is an input too, so the network can copy it. Leave it out of x."
                warn(f"{self.files.name}, column {of!r}: {rule}", stacklevel=2)
        parts = {f"x {name}": Columns(self.files, "x", of) for name, of in self.x.items()}
        parts |= {f"y {name}": Columns(self.files, "y", of) for name, of in self.y.items()}
        if weights is not None:
            parts["weights"] = Columns(self.files, "weights", weights)
        self._decoded = Decoded(self.files, parts, cache)

    def _others(self, y: Any, weights: str | None) -> list[str]:
        """Return all columns but those of y and weights."""
        taken = {weights}
        for names in _named("y", y).values():
            taken.update(_listed(names))
        return [name for name in self.files.columns if name not in taken]

    def __len__(self) -> int:
        return len(self.files)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {self.files.name}>"

    def arrays(self, *, quiet: bool = False) -> tuple[Any, ...]:
        """Return all rows as memory-mapped (x, y), or (x, y, weights).

        The first call decodes the files, unless the cache has what they hold.

        Parameters
        ----------
        quiet : bool
            True: say nothing about size and progress.
        """
        maps = self._decoded.maps(quiet=quiet)
        given = [_side(maps, "x", self.x), _side(maps, "y", self.y)]
        return (*given, maps["weights"]) if self.weights is not None else tuple(given)

    def rows(self, indices: Any) -> tuple[Any, ...]:
        """Return these rows in this order."""
        indices = np.asarray(indices)
        whole = indices.ndim == 1 and indices.dtype.kind in "iu"
        if not whole or not ((indices >= 0) & (indices < len(self))).all():
            rule = f"a flat array of row numbers from 0 to {len(self) - 1}"
            got = f"{indices.dtype} of shape {indices.shape}"
            if whole:
                got = f"{indices.min()} to {indices.max()}"
            raise DataError("rows", rule, got, "Count through all files.")
        return tuple(_some(part, indices) for part in self.arrays())

    def fingerprint(self) -> str:
        """Return a hash of the files and of the columns that are taken."""
        return f"{self.files.fingerprint()} {self.x} {self.y} {self.weights}"


def _named(side: str, given: Any) -> dict[str, Named]:
    """Return columns by the name of an input or output; a single one is called "x" or "y"."""
    named = dict(given) if isinstance(given, Mapping) else {"": given}
    for of in named.values():
        fine = isinstance(of, str) or (isinstance(of, (list, tuple)) and len(of) > 0)
        if not fine or not all(isinstance(name, str) for name in of):
            got = "none" if isinstance(of, (list, tuple)) and not of else repr(of)
            rule, remedy = "names of columns", f'Write {side}=["a", "b"].'
            raise ParameterError(f"Parquet({side}=...)", rule, got, remedy)
    if not named:
        raise ParameterError(
            f"Parquet({side}=...)", "names of columns", "none", "Name at least one."
        )
    return {name: of if isinstance(of, str) else list(of) for name, of in named.items()}


def _listed(names: Named) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _side(maps: dict[str, Array], side: str, named: dict[str, Named]) -> Any:
    """Return the array of a side, or a dict of arrays by name."""
    if list(named) == [""]:
        return maps[f"{side} "]
    return {name: maps[f"{side} {name}"] for name in named}


def _some(part: Any, indices: Array) -> Any:
    if isinstance(part, dict):
        return {name: array.take(indices, axis=0) for name, array in part.items()}
    return part.take(indices, axis=0)
