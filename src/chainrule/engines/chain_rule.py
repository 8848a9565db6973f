"""The chain rule for users and for SciPy: loss and gradient, and vector-Jacobian products."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError, ShapeError
from ..graph.program import Program
from ..settings import is_whole
from .reference import Reference, cut, join


def as_theta(program: Program, theta: Any, dtype: Any = None) -> Array:
    """Return theta as a vector of floating-point numbers of the program's size."""
    array = np.asarray(theta, dtype)
    if array.shape != (program.size,):
        raise ShapeError(
            "theta",
            f"a vector of shape ({program.size},)",
            str(array.shape),
            "It is [parameters | state]: initial_theta makes one.",
        )
    return array if array.dtype.kind in "fc" else array.astype(np.float64)


def program_inputs(program: Program, inputs: Mapping[str, Any], dtype: Any) -> dict[str, Any]:
    """Return all inputs of a Program, cast and checked; c is 1/N by default."""
    batch: dict[str, Any] = {}
    if unknown := set(inputs) - set(program.inputs) - {"y", "c", "row", "N", "key"}:
        raise ParameterError(
            f"{program.mode} program: expected inputs among {', '.join(program.inputs)}, "
            f"got {min(unknown)}. Leave it out."
        )
    inputs = {name: _as_numbers(name, given) for name, given in inputs.items()}
    n = next(
        (len(inputs[name]) for name in program.inputs if name in inputs and np.ndim(inputs[name])),
        0,
    )
    implicit = {
        "c": np.full(n, 1 / max(n, 1)),
        "row": np.arange(n),
        "N": float(n),
        "key": np.zeros(2, np.int64),
        **program.defaults,
    }
    for name, i in program.inputs.items():
        v = program.values[i]
        given = inputs.get(name, implicit.get(name))
        if given is None:
            raise ParameterError(
                f"{program.mode} program: expected the input {name}, "
                f"got {', '.join(inputs) or 'none'}. Add it."
            )
        array = np.asarray(given)
        if v.number == "index" and array.dtype.kind == "f" and (array != np.floor(array)).any():
            raise DataError(
                f"input {name}",
                "whole numbers",
                str(array.dtype),
                "Number classes and words from 0.",
            )
        array = array.astype(
            np.int64
            if v.number == "index"
            else np.result_type(dtype, array.dtype)
            if array.dtype.kind == "c"
            else dtype
        )
        if (
            array.shape[1:] != v.shape[1:]
            or array.ndim != len(v.shape)
            or (v.kind == "row" and len(array) != n)
        ):
            raise ShapeError(f"input {name}", v.shown, str(array.shape), "Reshape it.")
        batch[name] = array
    return batch


def _as_numbers(name: str, given: Any) -> Array:
    """Return an array of numbers, or raise DataError."""
    try:
        array = np.asarray(given)
    except ValueError:
        raise DataError(
            f"input {name}", "rows of one length", "rows of several", "Pad or cut them."
        ) from None
    if array.dtype.kind not in "fciub":
        raise DataError(
            f"input {name}", "numbers", str(array.dtype), "Encode words as numbers first."
        )
    return array


def loss_and_grad(
    program: Program,
    theta: Array,
    x: Any = None,
    y: Any = None,
    *,
    shards: int | None = 1,
    **inputs: Any,
) -> tuple[float, Array]:
    """Return L and its gradient as one vector.

    `scipy.optimize.minimize(..., jac=True)` accepts it directly.

    Parameters
    ----------
    program : Program
        A score or train Program.
    theta : array
        [parameters | state], of the program's size. A complex theta gives complex results.
    x, y : array
        Rows and their targets.
    shards : int, optional
        Number of shards, a power of two, into which the rows are cut; None: by DESIGN.md's rule.
    **inputs
        Any other input: c, lam, key, row, or further inputs by name.

    Returns
    -------
    float, array
        L, and g in the order of theta: [gradient | this batch's statistics].

    Raises
    ------
    ParameterError
        An input is missing, or the Program does not have it.
    ShapeError, DataError
        theta or an input has another shape, or is not numbers.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> program = cr.trace((cr.Dense(1, bias=False),), cr.SquaredError(), (1,)).score
    >>> cr.loss_and_grad(program, np.array([2.0]), [[1.0], [2.0]], [[0.0], [0.0]])
    (10.0, array([10.]))
    """
    given = {name: v for name, v in {"x": x, "y": y, **inputs}.items() if v is not None}
    theta = as_theta(program, theta)
    batch = program_inputs(program, given, theta.dtype)
    rows = len(batch["c"])
    if shards is not None and (not is_whole(shards) or not 1 <= shards <= max(1, rows)):
        raise ParameterError(
            f"loss_and_grad(shards={shards!r}): shards must be a whole number from 1 to the number "
            "of rows."
        )
    L, g = Reference(program).loss_and_grad(theta, batch, cut(rows, shards))
    return (complex(L) if np.iscomplexobj(L) else float(L)), g  # type: ignore[return-value]


def vjp(
    program: Program,
    theta: Array,
    inputs: Mapping[str, Any],
    *,
    seeds: Mapping[str, Any],
    wrt: tuple[str, ...],
) -> dict[str, Array]:
    """Return gradients of any values with respect to any values: the chain rule in general.

    Parameters
    ----------
    program : Program
        A predict, score or train Program.
    theta : array
        [parameters | state].
    inputs : dict
        The inputs of the Program by name: {"x": X}, with y, c and others if the Program has them.
    seeds : dict
        Gradients of values, by symbol or path: {"z3": dz3}.
    wrt : tuple of str
        Symbols or paths of values: ("x", "a2", "W1").

    Returns
    -------
    dict of arrays
        For each name in wrt, Σ seeds · ∂(seeded values)/∂(that value), in that value's shape.

    Raises
    ------
    ParameterError
        A name belongs to no value.
    ShapeError
        theta or an input has another shape than in the Program.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> program = cr.trace((cr.Dense(1, bias=False),), cr.SquaredError(), (2,)).predict
    >>> theta, inputs = np.array([3.0, 4.0]), {"x": [[1.0, 1.0]]}
    >>> cr.vjp(program, theta, inputs, seeds={"z1": [[1.0]]}, wrt=("x",))
    {'x': array([[3., 4.]])}
    """
    theta = as_theta(program, theta)
    batch = program_inputs(program, inputs, theta.dtype)
    wanted = {name: program.value(name) for name in wrt}
    given = {program.value(name): np.asarray(d, theta.dtype) for name, d in seeds.items()}
    engine = Reference(program, wrt=list(wanted.values()), seeds=list(given))
    rows = next(
        (len(a) for name, a in batch.items() if program.values[program.inputs[name]].kind == "row"),
        0,
    )
    value = engine.forward(theta, batch, [slice(0, rows)])
    for i, d in given.items():
        if d.shape != value[i][0].shape:
            v = program.values[i]
            raise ShapeError(
                f"seeds[{v.symbol!r}]",
                f"shape {value[i][0].shape}",
                str(d.shape),
                "A seed has the shape of its value.",
            )
    grad: dict[int, Any] = engine.backward(value, {i: [d] for i, d in given.items()})
    found = {}
    for name, i in wanted.items():
        d = grad.get(i, np.zeros_like(value[i][0]))
        found[name] = join(d) if isinstance(d, list) else d
    return found
