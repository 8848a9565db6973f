"""Steps that have no twin in C: a user's own op, called back from the native engine and computed by NumPy."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.byte_form import is_ours
from ..graph.program import Program, Step, Value

INDEX = np.dtype(np.int32)


def described(program: Program, step: Step) -> str:
    """For errors and the summary: `scaled (scaled1/z), your own op`."""
    whose = "an op without a twin" if is_ours(step.op) else "your own op"
    return f"{step.op.name} ({program.values[step.output].path}), {whose}"


class Rows:
    """How one value, or its gradient, lies in the memory of a plan.

    Parameters
    ----------
    v : Value
        Of the Program.
    dtype : dtype
        Of the plan's real values.
    """

    def __init__(self, v: Value, dtype: Any) -> None:
        self.word, self.row = v.symbol or v.path, v.kind == "row"
        self.one = (
            v.shape[1:] if self.row else v.shape
        )  # shape of one row, or of the whole shared value
        self.dtype = INDEX if v.number == "index" else dtype
        self.strides = tuple(
            self.dtype.itemsize * math.prod(self.one[d + 1 :]) for d in range(len(self.one))
        )

    def shape(self, rows: int) -> tuple[int, ...]:
        return (rows, *self.one) if self.row else self.one

    def read(self, rows: int, memory: bytes) -> Array:
        return np.ndarray(self.shape(rows), self.dtype, memory)

    def check(self, rows: int, made: Array, name: str) -> None:
        """What an op returned, compared with what it returned for N = 0 rows."""
        if made.shape != (shape := self.shape(rows)):
            raise ShapeError(
                name, f"an array of shape {shape}", str(made.shape), "Look at what it returns."
            )
        if made.dtype != self.dtype and not np.can_cast(made.dtype, self.dtype, "same_kind"):
            raise ShapeError(
                name, f"numbers that fit {self.dtype}", str(made.dtype), "Look at what it returns."
            )

    def write(self, rows: int, made: Any, memory: memoryview, stride: int, add: int) -> None:
        strides = (stride, *self.strides) if self.row else self.strides
        target: Array = np.ndarray(self.shape(rows), self.dtype, memory, 0, strides)
        if add:
            target += made.astype(self.dtype, copy=False)
        else:
            target[...] = made


class Outside:
    """The function that C calls for the steps without twins.

    What a step reads comes as bytes, a copy with its rows one after another: an op that keeps or changes its arguments harms nobody.
    Parameters are views of theta, read-only. A result is written, or added, to where the plan has its rows.

    Parameters
    ----------
    program : Program
        What runs.
    steps : sequence of int
        Those without twins.
    dtype : dtype
        Of the plan.
    """

    def __init__(self, program: Program, steps: Sequence[int], dtype: Any) -> None:
        self.values = [Rows(v, np.dtype(dtype)) for v in program.values]
        self.where = {p.value: (p.where, p.shape) for p in program.params}
        self.key = program.inputs.get("key", -1)
        self.calls: dict[tuple[int, int], tuple[Any, tuple[int, ...], tuple[int, ...], str]] = {}
        self.flags = np.zeros(len(program.steps), np.uint8)
        for i in steps:
            s = program.steps[i]
            forward, name = partial(s.op.forward, **s.attrs), described(program, s)
            backward = partial(s.op.backward, **s.attrs) if s.op.backward is not None else None
            self.calls[i, 0] = forward, s.inputs, (s.output,), name
            self.calls[i, 1] = backward, (s.output, s.output, *s.inputs), s.inputs, name
            self.flags[i] = 1 if backward is None else 3

    def __call__(
        self, theta: Array, step: int, backward: int, rows: int, arrays: tuple[Any, ...]
    ) -> None:
        """Forward: arrays = y, *inputs. Backward: dy, y, *inputs, *d_inputs."""
        function, read, written, name = self.calls[step, backward]
        given, places = (
            (arrays[: len(read)], arrays[len(read) :]) if backward else (arrays[1:], arrays[:1])
        )
        arguments = [
            self._argument(theta, i, rows, memory) for i, memory in zip(read, given, strict=True)
        ]
        try:
            with np.errstate(
                all="ignore"
            ):  # as in the reference engine's loop; what is not finite is found there too
                found = function(*arguments)
        except Exception as error:
            error.add_note(
                f"chainrule: raised by {name}, in its {'gradient' if backward else 'forward pass'}."
            )
            raise
        if not backward:
            found = (found,)
        elif not isinstance(found, (tuple, list)) or len(found) != len(written):
            got = str(len(found)) if isinstance(found, (tuple, list)) else type(found).__name__
            raise ShapeError(
                name,
                f"a gradient for each of {len(written)} inputs",
                got,
                "Return a tuple of them.",
            )
        for i, made, place in zip(written, found, places, strict=True):
            if place is None:  # nobody asks for this gradient
                continue
            value = self.values[i]
            if made is not None:
                made = np.asarray(made)
                value.check(rows, made, f"{name}, d{value.word}" if backward else name)
                value.write(rows, made, *place)
            elif not backward:
                raise ShapeError(
                    name,
                    f"an array of shape {value.shape(rows)}",
                    "None",
                    "Look at what it returns.",
                )
            elif not place[-1]:  # no gradient, and nothing else has been there
                value.write(rows, 0, *place)

    def _argument(self, theta: Array, i: int, rows: int, memory: bytes | None) -> Array:
        if memory is None:
            where, shape = self.where[i]
            view = theta[where].reshape(shape)
            view.flags.writeable = False
            return view
        array = self.values[i].read(rows, memory)
        return (
            array.view(np.uint32).astype(np.int64) if i == self.key else array
        )  # seed and step, up to 2³² − 1
