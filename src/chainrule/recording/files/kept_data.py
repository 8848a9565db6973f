"""The data of a run in its own file, on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, FileError

DATA = "data:"  # no path has a colon


def as_arrays(given: Mapping[str, Any]) -> tuple[dict[str, Array], Any]:
    """Return data as named arrays, and JSON that says how they belong together.

    Parameters
    ----------
    given : dict
        X, y and options of a fit: arrays, dicts and tuples of them, or None.

    Raises
    ------
    DataError
        Data that are not numbers in arrays.
    """
    arrays: dict[str, Array] = {}

    def write(name: str, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Mapping):
            return {"dict": {str(key): write(f"{name}[{key!r}]", v) for key, v in value.items()}}
        if isinstance(value, tuple):
            return {"tuple": [write(name, v) for v in value]}
        a = np.asarray(value) if hasattr(value, "__array__") or isinstance(value, list) else None
        if a is None or a.dtype.kind not in "fiub":
            raise DataError(
                "Record(keep_data=True)",
                "numbers in arrays",
                f"{name} as {type(value).__name__}",
                "Give arrays of numbers, or leave out keep_data.",
            )
        arrays[f"{DATA}{len(arrays)}"] = a
        return {"array": len(arrays) - 1}

    return arrays, {name: write(name, value) for name, value in given.items()}


def from_arrays(arrays: Mapping[str, Array], text: Any) -> Any:
    """Return the data that `as_arrays` wrote."""
    match text:
        case None:
            return None
        case {"array": int(k)} if f"{DATA}{k}" in arrays:
            return arrays[f"{DATA}{k}"]
        case {"dict": dict(parts)}:
            return {name: from_arrays(arrays, part) for name, part in parts.items()}
        case {"tuple": list(parts)}:
            return tuple(from_arrays(arrays, part) for part in parts)
    raise FileError("its data are not complete. Take another copy of it.")
