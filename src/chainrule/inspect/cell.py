"""The arithmetic of one cell of a convolution, with its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..data.sources import Arrays
from ..engines.reference import Reference
from ..errors import ParameterError, ShapeError
from ..graph.program import Program, Step
from ..model.model import Model
from ..model.prepared import indices
from ..ops.convolve import convolve, convolve_affine
from ..plots import pages
from ..settings import is_whole
from .scores import images_of


class Cell(NamedTuple):
    """One number of a feature map and its calculation; `print` writes it out.

    Parameters
    ----------
    value : float
        The network's number.
    patch : array
        (k, k, C / groups): the pixels under the kernel; 0 outside the image.
    inside : array
        (k, k): True inside the image.
    kernel : array
        (k, k, C / groups): the weights.
    bias : float
        The bias; 0 if there is none.
    text : str
        The calculation, in several lines.
    """

    value: float
    patch: Array
    inside: Array
    kernel: Array
    bias: float
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return pages.cell(self)


def cell(net: Model, image: Any, name: str, at: Sequence[int]) -> Cell:
    """Write out one output of a convolution: z[i, j, f] = Σ patch · kernel + b.

    Each row of the kernel has a line. The first number of each product is the pixel, the second
    the weight. `0` without decimals is padding.

    Parameters
    ----------
    net : Network
        A network with a Conv2D (or Conv1D).
    image : array
        One image (H, W, C), with or without an axis N = 1; or one row of another shape that the
        network takes.
    name : str
        The convolution: its path ("conv2d1") or the symbol of its output ("z1").
    at : sequence of int
        (i, j, f): row, column and filter, from 0; (t, f) for a Conv1D.

    Returns
    -------
    cell : Cell
        .value (the network's number), .patch, .inside, .kernel, .bias, .text.

    Raises
    ------
    ParameterError
        A name that no convolution has, or a place outside its output.
    ShapeError
        An image that does not fit, or several.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> W = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    >>> layer = cr.Conv2D(1, kernel=2, padding=1, init=W)
    >>> net = cr.Network(layer, loss=cr.SquaredError(), inputs=(2, 2, 1))
    >>> print(cell(net, np.array([[0.5, 1.0], [1.5, 2.0]])[:, :, None], "z1", (0, 1, 0)))
    z1[0, 1, 0]: conv2d1, rows -1..0 and columns 0..1 of x
      =    0·1.00 +    0·2.00
      + 0.50·3.00 + 1.00·4.00
      + 0  (b1[0])
      = 5.5
    """
    rows, _ = images_of("cell", net, image)
    if len(rows) != 1:
        raise ShapeError("cell", "one image", f"{len(rows)} of them", "Take X[0].")
    built = net.built_for({"x": rows.shape[1:]})
    program = built.programs.predict
    step = _convolution(program, name)
    at = _place(program, step, at)
    batch = Arrays({"x": rows}, dtype=net.dtype.type, index=indices(program)).rows(slice(0, 1))
    with np.errstate(all="ignore"):
        parts = Reference(program).forward(net.theta_in(built), batch, [slice(0, 1)])

    net.adopt(built)
    x, W, *b = (parts[i][0] for i in step.inputs)
    kernel, f = W[..., at[-1]], at[-1]
    each = W.shape[-2]  # channels of a group
    group = f // (W.shape[-1] // (x.shape[-1] // each))
    seen = slice(group * each, (group + 1) * each)
    pixels = _pixels(step, at, kernel.shape[:-1])
    patch, inside = np.zeros_like(kernel), np.zeros(kernel.shape[:-1], bool)
    for k in np.ndindex(inside.shape):
        pixel = tuple(axis[n] for axis, n in zip(pixels, k, strict=True))
        inside[k] = all(0 <= n < size for n, size in zip(pixel, x.shape[1:-1], strict=True))
        if inside[k]:
            patch[k] = x[(0, *pixel, seen)]

    z, bias = float(parts[step.output][0][(0, *at)]), float(b[0][f]) if b else 0.0
    lines = [_head(program, step, at, pixels, seen if each < x.shape[-1] else None)]
    lines += _products(patch, inside, kernel, seen.start)
    lines += [f"  + {bias:.4g}  ({program.values[step.inputs[2]].symbol}[{f}])"] if b else []
    return Cell(z, patch, inside, kernel, bias, "\n".join([*lines, f"  = {z:.6g}"]))


def _convolution(program: Program, name: str) -> Step:
    """Return the convolution that has this path or symbol."""
    steps = [s for s in program.steps if s.op in (convolve, convolve_affine)]
    for step in steps:
        v = program.values[step.output]
        if name in (v.symbol, v.path, v.scope):
            return step
    known = (
        ", ".join(
            f"{program.values[s.output].scope} ({program.values[s.output].symbol})" for s in steps
        )
        or "none"
    )
    raise ParameterError(
        "cell",
        f"a convolution of this network: {known}",
        repr(name),
        "Take its path or its symbol.",
    )


def _place(program: Program, step: Step, at: Any) -> tuple[int, ...]:
    """Return the place as whole numbers; it must lie inside the output."""
    out = program.values[step.output]
    size = out.shape[1:]
    place = tuple(at) if isinstance(at, (tuple, list, np.ndarray)) else (at,)
    if len(place) != len(size) or not all(
        is_whole(n) and 0 <= n < most for n, most in zip(place, size, strict=True)
    ):
        raise ParameterError(
            "cell", f"a place in {out.symbol}, which is {size}", f"{at}", "Count from 0."
        )
    return tuple(map(int, place))


def _pixels(step: Step, at: tuple[int, ...], kernel: tuple[int, ...]) -> list[list[int]]:
    """Return the pixels under the kernel along each axis; some may lie outside the image."""
    stride, zeros, dilation = (
        step.attrs["stride"],
        step.attrs["padding"][::2],
        step.attrs["dilation"],
    )
    axes = zip(at[:-1], kernel, stride, zeros, dilation, strict=True)
    return [[p * s - before + d * n for n in range(k)] for p, k, s, before, d in axes]


def _head(
    program: Program, step: Step, at: tuple[int, ...], pixels: list[list[int]], seen: slice | None
) -> str:
    """Return the first line: z1[2, 3, 0]: conv2d1, rows 2..6 and columns 3..7 of x."""
    parts = []
    for word, axis in zip(
        ("rows", "columns") if len(pixels) == 2 else ("steps",), pixels, strict=True
    ):
        gap = axis[1] - axis[0] if len(axis) > 1 else 1
        span = f"{word} {axis[0]}..{axis[-1]}" if len(axis) > 1 else f"{word[:-1]} {axis[0]}"
        parts.append(span + (f" (each {gap})" if gap > 1 else ""))
    out, x = program.values[step.output], program.values[step.inputs[0]]
    channels = f", channels {seen.start}..{seen.stop - 1}" if seen else ""
    place, where = ", ".join(map(str, at)), " and ".join(parts)
    return f"{out.symbol}[{place}]: {out.scope}, {where} of {x.symbol}{channels}"


def _products(patch: Array, inside: Array, kernel: Array, first: int) -> list[str]:
    """Return the products pixel·weight, a line for each row of the kernel of each channel."""
    if inside.ndim == 1:  # a sequence is an image of one row
        patch, inside, kernel = patch[None], inside[None], kernel[None]
    xs, ws = _words(patch), _words(kernel)
    xs[~inside] = "0"
    wide, lines = [max(map(len, words.flat)) for words in (xs, ws)], []
    for c in range(patch.shape[2]):
        lines += [f"  channel {first + c}"] if patch.shape[2] > 1 else []
        for i in range(len(patch)):
            terms = [
                f"{x:>{wide[0]}}·{w:>{wide[1]}}"
                for x, w in zip(xs[i, :, c], ws[i, :, c], strict=True)
            ]
            lines.append(f"  {'+' if i or c else '='} {' + '.join(terms)}")
    return lines


def _words(a: Array) -> Array:
    """Return numbers as text with the same decimals: three digits of the largest."""
    largest = float(abs(a).max())
    digits = 2 - math.floor(math.log10(largest)) if 0 < largest < math.inf else 2
    words = [f"{v:.{min(max(digits, 1), 8)}f}" for v in a.flat]
    return np.array(words, dtype=object).reshape(a.shape)
