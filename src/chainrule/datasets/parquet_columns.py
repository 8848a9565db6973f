"""Columns of Parquet files as arrays of numbers: which types, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .parquet_files import ParquetFiles, pyarrow


class Columns:
    """Some columns side by side as one array.

    Parameters
    ----------
    files : ParquetFiles
        The table.
    side : {"x", "y", "weights"}
        What the columns are for; messages name it.
    names : str or list of str
        One column gives its own shape, (N,) for y and (N, 1) for x; a list gives (N, D).

    Raises
    ------
    DataError
        A column is missing, or holds something else than numbers.
    """

    def __init__(self, files: ParquetFiles, side: str, names: str | Sequence[str]) -> None:
        self.files, self.side = files, side
        self.names = [names] if isinstance(names, str) else list(names)
        files.check_columns(self.names, side)
        found = [self._kind(field) for field in files.schema(self.names)]
        self.shapes = [shape for _, shape in found]
        self.dtype = np.result_type(*(dtype for dtype, _ in found))
        if isinstance(names, str) and (self.shapes[0] or side != "x"):
            self.shape = self.shapes[0]
        else:
            self.shape = (sum(_size(shape) for shape in self.shapes),)

    @property
    def row_bytes(self) -> int:
        """The bytes of a row."""
        return _size(self.shape) * self.dtype.itemsize

    def _kind(self, field: Any) -> tuple[np.dtype[Any], tuple[int, ...]]:
        """Return the NumPy type of a column's numbers, and the shape of a cell."""
        pa = pyarrow()
        kind, shape = field.type, ()
        if isinstance(kind, pa.BaseExtensionType):
            shape = tuple(getattr(kind, "shape", ()))
            axes = list(getattr(kind, "permutation", None) or ())
            if axes != sorted(axes):
                where = f"{self.files.name}, column {field.name!r}"
                remedy = "Write the tensors without a permutation."
                raise DataError(where, "axes in their order", f"permutation {axes}", remedy)
            kind = kind.storage_type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        sizes: list[int] = []
        while pa.types.is_fixed_size_list(kind):
            sizes.append(kind.list_size)
            kind = kind.value_type
        lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        if lists and not sizes and not shape:
            sizes, kind = [self._length(field.name)], kind.value_type
        cell = shape or tuple(sizes)
        if pa.types.is_decimal(kind):
            return np.dtype(np.float64), cell
        if not (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
        ):
            where, remedy = f"{self.files.name}, column {field.name!r}", _remedy(kind, self.side)
            raise DataError(where, f"numbers for {self.side}", f"{field.type}", remedy)
        return np.dtype(kind.to_pandas_dtype()), cell

    def _length(self, name: str) -> int:
        """Return the length of the first list of a column."""
        for batch in self.files.batches([name], rows=1):
            first = batch.column(0)[0]
            return len(first) if first.is_valid else 0
        return 0

    def read(self, batch: Any, begin: int) -> Array:
        """Return the columns of a record batch as an array.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            It has these columns.
        begin : int
            The number of its first row.
        """
        n = batch.num_rows
        whole = np.empty((n, *self.shape), self.dtype)
        flat, at = whole.reshape(n, _size(self.shape)), 0
        for name, shape in zip(self.names, self.shapes, strict=True):
            width = _size(shape)
            cells = self._numbers(name, batch.column(name), width, begin)
            flat[:, at : at + width] = cells.reshape(n, width)
            at += width
        return whole

    def _numbers(self, name: str, column: Any, width: int, begin: int) -> Array:
        """Return the numbers of a column, width × n of them."""
        pa = pyarrow()
        if isinstance(column.type, pa.BaseExtensionType):
            column = column.storage
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        self._check_filled(name, column, begin)
        n = len(column)
        while pa.types.is_nested(column.type):
            if not pa.types.is_fixed_size_list(column.type):
                lengths = column.value_lengths().to_numpy(zero_copy_only=False)
                if (wrong := lengths != width).any():
                    at = int(wrong.argmax())
                    rule = f"lists of {width}, as in the first row"
                    self._refuse(name, rule, f"one of {lengths[at]}", begin + at, "Pad or cut it.")
            column = column.flatten()
            self._check_filled(name, column, begin, max(1, len(column) // max(1, n)))
        if pa.types.is_decimal(column.type):
            column = column.cast(pa.float64(), safe=False)
        numbers: Array = column.to_numpy(zero_copy_only=False)
        if numbers.dtype.kind == "f" and not (fine := np.isfinite(numbers)).all():
            at = int((~fine).argmax())
            got = "NaN" if np.isnan(numbers[at]) else "infinity"
            self._refuse(name, "finite numbers", got, begin + at // max(1, width), FILL)
        return numbers

    def _check_filled(self, name: str, column: Any, begin: int, cells: int = 1) -> None:
        """Raise DataError for the first null of a column, which has this number of cells a row."""
        if column.null_count:
            at = int(np.asarray(column.is_null().to_numpy(zero_copy_only=False)).argmax())
            self._refuse(name, "a number in every place", "null", begin + at // cells, FILL)

    def _refuse(self, name: str, rule: str, got: str, row: int, remedy: str) -> None:
        where = f"{self.files.name}, column {name!r}"
        place = f"row {row}" + (f", {self.files.place(row)}" if len(self.files.paths) > 1 else "")
        raise DataError(where, rule, f"{got} in {place}", remedy)


FILL = (
    "Fill such cells or leave out their rows. TableClassifier and TableRegressor of "
    "chainrule.estimators take columns with gaps."
)


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64))


def _remedy(kind: Any, side: str) -> str:
    """Return advice on a column that does not hold numbers."""
    pa = pyarrow()
    if pa.types.is_temporal(kind):
        return (
            "Count days or seconds in a column of numbers. TableClassifier and TableRegressor of "
            "chainrule.estimators take dates as they are."
        )
    if side == "y":
        return (
            "Number the classes 0, 1, 2, ... in a column of their own. TableClassifier of "
            "chainrule.estimators takes words."
        )
    if pa.types.is_null(kind):
        return "All its cells are empty: leave it out."
    return (
        "Leave it out, or encode it as numbers. TableClassifier and TableRegressor of "
        "chainrule.estimators take words as they are."
    )
