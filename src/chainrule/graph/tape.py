"""A network is called once with Nodes. The Tape records this call, and the Program keeps it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, ShapeError
from . import equations
from .initializers import Initializer
from .operation import Op, op, storable
from .program import Mode, Move, Param, Shape, Step, Value

MOST = 2**31 - 1  # numbers of one tensor


class Named(Protocol):
    """The attributes of a layer that the tape reads."""

    @property
    def name(self) -> str: ...


class Penalty(Protocol):
    """The terms that a layer adds to L for its weights: pairs of λ and an op W -> Ω."""

    def terms(self) -> tuple[tuple[float, Op], ...]: ...


@dataclass(frozen=True, eq=False)
class Node:
    """A value without numbers: a network is called with Nodes to trace it."""

    tape: Tape
    index: int

    def __repr__(self) -> str:
        return f"Node({self.value.path} {self.value.shown})"

    @property
    def value(self) -> Value:
        return self.tape.values[self.index]

    @property
    def shape(self) -> Shape:
        return self.value.shape

    def __add__(self, other: Node) -> Node:
        return self.tape.record(add, (self, other), {})

    def expect(self, ndim: int, rule: str, remedy: str) -> None:
        """Raise ShapeError unless the input has `ndim` axes; `rule` is the shape to expect."""
        if len(self.shape) != ndim:
            raise ShapeError(self.tape.where(), f"input of shape {rule}", self.value.shown, remedy)

    def expect_real(self, remedy: str) -> None:
        """Raise ShapeError for whole numbers: float32 times int32 would be float64 in NumPy."""
        if self.value.number == "index":
            raise ShapeError(
                self.tape.where(), "real numbers", f"the whole numbers {self.value.path}", remedy
            )

    def expect_index(self, remedy: str) -> None:
        """Mark an input as whole numbers, or raise ShapeError if it is something else.

        The layer that reads an input decides what it holds.
        """
        if self.value.role == "input" and not any(
            self.index in step.inputs for step in self.tape.steps
        ):
            self.value.number = "index"
        if self.value.number != "index":
            raise ShapeError(
                self.tape.where(),
                "whole numbers, straight from an input",
                self.value.symbol or "reals",
                remedy,
            )


@dataclass(eq=False)
class Tape:
    """The record of what a network does with its Nodes, used only while a network is built."""

    mode: Mode
    values: list[Value] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    params: dict[str, Param] = field(default_factory=dict)  # by path
    moves: dict[str, Move] = field(default_factory=dict)  # by the path of the state
    inputs: dict[str, int] = field(default_factory=dict)
    penalties: list[tuple[Node, Penalty]] = field(default_factory=list)
    # path and layer, outermost first
    layers: list[tuple[str, Named | None]] = field(default_factory=list)
    # tensors that each of these layers has asked for
    asked: list[set[str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # paths of layers, by `name=` or by ordinal
    ordinals: Counter[str] = field(default_factory=Counter)  # counts layers among their siblings
    again: Counter[str] = field(default_factory=Counter)  # counts values with the same path
    shared: dict[str, Named] = field(default_factory=dict)  # the layers of Shared, by name

    @property
    def draws(self) -> bool:
        """True if dropout and noise are recorded: in training, and for samples of predictions."""
        return self.mode in ("train", "sample")

    @property
    def scope(self) -> str:
        """Return the path of the layer that is being recorded."""
        return self.layers[-1][0] if self.layers else ""

    def where(self) -> str:
        """Return the place for an error message: `block/dense2, Dense(10)`."""
        return f"{self.scope}, {self.layers[-1][1]!r}" if self.layers else "the loss"

    def join(self, name: str) -> str:
        """Return the path of a name inside the current layer."""
        return f"{self.scope}/{name}" if self.scope else name

    @contextmanager
    def inside(self, layer: Named) -> Iterator[None]:
        """Record for `layer`. Its path is its `name=`, or its class and ordinal among siblings."""
        if layer.name:
            path = self.join(layer.name)
        else:
            kind = self.join(snake_case(type(layer).__name__))
            self.ordinals[kind] += 1
            path = f"{kind}{self.ordinals[kind]}"
        if path in self.names:
            raise ParameterError(
                f"{path}, {layer!r}: expected a name of its own, got one that another layer has. "
                'Rename it, or share parameters with Shared("name", layer).'
            )
        self.names.add(path)
        if path in self.shared and not any(path.startswith(tower + "/") for tower in self.shared):
            where = f"{path}, {layer!r}"
            raise ParameterError(
                where, "a name of its own", "that of a Shared tower", "Rename the tower."
            )
        with self.at(path, layer):
            yield

    @contextmanager
    def at(self, path: str, layer: Named | None = None) -> Iterator[None]:
        """Record for the layer of this path."""
        self.layers.append((path, layer))
        self.asked.append(set())
        try:
            yield
        finally:
            self.layers.pop()
            self.asked.pop()

    @contextmanager
    def sharing(self, name: str, layer: Named) -> Iterator[None]:
        """Record a shared layer: parameters with the same shared name are made only once."""
        if name not in self.shared and any(path.startswith(name + "/") for path in self.params):
            raise ParameterError(
                f"{self.where()}: expected a name of its own, got that of another layer. "
                "Rename the tower."
            )
        if self.shared.setdefault(name, layer) != layer:
            first = self.shared[name]
            raise ParameterError(
                f"{self.where()}: expected the layer that {name!r} shares, {first!r}, "
                f"got {layer!r}. Share equal layers."
            )
        # the layers inside get the same paths as in the first call
        for made in (self.ordinals, self.names):
            for path in [p for p in made if p.startswith(name + "/")]:
                made.pop(path) if isinstance(made, Counter) else made.discard(path)
        with self.at(name, self.layers[-1][1]):
            yield

    def node(self, path: str, letter: str, shape: Shape, role: Any, number: Any = "real") -> Node:
        """Add a value and return its Node; a second value with the same path gets a number."""
        self.again[path] += 1
        path = path if self.again[path] == 1 else f"{path}_{self.again[path]}"
        self.values.append(Value(path, letter, shape, role, number))
        return Node(self, len(self.values) - 1)

    def input(self, name: str, shape: Shape, number: Literal["real", "index"] = "real") -> Node:
        """Return the input of this name; make it if it does not exist yet.

        Inputs are x, y, c, lam, and the implicit ones key, row and N.
        """
        if name not in self.inputs:
            self.inputs[name] = self.node(name, name, shape, "input", number).index
        return Node(self, self.inputs[name])

    def param(
        self,
        name: str,
        shape: Shape,
        init: Initializer,
        *,
        trainable: bool = True,
        penalty: Penalty | None = None,
        role: Literal["parameter", "state"] = "parameter",
    ) -> Node:
        """Return a named tensor of theta. It belongs to the layer that asks for it."""
        if self.asked:
            if name in self.asked[-1]:
                raise ParameterError(
                    self.where(),
                    f"one tensor {name}",
                    "a second one",
                    "Give each a letter of its own.",
                )
            self.asked[-1].add(name)
        path = self.join(name)
        if math.prod(shape) > MOST:
            got = f"{path} of shape {shape}, {float(math.prod(shape)):.1e} numbers"
            rule = "fewer than 2³¹ numbers in one tensor"
            raise ParameterError(self.where(), rule, got, "Take fewer units or inputs.")
        made = self.params.get(path)
        if made is not None and any(path.startswith(s + "/") for s in self.shared):
            if made.shape != shape:
                raise ShapeError(
                    self.where(),
                    f"the shape {made.shape} that {path} has",
                    str(shape),
                    "Share equal layers.",
                )
            return Node(self, made.value)
        node = self.node(path, name, shape, role)
        self.params[node.value.path] = Param(node.value.path, node.index, shape, init, trainable)
        if penalty is not None:
            self.penalties.append((node, penalty))
        return node

    def state(self, name: str, shape: Shape, init: Initializer) -> Node:
        """Return a tensor of theta that no optimizer changes; `move` changes it."""
        return self.param(name, shape, init, role="state")

    def move(self, state: Node, *, to: Node, rate: float) -> None:
        """Record the update after each step: state += rate (to − state)."""
        if state.value.path in self.moves:
            raise ParameterError(
                f"{self.where()}: expected one batch statistic for {state.value.path}, "
                "got a second one. "
                "A shared layer cannot keep running statistics: use LayerNorm."
            )
        self.moves[state.value.path] = Move(state.value.path, to.index, rate)

    def _attribute(self, op: Op, name: str, value: Any) -> Any:
        """Return an attribute as a plain Python number, or raise ParameterError."""
        if isinstance(value, Node):
            raise ParameterError(
                self.where(),
                f"Nodes by place as inputs of {op.name}",
                f"{name}= by name",
                "Pass it without a name.",
            )
        value = value.item() if isinstance(value, np.generic) else value
        if not storable(value):
            raise ParameterError(
                self.where(),
                f"a number or word as {name} of {op.name}",
                repr(value),
                "Arrays are inputs.",
            )
        return value

    def record(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Node:
        """Append one step. Its shape comes from running the op on N = 0 rows."""
        if strays := [i for i in inputs if not isinstance(i, Node) or i.tape is not self]:
            raise ParameterError(
                self.where(),
                f"Nodes of this network as inputs of {op.name}",
                _seen(strays[0]),
                "Give numbers by name.",
            )
        attrs = {name: self._attribute(op, name, value) for name, value in attrs.items()}
        try:
            op.signature.bind(*inputs, **attrs)
        except TypeError as python_error:
            raise ParameterError(
                self.where(),
                f"the inputs of {equations.docstring(op.forward)}",
                f"others ({python_error})",
                "Look at its parameters.",
            ) from None
        values = [node.value for node in inputs]
        probes = [np.ones(v.shape, np.float32 if v.number == "real" else np.int32) for v in values]
        try:
            result = op.forward(*probes, **attrs)
        except (ValueError, IndexError) as numpy_error:
            names = equations.parameters(op.forward)
            raise ShapeError(
                self.where(),
                f"shapes that fit {equations.docstring(op.forward)}",
                ", ".join(f"{n} {v.shown}" for n, v in zip(names, values, strict=False)),
                f"Check the layer before it (NumPy: {numpy_error}).",
            ) from None
        number = "index" if np.issubdtype(np.asarray(result).dtype, np.integer) else "real"
        node = self.node(self.join(op.letter), op.letter, np.shape(result), "computed", number)
        from_rows = any(v.kind == "row" for v in values)
        # row -> row runs per example, row -> shared sums over examples, shared -> shared runs once
        kind: Any = "row" if node.value.kind == "row" else "reduction" if from_rows else "shared"
        self.steps.append(Step(op, tuple(n.index for n in inputs), node.index, attrs, kind))
        return node


def _seen(stray: object) -> str:
    """Describe a wrong input for a message; an array by its shape."""
    if isinstance(stray, Node):
        return f"{stray!r} of another network"
    return f"an array of shape {stray.shape}" if isinstance(stray, np.ndarray) else repr(stray)


def snake_case(name: str) -> str:
    """Return the class name in snake case: Conv2D -> conv2d, LeakyReLU -> leaky_relu."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


# ---------------------------------------------------------------- the one op that Node needs


@op
def add(a: Array, b: Array) -> Array:
    """s = a + b"""
    if a.shape != b.shape:  # row values never broadcast against each other
        raise ValueError(f"{a.shape} is not {b.shape}")
    return a + b


@add.gradient
def add_backward(ds: Array, s: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = ds,   db = ds"""
    return ds, ds
