"""Operators of Nodes: z * 2 + 1, -z, z @ W; and words for what a Node cannot do."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Self

import numpy as np

from ..errors import ParameterError, ShapeError
from ..foreign import NODE_NAMES, WITH_NODES
from ..settings import is_number, is_whole
from .arithmetic import (
    add,
    multiply,
    reciprocal,
    scale,
    scale_columns,
    shift,
    shift_columns,
    subtract,
)
from .matmul import matmul
from .operation import Op

OWN_OP = "Write an op of your own: @op above the function, and its gradient."
# NumPy's names of the operators
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "true_divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "matmul": operator.matmul,
    "square": lambda z: z**2,
    "reciprocal": lambda z: 1 / z,
}
OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "true_divide": "/"} | {
    "power": "**",
    "matmul": "@",
}


class Operators:
    """The operators of Node. Each records an op. Abstract."""

    tape: Any
    value: Any
    shape: Any
    expect_real: Any

    # ---- arithmetic: with Nodes of the same shape, with a vector for all rows, with numbers

    def __add__(self, other: Any) -> Self:
        if is_number(other):
            s: Self = self._with_number("+", shift, by=float(other))
        else:
            s = self._with("+", other, add, shift_columns)
        return s

    def __mul__(self, other: Any) -> Any:
        if is_number(other):
            return self._with_number("*", scale, factor=float(other))
        return self._with("*", other, multiply, scale_columns)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return self._with_number("-", scale, factor=-1.0)

    def __pos__(self) -> Any:
        return self

    def __sub__(self, other: Any) -> Any:
        if is_number(other):
            return self._with_number("-", shift, by=-float(other))
        if isinstance(other, Operators) and other.shape == self.shape:
            return self._with("-", other, subtract, subtract)
        return self + self._negative("-", other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __truediv__(self, other: Any) -> Any:
        if is_number(other) and other == 0:
            raise ParameterError(self.tape.where(), "a divisor other than 0", "z / 0", "Change it.")
        if is_number(other):
            return self * (1 / float(other))
        if isinstance(other, Operators):
            return self * self.tape.record(reciprocal, (other,), {})
        return self._with("/", other, multiply, multiply)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with_number("/", reciprocal) * other

    def __pow__(self, exponent: Any) -> Any:
        if not is_whole(exponent) or not 1 <= exponent <= 8:
            raise ParameterError(
                self.tape.where(),
                "a whole exponent from 1 to 8 in z ** n",
                repr(exponent),
                OWN_OP,
            )
        if exponent == 1:
            return self
        half = self ** (exponent // 2)
        return half * half * self if exponent % 2 else half * half

    def __matmul__(self, other: Any) -> Any:
        if isinstance(other, Operators) and len(other.shape) < 2:
            rule, remedy = "a matrix on the right of @", "Write z * b for a vector of factors."
            raise ShapeError(self.tape.where(), rule, other.value.shown, remedy)
        return self._with("@", other, matmul, matmul)

    def _with_number(self, sign: str, op: Op, **attrs: float) -> Any:
        """Record an op of this value alone."""
        self.expect_real(f"Put Embedding(...) before {sign}.")
        return self.tape.record(op, (self,), attrs)

    def _negative(self, sign: str, other: Any) -> Any:
        return -other if isinstance(other, Operators) else self._refused(sign, other)

    def _with(self, sign: str, other: Any, same: Op, columns: Op) -> Any:
        """Record `same` for two values of one kind, `columns` for rows and a vector for all."""
        if not isinstance(other, Operators):
            self._refused(sign, other)
        self.expect_real(f"Put Embedding(...) before {sign}.")
        other.expect_real(f"Put Embedding(...) before {sign}.")
        kinds = self.value.kind, other.value.kind
        if kinds == ("row", "shared"):
            return self.tape.record(columns, (self, other), {})
        if kinds == ("shared", "row") and same is not matmul:
            return self.tape.record(columns, (other, self), {})
        return self.tape.record(same, (self, other), {})

    def _refused(self, sign: str, other: Any) -> NoReturn:
        """Refuse what no operator takes, such as an array."""
        remedy = "Give one number, or make it a parameter or state: x.tape.param, x.tape.state."
        rule = f"a Node or a finite number on each side of {sign}"
        raise ParameterError(self.tape.where(), rule, seen(other), remedy)

    # ---- what only numbers could answer

    def _no_numbers(self, what: str, remedy: str = "") -> NoReturn:
        rule = "ops and operators, since a Node has no numbers yet"
        raise ParameterError(self.tape.where(), rule, f"{what}, z = {self!r}", remedy or OWN_OP)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute with operators what NumPy was asked for, such as np.float32(2) * z."""
        operation = ARITHMETIC.get(ufunc.__name__)
        if operation is None or method != "__call__" or kwargs:
            self._no_numbers(f"np.{ufunc.__name__}(z)", _instead(ufunc.__name__))
        plain = [i.item() if isinstance(i, np.generic) else i for i in inputs]
        if arrays := [i for i in plain if not (isinstance(i, Operators) or is_number(i))]:
            self._refused(OPERATORS[ufunc.__name__], arrays[0])
        return operation(*plain)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        self._no_numbers(f"np.{function.__name__}(z)", _instead(function.__name__))

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._no_numbers("np.asarray(z)", "net.activations(X) gives the values of a network.")

    def __float__(self) -> float:
        self._no_numbers("float(z) or math.tanh(z)", "Write ops and layers, such as Tanh()(z).")

    def __bool__(self) -> bool:
        self._no_numbers(
            "if z, and, or, not", "Write max(z, 0) as ReLU()(z), or an op of your own."
        )

    def _compared(self, other: Any) -> Any:
        self._no_numbers(
            "z < ..., or z > ...", "Write max(z, 0) as ReLU()(z), or an op of your own."
        )

    __lt__ = __le__ = __gt__ = __ge__ = _compared

    def _unknown(self, *others: Any) -> Any:
        self._no_numbers("abs(z), z % n, z // n or n ** z")

    __abs__ = __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __rpow__ = _unknown

    def __rmatmul__(self, other: Any) -> Any:
        self._refused("@", other)

    def __len__(self) -> int:
        self._no_numbers("len(z)", f"z.shape is {self.shape}; N is not known yet, and shown as 0.")

    def __iter__(self) -> Iterator[Any]:
        self._no_numbers(
            "a loop over z, or list(z)", "A layer works on all rows at once; z.shape has the sizes."
        )

    def __getitem__(self, place: Any) -> Any:
        remedy = "ops.take_step(z, t=0) takes a step of a sequence; for the rest write an op."
        self._no_numbers("z[...]", remedy)

    def __getattr__(self, name: str) -> Any:
        hint = f" Write {NODE_NAMES[name]}." if name in NODE_NAMES else ""
        raise AttributeError(f"a Node has no attribute {name!r}.{hint}")


def seen(stray: object) -> str:
    """Describe a wrong input for a message; an array by its shape."""
    if hasattr(stray, "tape"):
        return f"{stray!r} of another network"
    if isinstance(stray, np.ndarray):
        return f"an array of shape {stray.shape}"
    text = repr(stray)
    return text if len(text) <= 80 else f"{text[:60]}..."


def _instead(name: str) -> str:
    """Return what to write with Nodes for a function of NumPy."""
    return f"Write {WITH_NODES[name]}." if name in WITH_NODES else OWN_OP
