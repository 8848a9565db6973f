"""Windows of an image (N, H, W, C), for pooling. Pixels after the last window are cut off."""

from collections.abc import Iterator

import numpy as np

from ..arrays import Array

Pair = tuple[int, int]


def places(shape: tuple[int, ...], size: Pair, stride: Pair) -> Pair:
    """Return the number of windows, down and across."""
    down, across = ((n - k) // s + 1 for n, k, s in zip(shape[1:3], size, stride, strict=True))
    if min(down, across) < 1:
        raise ValueError(f"a window of {size} does not fit an image of {shape[1:3]}")
    return down, across


def cells(shape: tuple[int, ...], size: Pair, stride: Pair) -> Iterator[tuple[slice, ...]]:
    """Yield, row by row, the slices for each cell of the window: one pixel from every window."""
    reach = places(shape, size, stride)
    for cell in np.ndindex(size):
        steps = zip(cell, reach, stride, strict=True)
        yield (slice(None), *(slice(c, c + (n - 1) * s + 1, s) for c, n, s in steps))


def patches(x: Array, size: Pair, stride: Pair) -> Array:
    """Return the cells of all windows: (cells, N, H', W', C)."""
    return np.stack([x[pixels] for pixels in cells(x.shape, size, stride)])


def fold(parts: Array, shape: tuple[int, ...], size: Pair, stride: Pair) -> Array:
    """Add each cell to the pixel from which `patches` took it: the transpose of `patches`."""
    image = np.zeros(shape, parts.dtype)
    for part, pixels in zip(parts, cells(shape, size, stride), strict=True):
        image[pixels] += part
    return image
