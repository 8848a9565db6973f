"""What `fit` minimises: (theta, batch, key, carry) -> (reported loss, g, carry). A Program is one, a plain function is one."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from .arrays import Array
from .engines.native import Native, threads_for
from .engines.reference import Reference, cut, join
from .errors import DataError, EngineError, OutOfMemoryError, ParameterError, ShapeError
from .graph import Program
from .settings import is_whole
from .updates import Update, matches

Carry = dict[str, Array]
AT_ONCE = 256  # rows that the reference engine runs at once, where they do not meet before L


class Objective(Protocol):
    """Anything with this call. `g` has the length of theta: [gradient | this batch's statistics].

    One that can make many steps in one call of C has a method `plan` as well: see `native_steps`. One that can run away has a
    `limit`, beyond which no parameter means anything, and a method `run_away` that says so.
    """

    def __call__(self, theta: Array, batch: dict[str, Any], key: Array, carry: Carry) -> tuple[Any, Array, Carry]: ...


class ProgramObjective:
    """A Program is an objective without a carry.

    Parameters
    ----------
    program : Program
        train or score.
    frozen : tuple of str
        Paths whose gradient is left out.
    engine : {"reference", "native"}
        Who computes.
    threads : int, optional
        Of the native engine.
    """

    def __init__(
        self, program: Program, frozen: tuple[str, ...] = (), engine: str = "reference", threads: int | None = None
    ) -> None:
        self.program, self.threads = program, threads
        free = [p.value for p in program.parameters if not any(matches(p.path, prefix) for prefix in frozen)]
        self.wrt = free
        self.native = engine == "native"
        self._plan: Native | None = None
        self._forward: Native | None = None
        self.keyed = "key" in program.inputs
        meetings = [step for step in program.steps if step.kind == "reduction"]
        self.alone = len(meetings) == 1 and not program.moves  # rows meet in L only: some may run after the others
        self.of_rows = [name for name, i in program.inputs.items() if program.values[i].kind == "row"]

    @cached_property
    def engine(self) -> Reference:
        """The reference engine, where it is needed."""
        return Reference(self.program, wrt=self.wrt)

    def inputs(self, theta: Array, batch: dict[str, Any], key: Array) -> dict[str, Any]:
        """The batch with what the loop does not know: the default λ, and the key where something is random."""
        if self.program.defaults:
            batch = {name: theta.real.dtype.type(v) for name, v in self.program.defaults.items()} | batch
        return batch | {"key": key} if self.keyed else batch

    def __call__(self, theta: Array, batch: dict[str, Any], key: Array, carry: Carry) -> tuple[Any, Array, Carry]:
        inputs, rows = self.inputs(theta, batch, key), len(batch["c"])
        if self.native and theta.dtype.kind == "f":
            loss, g = self._bound(rows, theta.dtype).loss_and_grad(theta, inputs)
        elif self.alone and rows > AT_ONCE:
            loss, g = self._in_chunks(theta, inputs, rows)
        else:
            try:
                loss, g = self.engine.loss_and_grad(theta, inputs, [slice(0, rows)])
            except MemoryError:
                raise OutOfMemoryError(
                    f"{self.program.mode} program: a step of {rows:,} rows needs more memory than there is. "
                    "Take a smaller batch_size."
                ) from None
        return loss, g, carry

    def _in_chunks(self, theta: Array, inputs: dict[str, Any], rows: int) -> tuple[Any, Array]:
        """L and g are sums over rows: chunk after chunk, with the memory of one; penalties count in the first."""
        loss, g = self.engine.loss_and_grad(theta, self._some(inputs, 0), [slice(0, AT_ONCE)])
        inputs = inputs | {name: theta.dtype.type(0) for name in self.program.defaults}
        for begin in range(AT_ONCE, rows, AT_ONCE):
            part, dg = self.engine.loss_and_grad(
                theta, self._some(inputs, begin), [slice(0, min(AT_ONCE, rows - begin))]
            )
            loss = loss + part
            g += dg
        return loss, g

    def _some(self, inputs: dict[str, Any], begin: int) -> dict[str, Any]:
        return inputs | {name: inputs[name][begin : begin + AT_ONCE] for name in self.of_rows}

    def plan(self, update: Update, rows: int, dtype: Any) -> Native | None:
        """Many steps in one call of C, updates included; None where the native engine cannot, or was not asked for."""
        if not self.native:
            return None
        threads = threads_for(self.program, rows, self.threads)
        try:
            return Native(self.program, rows, dtype, wrt=self.wrt, update=update, threads=threads)
        except EngineError:
            return None

    def _bound(self, rows: int, dtype: Any) -> Native:
        """The plan, made again for more rows."""
        plan = self._plan
        if plan is None or plan.rows < rows or plan.dtype != dtype:
            threads = threads_for(self.program, rows, self.threads)
            plan = self._plan = Native(self.program, rows, dtype, wrt=self.wrt, threads=threads)
        return plan

    def loss(self, theta: Array, batch: dict[str, Any]) -> float:
        """L alone, without randomness."""
        inputs, rows = self.inputs(theta, batch, np.zeros(2, np.int64)), len(batch["c"])
        if self.native and theta.dtype.kind == "f":
            if self._forward is None or self._forward.rows < rows:
                self._forward = Native(
                    self.program, rows, theta.dtype, threads=threads_for(self.program, rows, self.threads)
                )
            loss = self._forward.loss(theta, inputs)
            if math.isfinite(loss):
                return loss  # else the reference engine says which word is unknown, if that is why
        return float(self.engine.forward(theta, inputs, [slice(0, rows)])[self.program.output][0])

    def explain(self, theta: Array, batch: dict[str, Any], key: Array) -> str:
        """The first value that is not finite: `z2 (dense2)`."""
        value = self.engine.forward(theta, self.inputs(theta, batch, key), [slice(0, len(batch["c"]))])
        for v, parts in zip(self.program.values, value, strict=True):
            if v.number == "real" and parts and not np.isfinite(parts[0]).all():
                return f"{v.symbol} ({v.scope})" if v.scope else v.symbol
        return "the gradient"


# ---------------------------------------------------------------- the same without a loop, for people and for scipy.optimize


def as_theta(program: Program, theta: Any, dtype: Any = None) -> Array:
    """A vector of the program's size, of floating-point numbers."""
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
    """Everything that a Program asks for, cast and compared with what it declares; c is 1/N where it is not given."""
    batch: dict[str, Any] = {}
    if unknown := set(inputs) - set(program.inputs) - {"y", "c", "row", "N", "key"}:
        raise ParameterError(
            f"{program.mode} program: expected inputs among {', '.join(program.inputs)}, got {min(unknown)}. Leave it out."
        )
    inputs = {name: _as_numbers(name, given) for name, given in inputs.items()}
    n = next((len(inputs[name]) for name in program.inputs if name in inputs and np.ndim(inputs[name])), 0)
    implicit = {
        "c": np.full(n, 1 / max(n, 1)), "row": np.arange(n), "N": float(n), "key": np.zeros(2, np.int64), **program.defaults
    }  # fmt: skip
    for name, i in program.inputs.items():
        v = program.values[i]
        given = inputs.get(name, implicit.get(name))
        if given is None:
            raise ParameterError(
                f"{program.mode} program: expected the input {name}, got {', '.join(inputs) or 'none'}. Add it."
            )
        array = np.asarray(given)
        if v.number == "index" and array.dtype.kind == "f" and (array != np.floor(array)).any():
            raise DataError(f"input {name}", "whole numbers", str(array.dtype), "Number classes and words from 0.")
        array = array.astype(
            np.int64
            if v.number == "index"
            else np.result_type(dtype, array.dtype)
            if array.dtype.kind == "c"
            else dtype
        )
        if array.shape[1:] != v.shape[1:] or array.ndim != len(v.shape) or (v.kind == "row" and len(array) != n):
            raise ShapeError(f"input {name}", v.shown, str(array.shape), "Reshape it.")
        batch[name] = array
    return batch


def _as_numbers(name: str, given: Any) -> Array:
    """An array of numbers, or words."""
    try:
        array = np.asarray(given)
    except ValueError:
        raise DataError(f"input {name}", "rows of one length", "rows of several", "Pad or cut them.") from None
    if array.dtype.kind not in "fciub":
        raise DataError(f"input {name}", "numbers", str(array.dtype), "Encode words as numbers first.")
    return array


def loss_and_grad(
    program: Program, theta: Array, x: Any = None, y: Any = None, *, shards: int | None = 1, **inputs: Any
) -> tuple[float, Array]:
    """L and its gradient as one vector; what `scipy.optimize.minimize(..., jac=True)` accepts as it is.

    Parameters
    ----------
    program : Program
        score or train.
    theta : array
        [parameters | state], of the program's size; a complex one gives complex results.
    x, y : array
        Rows and targets.
    shards : int, optional
        Into how many shards the rows are cut (a power of two); None: by DESIGN.md's rule.
    **inputs
        Any other input: c, lam, key, row, further inputs by name.

    Returns
    -------
    float, array
        L, and g like theta: [gradient | this batch's statistics].

    Raises
    ------
    ParameterError
        An input that is missing, or that the Program does not have.
    ShapeError, DataError
        theta or an input of another shape, or no numbers.

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
            f"loss_and_grad(shards={shards!r}): shards must be a whole number from 1 to the number of rows."
        )
    L, g = Reference(program).loss_and_grad(theta, batch, cut(rows, shards))
    return (complex(L) if np.iscomplexobj(L) else float(L)), g  # type: ignore[return-value]


def vjp(
    program: Program, theta: Array, inputs: Mapping[str, Any], *, seeds: Mapping[str, Any], wrt: tuple[str, ...]
) -> dict[str, Array]:
    """The chain rule in general: gradients of any values with respect to any values.

    Parameters
    ----------
    program : Program
        predict, score or train.
    theta : array
        [parameters | state].
    inputs : dict
        By name: {"x": X}, and y, c, ... where the program has them.
    seeds : dict
        By symbol or path: {"z3": dz3}, what the values' own gradients are.
    wrt : tuple of str
        By symbol or path: ("x", "a2", "W1").

    Returns
    -------
    dict of arrays
        For each name in wrt, Σ seeds · ∂(seeded values)/∂(that value), of that value's shape.

    Raises
    ------
    ParameterError
        A name that no value has.
    ShapeError
        theta or an input of another shape than the Program's.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> program = cr.trace((cr.Dense(1, bias=False),), cr.SquaredError(), (2,)).predict
    >>> cr.vjp(program, np.array([3.0, 4.0]), {"x": [[1.0, 1.0]]}, seeds={"z1": [[1.0]]}, wrt=("x",))
    {'x': array([[3., 4.]])}
    """
    theta = as_theta(program, theta)
    batch = program_inputs(program, inputs, theta.dtype)
    wanted = {name: program.value(name) for name in wrt}
    given = {program.value(name): np.asarray(d, theta.dtype) for name, d in seeds.items()}
    engine = Reference(program, wrt=list(wanted.values()), seeds=list(given))
    rows = next((len(a) for name, a in batch.items() if program.values[program.inputs[name]].kind == "row"), 0)
    value = engine.forward(theta, batch, [slice(0, rows)])
    for i, d in given.items():
        if d.shape != value[i][0].shape:
            v = program.values[i]
            raise ShapeError(
                f"seeds[{v.symbol!r}]", f"shape {value[i][0].shape}", str(d.shape), "A seed is like its value."
            )
    grad: dict[int, Any] = engine.backward(value, {i: [d] for i, d in given.items()})
    found = {}
    for name, i in wanted.items():
        d = grad.get(i, np.zeros_like(value[i][0]))
        found[name] = join(d) if isinstance(d, list) else d
    return found
