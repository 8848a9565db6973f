"""The rows of a batch that this process reads, if several of them train together.

C reads the rows of its own shards alone. So rows that Python makes (augmented, sparse, or of a
user's source) are made only there; the other places hold zeros.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..data.sources import Batch, Rows
from ..engines.native import own_rows
from .run import Run


def own_places(run: Run, rows: int) -> Array | None:
    """Return the places of some batches, one after another, that this process reads; None: all.

    Parameters
    ----------
    run : Run
        Its batches have `batch_size` rows, and the last one what is left.
    rows : int
        The number of rows in the batches.
    """
    processes, objective = run.processes, run.objective
    if processes is None or not getattr(objective, "reads_own_rows", False):
        return None
    places = []
    for begin in range(0, rows, run.batch_size):
        n = min(run.batch_size, rows - begin)
        own = own_rows(n, processes.rank, processes.size)
        places.append(np.arange(begin + own.start, begin + own.stop))
    found = np.concatenate(places)
    return None if len(found) == rows else found


def read(run: Run, source: Any, indices: Rows) -> Batch:
    """Return some batches of a source; other processes' rows may be zeros.

    Parameters
    ----------
    run : Run
        The run.
    source : Source
        Where the rows come from. If it has no method `part`, all rows are read.
    indices : array of int or slice
        The numbers of the rows, from the beginning of a batch on.
    """
    if not hasattr(source, "part"):
        return source.rows(indices)  # type: ignore[no-any-return]
    count = indices.stop - indices.start if isinstance(indices, slice) else len(indices)
    own = own_places(run, count)
    if own is None:
        return source.rows(indices)  # type: ignore[no-any-return]
    if isinstance(indices, slice):
        indices = np.arange(indices.start, indices.stop, dtype=np.int32)
    return source.part(indices, own)  # type: ignore[no-any-return]
