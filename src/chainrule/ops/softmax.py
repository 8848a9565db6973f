"""The softmax: pₖ = exp zₖ / Σⱼ exp zⱼ over the last axis."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part, Place, product
from ..graph.operation import op
from .rowwise import largest


@op
def softmax(z: Array) -> Array:
    """p = softmax(z)"""
    e = np.exp(z - largest(z))  # the largest becomes 1: no overflow, same quotients
    quotient: Array = e / e.sum(axis=-1, keepdims=True)
    return quotient


@softmax.gradient
def softmax_backward(dp: Array, p: Array, z: Array) -> tuple[Array]:
    """dz = p (dp − Σₖ p dp)"""
    return (p * (dp - (p * dp).sum(axis=-1, keepdims=True)),)


NOTE = "max is the largest z of the row. It is subtracted so that no exp overflows."


def exponentials(at: tuple[int, ...], z: Array) -> tuple[Part, Array, Array]:
    """Return the terms exp(z − max) of the sum over the last axis, their numbers, and the max."""
    row = z[at[:-1]]
    most = row.max()
    e = np.exp(row - most)
    index = {"z": (*at[:-1], np.arange(len(row)))}
    return Part("exp(z − max)", index, e, "exp(z − m)", {"m": most}), e, most


@softmax.terms("p")
def _quotient(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    part, e, most = exponentials(at, arrays["z"])
    total = e.sum()
    inner = {"m": most, "t": total}
    then = Part("exp(z − max) / sum", {"z": at}, e[at[-1]] / total, "exp(z − m) / t", inner)
    return Entry([part], float(total), then, note=NOTE)


@softmax.terms("dz")
def _quotient_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    p, dp = arrays["p"], arrays["dp"]
    all_k: Place = (*at[:-1], np.arange(p.shape[-1]))
    own = product(arrays, {"p": at, "dp": at})
    values = -np.float64(p[at]) * p[all_k] * dp[all_k]
    others = Part("−p·q·dp", {"p": at, "q": all_k, "dp": all_k}, values, labels={"q": "p"})
    return Entry([own, others])
