"""A warning for numbers far from unit scale, with which a network learns badly or not at all.

Starting weights are made for inputs of about −3 to 3, and steps of an optimizer for outputs of
that size. Only what harms for sure is named: see `LARGE` and `SMALL`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.checks import warn_user
from ..graph.program import Program
from ..layers.dense import affine, linear
from ..losses.absolute_error import AbsoluteError
from ..losses.huber import Huber
from ..losses.joint import JointLoss
from ..losses.log_cosh import LogCosh
from ..losses.quantile import Quantile
from ..losses.squared_error import SquaredError
from ..ops.convolve import convolve, convolve_affine
from ..ops.flatten import flatten
from ..ops.reshape import reshape
from .prepared import Prepared

LARGE, SMALL = 100.0, 1e-3  # of a column: most numbers are beyond, or none is as large
ROWS = 256  # that are looked at
FEW = 20  # one row in so many: what is rarer harms little
PIXELS = 64  # numbers in a row that may be a flat picture
PLAIN = (AbsoluteError, Huber, LogCosh, Quantile, SquaredError)  # losses in units of y
PRODUCTS = (affine, linear, convolve, convolve_affine)
SHAPES = (flatten, reshape)


def warn_of_scale(data: Prepared, loss: Any) -> None:
    """Warn once if inputs or targets of a fit are far from unit scale."""
    said = [
        text
        for name in _multiplied(data.programs.train)
        if name in data.inputs and (text := _input(name, data.inputs[name]))
    ]
    losses = {n: part for n, _, part in loss.parts} if isinstance(loss, JointLoss) else {"": loss}
    for name, one in losses.items():
        y = data.y[name] if name else data.y
        if isinstance(one, PLAIN) and (text := _target(f"y[{name!r}]" if name else "y", y)):
            said.append(text)
    if said:
        warn_user("fit: " + " ".join(said))


def _multiplied(program: Program) -> list[str]:
    """Return the inputs that are multiplied by weights as they are, or only reshaped before."""
    raw = {i: name for name, i in program.inputs.items() if program.values[i].number == "real"}
    found: dict[str, None] = {}
    for step in program.steps:
        name = raw.get(step.inputs[0]) if step.inputs else None
        if name is not None and step.op in PRODUCTS:
            found[name] = None
        elif name is not None and step.op in SHAPES:
            raw[step.output] = name
    return list(found)


def _sample(array: Array) -> Array:
    """Return some rows from everywhere, in float64, one channel or column a column."""
    if len(array) > ROWS:
        array = array[np.unique(np.linspace(0, len(array) - 1, ROWS).astype(int))]
    picked = np.asarray(array, np.float64)
    return picked.reshape(-1, picked.shape[-1]) if picked.ndim > 1 else picked[:, None]


def _typical(x: Array) -> tuple[int, float] | None:
    """Return the column that is farthest from unit scale and its typical size, or None.

    Zeros and constant columns do not count, so counts, rare words and one-hot columns are no
    finding.
    """
    size = np.abs(x)
    largest = size.max(axis=0)
    if (largest >= SMALL).all() and (largest <= LARGE).all():  # the usual case, in few passes
        return None
    used, varied = (size > 0).sum(axis=0), x.min(axis=0) < x.max(axis=0)
    beyond = (size > LARGE).sum(axis=0)
    often = FEW * beyond > len(x)
    large = np.flatnonzero(varied & often & (2 * beyond > used))
    if len(large):
        typical = [float(np.median(size[size[:, j] > 0, j])) for j in large]
        worst = int(np.argmax(typical))
        return int(large[worst]), typical[worst]
    small = np.flatnonzero(varied & (largest < SMALL))
    if len(small):
        j = int(small[np.argmin(largest[small])])
        return j, float(np.median(size[size[:, j] > 0, j]))
    return None


def _input(name: str, array: Array) -> str:
    """Return what is wrong with the scale of an input, and what to write; "" if it is sound."""
    shown = "X" if name == "x" else f"X[{name!r}]"
    if _are_pixels(array):
        return f"{shown} holds pixels from 0 to {array[:ROWS].max():g}. Write {shown} / 255."
    found = _typical(_sample(array))
    if found is None:
        return ""
    j, size = found
    where = f"column {j} of {shown}" if array.ndim == 2 else f"channel {j} of {shown}"
    return (
        f"numbers in {where if array.ndim > 1 else shown} are about {size:.2g}, far from unit "
        "scale, so it outweighs the others or is not seen. "
        "Put Standardize() first in the network, or divide it by its unit."
    )


def _are_pixels(array: Array) -> bool:
    """Return True for pictures, or long rows, of whole numbers from 0 to 255, many of them bright."""
    if array.ndim < 3 and math.prod(array.shape[1:]) < PIXELS:
        return False
    x = _sample(array)
    whole = x.min() >= 0 and LARGE < x.max() <= 255 and bool((x == np.trunc(x)).all())
    return whole and FEW * int((x > 64).sum()) > int((x > 0).sum())


def _target(name: str, y: Array) -> str:
    """Return what is wrong with the scale of a target, and what to write; "" if it is sound."""
    found = _typical(_sample(y))
    if found is None:
        return ""
    j, size = found
    column = f"column {j} of {name}" if y.ndim > 1 and y.shape[-1] > 1 else name
    spread = float(np.std(_sample(y)[:, j]))
    return (
        f"numbers in {column} are about {size:.2g}, with a spread of {spread:.2g}, but outputs "
        f"begin at about 1 and move slowly. Train on ({name} - {name}.mean()) / {name}.std(), and "
        f"turn predictions p back with p * {name}.std() + {name}.mean(); "
        "NetworkRegressor(scale_target=True) does both."
    )
