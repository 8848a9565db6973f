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
        In the order of the network. Their times are those of NumPy, one op after another.
    rows : int
        The rows of the step.
    engine : str
        The network's engine, with its threads.
    step, predict : float
        Seconds of loss and gradient, and of `predict`, by that engine.
    memory : int
        Bytes that the engine needs for the step, besides θ.
    """

    layers: tuple[LayerProfile, ...]
    rows: int
    engine: str
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
        return [
            f"One step of {self.rows} row{'s' * (self.rows != 1)}. The times of the layers are "
            "those of NumPy, op by op: the reference engine.",
            f"The whole step (loss and gradient) on the {self.engine}: {1e3 * self.step:.3f} ms, "
            f"{in_bytes(self.memory)}; predict: {1e3 * self.predict:.3f} ms.",
        ]

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

        def line(row: tuple[str, ...], tag: str) -> str:
            left, right = ' style="text-align:left"', ' style="text-align:right"'
            cells = [
                f"<{tag}{right if k else left}>{escape(text)}</{tag}>" for k, text in enumerate(row)
            ]
            return f"<tr>{''.join(cells)}</tr>"

        body = "".join(line(row, "td") for row in self.cells())
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        head = line(TITLES, "th")
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{notes}"


def profile(net: Model, X: Any, y: Any, *, batch_size: int = 32, repeats: int = 5) -> Profile:
    """Measure one training step on the first rows; see `Network.profile`."""
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
    with np.errstate(all="ignore"):
        layers = _by_layer(program, theta, objective.inputs(theta, batch, KEY), rows, repeats)
        step = least(lambda: objective(theta, batch, KEY, {}), repeats)
        predict = least(lambda: predictor.loss(theta, batch), repeats)
    engine, memory = "reference engine", sum(2 * layer.values + layer.parameters for layer in layers)
    if uses_native(net.engine):
        threads = threads_for(program, rows, net.threads)
        wrt = [p.value for p in program.parameters]
        memory = Native(program, rows, net.dtype, wrt=wrt, threads=threads).memory
        engine = "native engine"
    net.adopt(data.built)
    return Profile(layers, rows, engine, step, predict, memory)


def least(work: Callable[[], Any], repeats: int) -> float:
    """Return the least number of seconds of some calls, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)


class Timed:
    """An op that notes how long its calls take, and the bytes of its result."""

    def __init__(self, op: Any) -> None:
        self.op, self.bytes = op, 0
        self.spent = {"forward": 0.0, "backward": 0.0}
        self.backward = None if op.backward is None else self._backward

    def forward(self, *inputs: Any, **attrs: Any) -> Any:
        """Compute the op."""
        begin = perf_counter()
        out = self.op.forward(*inputs, **attrs)
        self.spent["forward"] += perf_counter() - begin
        self.bytes = np.asarray(out).nbytes
        return out

    def _backward(self, *inputs: Any, **attrs: Any) -> Any:
        begin = perf_counter()
        out = self.op.backward(*inputs, **attrs)
        self.spent["backward"] += perf_counter() - begin
        return out


def _by_layer(
    program: Program, theta: Array, inputs: dict[str, Any], rows: int, repeats: int
) -> tuple[LayerProfile, ...]:
    """Return the least times of the steps of each layer."""
    times: dict[str, dict[str, float]] = {}
    values: dict[str, int] = {}
    for k in range(repeats + 1):
        ops = [Timed(step.op) for step in program.steps]
        steps: Any = [replace(s, op=op) for s, op in zip(program.steps, ops, strict=True)]  # type: ignore[arg-type]
        timed = replace(program, steps=tuple(steps))
        Reference(timed).loss_and_grad(theta, inputs, [slice(0, rows)])
        for i, (step, op) in enumerate(zip(program.steps, ops, strict=True)):
            layer = program.values[step.output].scope or "loss"
            if not k:  # not counted
                values[layer] = values.get(layer, 0) + op.bytes
            for way, spent in op.spent.items():
                known = times.setdefault(layer, {}).get(f"{way} {i}", math.inf)
                times[layer][f"{way} {i}"] = min(known, spent) if k else math.inf
    sizes: dict[str, int] = {}
    for p in program.params:
        layer = p.path.rpartition("/")[0]
        sizes[layer] = sizes.get(layer, 0) + math.prod(p.shape) * theta.itemsize
    names = [name for name in times if name != "loss"] + ["loss"] * ("loss" in times)
    return tuple(
        LayerProfile(
            name,
            sum(s for way, s in times[name].items() if way.startswith("forward")),
            sum(s for way, s in times[name].items() if way.startswith("backward")),
            values[name],
            sizes.get(name, 0),
        )
        for name in names
    )


def in_bytes(n: float) -> str:
    """Return a number of bytes as people read it: 12.5 KB."""
    for unit in ("B", "KB", "MB"):
        if n < 1000:
            return f"{n:.3g} {unit}" if unit != "B" else f"{n:.0f} B"
        n /= 1000
    return f"{n:.3g} GB"
