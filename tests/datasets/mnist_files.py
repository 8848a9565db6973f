"""Small files in the form of MNIST, for the tests of data sets."""

import gzip
import struct

import numpy as np


def idx(array):
    """Return the bytes of an IDX file, written in the most obvious way."""
    content = bytes([0, 0, 8, array.ndim])
    for size in array.shape:
        content += struct.pack(">I", size)
    return content + b"".join(bytes([int(pixel)]) for pixel in array.ravel())


def small_set(seed):
    """Return a set of 5 + 3 images, and the content of its four files."""
    random = np.random.RandomState(seed)
    arrays = {
        "train-images-idx3-ubyte": random.randint(0, 256, (5, 28, 28)),
        "train-labels-idx1-ubyte": random.randint(0, 10, 5),
        "t10k-images-idx3-ubyte": random.randint(0, 256, (3, 28, 28)),
        "t10k-labels-idx1-ubyte": random.randint(0, 10, 3),
    }
    return arrays, {name: idx(array) for name, array in arrays.items()}


def put(folder, contents, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)


def same(got, arrays):
    expected = list(arrays.values())
    return (
        got[0].shape == (5, 28, 28, 1)
        and all(a.dtype == np.uint8 for a in got)
        and all(np.array_equal(a.reshape(b.shape), b) for a, b in zip(got, expected, strict=True))
    )
