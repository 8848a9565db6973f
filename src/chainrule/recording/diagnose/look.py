"""One look at a network: values, slopes and gradients of some training rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...arrays import Array
from ...engines.reference import Reference
from ...graph.initializers import fans
from ...graph.program import Program, Step
from ...training.health import FLAT, SATURATED, STEEPEST, is_hidden

CURVES = STEEPEST | {"softsign": 1.0}  # ops whose slope goes to 0, and their largest slope


@dataclass(frozen=True, eq=False)
class Unit:
    """The units of one hidden layer.

    Parameters
    ----------
    scope : str
        The path of the activation.
    op : str
        Its op.
    dead : float
        The share of units with slope 0 for every row.
    flat : float
        The share of values with almost no slope.
    """

    scope: str
    op: str
    dead: float
    flat: float


@dataclass(frozen=True, eq=False)
class Look:
    """Values and gradients of the train Program for some rows.

    Parameters
    ----------
    program : Program
        The train Program.
    theta : array
        The weights.
    inputs : dict
        The inputs of the Program.
    step : int
        The number of updates before.
    part : dict
        The inputs of the rows that gradients are of.
    """

    program: Program
    theta: Array
    inputs: dict[str, Any]
    step: int
    part: dict[str, Any]

    @cached_property
    def weighted(self) -> list[Step]:
        """The steps that multiply by a matrix of weights, in order."""
        return [
            step
            for step in self.program.steps
            if any(
                self.program.values[i].role == "parameter" and len(self.program.values[i].shape) > 1
                for i in step.inputs
            )
            and self.program.values[step.output].kind == "row"
        ]

    @cached_property
    def engine(self) -> Reference:
        """The engine that makes values, gradients of weights, and of what weights make."""
        wrt = [p.value for p in self.program.parameters]
        return Reference(self.program, wrt=[*wrt, *(step.output for step in self.weighted)])

    @cached_property
    def values(self) -> list[Any]:
        """All values; row values have one array."""
        return self._forward(self.inputs)

    def _forward(self, inputs: dict[str, Any]) -> list[Any]:
        with np.errstate(all="ignore"):
            return self.engine.forward(self.theta, inputs, [slice(0, len(inputs["c"]))])

    @cached_property
    def grads(self) -> dict[int, Array]:
        """∂L/∂v by the index of the value."""
        values = self.values if self.part is self.inputs else self._forward(self.part)
        seed = [np.ones_like(values[self.program.output][0])]
        with np.errstate(all="ignore"):
            found = self.engine.backward(values, {self.program.output: seed})
        return {i: d[0] if isinstance(d, list) else d for i, d in found.items()}

    @cached_property
    def units(self) -> list[Unit]:
        """The hidden layers with units that may be dead or saturated, in order."""
        return [
            _unit(self.program, step, self.values)
            for step in self.program.steps
            if step.op.name in (*CURVES, *FLAT)
            and step.op.backward is not None
            and is_hidden(self.program, step.output)
        ]

    @cached_property
    def deltas(self) -> dict[str, float]:
        """The root mean square of ∂L/∂z for each layer with weights, by its path, in order."""
        values = self.program.values
        return {
            values[step.output].scope: size(self.grads[step.output])
            for step in self.weighted
            if step.output in self.grads
        }

    @cached_property
    def outputs(self) -> dict[str, float]:
        """The root mean square of what each layer with weights gives, by its path, in order."""
        values = self.program.values
        return {values[s.output].scope: size(self.values[s.output][0]) for s in self.weighted}

    @cached_property
    def usual(self) -> dict[str, float]:
        """A tenth of the usual size of the weights of each matrix: smaller ones count as this."""
        values = self.program.values
        return {
            values[p.value].symbol: 0.1 * math.sqrt(2 / sum(fans(p.shape)))
            for p in self.program.parameters
            if len(p.shape) > 1
        }

    def of_weights(self, vector: Array) -> dict[str, float]:
        """Return the root mean square of a part of a vector like θ, by each matrix of weights."""
        values = self.program.values
        return {
            values[p.value].symbol: size(vector[p.where])
            for p in self.program.parameters
            if len(p.shape) > 1
        }


def _unit(program: Program, step: Step, values: list[Any]) -> Unit:
    z, a = values[step.inputs[0]][0], values[step.output][0]
    assert step.op.backward is not None
    with np.errstate(all="ignore"):
        slope: Any = step.op.backward(np.ones_like(a), a, z, **step.attrs)[0]
    by_unit = slope.reshape(-1, slope.shape[-1])
    name = step.op.name
    flat = np.abs(slope) < SATURATED * CURVES[name] if name in CURVES else slope == 0
    dead = np.mean((by_unit == 0).all(axis=0)) if name in FLAT else 0.0
    return Unit(program.values[step.output].scope, name, float(dead), float(flat.mean()))


def size(a: Any) -> float:
    """Return the root mean square."""
    a = np.asarray(a, float)
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(a * a))) if a.size else 0.0
