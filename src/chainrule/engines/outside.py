"""Steps without a twin in C, such as a user's own op: the native engine calls NumPy for them."""

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
    """Return how errors and the summary name a step: `scaled (scaled1/z), your own op`."""
    whose = "an op without a twin" if is_ours(step.op) else "your own op"
    return f"{step.op.name} ({program.values[step.output].path}), {whose}"


class Rows:
    """The shape and dtype of a value, or of its gradient, when a step has N rows.

    Parameters
    ----------
    v : Value
        A value of the Program.
    dtype : dtype
        The dtype of the plan's real values.
    """

    def __init__(self, v: Value, dtype: Any) -> None:
        self.word, self.row = v.symbol or v.path, v.kind == "row"
        self.one = v.shape[1:] if self.row else v.shape  # of one row, or of the whole shared value
        self.dtype = INDEX if v.number == "index" else dtype

    def shape(self, rows: int) -> tuple[int, ...]:
        """Return the shape of the value when the step has this many rows."""
        return (rows, *self.one) if self.row else self.one

    def read(self, rows: int, memory: bytes) -> Array:
        """Return a read-only array of the bytes that C copied."""
        return np.ndarray(self.shape(rows), self.dtype, memory)

    def check(self, rows: int, made: Array, name: str) -> None:
        """Refuse an array whose shape or dtype differs from what the op returned for N = 0 rows."""
        if made.shape != (shape := self.shape(rows)):
            raise ShapeError(
                name, f"an array of shape {shape}", str(made.shape), "Look at what it returns."
            )
        if made.dtype != self.dtype and not np.can_cast(made.dtype, self.dtype, "same_kind"):
            raise ShapeError(
                name, f"numbers that fit {self.dtype}", str(made.dtype), "Look at what it returns."
            )


class Outside:
    """The function that C calls for the steps without twins.

    A step reads its inputs as bytes, a copy with the rows one after another, so an op may keep its
    arguments. Parameters are read-only views of theta. An op never sees the memory of the plan: C
    copies the results, or adds them, to their places. Whatever an op or a traceback keeps therefore
    stays valid.

    Parameters
    ----------
    program : Program
        The Program that runs.
    steps : sequence of int
        The steps without twins.
    dtype : dtype
        The dtype of the plan.
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
    ) -> tuple[Array | None, ...]:
        """Return the results of one step: (y,), or the gradient of each input, None without one.

        Forward: arrays = y, *inputs. Backward: dy, y, *inputs, *d_inputs. The place of a result
        holds True if the result is needed.
        """
        function, read, written, name = self.calls[step, backward]
        given, asked = (
            (arrays[: len(read)], arrays[len(read) :]) if backward else (arrays[1:], arrays[:1])
        )
        arguments = [
            self._argument(theta, i, rows, memory) for i, memory in zip(read, given, strict=True)
        ]
        try:
            with np.errstate(
                all="ignore"
            ):  # as in the reference engine; numbers that are not finite are found later
                found = function(*arguments)
        except Exception as error:
            error.add_note(
                f"chainrule: raised by {name}, in its {'gradient' if backward else 'forward pass'}."
            )
            raise
        if not backward:
            if found is None:
                expected = f"an array of shape {self.values[written[0]].shape(rows)}"
                raise ShapeError(name, expected, "None", "Look at what it returns.")
            found = (found,)
        elif not isinstance(found, (tuple, list)) or len(found) != len(written):
            got = str(len(found)) if isinstance(found, (tuple, list)) else type(found).__name__
            expected = f"a gradient for each of {len(written)} inputs"
            raise ShapeError(name, expected, got, "Return a tuple of them.")
        return tuple(
            [
                None if made is None or not wanted else self._result(i, rows, made, backward, name)
                for i, made, wanted in zip(written, found, asked, strict=True)
            ]
        )

    def _result(self, i: int, rows: int, made: Any, backward: int, name: str) -> Array:
        value = self.values[i]
        made = np.asarray(made)
        value.check(rows, made, f"{name}, d{value.word}" if backward else name)
        return np.ascontiguousarray(made, value.dtype)

    def _argument(self, theta: Array, i: int, rows: int, memory: bytes | None) -> Array:
        if memory is None:
            where, shape = self.where[i]
            view = theta[where].reshape(shape)
            view.flags.writeable = False
            return view
        array = self.values[i].read(rows, memory)
        # the key holds a seed and a step, each up to 2³² − 1
        return array.view(np.uint32).astype(np.int64) if i == self.key else array
