"""A Program: a flat list of steps over one vector theta. It is data, not behavior."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import ParameterError
from .equations import equations
from .initializers import Initializer
from .operation import Op

Shape = tuple[int, ...]
Mode = Literal["train", "predict", "score", "sample"]


SHOWN = 16  # lines of equations that a representation has


@dataclass
class Value:
    """One array of a Program.

    A leading axis of length 0 is the batch axis: shapes come from running each op on N = 0 rows.
    """

    path: str  # dense2/W: in files, random keys and errors
    letter: str
    shape: Shape
    role: Literal["input", "parameter", "state", "computed"]
    number: Literal["real", "index"] = "real"
    symbol: str = ""  # W2: in equations

    @property
    def kind(self) -> Literal["row", "shared"]:
        """Return "row" if each example has its own, "shared" if all examples share one."""
        return "row" if self.shape[:1] == (0,) else "shared"

    @property
    def scope(self) -> str:
        """Return the path of the layer that made the value."""
        return self.path.rpartition("/")[0]

    @property
    def shown(self) -> str:
        """Return the shape as people write it: (N, 4)."""
        return shown(self.shape)


def shown(shape: Shape) -> str:
    """Return (0, 4) as `(N, 4)`."""
    text = ["N" if k == 0 and n == 0 else str(n) for k, n in enumerate(shape)]
    return "(" + ", ".join(text) + ("," if len(text) == 1 else "") + ")"


@dataclass(frozen=True)
class Step:
    """One step: output = op(*inputs, **attrs). Inputs and output are indices into the values."""

    op: Op
    inputs: tuple[int, ...]
    output: int
    attrs: dict[str, Any]
    kind: Literal["row", "reduction", "shared"]  # follows from the values: see Tape.record


@dataclass(frozen=True)
class Param:
    """One named tensor inside theta: a parameter or state."""

    path: str
    value: int
    shape: Shape
    init: Initializer
    trainable: bool = True
    start: int = 0  # its first position in theta, once theta is laid out

    @property
    def where(self) -> slice:
        """Return its slice of theta."""
        return slice(self.start, self.start + math.prod(self.shape))


@dataclass(frozen=True)
class Move:
    """One line of the update list: state += rate (this batch's statistic − state)."""

    state: str
    value: int
    rate: float


@dataclass(frozen=True, eq=False)
class Program:
    """A traced network. Engines run it, equations print it, files store it, a page loads it."""

    mode: Mode
    steps: tuple[Step, ...]
    values: tuple[Value, ...]
    params: tuple[Param, ...]  # theta = [parameters | state]
    moves: tuple[Move, ...]
    inputs: dict[str, int]
    defaults: dict[str, float]  # the values of the shared inputs λ
    output: int  # the prediction in `predict`, L in the other two
    size: int  # the length of theta
    # results that other modules derive from it only once
    memory: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __repr__(self) -> str:
        """Return its size, and its first equations."""
        written = equations(self).split("\n")
        head = f"<Program: {self.mode}, {len(self.steps)} steps, {len(self.values)} values, "
        more = len(written) - SHOWN
        lines = written[:SHOWN] + ["  ..."] * (more > 0)
        return "\n".join([f"{head}{self.size:,} numbers in θ>", *lines])

    @property
    def parameters(self) -> tuple[Param, ...]:
        return tuple(p for p in self.params if self.values[p.value].role == "parameter")

    @property
    def state(self) -> tuple[Param, ...]:
        return tuple(p for p in self.params if self.values[p.value].role == "state")

    def value(self, name: str) -> int:
        """Return the index of a value, given its symbol or path."""
        for i, v in enumerate(self.values):
            if name in (v.symbol, v.path):
                return i
        known = ", ".join(v.symbol for v in self.values)
        raise ParameterError(
            f"{name!r}: there is no such value in this {self.mode} program. It has {known}."
        )
