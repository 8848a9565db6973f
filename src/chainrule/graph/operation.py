"""An Op: a pure function of arrays and its gradient, each with its own equation."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from typing import Any, overload

from ..arrays import Array
from ..errors import EquationError
from . import equations

CLOUDPICKLES = "cloudpickle", "joblib.externals.cloudpickle", "ray.cloudpickle"
# True while an op of a script is pickled with its functions, which may name the op itself.
_by_value = ContextVar("_by_value", default=False)


@dataclass(eq=False)
class Op:
    """A pure function of arrays and its vector-Jacobian product, each with its equation.

    The vector-Jacobian product is (dy, y, *inputs, **attrs) -> one gradient for each input.

    Parameters
    ----------
    forward : function
        (*inputs, **attrs) -> array; its docstring is its equation, such as "z = x W + b".
    analytic : bool
        False if complex arguments do not give the complex extension of the function. Gradients of
        such an op are checked by central differences.
    kink : function, optional
        (*inputs, **attrs) -> array that changes sign where the derivative jumps. Gradient checks
        use it to avoid those points.
    work : function, optional
        (*shapes of the inputs, **attrs) -> multiply-adds per row. Without it, one per output.
    backward : function, optional
        The vector-Jacobian product; set by `gradient`.
    letter : str
        The left side of the equation; read from the docstring.
    entry : str
        For a sum of products, the equation of one entry: "z[n, j] = x[n, i] W[i, j] + b[j]". An
        index that is on the right alone is summed; `…` stands for any axes. See `entries`.
    parts : dict of functions
        What one entry of the output, or of a gradient, is the sum of; set by `terms`. An op
        without `entry` and `parts` is explained by its equation.
    inner : dict of functions
        Numbers inside the op that a reader wants to see, such as a mask; set by `shows`.
    inner_ops : dict of ops
        By name, an op that gives the numbers of `inner` and says what their entries are made of.

    Examples
    --------
    >>> import numpy as np
    >>> @op
    ... def square(z):
    ...     '''a = z²'''
    ...     return z * z
    >>> @square.gradient
    ... def square_backward(da, a, z):
    ...     '''dz = 2 da z'''
    ...     return (2 * da * z,)
    >>> square(np.array([3.0]))
    array([9.])
    """

    forward: Callable[..., Array]
    analytic: bool = True
    kink: Callable[..., Array] | None = None
    work: Callable[..., int] | None = None
    backward: Callable[..., tuple[Array | None, ...]] | None = None
    letter: str = ""
    entry: str = ""
    parts: dict[str, Callable[..., Any]] = field(default_factory=dict)
    inner: dict[str, Callable[..., Array]] = field(default_factory=dict)
    inner_ops: dict[str, Op] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.letter = equations.check_forward(self.forward)
        if self.entry:
            equations.check_entry(self.forward, self.letter, self.entry)
        # help(op) describes this op, not the class
        self.__doc__ = equations.docstring(self.forward)

    @property
    def name(self) -> str:
        return self.forward.__name__

    @cached_property
    def signature(self) -> inspect.Signature:
        """The signature of `forward`, kept because every tape that records the op reads it."""
        return inspect.signature(self.forward)

    def gradient(self, backward: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate the gradient: (dy, y, *inputs, **attrs) -> an array or None for each input.

        None means that this input has no gradient.
        """
        equations.check_backward(self.forward, self.letter, backward)
        self.backward = backward
        self.__doc__ = f"{equations.docstring(self.forward)}\n\n{equations.docstring(backward)}"
        return backward

    def terms(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate what says the terms of one entry: `@softmax.terms("p")`, `@softmax.terms("dz")`.

        It is (at, arrays, **attrs) -> Entry, with the output, the inputs and, for a gradient, the
        gradient of the output, by letter.
        """
        known = [self.letter, *("d" + p for p in equations.parameters(self.forward))]
        if name not in known:
            raise EquationError(
                self.name, f"terms of one of {', '.join(known)}", repr(name), "Rename it."
            )

        def keep(function: Callable[..., Any]) -> Callable[..., Any]:
            self.parts[name] = function
            return function

        return keep

    def shows(
        self, name: str, by: Op | None = None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate what computes numbers inside the op that a reader wants to see.

        It is (arrays, **attrs) -> array; its docstring is its equation: "mask(key, row)". An op of
        the same letters that gives the same numbers says what an entry is made of.
        """

        def keep(function: Callable[..., Any]) -> Callable[..., Any]:
            equations.parse(function, {name, *equations.parameters(self.forward)})
            self.inner[name] = function
            if by is not None:
                self.inner_ops[name] = by
            return function

        return keep

    def __call__(self, *inputs: Any, **attrs: Any) -> Any:
        """Compute when the inputs are arrays; record a step when they are Nodes."""
        # only a Node has a tape
        given = (*inputs, *attrs.values())
        tape = next((item.tape for item in given if hasattr(item, "tape")), None)
        if tape is not None:
            return tape.record(self, inputs, attrs)
        return self.forward(*inputs, **attrs)

    def is_same(self, other: Op) -> bool:
        """Return True if both come from the same function, however often its module was loaded."""
        one, two = self.forward, other.forward
        return (one.__module__, one.__qualname__) == (two.__module__, two.__qualname__)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle an op as functions are pickled: by module and name.

        A worker process does not have the ops of the script or notebook that sends it work. If
        cloudpickle is there, as with joblib, Dask and Ray, such an op takes its functions along.
        """
        place = self.forward.__module__, self.forward.__qualname__
        if place[0] != "__main__":
            return _find_op, place
        if _by_value.get():
            state = {name: value for name, value in vars(self).items() if name != "signature"}
            return _blank_op, (), state
        cloudpickle = next(
            (sys.modules[name] for name in CLOUDPICKLES if name in sys.modules), None
        )
        if cloudpickle is None:
            return _find_op, place
        token = _by_value.set(True)
        try:
            return _find_op, (*place, cloudpickle.dumps(self), cloudpickle.__name__)
        finally:
            _by_value.reset(token)

    def __repr__(self) -> str:
        return f"<op {self.name}: {equations.docstring(self.forward)}>"


def storable(value: object) -> bool:
    """Return True for a finite number, a word, a truth value, or a tuple of them.

    A file can hold these.
    """
    if isinstance(value, tuple):
        return all(map(storable, value))
    return isinstance(value, (bool, int, str)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _find_op(module: str, name: str, functions: bytes = b"", loader: str = "") -> Any:
    """Return the op of this name, or make it of its functions where there is none."""
    if functions and not isinstance(getattr(import_module(module), name, None), Op):
        return _made_op(functions, loader)
    return getattr(import_module(module), name)


@lru_cache(maxsize=256)
def _made_op(functions: bytes, loader: str) -> Any:
    return import_module(loader).loads(functions)


def _blank_op() -> Op:
    return Op.__new__(Op)


@overload
def op(forward: Callable[..., Any]) -> Op: ...
@overload
def op(
    *,
    analytic: bool = ...,
    kink: Callable[..., Array] | None = ...,
    work: Callable[..., int] | None = ...,
    entry: str = ...,
) -> Callable[[Callable[..., Any]], Op]: ...
def op(forward: Callable[..., Any] | None = None, **about: Any) -> Any:
    """Make an Op from a function: `@op`, or `@op(analytic=False)`."""
    return Op(forward, **about) if forward is not None else lambda function: Op(function, **about)
