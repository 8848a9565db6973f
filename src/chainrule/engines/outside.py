"""Steps that have no twin in C: a user's own op, called back from the native engine and computed by NumPy."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from ..arrays import Array
from ..byte_form import is_ours
from ..errors import ShapeError
from ..graph import Program, Step, Value

INDEX = np.dtype(np.int32)


def described(program: Program, step: Step) -> str:
    """For errors and the summary: `scaled (scaled1/z), your own op`."""
    whose = "an op without a twin" if is_ours(step.op) else "your own op"
    return f"{step.op.name} ({program.values[step.output].path}), {whose}"


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
        self.program, self.dtype = program, np.dtype(dtype)
        self.where = {p.value: (p.where, p.shape) for p in program.params}
        self.key = program.inputs.get("key", -1)
        self.calls = {i: self._bound(program.steps[i]) for i in steps}
        self.flags = np.zeros(len(program.steps), np.uint8)
        self.flags[list(steps)] = [3 if program.steps[i].op.backward is not None else 1 for i in steps]

    def _bound(self, step: Step) -> tuple[Any, Any, tuple[int, ...], int, str]:
        backward = partial(step.op.backward, **step.attrs) if step.op.backward is not None else None
        name = described(self.program, step)
        return partial(step.op.forward, **step.attrs), backward, step.inputs, step.output, name

    def __call__(self, theta: Array, step: int, backward: int, rows: int, arrays: tuple[Any, ...]) -> None:
        """Forward: arrays = y, *inputs. Backward: dy, y, *inputs, *d_inputs."""
        forward, gradient, inputs, output, name = self.calls[step]
        read, written = ((output, output, *inputs), inputs) if backward else (inputs, (output,))
        given = arrays[: len(read)] if backward else arrays[1:]
        arguments = [self._read(theta, i, rows, memory) for i, memory in zip(read, given, strict=True)]
        try:
            with np.errstate(all="ignore"):  # as in the reference engine's loop; what is not finite is found there too
                found = gradient(*arguments) if backward else (forward(*arguments),)
        except Exception as error:
            error.add_note(f"chainrule: raised by {name}, in its {'gradient' if backward else 'forward pass'}.")
            raise
        if backward and (not isinstance(found, (tuple, list)) or len(found) != len(inputs)):
            got = str(len(found)) if isinstance(found, (tuple, list)) else type(found).__name__
            raise ShapeError(name, f"a gradient for each of {len(inputs)} inputs", got, "Return a tuple of them.")
        for i, made, place in zip(written, found, arrays[len(read) :] if backward else arrays[:1], strict=True):
            if place is not None:
                self._write(f"{name}, d{self._word(i)}" if backward else name, i, rows, made, *place)

    def _word(self, i: int) -> str:
        return self.program.values[i].symbol or self.program.values[i].path

    def _shape(self, v: Value, rows: int) -> tuple[int, ...]:
        return (rows, *v.shape[1:]) if v.kind == "row" else v.shape

    def _read(self, theta: Array, i: int, rows: int, memory: bytes | None) -> Array:
        if memory is None:
            where, shape = self.where[i]
            view = theta[where].reshape(shape)
            view.flags.writeable = False
            return view
        v = self.program.values[i]
        array: Array = np.ndarray(self._shape(v, rows), INDEX if v.number == "index" else self.dtype, memory)
        return array.view(np.uint32).astype(np.int64) if i == self.key else array  # seed and step, up to 2³² − 1

    def _write(self, name: str, i: int, rows: int, made: Any, memory: memoryview, stride: int, add: int) -> None:
        v = self.program.values[i]
        shape, dtype = self._shape(v, rows), INDEX if v.number == "index" else self.dtype
        if made is None:  # no gradient
            if add:
                return
            made = dtype.type(0)
        else:
            made = np.asarray(made)
            if made.shape != shape:
                raise ShapeError(name, f"an array of shape {shape}", str(made.shape), "Look at what it returns.")
            if not np.can_cast(made.dtype, dtype, "same_kind"):
                raise ShapeError(name, f"numbers that fit {dtype}", str(made.dtype), "Look at what it returns.")
        strides = [dtype.itemsize * math.prod(v.shape[d + 1 :]) for d in range(len(v.shape))]
        target: Array = np.ndarray(shape, dtype, memory, 0, [stride, *strides[1:]] if v.kind == "row" else strides)
        if add:
            target += made.astype(dtype, copy=False)
        else:
            target[...] = made
