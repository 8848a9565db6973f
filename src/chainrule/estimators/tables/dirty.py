"""Find all columns with cells that cannot be read, before a training begins."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import DataError
from .cells import listed
from .kinds import ASK, guess
from .numbers import as_numbers
from .table import Table


def check_cells(table: Table, kinds: Mapping[str, str]) -> None:
    """Raise DataError if a column of numbers has cells that are none.

    Parameters
    ----------
    table : Table
        All rows, those that are held out too.
    kinds : mapping
        {column: kind} for the columns whose kind is given.

    Raises
    ------
    DataError
        It describes the first cell, and names the other columns that have such cells.
    """
    errors = {}
    for name, values in table.columns.items():
        if (kinds.get(name) or guess(values)) == "number":
            try:
                as_numbers(name, values, table.place, None, ASK)
            except DataError as error:
                errors[name] = error
    if errors:
        first, *others = errors
        more = f" Other columns with such cells: {listed(others)}." if others else ""
        raise DataError(f"{errors[first]}{more}")
