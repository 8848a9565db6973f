"""The inputs of a network from the columns of Parquet files."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array
from ..datasets.parquet_files import ParquetFiles
from ..errors import DataError
from ..graph.program import Shape, shown

Place = Callable[[int], str]
SHOWN = 12  # names of columns that a message lists


@dataclass(frozen=True)
class InputColumns:
    """The columns that are the inputs of a network.

    Parameters
    ----------
    names : tuple of str
        The columns, in the order of the inputs.
    widths : tuple of int
        How many numbers a cell of each has.
    shape : tuple of int
        The shape of one row of the network.
    left_out : tuple of str
        The other columns.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...]
    shape: Shape
    left_out: tuple[str, ...] = ()

    def rows(self, batch: Any, place: Place) -> Array:
        """Return the rows of a pyarrow.RecordBatch, (N, *shape).

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Some rows.
        place : function
            It says where a row of the batch is, for messages.

        Raises
        ------
        DataError
            A cell is empty.
        """
        if (empty := self._empty_cell(batch)) is not None:
            where = f"{place(empty[0])}, column {empty[1]}"
            remedy = "Fill it: a network has no missing values."
            raise DataError(where, "a number", "an empty cell", remedy)
        parts = [_numbers(batch.column(name)) for name in self.names]
        rows = np.empty((len(batch), sum(self.widths)), np.result_type(*parts))
        begin = 0
        for part, width in zip(parts, self.widths, strict=True):
            rows[:, begin : begin + width] = part.reshape(-1, width)
            begin += width
        return rows.reshape(len(batch), *self.shape)

    def _empty_cell(self, batch: Any) -> tuple[int, str] | None:
        """Return the row and the column of the first empty cell of a batch; None: there is none."""
        found = []
        for name in self.names:
            column = batch.column(name)
            if not column.null_count:
                column = _flat(column)
            if column.null_count:
                gone = np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))
                found.append((int(gone[0]) // (len(column) // len(batch)), name))
        return min(found, default=None)

    def lines(self) -> list[str]:
        """Return what is taken for inputs, and what is left out, if anything is."""
        if not self.left_out:
            return []
        return [f"inputs: {_listed(self.names)}", f"left out: {_listed(self.left_out)}"]

    def name_of(self, number: int) -> str:
        """Return the column of one of a row's numbers: "b", or "pixels[3]"."""
        ends = np.cumsum(self.widths)
        k = int(np.searchsorted(ends, number, side="right"))
        inside = number - int(ends[k]) + self.widths[k]
        return self.names[k] if self.widths[k] == 1 else f"{self.names[k]}[{inside}]"


def input_columns(files: ParquetFiles, shape: Shape, without: Collection[str] = ()) -> InputColumns:
    """Return the columns of numbers, in the order of the files, as the inputs of a network.

    Parameters
    ----------
    files : ParquetFiles
        The data.
    shape : tuple of int
        The shape of one row of the network.
    without : collection of str
        Columns that are no inputs.

    Raises
    ------
    DataError
        There are more or fewer numbers in a row than the network takes.
    """
    files.check_columns([name for name in without if name not in files.columns], "--without")
    schema = files.schema([name for name in files.columns if name not in without])
    widths = {f.name: _width(f.type) for f in schema}
    names = tuple(name for name, width in widths.items() if width)
    count = sum(widths.values())
    if count != math.prod(shape):
        others = [name for name in files.columns if name not in names]
        got = f"{count} in {_listed(names)}" if names else "none"
        got += f"; {_listed(others)} left out" if others else ""
        remedy = (
            "Leave out what is no input, such as the target: --without COLUMN."
            if count > math.prod(shape)
            else "Give the columns that it was trained with."
        )
        rule = f"{math.prod(shape)} columns of numbers for inputs {shown((0, *shape))}"
        raise DataError(files.name, rule, got, remedy)
    left_out = tuple(name for name in files.columns if name not in names)
    return InputColumns(names, tuple(widths[name] for name in names), shape, left_out)


def read_parquet(path: str, shape: Shape, without: Collection[str] = ()) -> Array:
    """Return all rows of a Parquet file as the inputs of a network, (N, *shape).

    Parameters
    ----------
    path : str
        The file.
    shape : tuple of int
        The shape of one row of the network.
    without : collection of str
        Columns that are no inputs.
    """
    files = ParquetFiles(path)
    columns = input_columns(files, shape, without)
    parts: list[Array] = []
    row = 0
    for batch in files.batches(list(columns.names)):
        parts.append(columns.rows(batch, place_in(files, row)))
        row += len(batch)
    return np.concatenate(parts)


def place_in(files: ParquetFiles, first: int) -> Place:
    """Return what says where a row of a batch is; `first` is the number of its first row."""
    return lambda row: f"{files.name}, {files.place(first + row)}"


def _listed(names: Any) -> str:
    shown_names = ", ".join(list(names)[:SHOWN])
    return shown_names + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_fixed_size_list(kind))


def _width(kind: Any) -> int:
    """Return how many numbers a cell of this type has; 0 for a type of no numbers."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(kind, pa.BaseExtensionType):  # such as tensors
        return _width(kind.storage_type)
    if types.is_dictionary(kind):
        return _width(kind.value_type)
    if _is_list(kind):
        return int(kind.list_size) * _width(kind.value_type)
    tests = types.is_integer, types.is_floating, types.is_decimal, types.is_boolean
    return int(any(test(kind) for test in tests))


def _numbers(column: Any) -> Array:
    """Return the numbers of a column without empty cells, one after another."""
    from pyarrow import types

    column = _flat(column)
    if types.is_decimal(column.type):
        column = column.cast("float64")
    found: Array = column.to_numpy(zero_copy_only=False)
    return found


def _flat(column: Any) -> Any:
    """Return the numbers of lists and tensors, without the lists."""
    import pyarrow as pa

    while True:
        if isinstance(column, pa.ExtensionArray):
            column = column.storage
        elif isinstance(column, pa.DictionaryArray):
            column = column.dictionary_decode()
        elif _is_list(column.type):
            column = column.flatten()
        else:
            return column
