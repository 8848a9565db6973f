"""Checks of an RBM's settings and of the numbers that its methods take."""

from typing import Any

import numpy as np

from ...errors import ParameterError
from ...losses import L1, L2, ElasticNet
from ...settings import is_whole
from .estimate import Sparsity

KINDS = ("binary", "gaussian")
DTYPES = ("float32", "float64")


def check_count(where: str, name: str, value: Any, least: int = 1, also: str = "") -> None:
    """Raise ParameterError unless the value is a whole number ≥ `least`."""
    if not is_whole(value) or value < least:
        raise ParameterError(
            f"{where}({name}={value!r}): {name} must be a whole number ≥ {least}{also}."
        )


def check_seed(where: str, seed: Any) -> int:
    """Return the seed; raise ParameterError unless 0 ≤ seed < 2³²."""
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ParameterError(
            f"{where}(seed={seed!r}): seed must be a whole number, 0 ≤ seed < 2³². "
            "The usual value is 0."
        )
    return int(seed)


def check_dtype(dtype: Any) -> np.dtype[Any]:
    """Return the dtype; raise ParameterError unless it is float32 or float64."""
    name = getattr(dtype, "__name__", str(dtype))  # np.float32 means "float32"
    if name not in DTYPES:
        raise ParameterError(
            f"RBM(dtype={dtype!r}): dtype must be 'float32' or 'float64'. "
            "The usual value is 'float32'."
        )
    return np.dtype(name)


def check_settings(
    hidden: Any, visible: Any, kind: Any, classes: Any, penalty: Any, sparsity: Any
) -> None:
    """Raise ParameterError for a setting of an RBM outside its range."""
    check_count("RBM", "hidden", hidden)
    if visible is not None:
        check_count("RBM", "visible", visible, also=", or None")
    if kind not in KINDS:
        raise ParameterError(
            f"RBM(kind={kind!r}): kind must be 'binary' or 'gaussian'. The usual value is 'binary'."
        )
    if classes != 0:
        check_count("RBM", "classes", classes, 2, ", or 0 for none")
    if penalty is not None and not isinstance(penalty, (L1, L2, ElasticNet)):
        raise ParameterError(
            f"RBM(penalty={penalty!r}): penalty must be L1, L2 or ElasticNet. "
            "Write penalty=L2(1e-4)."
        )
    if sparsity is not None and not isinstance(sparsity, Sparsity):
        raise ParameterError(
            f"RBM(sparsity={sparsity!r}): sparsity must be a Sparsity. Write energy.Sparsity(0.05)."
        )
