"""Reading images between their pixels."""

import numpy as np

from ..arrays import Array


def bilinear(images: Array, y: Array, x: Array) -> Array:
    """Read images at fractional positions, by bilinear interpolation; 0 outside.

    out[n, i, j] = images[n] at (y[n, i, j], x[n, i, j]): the mean of the four pixels around it,
    weighted by distance.

    Parameters
    ----------
    images : array
        (N, H, W, C).
    y, x : array
        (N, H', W') of the images' dtype, in pixels from the center of the first one. They are
        overwritten.
    """
    N, H, W, C = images.shape
    np.clip(y, -1, H, out=y)
    np.clip(x, -1, W, out=x)
    y += 1
    x += 1
    i, j = y.astype(np.int32), x.astype(np.int32)
    y -= i  # the remainder is the distance to the pixel above, or to the left
    x -= j
    first = np.arange(N, dtype=np.int32)[:, None, None] * ((H + 3) * (W + 3))
    above = (first + i * (W + 3) + j).astype(np.intp)
    out = np.empty((*y.shape, C), images.dtype)
    # one pixel of 0 before the image, two after it
    framed = np.zeros((N, H + 3, W + 3), images.dtype)
    pixels = framed.ravel()
    for c in range(C):
        framed[:, 1 : H + 1, 1 : W + 1] = images[..., c]
        top = between(pixels.take(above), pixels[1:].take(above), x)
        bottom = between(pixels[W + 3 :].take(above), pixels[W + 4 :].take(above), x)
        out[..., c] = between(top, bottom, y)
    return out


def between(a: Array, b: Array, t: Array) -> Array:
    """Return a + t (b − a); b is overwritten."""
    b -= a
    b *= t
    b += a
    return b
