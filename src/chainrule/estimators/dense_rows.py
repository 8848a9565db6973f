"""Sparse rows as dense ones, after a look at the memory that they need."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array, memory
from ..errors import OutOfMemoryError

REALS = (np.float32, np.float64)


def dense(where: str, X: Any) -> Array:
    """Return the rows of a sparse matrix as an array; numbers that are no reals become float64.

    Parameters
    ----------
    where : str
        The name of the estimator, for messages.
    X : sparse matrix or sparse array (N, n_features)
        Rows in any of SciPy's formats.

    Raises
    ------
    OutOfMemoryError
        The array would be larger than the memory of this machine.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> dense("here", csr_array([[0, 2]])).tolist()
    [[0.0, 2.0]]
    """
    dtype = X.dtype if X.dtype in REALS or X.dtype.kind not in "biuf" else np.dtype(np.float64)
    size = float(np.prod([float(n) for n in X.shape])) * dtype.itemsize
    if size > (most := memory()):
        raise OutOfMemoryError(
            f"{where}: X",
            f"sparse rows that fit in memory, {most / 2**30:.3g} GiB, as an array",
            f"{' × '.join(map(str, X.shape))}, {size / 2**30:.3g} GiB",
            "Take fewer columns, such as TruncatedSVD(100) gives, or partial_fit with some rows.",
        )
    rows: Array = X.astype(dtype).toarray()
    return rows
