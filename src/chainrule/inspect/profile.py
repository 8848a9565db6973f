"""Where the time of a training step goes: forward and backward, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..engines.choice import uses_native
from ..engines.native import Native
from ..engines.reference import Reference
from ..engines.thread_count import threads_for
from ..errors import ParameterError
from ..graph.program import Program
from ..model.model import Model
from ..model.prepared import prepare_data, source_of
from ..plots import html
from ..settings import is_whole
from ..training.objective import program_objective

KEY = np.zeros(2, np.int64)
TITLES = ("layer", "forward", "backward", "share", "values", "parameters")


class LayerProfile(NamedTuple):
    """What one layer takes in one training step.

    Parameters
    ----------
    layer : str
        Its path; "loss" for the loss, the penalties and what belongs to no layer.
    forward, backward : float
        Seconds.
    values : int
        Bytes of its values, which stay in memory until the backward.
    parameters : int
        Bytes of its parameters; their gradients take as many.
    """

    layer: str
    forward: float
    backward: float
    values: int
    parameters: int


@dataclass(frozen=True)
class Profile:
    """Time and memory of one training step, layer by layer. `print` shows a table.

    Parameters
    ----------
    layers : tuple of LayerProfile
        In the order of the network. The native engine measures them on one thread.
    rows : int
        The rows of the step.
    engine : {"native", "reference"}
        The engine that was measured.
    threads : int
        The threads of the whole step; the layers are measured on one.
    step, predict : float
        Seconds of loss and gradient, and of the forward with the loss in score mode.
    memory : int
        Bytes that the engine needs for the step, besides θ.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    >>> found = net.profile(np.ones((8, 3)), np.ones((8, 1)))
    >>> found.rows, found.layers[0].values
    (8, 32)
    """

    layers: tuple[LayerProfile, ...]
    rows: int
    engine: str
    threads: int
    step: float
    predict: float
    memory: int

    def cells(self) -> list[tuple[str, ...]]:
        """Return the table as texts: one row for each layer, and the total."""
        total = sum(layer.forward + layer.backward for layer in self.layers) or 1.0
        every = [
            *self.layers,
            LayerProfile("total", *(sum(column) for column in zip(*self._numbers(), strict=True))),
        ]
        return [
            (
                layer.layer,
                f"{1e3 * layer.forward:.3f} ms",
                f"{1e3 * layer.backward:.3f} ms",
                f"{(layer.forward + layer.backward) / total:.0%}",
                in_bytes(layer.values),
                in_bytes(layer.parameters),
            )
            for layer in every
        ]

    def _numbers(self) -> list[tuple[Any, ...]]:
        return [layer[1:] for layer in self.layers]

    @property
    def notes(self) -> list[str]:
        """What was measured, in sentences."""
        many = "s" * (self.rows != 1)
        on = f"{self.threads} thread{'s' * (self.threads != 1)}"
        alone = "the native engine, one thread"
        if not uses_native(self.engine):
            on, alone = "the reference engine", "the reference engine, op by op"
        found = [
            f"One step of {self.rows} row{many}. Layers: {alone}.",
            f"The whole step (loss and gradient) on {on}: {1e3 * self.step:.3f} ms, "
            f"{in_bytes(self.memory)}; forward alone, with the loss: {1e3 * self.predict:.3f} ms.",
        ]
        if uses_native(self.engine):
            found.append("A layer of 0 ms is computed in passing by the one before or after it.")
        return found

    def __str__(self) -> str:
        rows = [TITLES, *self.cells()]
        widths = [max(len(row[k]) for row in rows) for k in range(len(TITLES))]
        lines = [
            "  ".join(f"{text:{'<' if k == 0 else '>'}{widths[k]}}" for k, text in enumerate(row))
            for row in rows
        ]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], "", *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return html.page(html.table(self.cells(), TITLES, align="lr"), notes)


def profile(net: Model, X: Any, y: Any, *, batch_size: int = 32, repeats: int = 5) -> Profile:
    """Measure one training step on the first rows; see `Network.profile`.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    >>> found = profile(net, np.ones((8, 3)), np.ones((8, 1)), repeats=1)
    >>> [layer.layer for layer in found.layers]
    ['dense1', 'loss']
    """
    for name, value in (("batch_size", batch_size), ("repeats", repeats)):
        if not is_whole(value) or value < 1:
            raise ParameterError(
                f"profile({name}={value!r}): {name} must be a whole number ≥ 1. "
                f"The usual value is {32 if name == 'batch_size' else 5}."
            )
    data = prepare_data(net, X, y)
    rows = min(batch_size, len(data))
    theta, program = net.theta_in(data.built), data.programs.train
    batch = source_of(net, data).rows(slice(0, rows))
    objective = program_objective(net, program)
    predictor = program_objective(net, data.programs.score)
    inputs = objective.inputs(theta, batch, KEY)
    native, threads = uses_native(net.engine), 1
    with np.errstate(all="ignore"):
        times = _times_in_numpy(program, theta, inputs, rows, repeats)
        if native:
            found = threads_for(program, rows, net.threads)
            threads = found if isinstance(found, int) else found.most
            plan = Native(program, rows, net.dtype, wrt=[p.value for p in program.parameters])
            times, memory = _times_in_c(plan, theta, inputs, repeats, times), plan.memory
        layers = _by_layer(program, times, rows, theta.itemsize)
        step = least(lambda: objective(theta, batch, KEY, {}), repeats)
        predict = least(lambda: predictor.loss(theta, batch), repeats)
    if not native:
        memory = sum(2 * layer.values + layer.parameters for layer in layers)
    net.adopt(data.built)
    return Profile(
        layers, rows, "native" if native else "reference", threads, step, predict, memory
    )


def least(work: Callable[[], Any], repeats: int) -> float:
    """Return the least number of seconds of some calls, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)


Times = dict[tuple[int, bool], float]  # seconds of (step, False) and of its gradient (step, True)


class Timed:
    """An op that notes how long its calls take."""

    def __init__(self, op: Any) -> None:
        self.op, self.forwards, self.backwards = op, 0.0, 0.0
        self.backward = None if op.backward is None else self._backward

    def forward(self, *inputs: Any, **attrs: Any) -> Any:
        """Compute the op."""
        begin = perf_counter()
        out = self.op.forward(*inputs, **attrs)
        self.forwards += perf_counter() - begin
        return out

    def _backward(self, *inputs: Any, **attrs: Any) -> Any:
        begin = perf_counter()
        out = self.op.backward(*inputs, **attrs)
        self.backwards += perf_counter() - begin
        return out


def _times_in_numpy(
    program: Program, theta: Array, inputs: dict[str, Any], rows: int, repeats: int
) -> Times:
    """Return the least times of the steps on the reference engine."""
    times: Times = {}
    for k in range(repeats + 1):
        ops = [Timed(step.op) for step in program.steps]
        steps: Any = [replace(s, op=op) for s, op in zip(program.steps, ops, strict=True)]  # type: ignore[arg-type]
        timed = replace(program, steps=tuple(steps))
        Reference(timed).loss_and_grad(theta, inputs, [slice(0, rows)])
        for i, op in enumerate(ops if k else ()):  # the first one is not counted
            for at, spent in (((i, False), op.forwards), ((i, True), op.backwards)):
                times[at] = min(times.get(at, math.inf), spent)
    return times


def _times_in_c(
    plan: Native, theta: Array, inputs: dict[str, Any], repeats: int, steps: Times
) -> Times:
    """Return the least times of the steps on the native engine, on one thread."""
    plan.time_calls()
    plan.loss_and_grad(theta, inputs)
    plan.times()  # the first one is not counted
    times: Times = {}
    for _ in range(repeats):
        plan.loss_and_grad(theta, inputs)
        now = dict.fromkeys(steps, 0.0)
        for step, backward, seconds in plan.times():
            now[step, backward] += seconds
        times = {at: min(times.get(at, math.inf), spent) for at, spent in now.items()}
    return times


def _by_layer(program: Program, times: Times, rows: int, itemsize: int) -> tuple[LayerProfile, ...]:
    """Return the times and bytes of the steps of each layer."""
    names = [program.values[step.output].scope or "loss" for step in program.steps]
    found = {name: [0.0, 0.0, 0, 0] for name in sorted(names, key=lambda name: name == "loss")}
    for i, (step, name) in enumerate(zip(program.steps, names, strict=True)):
        value = program.values[step.output]
        shape = (rows, *value.shape[1:]) if value.kind == "row" else value.shape
        found[name][0] += times[i, False]
        found[name][1] += times[i, True]
        found[name][2] += math.prod(shape) * (itemsize if value.number == "real" else 4)
    for p in program.params:
        name = p.path.rpartition("/")[0] or "loss"
        found.setdefault(name, [0.0, 0.0, 0, 0])[3] += math.prod(p.shape) * itemsize
    return tuple(
        LayerProfile(name, forward, backward, int(values), int(parameters))
        for name, (forward, backward, values, parameters) in found.items()
    )


def in_bytes(n: float) -> str:
    """Return a number of bytes as people read it: 12.5 KB."""
    for unit in ("B", "KB", "MB"):
        if n < 1000:
            return f"{n:.3g} {unit}" if unit != "B" else f"{n:.0f} B"
        n /= 1000
    return f"{n:.3g} GB"
