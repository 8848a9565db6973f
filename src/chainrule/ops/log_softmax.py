"""The logarithm of the softmax: zₖ − log Σⱼ exp zⱼ over the last axis."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part, Place, product
from ..graph.operation import op
from .rowwise import largest
from .softmax import NOTE, exponentials


@op
def log_softmax(z: Array) -> Array:
    """a = z − log Σₖ exp(z)"""
    shifted = z - largest(z)  # the largest becomes 0: no overflow, same differences
    difference: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return difference


@log_softmax.gradient
def log_softmax_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da − exp(a) Σₖ da"""
    return (da - np.exp(a) * da.sum(axis=-1, keepdims=True),)


@log_softmax.terms("a")
def _difference(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    z = arrays["z"]
    part, e, most = exponentials(at, z)
    total = e.sum()
    result = z[at] - most - np.log(total)
    inner = {"m": most, "t": total}
    then = Part("z − max − log sum", {"z": at}, result, "z − m − log t", inner)
    return Entry([part], float(total), then, float(abs(z[at] - most) + abs(np.log(total))), NOTE)


@log_softmax.terms("dz")
def _difference_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    a, da = arrays["a"], arrays["da"]
    all_k: Place = (*at[:-1], np.arange(a.shape[-1]))
    values = -np.exp(np.float64(a[at])) * da[all_k]
    return Entry([product(arrays, {"da": at}), Part("−exp(a)·da", {"a": at, "da": all_k}, values)])
