"""Convolutions entry by entry: loops over everything. Nothing here imports chainrule."""

import numpy as np
from tests.naive import oracle


def as_image(x, W, numbers):
    """A sequence is an image one pixel high."""
    if x.ndim == 4:
        return x, W, numbers
    one = {"stride": (1,), "padding": (0, 0), "dilation": (1,), "size": (1,)}
    return x[:, None], W[None], {name: (*one[name], *value) for name, value in numbers.items()}


@oracle
def convolve(x, W, **attrs):
    image, kernel, attrs = as_image(x, W, attrs)
    z = convolve_image(image, kernel, **attrs)
    return z if x.ndim == 4 else z[:, 0]


def convolve_image(x, W, stride, padding, dilation):
    N, H, width, C = x.shape
    k_high, k_wide, each, filters = W.shape
    high = (H + padding[0] + padding[1] - dilation[0] * (k_high - 1) - 1) // stride[0] + 1
    wide = (width + padding[2] + padding[3] - dilation[1] * (k_wide - 1) - 1) // stride[1] + 1
    z = np.zeros((N, high, wide, filters))
    for n, i, j, f in np.ndindex(z.shape):
        group = f // (filters // (C // each))  # which part of the channels this filter reads
        for p, q, c in np.ndindex(k_high, k_wide, each):
            row = i * stride[0] + p * dilation[0] - padding[0]
            column = j * stride[1] + q * dilation[1] - padding[2]
            if 0 <= row < H and 0 <= column < width:
                z[n, i, j, f] += x[n, row, column, group * each + c] * W[p, q, c, f]
    return z


@oracle
def convolve_affine(x, W, b, **attrs):
    return convolve(x, W, **attrs) + b


@oracle
def transpose_convolve(x, W, stride, padding, dilation, size):
    N, C = len(x), x.shape[-1]
    k_high, k_wide, each, filters = W.shape
    z = np.zeros((N, *size, filters))
    for n, i, j, c in np.ndindex(x.shape):
        group = c // each
        own = filters // (C // each)
        for p, q, f in np.ndindex(k_high, k_wide, own):
            row = i * stride[0] + p * dilation[0] - padding[0]
            column = j * stride[1] + q * dilation[1] - padding[2]
            if 0 <= row < size[0] and 0 <= column < size[1]:
                f_all = group * own + f
                z[n, row, column, f_all] += x[n, i, j, c] * W[p, q, c % each, f_all]
    return z


@oracle
def transpose_convolve_affine(x, W, b, **attrs):
    return transpose_convolve(x, W, **attrs) + b
