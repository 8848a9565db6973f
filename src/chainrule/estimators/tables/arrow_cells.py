"""The columns of Parquet files as plain cells: float64, datetime64, or words and None."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .cells import plain, word

YEARS = np.array(["0001-01-01", "9999-12-31T23:59:59.999999"], "datetime64[us]")
DAY = 86400  # seconds
DIGITS = 15  # whole numbers of so many digits, and powers of ten up to 10²², are exact in float64
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def kind_of(name: str, kind: Any) -> str:
    """Return "number", "date" or "word": what the cells of a type of pyarrow become.

    Parameters
    ----------
    name : str
        The name of the column, for messages.
    kind : pyarrow.DataType
        Its type.

    Raises
    ------
    DataError
        A type with several values in a cell.
    """
    from pyarrow import types

    if types.is_dictionary(kind):
        return kind_of(name, kind.value_type)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_duration(kind):
        return "number"
    if types.is_timestamp(kind) or types.is_date(kind):
        return "date"
    tests = types.is_boolean, types.is_time, types.is_null, *_texts()
    if any(test(kind) for test in tests):
        return "word"
    raise DataError(
        f"column {name}",
        "numbers, words or dates",
        f"the type {kind!s:.60}",
        f"Write each part as a column of its own, or leave it out (--kind {name}=ignore, kinds=).",
    )


def cells_of(name: str, column: Any) -> Array:
    """Return the cells of a pyarrow.Array as `plain` returns those of Python's objects."""
    from pyarrow import types

    kind = column.type
    found = kind_of(name, kind)
    if types.is_dictionary(kind) and found != "word":
        return cells_of(name, column.dictionary_decode())
    if types.is_null(kind):
        return np.full(len(column), None, object)
    if types.is_decimal(kind):
        return _decimals(name, column)
    if types.is_duration(kind):
        whole = column.cast("int64").to_numpy(zero_copy_only=False)
        days: Array = whole / (DAY * UNITS[kind.unit])
        return days
    if found == "number":
        numbers: Array = column.cast("float64", safe=False).to_numpy(zero_copy_only=False)
        return numbers
    return _dates(name, column) if found == "date" else _words(name, column)


def _decimals(name: str, column: Any) -> Array:
    """Return decimal numbers, each rounded once."""
    from pyarrow import types

    kind = column.type
    if types.is_decimal128(kind) and kind.precision <= DIGITS and 0 <= kind.scale <= DIGITS:
        words = np.frombuffer(column.buffers()[1], "<i8")  # 16 bytes each, the lower 8 first
        whole = words[::2][column.offset : column.offset + len(column)]
        gone = column.is_null().to_numpy(zero_copy_only=False)
        exact: Array = np.where(gone, np.nan, whole / 10.0**kind.scale)
        return exact
    values = np.empty(len(column), object)
    values[:] = column.to_pylist()
    cells = plain(name, values)  # words if all cells are empty
    return cells if cells.dtype.kind == "f" else np.full(len(cells), np.nan)


def _dates(name: str, column: Any) -> Array:
    """Return dates and times without their time zone: the hours that its clocks show."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        try:
            column = compute.local_timestamp(column)
        except pa.ArrowException:
            raise DataError(
                f"column {name}",
                "a time zone that this machine knows",
                str(column.type.tz),
                "Install tzdata, or convert the column to UTC.",
            ) from None
    if pa.types.is_date(column.type):
        column = column.cast("date32").cast(pa.timestamp("s"))
    found: Array = column.to_numpy(zero_copy_only=False)
    seconds = found.astype("datetime64[s]")
    known = seconds[~np.isnat(seconds)]
    if known.size and (known.min() < YEARS[0] or known.max() > YEARS[1]):
        wrong = known.min() if known.min() < YEARS[0] else known.max()
        rule = "dates from the year 1 to the year 9999"
        raise DataError(f"column {name}", rule, str(wrong), "Correct the cell or leave it empty.")
    return found.astype("datetime64[us]")


def _words(name: str, column: Any) -> Array:
    """Return words; each different word of the column is looked at once."""
    from pyarrow import types

    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = np.empty(len(column.dictionary), object)
    values[:] = column.dictionary.to_pylist()
    if any(test(column.dictionary.type) for test in _texts()[:2]):
        known = [None if v is None else word(v) for v in values]
    else:  # truth values, times, bytes
        known = list(plain(name, values))
    words = np.empty(len(known) + 1, object)
    words[:-1] = known  # the last one, number −1, stays None
    at = column.indices.cast("int64").fill_null(-1).to_numpy(zero_copy_only=False)
    found: Array = words[at]
    return found


def _texts() -> tuple[Any, ...]:
    """Return the tests for types of text, then for types of bytes."""
    from pyarrow import types

    views = (types.is_string_view, types.is_binary_view) if hasattr(types, "is_string_view") else ()
    return (
        types.is_string,
        types.is_large_string,
        types.is_binary,
        types.is_large_binary,
        types.is_fixed_size_binary,
        *views,
    )
