"""How much of the image one cell of each layer sees.

Along each axis, every position of a value has a first and a last pixel, a pair of whole numbers. An
op says which positions of its input each position of its output reads, and the pairs are joined. So
paddings, edges, strides and branches need no formula. Everything between the first and the last
pixel counts as seen, also the gaps of a dilation.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from ..graph.program import Program, Step, Value
from ..layers.dense import affine, linear
from ..layers.group_norm import standardise_groups
from ..layers.layer_norm import standardise
from ..ops.average_pool import average_pool
from ..ops.channels_last import channels_last
from ..ops.concatenate import concatenate
from ..ops.convolve import convolve, convolve_affine
from ..ops.flatten import flatten
from ..ops.log_softmax import log_softmax
from ..ops.max_pool import max_pool
from ..ops.pad import pad
from ..ops.reshape import reshape
from ..ops.softmax import softmax
from ..ops.take_step import take_step
from ..ops.transpose_convolve import transpose_convolve, transpose_convolve_affine
from ..ops.up_sample import up_sample

Field = list[Array]  # for each axis of the image (positions, 2): first and last pixel
NOTHING = (np.iinfo(np.int64).max, -1)  # for a position that sees no pixel

CONVOLUTIONS = (convolve, convolve_affine)
TRANSPOSED = (transpose_convolve, transpose_convolve_affine)
POOLINGS = (max_pool, average_pool)
ALONG_CHANNELS = (
    affine,
    linear,
    softmax,
    log_softmax,
    standardise,
)  # ops that combine channels, not positions


def receptive_fields(program: Program) -> dict[str, str]:
    """Return the field of one cell by layer path: "5×5" (the largest), "all", "" if not known.

    The result is empty for networks without convolutions and poolings, or with several inputs.
    """
    looking = any(step.op in (*CONVOLUTIONS, *TRANSPOSED, *POOLINGS) for step in program.steps)
    if not looking or list(program.inputs)[:1] != ["x"]:
        return {}
    fields, image = _fields(program)
    return {
        program.values[s.output].scope: _shown(fields.get(s.output), image) for s in program.steps
    }


def _fields(program: Program) -> tuple[dict[int, Field], tuple[int, ...]]:
    """Return the field of each value computed from the image, and the image's size."""
    fields: dict[int, Field] = {}
    image: tuple[int, ...] = ()
    x = program.inputs["x"]

    def begin(i: int) -> None:
        nonlocal image
        image = program.values[i].shape[1:-1]
        fields[i] = [np.stack([np.arange(n)] * 2, axis=1) for n in image]

    reads = [s.op for s in program.steps if x in s.inputs]
    if len(program.values[x].shape) > 2 and reads not in ([reshape], [channels_last]):
        begin(x)
    for step in program.steps:
        out = program.values[step.output]
        if step.op is channels_last and step.inputs == (x,):
            begin(step.output)
            continue
        if step.op is reshape and step.inputs == (x,) and x not in fields and len(out.shape) > 2:
            begin(step.output)  # rows of 64 numbers that are images 8 x 8
            continue
        known = [i for i in step.inputs if program.values[i].kind == "row" and i in fields]
        if known and out.kind == "row":
            found = _after(
                step,
                [program.values[i] for i in step.inputs],
                [fields.get(i) for i in step.inputs],
                out,
            )
            if found is not None:
                fields[step.output] = found
    return fields, image


def _after(step: Step, values: list[Value], fields: list[Field | None], out: Value) -> Field | None:
    """Return the field of a step's output; None if not known."""
    op, attrs, seen = step.op, step.attrs, fields[0]
    places = out.shape[1:-1]
    if op is concatenate:
        return _side_by_side(fields, attrs["axis"], len(out.shape))
    if seen is not None and op in (*CONVOLUTIONS, *POOLINGS):
        kernel = values[1].shape[:-2] if op in CONVOLUTIONS else attrs["size"]
        zeros, gaps = (
            attrs.get("padding", (0, 0) * len(kernel)),
            attrs.get("dilation", (1,) * len(kernel)),
        )
        axes = zip(seen, places, kernel, attrs["stride"], zeros[::2], gaps, strict=True)
        return [_windows(*axis) for axis in axes]
    if seen is not None and op in TRANSPOSED:
        kernel, zeros = values[1].shape[:-2], attrs["padding"]
        axes = zip(
            seen, places, kernel, attrs["stride"], zeros[::2], attrs["dilation"], strict=True
        )
        return [_spread(*axis) for axis in axes]
    if seen is not None and op is pad:
        sides = zip(attrs["padding"][::2], attrs["padding"][1::2], strict=True)
        return [
            _join([_empty(a), axis, _empty(b)]) for axis, (a, b) in zip(seen, sides, strict=True)
        ]
    if seen is not None and op is up_sample:
        return [axis.repeat(k, axis=0) for axis, k in zip(seen, attrs["size"], strict=True)]
    if seen is not None and op is take_step:
        t = attrs["t"]
        return [seen[0][t : t + 1]] if len(seen) == 1 else None
    if seen is not None and op in (flatten, reshape):
        return _reshaped(seen, places) if len(out.shape) > 2 else seen
    if seen is not None and op in ALONG_CHANNELS:
        return [_hull(axis) for axis in seen] if len(out.shape) == 2 else seen
    if seen is not None and op is standardise_groups:
        return [_hull(axis).repeat(len(axis), axis=0) for axis in seen]
    if not op.forward.__module__.startswith(__name__.partition(".")[0] + "."):
        return None  # a user's op may read any pixel
    same = [
        f for f, v in zip(fields, values, strict=True) if v.kind == "row" and v.shape == out.shape
    ]
    return _union(same) if same else None


def _windows(axis: Array, places: int, kernel: int, stride: int, before: int, gap: int) -> Array:
    """Return the field of a window: it sees what the positions under it see."""
    under = ([p * stride - before + gap * k for k in range(kernel)] for p in range(places))
    return _gather(axis, under)


def _spread(axis: Array, places: int, kernel: int, stride: int, before: int, gap: int) -> Array:
    """Return the field of a transposed window: a position sees what kernels over it see."""
    reached: list[list[int]] = [[] for _ in range(places)]
    for p in range(len(axis)):
        for k in range(kernel):
            if 0 <= (q := p * stride - before + gap * k) < places:
                reached[q].append(p)
    return _gather(axis, reached)


def _gather(axis: Array, reads: Iterable[list[int]]) -> Array:
    """Return the hull of the fields of each list of positions; positions outside see nothing."""
    rows = [_hull(axis[[p for p in some if 0 <= p < len(axis)]])[0] for some in reads]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _hull(axis: Array) -> Array:
    """Return the first and last pixel of all positions together, as one position."""
    return np.array([[axis[:, 0].min(), axis[:, 1].max()]]) if len(axis) else _empty(1)


def _empty(n: int) -> Array:
    return np.array([NOTHING] * n, dtype=np.int64).reshape(n, 2)


def _join(parts: list[Array]) -> Array:
    joined: Array = np.concatenate(parts)
    return joined


def _union(fields: list[Field | None]) -> Field | None:
    """Return the union of several fields, position by position.

    If their numbers of positions differ, all are joined to one position.
    """
    known = [f for f in fields if f is not None]
    if len(known) < len(fields) or len({len(f) for f in known}) != 1:
        return None
    together = []
    for axes in zip(*known, strict=True):
        alike = len({len(axis) for axis in axes}) == 1
        rows = np.stack(axes if alike else [_hull(axis) for axis in axes])
        together.append(np.stack([rows[..., 0].min(axis=0), rows[..., 1].max(axis=0)], axis=1))
    return together


def _side_by_side(fields: list[Field | None], axis: int, ndim: int) -> Field | None:
    """Return the field of two values joined along an axis.

    Joined along the channels, each position sees what both see there.
    """
    a, b = fields
    if axis in (-1, ndim - 1):
        return _union(fields)
    if a is None or b is None or len(a) != len(b) or not 1 <= axis <= len(a):
        return None
    whole = _union([a[: axis - 1] + a[axis:], b[: axis - 1] + b[axis:]]) or []
    return [*whole[: axis - 1], _join([a[axis - 1], b[axis - 1]]), *whole[axis - 1 :]]


def _reshaped(seen: Field, places: tuple[int, ...]) -> Field | None:
    """Return the field after a reshape.

    A flat row becomes positions, or an axis of size 1 is added.
    """
    have = tuple(map(len, seen))
    if have == places:
        return seen
    if (*have, 1) == places:
        return [*seen, np.zeros((1, 2), np.int64)]
    if set(have) == {1} and len(have) == len(places):
        return [axis.repeat(n, axis=0) for axis, n in zip(seen, places, strict=True)]
    return None


def _shown(field: Field | None, image: tuple[int, ...]) -> str:
    """Return the largest field of all positions, 5×5; `all` if each sees the whole image."""
    if field is None:
        return ""
    axes = [
        (axis, n)
        for axis, n in zip(field, (*image, 1), strict=False)
        if n > 1 or len(image) == len(field)
    ]
    if all((axis == (0, n - 1)).all() for axis, n in axes):
        return "all"
    return "×".join(str(max(0, int((axis[:, 1] - axis[:, 0]).max()) + 1)) for axis, _ in axes)
