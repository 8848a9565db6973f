"""Transposed convolution: each pixel of x adds its own multiple of the kernel to a larger image.

The output has `size` pixels. This is what the gradient of a convolution does with dz.
W is (k, k, C / groups, filters); `padding` is cut off at the edges.
"""

import math
from collections.abc import Mapping

from ..arrays import Array
from ..graph.entries import Entry
from ..graph.operation import op
from .convolution_terms import Terms
from .convolve import groups_of
from .patches import Numbers, by_group, fold, from_groups, output_size, patches
from .sums import all_but_last


def _multiply_adds(
    x: Numbers,
    W: Numbers,
    *b: Numbers,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
    size: Numbers,
) -> int:
    return math.prod(x[1:-1]) * math.prod(W)


def _by_channel(W: Array, groups: int) -> Array:
    """Return (k, k, C / groups, filters) as (groups, C / groups, k k filters / groups)."""
    cells, each = math.prod(W.shape[:-2]), W.shape[-2]
    lines = W.reshape(cells, each, groups, W.shape[-1] // groups).transpose(2, 1, 0, 3)
    return lines.reshape(groups, each, cells * (W.shape[-1] // groups))


def _from_channels(dW: Array, shape: Numbers) -> Array:
    """Return dW in the shape of W: the inverse of `_by_channel`."""
    groups, each, cells = len(dW), shape[-2], math.prod(shape[:-2])
    return dW.reshape(groups, each, cells, shape[-1] // groups).transpose(2, 1, 0, 3).reshape(shape)


@op(work=_multiply_adds)
def transpose_convolve(
    x: Array, W: Array, stride: Numbers, padding: Numbers, dilation: Numbers, size: Numbers
) -> Array:
    """z = fold(x W)"""
    groups, places = groups_of(x.shape[-1], W.shape[-2], W.shape[-1]), x.shape[1:-1]
    if output_size(size, W.shape[:-2], stride, padding, dilation) != places:
        raise ValueError(
            f"an image of size {size} does not have {places} positions "
            f"for a kernel of size {W.shape[:-2]}"
        )
    seen = by_group(x, groups) @ _by_channel(W, groups)
    return fold(seen, size, places, W.shape[:-2], stride, padding, dilation)


@transpose_convolve.gradient
def transpose_convolve_backward(
    dz: Array,
    z: Array,
    x: Array,
    W: Array,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
    size: Numbers,
) -> tuple[Array, Array]:
    """dx = patches(dz) Wᵀ,   dW = xᵀ patches(dz)"""
    groups = groups_of(x.shape[-1], W.shape[-2], W.shape[-1])
    seen, _ = patches(dz, W.shape[:-2], groups, stride, padding, dilation)
    dx = from_groups(seen @ _by_channel(W, groups).transpose(0, 2, 1), x.shape)
    return dx, _from_channels(by_group(x, groups).transpose(0, 2, 1) @ seen, W.shape)


@op(work=_multiply_adds)
def transpose_convolve_affine(
    x: Array,
    W: Array,
    b: Array,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
    size: Numbers,
) -> Array:
    """z = fold(x W) + b"""
    z: Array = transpose_convolve(x, W, stride, padding, dilation, size) + b
    return z


@transpose_convolve_affine.gradient
def transpose_convolve_affine_backward(
    dz: Array,
    z: Array,
    x: Array,
    W: Array,
    b: Array,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
    size: Numbers,
) -> tuple[Array, Array, Array]:
    """dx = patches(dz) Wᵀ,   dW = xᵀ patches(dz),   db = Σₙ dz"""
    return *transpose_convolve_backward(dz, z, x, W, stride, padding, dilation, size), dz.sum(
        axis=all_but_last(dz)
    )


@transpose_convolve.terms("z")
@transpose_convolve_affine.terms("z")
def _z(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "place", **attrs).z(at)


@transpose_convolve.terms("dx")
@transpose_convolve_affine.terms("dx")
def _dx(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "place", **attrs).dx(at)


@transpose_convolve.terms("dW")
@transpose_convolve_affine.terms("dW")
def _dW(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "place", **attrs).dW(at)


@transpose_convolve_affine.terms("db")
def _db(at: Numbers, arrays: Mapping[str, Array], **attrs: Numbers) -> Entry:
    return Terms(arrays, "place", **attrs).db(at)
