"""Convolution: one kernel W at every position of an image.

x is (N, H, W, C) or (N, T, C), and W is (k, k, C / groups, filters) or (k, C / groups, filters).
`padding` is (top, bottom, left, right). The number of groups follows from the shapes.
"""

import math
from collections.abc import Mapping

from ..arrays import Array
from ..graph.entries import Entry
from ..graph.operation import op
from .convolution_terms import Terms
from .patches import Numbers, by_group, fold, from_groups, output_size, patches
from .sums import all_but_last


def groups_of(channels: int, each: int, filters: int) -> int:
    """Return the number of groups of channels, or raise ValueError if they do not fit."""
    if not each or channels % each or filters % (channels // each):
        raise ValueError(f"{channels} channels and {filters} filters in groups of {each} channels")
    return channels // each


def _multiply_adds(
    x: Numbers, W: Numbers, *b: Numbers, stride: Numbers, padding: Numbers, dilation: Numbers
) -> int:
    return math.prod(output_size(x[1:-1], W[:-2], stride, padding, dilation)) * math.prod(W)


@op(work=_multiply_adds)
def convolve(x: Array, W: Array, stride: Numbers, padding: Numbers, dilation: Numbers) -> Array:
    """z = patches(x) W"""
    groups = groups_of(x.shape[-1], W.shape[-2], W.shape[-1])
    seen, places = patches(x, W.shape[:-2], groups, stride, padding, dilation)
    return from_groups(seen @ by_group(W, groups), (len(x), *places, W.shape[-1]))


@convolve.gradient
def convolve_backward(
    dz: Array, z: Array, x: Array, W: Array, stride: Numbers, padding: Numbers, dilation: Numbers
) -> tuple[Array, Array]:
    """dx = fold(dz Wᵀ),   dW = patches(x)ᵀ dz"""
    kernel, groups = W.shape[:-2], groups_of(x.shape[-1], W.shape[-2], W.shape[-1])
    seen, places = patches(x, kernel, groups, stride, padding, dilation)
    d_lines = by_group(dz, groups)
    d_seen = d_lines @ by_group(W, groups).transpose(0, 2, 1)
    dx = fold(d_seen, x.shape[1:-1], places, kernel, stride, padding, dilation)
    return dx, from_groups(seen.transpose(0, 2, 1) @ d_lines, W.shape)


@op(work=_multiply_adds)
def convolve_affine(
    x: Array, W: Array, b: Array, stride: Numbers, padding: Numbers, dilation: Numbers
) -> Array:
    """z = patches(x) W + b"""
    z: Array = convolve(x, W, stride, padding, dilation)
    z += b
    return z


@convolve_affine.gradient
def convolve_affine_backward(
    dz: Array,
    z: Array,
    x: Array,
    W: Array,
    b: Array,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
) -> tuple[Array, Array, Array]:
    """dx = fold(dz Wᵀ),   dW = patches(x)ᵀ dz,   db = Σₙ dz"""
    return *convolve_backward(dz, z, x, W, stride, padding, dilation), dz.sum(axis=all_but_last(dz))


@convolve.terms("z")
@convolve_affine.terms("z")
def _z(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "pixel", **attrs).z(at)


@convolve.terms("dx")
@convolve_affine.terms("dx")
def _dx(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "pixel", **attrs).dx(at)


@convolve.terms("dW")
@convolve_affine.terms("dW")
def _dW(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "pixel", **attrs).dW(at)


@convolve_affine.terms("db")
def _db(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "pixel", **attrs).db(at)
