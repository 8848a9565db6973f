"""Checks of what `Network` is given: settings, input shapes, rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.cells import check_whole
from ..data.checks import as_array, check_lengths, check_rows, warn_user
from ..data.sparse import SparseRows, is_sparse
from ..errors import ParameterError, ShapeError
from ..graph.program import Program, Shape, shown
from ..losses.base import Loss
from ..losses.joint import JointLoss
from ..settings import is_whole
from .tracing import Programs

DTYPES = ("float32", "float64")


def check_loss(loss: Any) -> Any:
    """Return the loss; a dict of losses, one for each output, becomes a JointLoss."""
    if isinstance(loss, (dict, JointLoss)):
        return loss if isinstance(loss, JointLoss) else JointLoss.of(loss)
    if loss is None:
        raise ParameterError(
            "Network: a loss is missing. Write loss=SquaredError(), or another one."
        )
    if isinstance(loss, type) and issubclass(loss, Loss):
        raise ParameterError(
            "Network", "a loss", f"the class {loss.__name__}", f"Write loss={loss.__name__}()."
        )
    if not isinstance(loss, Loss):
        raise ParameterError(
            "Network",
            "a loss such as SquaredError()",
            repr(loss),
            "Losses are objects here, not words.",
        )
    return loss


def check_seed(seed: Any) -> int:
    """Return the seed, 0 ≤ seed < 2³²."""
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ParameterError(
            f"Network(seed={seed!r}): seed must be a whole number, 0 ≤ seed < 2³². "
            "The usual value is 0."
        )
    return int(seed)


def check_dtype(dtype: Any) -> np.dtype[Any]:
    """Return the dtype, float32 or float64."""
    name = getattr(dtype, "__name__", str(dtype))  # np.float32 means the same
    if name not in DTYPES:
        raise ParameterError(
            f"Network(dtype={dtype!r}): dtype must be 'float32' or 'float64'. "
            "The usual value is 'float32'."
        )
    return np.dtype(name)


def check_threads(threads: Any) -> int | None:
    """Return the number of threads, ≥ 1, or None."""
    if threads is not None and (not is_whole(threads) or threads < 1):
        raise ParameterError(
            f"Network(threads={threads!r}): threads must be a whole number ≥ 1, or None."
        )
    return threads  # type: ignore[no-any-return]


def check_inputs(inputs: Any) -> dict[str, Shape]:
    """Return the shape of one row by input name; a single input is called x."""
    given = inputs if isinstance(inputs, dict) else {"x": inputs}
    for name, shape in given.items():
        if not isinstance(shape, (tuple, list)) or not all(is_whole(n) and n >= 1 for n in shape):
            sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
            row = tuple(int(n) for n in sizes if is_whole(n) and n >= 1) or (3,)
            ours = f"Write {'inputs=' if name == 'x' else ''}{row!r}."
            raise ParameterError(
                f"Network(inputs={inputs!r})", "the shape of one row", f"{shape!r} for {name}", ours
            )
    return {name: tuple(int(n) for n in shape) for name, shape in given.items()}


def arrays_of(
    X: Any, expected: dict[str, Shape] | None, dtype: np.dtype[Any], *, least: int = 1
) -> dict[str, Array]:
    """Return rows as arrays by input name; check them against the shapes that are known.

    Every number must be finite, also in `dtype`. With least=0 there may be no rows at all if the
    shapes are known; such an array may have length 0 along every axis, as Dask gives it to ask
    what a function returns.
    """
    least = 1 if expected is None else least
    called = {"x": "X"}
    given = X if isinstance(X, dict) else {"x": X}
    arrays = {k: _rows_of(called.get(k, k), v, dtype, least) for k, v in given.items()}
    if len(arrays) > 1:
        check_lengths({called.get(name, name): array for name, array in arrays.items()})
    if expected is None:
        return arrays
    if set(arrays) != set(expected):
        raise ShapeError(
            "X", f"the inputs {', '.join(expected)}", ", ".join(arrays), "Give a dict of arrays."
        )
    for name, array in arrays.items():
        rank = len(expected[name])
        if array.ndim != rank + 1:
            remedy = (
                f"One row alone is {called.get(name, name)}[None]."
                if array.ndim == rank and array.size
                else "Reshape it."
            )
            raise ShapeError(
                called.get(name, name),
                f"rows of shape {shown((0, *expected[name]))}",
                str(array.shape),
                remedy,
            )
        if not any(array.shape):
            arrays[name] = np.empty((0, *expected[name]), array.dtype)
    return arrays


def _rows_of(name: str, given: Any, dtype: np.dtype[Any], least: int) -> Array:
    """Return checked rows: an array, or a sparse table that is read like one."""
    if is_sparse(given):
        return SparseRows.checked(name, given, dtype, least=least)  # type: ignore[return-value]
    return check_rows(name, as_array(name, given), dtype, least=least)


def check_words(programs: Programs, arrays: Mapping[str, Array]) -> None:
    """Check inputs of whole numbers before they are cast to int32."""
    for name, table in programs.tables.items():
        if name in arrays:
            check_whole("X" if name == "x" else name, arrays[name], table)


def warn_of_overflow(p: Any, theta: Array) -> None:
    """Warn of predictions that are not finite although every input is."""
    for name, array in (p if isinstance(p, dict) else {"": p}).items():
        if np.isfinite(array).all():
            continue
        bad = ~np.isfinite(array)
        rows = np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))
        value = array[tuple(np.argwhere(bad)[0])]
        why = (
            f"values inside the network are too large for {theta.dtype}. Scale the inputs"
            if np.isfinite(theta).all()
            else "the weights are not finite. Train again, or load a sound file"
        )
        warn_user(
            f"predict: {value} at row {rows[0]}{f' of {name}' * bool(name)}, although its inputs "
            f"are finite; {len(rows)} of {len(bad)} rows are not finite, since {why}."
        )


def check_same_parameters(
    before: Program, now: Program, old: dict[str, Shape], new: dict[str, Shape]
) -> None:
    """Check that rows of another size need the same parameters."""
    shapes = {p.path: p.shape for p in before.params}
    changed = next((p for p in now.params if shapes.get(p.path) != p.shape), None)
    if changed is not None:
        was, size = (", ".join(map(str, s.values())) for s in (old, new))
        before_it = shapes.get(changed.path)
        message = (
            f"rows of shape {size}, for which {changed.path} would be {changed.shape} "
            f"instead of {before_it}"
        )
        raise ShapeError(
            "X",
            f"rows like the first ones, of shape {was}",
            message,
            "Make a new Network for other rows.",
        )


def targets_of(loss: Any, y: Any) -> Any:
    """Return targets as arrays, by output if there are several; None if not known yet."""
    if y is None:
        return None
    if isinstance(loss, JointLoss):
        return {name: as_array(f"y[{name!r}]", a) for name, a in loss.check_targets(y).items()}
    return as_array("y", y)


def ranks(y: Any) -> Any:
    """Return the number of axes of the targets, as a key."""
    return (
        tuple(a.ndim for a in y.values()) if isinstance(y, dict) else None if y is None else y.ndim
    )
