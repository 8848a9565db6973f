"""What `Network` is given, checked: settings, input shapes, rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..data.checks import as_array, check_rows
from ..errors import ParameterError, ShapeError
from ..graph.program import Program, Shape, shown
from ..losses.base import Loss
from ..losses.joint import JointLoss
from ..settings import is_whole

DTYPES = ("float32", "float64")


def check_loss(loss: Any) -> Any:
    """A loss, or one for each of several outputs."""
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
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ParameterError(
            f"Network(seed={seed!r}): seed must be a whole number, 0 ≤ seed < 2³². The usual value is 0."
        )
    return int(seed)


def check_dtype(dtype: Any) -> np.dtype[Any]:
    name = getattr(dtype, "__name__", str(dtype))  # np.float32 is the same wish
    if name not in DTYPES:
        raise ParameterError(
            f"Network(dtype={dtype!r}): dtype must be 'float32' or 'float64'. The usual value is 'float32'."
        )
    return np.dtype(name)


def check_threads(threads: Any) -> int | None:
    if threads is not None and (not is_whole(threads) or threads < 1):
        raise ParameterError(
            f"Network(threads={threads!r}): threads must be a whole number ≥ 1, or None."
        )
    return threads  # type: ignore[no-any-return]


def check_inputs(inputs: Any) -> dict[str, Shape]:
    """The shape of one row, by input name; one input is called x."""
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


def arrays_of(X: Any, expected: dict[str, Shape] | None) -> dict[str, Array]:
    """Rows as arrays by input name, of the rank that the network knows."""
    called = {"x": "X"}
    given = X if isinstance(X, dict) else {"x": X}
    arrays = {
        k: check_rows(called.get(k, k), as_array(called.get(k, k), v)) for k, v in given.items()
    }
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
                if array.ndim == rank
                else "Reshape it."
            )
            raise ShapeError(
                called.get(name, name),
                f"rows of shape {shown((0, *expected[name]))}",
                str(array.shape),
                remedy,
            )
    return arrays


def check_same_parameters(
    before: Program, now: Program, old: dict[str, Shape], new: dict[str, Shape]
) -> None:
    """A new input size retraces, and must give the same parameters."""
    shapes = {p.path: p.shape for p in before.params}
    changed = next((p for p in now.params if shapes.get(p.path) != p.shape), None)
    if changed is not None:
        was, size = (", ".join(map(str, s.values())) for s in (old, new))
        message = f"rows of shape {size}, for which {changed.path} would be {changed.shape} instead of {shapes.get(changed.path)}"
        raise ShapeError(
            "X",
            f"rows like the first ones, of shape {was}",
            message,
            "Make a new Network for other rows.",
        )


def targets_of(loss: Any, y: Any) -> Any:
    """Targets as arrays, by output where there are several; None: not known yet."""
    if y is None:
        return None
    if isinstance(loss, JointLoss):
        return {name: as_array(f"y[{name!r}]", a) for name, a in loss.check_targets(y).items()}
    return as_array("y", y)


def ranks(y: Any) -> Any:
    """The kind of targets, as a key."""
    return (
        tuple(a.ndim for a in y.values()) if isinstance(y, dict) else None if y is None else y.ndim
    )
