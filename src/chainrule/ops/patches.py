"""The patches of an image that a convolution reads, and the way back.

An image is (N, H, W, C) or (N, T, C): any number of axes between rows and channels.
`padding` is the number of zeros before and after each of them: (top, bottom, left, right).
A kernel is (k, k, C / groups, filters).
"""

import math
from collections.abc import Iterator

import numpy as np

from ..arrays import Array

Numbers = tuple[int, ...]


def span(kernel: int, dilation: int) -> int:
    """Return the number of pixels from the first to the last cell of a kernel."""
    return dilation * (kernel - 1) + 1


def output_size(
    size: Numbers, kernel: Numbers, stride: Numbers, padding: Numbers, dilation: Numbers
) -> Numbers:
    """Return the number of positions of a kernel in an image, along each axis."""
    zeros = zip(padding[::2], padding[1::2], strict=True)
    axes = zip(size, kernel, stride, zeros, dilation, strict=True)
    places = tuple((n + sum(pad) - span(k, d)) // s + 1 for n, k, s, pad, d in axes)
    if min(places) < 1:
        raise ValueError(f"a kernel of size {kernel} does not fit an image of size {size}")
    return places


def cells(
    kernel: Numbers, places: Numbers, stride: Numbers, dilation: Numbers
) -> Iterator[tuple[slice, ...]]:
    """Yield, for each cell of the kernel by rows, the padded pixels that it reads.

    There is one pixel for each position of the kernel.
    """
    for cell in np.ndindex(kernel):
        axes = zip(cell, places, stride, dilation, strict=True)
        yield (slice(None), *(slice(c * d, c * d + (n - 1) * s + 1, s) for c, n, s, d in axes))


def patches(
    x: Array, kernel: Numbers, groups: int, stride: Numbers, padding: Numbers, dilation: Numbers
) -> tuple[Array, Numbers]:
    """Return all that the kernel reads, one line per position, and the number of positions.

    The lines are (groups, N positions, k k C / groups).
    """
    places = output_size(x.shape[1:-1], kernel, stride, padding, dilation)
    zeros = list(zip(padding[::2], padding[1::2], strict=True))
    padded = np.pad(x, [(0, 0), *zeros, (0, 0)])
    seen = np.stack([padded[pixels] for pixels in cells(kernel, places, stride, dilation)], axis=-2)
    lines, each, channels = len(x) * math.prod(places), math.prod(kernel), x.shape[-1] // groups
    seen = seen.reshape(lines, each, groups, channels).transpose(2, 0, 1, 3)
    return seen.reshape(groups, lines, each * channels), places


def fold(
    lines: Array,
    size: Numbers,
    places: Numbers,
    kernel: Numbers,
    stride: Numbers,
    padding: Numbers,
    dilation: Numbers,
) -> Array:
    """Add each number to the pixel from which `patches` took it, in an image (N, *size, C).

    It is the transpose of `patches`.
    """
    groups, each = len(lines), math.prod(kernel)
    rows, channels = lines.shape[1] // math.prod(places), lines.shape[2] // each
    seen = lines.reshape(groups, rows, *places, each, channels)
    seen = np.moveaxis(seen, 0, -2).reshape(rows, *places, each, groups * channels)
    zeros = list(zip(padding[::2], padding[1::2], strict=True))
    reach = [
        max(n + sum(pad), (m - 1) * s + span(k, d))
        for n, pad, m, s, k, d in zip(size, zeros, places, stride, kernel, dilation, strict=True)
    ]
    padded = np.zeros((rows, *reach, groups * channels), lines.dtype)
    for k, pixels in enumerate(cells(kernel, places, stride, dilation)):
        padded[pixels] += seen[..., k, :]
    return padded[
        (slice(None), *(slice(pad[0], pad[0] + n) for pad, n in zip(zeros, size, strict=True)))
    ]


def by_group(z: Array, groups: int) -> Array:
    """Return (..., U) as (groups, product of the other sizes, U / groups)."""
    lines = math.prod(z.shape[:-1])
    return z.reshape(lines, groups, z.shape[-1] // groups).transpose(1, 0, 2)


def from_groups(z: Array, shape: Numbers) -> Array:
    """Return lines by group in this shape: the inverse of `by_group`."""
    return z.transpose(1, 0, 2).reshape(shape)
