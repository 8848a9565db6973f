"""Write predictions as a .csv or .npy file, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..files.writing import write_whole


def write_answers(
    path: str,
    numbers: Array,
    titles: Sequence[str] | None = None,
    labels: Sequence[Any] | None = None,
) -> str:
    """Write one line for each row. Return a sentence that says what was written.

    Parameters
    ----------
    path : str
        The file; its name ends in .csv or .npy.
    numbers : array (N, ...)
        The predictions. CSV gets nine digits of each.
    titles : sequence of str, optional
        The names of the columns of a CSV file.
    labels : sequence, optional
        The first column of a CSV file.

    Raises
    ------
    FileError
        If the path cannot be written. An existing file is then unchanged.
    """
    flat = numbers.reshape(len(numbers), -1)
    if path.lower().endswith(".npy"):
        raw = io.BytesIO()
        np.save(raw, numbers)
        data, columns = raw.getvalue(), flat.shape[1]
    else:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        if titles is not None:
            writer.writerow(titles)
        for k, row in enumerate(flat.tolist()):
            start = [] if labels is None else [labels[k]]
            writer.writerow([*start, *(f"{v:.9g}" for v in row)])
        data, columns = text.getvalue().encode(), flat.shape[1] + (labels is not None)
    there = os.path.exists(path)
    write_whole(path, data)
    s = "s" * (columns > 1)
    instead = ", in place of the file that existed" if there else ""
    return f"{len(flat)} row{'s' * (len(flat) > 1)}, {columns} column{s} written to {path}{instead}"
