"""Sums and means over rows: ops that combine the examples of a batch.

The last axis stays. Positions of an image are summed like rows.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part, Place
from ..graph.operation import op


def all_but_last(x: Array) -> tuple[int, ...]:
    """Return the axes of rows and positions."""
    return tuple(range(max(1, x.ndim - 1)))


@op(entry="s[d] = x[…, d]")
def sum_rows(x: Array) -> Array:
    """s = Σₙ x"""
    s: Array = x.sum(axis=all_but_last(x))
    return s


@sum_rows.gradient
def sum_rows_backward(ds: Array, s: Array, x: Array) -> tuple[Array]:
    """dx = ds"""
    return (np.broadcast_to(ds, x.shape),)


@op(entry="mu[d] = x[…, d] / N")
def mean_rows(x: Array, N: Array) -> Array:
    """mu = Σₙ x / N"""
    mean: Array = x.sum(axis=all_but_last(x)) / N  # a shard computes its part of the mean
    return mean


@mean_rows.gradient
def mean_rows_backward(dmu: Array, mu: Array, x: Array, N: Array) -> tuple[Array, None]:
    """dx = dmu / N"""
    return np.broadcast_to(dmu / N, x.shape), None


@op
def variance_rows(x: Array, mu: Array, N: Array) -> Array:
    """v = Σₙ (x − mu)² / N"""
    variance: Array = ((x - mu) * (x - mu)).sum(axis=all_but_last(x)) / N
    return variance


@variance_rows.gradient
def variance_rows_backward(
    dv: Array, v: Array, x: Array, mu: Array, N: Array
) -> tuple[Array, Array, None]:
    """dx = 2 dv (x − mu) / N,   dmu = −2 dv Σₙ (x − mu) / N"""
    return 2 * dv * (x - mu) / N, -2 * dv * (x - mu).sum(axis=all_but_last(x)) / N, None


@variance_rows.terms("v")
def _squares(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    return Entry([_of_rows("(x − mu)² / N", at, arrays, lambda d, N: d * d / N)])


@variance_rows.terms("dx")
def _square_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    index = {"dv": at[-1:], "x": at, "mu": at[-1:], "N": ()}
    dv, x, mu, N = (np.float64(arrays[name][place]) for name, place in index.items())
    return Entry([Part("2·dv·(x − mu) / N", index, 2 * dv * (x - mu) / N)])


@variance_rows.terms("dmu")
def _mean_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    dv = np.float64(arrays["dv"][at])
    part = _of_rows("−2·dv·(x − mu) / N", at, arrays, lambda d, N: -2 * dv * d / N)
    return Entry([Part(part.form, part.at | {"dv": at}, part.values)])


def _of_rows(
    form: str,
    at: tuple[int, ...],
    arrays: Mapping[str, Array],
    value: Callable[[Array, Array], Array],
) -> Part:
    """Return a term for each row and position: a function of x − mu and N."""
    x, (d,) = arrays["x"], at
    shape = x.shape[:-1]
    index: Place = (*np.unravel_index(np.arange(math.prod(shape)), shape), d)
    differences = x[index].astype(np.float64) - arrays["mu"][d]
    values = value(differences, arrays["N"].astype(np.float64))
    return Part(form, {"x": index, "mu": (d,), "N": ()}, values)


@op
def count_positions(N: Array, positions: int) -> Array:
    """M = positions N"""
    # a plain int would change float32 numbers to float64 before NumPy 2
    M: Array = N * N.dtype.type(positions)
    return M


@count_positions.gradient
def count_positions_backward(dM: Array, M: Array, N: Array, positions: int) -> tuple[Array]:
    """dN = positions dM"""
    return (dM * dM.dtype.type(positions),)
