"""The terms of a convolution: which pixel, position and cell of the kernel meet.

Along each axis pixel = position · stride − zeros before + dilation · cell. A convolution reads
pixels and writes positions; a transposed one reads positions and writes pixels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, product
from .patches import Numbers

Role = Literal["pixel", "place"]
Places = list[Array]  # one array for each axis


class Geometry(NamedTuple):
    """Sizes and settings of a convolution; one number for each axis, `padding` has two."""

    pixels: Numbers
    places: Numbers
    kernel: Numbers
    stride: Numbers
    padding: Numbers
    dilation: Numbers

    def meet(self, **known: Numbers) -> dict[str, Places]:
        """Return all pixels, places and cells that meet, of which one of the three is known."""
        axes = []
        for k, cells in enumerate(self.kernel):
            p, a = np.mgrid[: self.places[k], :cells].reshape(2, -1)
            pixel = p * self.stride[k] - self.padding[2 * k] + self.dilation[k] * a
            keep = (pixel >= 0) & (pixel < self.pixels[k])
            numbers = {"pixel": pixel, "place": p, "cell": a}
            for name, at in known.items():
                keep &= numbers[name] == at[k]
            axes.append({name: values[keep] for name, values in numbers.items()})
        mesh = np.indices([len(axis["pixel"]) for axis in axes]).reshape(len(axes), -1)
        return {
            name: [axis[name][n] for axis, n in zip(axes, mesh, strict=True)]
            for name in ("pixel", "place", "cell")
        }


def _with(places: list[Places], others: int) -> tuple[list[Places], Array]:
    """Return each combination of places that meet with each number below `others`."""
    many = len(places[0][0])
    repeated = [[np.repeat(axis, others) for axis in one] for one in places]
    return repeated, np.tile(np.arange(others), many)


class Terms:
    """The terms of one convolution.

    Parameters
    ----------
    arrays : dict of arrays
        x, W, z, perhaps b and dz.
    reads : {"pixel", "place"}
        What x holds.
    stride, padding, dilation : tuple of int
        The settings of the op.
    size : tuple of int, optional
        The size of the image that a transposed convolution makes.
    """

    def __init__(
        self,
        arrays: Mapping[str, Array],
        reads: Role,
        *,
        stride: Numbers,
        padding: Numbers,
        dilation: Numbers,
        size: Numbers = (),
    ) -> None:
        self.arrays, self.reads = arrays, reads
        self.writes: Role = "place" if reads == "pixel" else "pixel"
        x, z, W = arrays["x"], arrays["z"], arrays["W"]
        sizes = {reads: x.shape[1:-1], self.writes: size or z.shape[1:-1]}
        self.geometry = Geometry(
            sizes["pixel"], sizes["place"], W.shape[:-2], stride, padding, dilation
        )
        self.each = W.shape[-2]
        self.filters = W.shape[-1] // (x.shape[-1] // self.each)  # of one group

    def z(self, at: Numbers) -> Entry:
        """Return the terms of z[n, ..., f]: x·W, and b."""
        n, *where, f = at
        found = self.geometry.meet(**{self.writes: tuple(where)})
        (seen, cells), c = _with([found[self.reads], found["cell"]], self.each)
        channel = f // self.filters * self.each + c
        parts = [product(self.arrays, {"x": (n, *seen, channel), "W": (*cells, c, f)})]
        if "b" in self.arrays:
            parts.append(product(self.arrays, {"b": (f,)}))
        return Entry(parts)

    def dx(self, at: Numbers) -> Entry:
        """Return the terms of dx[n, ..., c]: dz·W."""
        n, *where, channel = at
        found = self.geometry.meet(**{self.reads: tuple(where)})
        (made, cells), f = _with([found[self.writes], found["cell"]], self.filters)
        group, c = divmod(channel, self.each)
        f = group * self.filters + f
        return Entry([product(self.arrays, {"dz": (n, *made, f), "W": (*cells, c, f)})])

    def dW(self, at: Numbers) -> Entry:
        """Return the terms of dW[..., c, f]: x·dz."""
        *cell, c, f = at
        found = self.geometry.meet(cell=tuple(cell))
        (seen, made), n = _with([found[self.reads], found[self.writes]], len(self.arrays["x"]))
        channel = f // self.filters * self.each + c
        return Entry([product(self.arrays, {"x": (n, *seen, channel), "dz": (n, *made, f)})])

    def db(self, at: Numbers) -> Entry:
        """Return the terms of db[f]: dz."""
        shape = self.arrays["dz"].shape[:-1]
        index = np.unravel_index(np.arange(math.prod(shape)), shape)
        return Entry([product(self.arrays, {"dz": (*index, at[0])})])
