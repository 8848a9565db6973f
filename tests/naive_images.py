"""The oracles of the layers for images: pixel by pixel, with only Python's arithmetic."""

import math
from statistics import NormalDist

import numpy as np
from tests.naive import oracle, philox


def each_window(x, size, stride, number):
    """Apply `number` to the list of pixels in each window, in every channel."""
    N, H, W, C = x.shape
    (h, w), (down, across) = size, stride
    out = np.empty((N, (H - h) // down + 1, (W - w) // across + 1, C))
    for n, i, j, c in np.ndindex(out.shape):
        seen = [float(x[n, i * down + r, j * across + q, c]) for r in range(h) for q in range(w)]
        out[n, i, j, c] = number(seen)
    return out


@oracle
def max_pool(x, size, stride):
    return each_window(x, size, stride, max)


@oracle
def average_pool(x, size, stride):
    return each_window(x, size, stride, lambda seen: math.fsum(seen) / len(seen))


@oracle
def up_sample(x, size):
    N, H, W, C = x.shape
    out = np.empty((N, H * size[0], W * size[1], C))
    for n, i, j, c in np.ndindex(out.shape):
        out[n, i, j, c] = x[n, i // size[0], j // size[1], c]
    return out


@oracle
def channels_last(x):
    N, C, H, W = x.shape
    out = np.empty((N, H, W, C))
    for n, c, i, j in np.ndindex(x.shape):
        out[n, i, j, c] = x[n, c, i, j]
    return out


@oracle
def pad(x, padding):
    top, bottom, left, right = padding
    N, H, W, C = x.shape
    out = np.zeros((N, top + H + bottom, left + W + right, C))
    for n, i, j, c in np.ndindex(x.shape):
        out[n, top + i, left + j, c] = x[n, i, j, c]
    return out


@oracle
def standardise_groups(x, groups, eps):
    out, each = np.empty(x.shape), x.shape[-1] // groups
    for n in range(len(x)):
        for g in range(groups):
            places = [i for i in np.ndindex(x.shape[1:]) if i[-1] // each == g]
            seen = [float(x[(n, *i)]) for i in places]
            mean = math.fsum(seen) / len(seen)
            variance = math.fsum((v - mean) ** 2 for v in seen) / len(seen)
            for i in places:
                out[(n, *i)] = (x[(n, *i)] - mean) / math.sqrt(variance + eps)
    return out


@oracle
def prelu(z, alpha):
    out = np.empty(z.shape)
    for i in np.ndindex(z.shape):
        out[i] = z[i] if z[i] > 0 else alpha[i[-1]] * z[i]
    return out


def word(key, row, column, purpose, path):
    return philox((column // 4, int(row), int(key[1]), purpose), (int(key[0]), path))[column % 4]


@oracle
def spatial_dropout(x, key, row, rate, path):
    """Return one word for each (row, channel); purpose 2."""
    out = np.empty(x.shape)
    for n, *i in np.ndindex(x.shape):
        stays = (word(key, row[n], i[-1], 2, path) >> 8) / 2**24 >= rate
        out[(n, *i)] = x[(n, *i)] / (1 - rate) if stays else 0.0
    return out


@oracle
def gaussian_noise(x, key, row, std, path):
    """Return one word for each (row, column), and its quantile; purpose 3."""
    out = np.empty(x.shape)
    for n in range(len(x)):
        for column, i in enumerate(np.ndindex(x.shape[1:])):
            u = (word(key, row[n], column, 3, path) + 0.5) / 2**32
            out[(n, *i)] = x[(n, *i)] + std * NormalDist().inv_cdf(u)
    return out
