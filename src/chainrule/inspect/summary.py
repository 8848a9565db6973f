"""A table of the layers of one network."""

from __future__ import annotations

import math

from ..engines import native
from ..engines.choice import uses_native
from ..graph.program import Program
from ..model.model import Model
from .receptive_fields import receptive_fields


def multiply_adds(program: Program) -> dict[str, int]:
    """For each layer's path: multiply-adds of one row, forwards."""
    work: dict[str, int] = {}
    for step in program.steps:
        out = program.values[step.output]
        shapes = [program.values[i].shape for i in step.inputs]
        one = (
            step.op.work(*shapes, **step.attrs)
            if step.op.work
            else math.prod(out.shape[1:] if out.kind == "row" else out.shape)
        )
        work[out.scope] = work.get(out.scope, 0) + one
    return work


def summary(net: Model) -> str:
    """A table of the layers: output shape, receptive field (of images), parameters, multiply-adds; then θ, memory and engine.

    Returns
    -------
    str
        Some lines to print. Multiply-adds are those of one row forward; memory is θ, and the values of one row.

    Raises
    ------
    NotBuiltError
        No shapes are known yet: `fit` first, or make the network with inputs=.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(3), cr.ReLU(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    >>> print(net.summary().splitlines()[3])
    dense1  (N, 3)           9              6
    """
    program = net.programs.predict
    train = net.programs.train
    work = multiply_adds(program)
    shapes: dict[str, str] = {}
    counts: dict[str, int] = {}
    for step in program.steps:
        v = program.values[step.output]
        if v.scope:
            shapes[v.scope] = v.shown
    for step in train.steps:  # dropout stands only here
        v = train.values[step.output]
        if v.scope:
            shapes.setdefault(v.scope, v.shown)
    for p in train.parameters:
        scope = p.path.rpartition("/")[0]
        counts[scope] = counts.get(scope, 0) + math.prod(p.shape)
    order = list(dict.fromkeys(train.values[s.output].scope for s in train.steps))
    seen = receptive_fields(train) | receptive_fields(program)
    given = [
        program.values[i].shown for i in program.inputs.values() if program.values[i].kind == "row"
    ]
    rows = [("input", ", ".join(given), "", "", "")]
    for scope in order:
        if scope:
            frozen = (
                " frozen"
                if counts.get(scope)
                and all(
                    p.path in net.frozen
                    for p in train.parameters
                    if p.path.rpartition("/")[0] == scope
                )
                else ""
            )
            numbers = f"{counts.get(scope, 0):,}{frozen}", f"{work.get(scope, 0):,}"
            rows.append((scope, shapes.get(scope, ""), seen.get(scope, ""), *numbers))
    titles = ("layer", "output", "receptive field", "parameters", "multiply-adds")
    columns = [k for k in range(5) if k != 2 or any(seen.values())]
    widths = [max(len(row[k]) for row in [titles, *rows]) for k in range(5)]

    def line(row: tuple[str, ...]) -> str:
        return "  ".join(f"{row[k]:{'<' if k < 2 else '>'}{widths[k]}}" for k in columns).rstrip()

    total = sum(math.prod(p.shape) for p in train.parameters)
    state = sum(math.prod(p.shape) for p in train.state)
    size = net.theta.itemsize
    per_row = sum(math.prod(v.shape[1:]) for v in train.values if v.kind == "row") * size
    tail = [
        f"{total:,} parameters"
        + (f" and {state:,} numbers of state" if state else "")
        + f", {(total + state) * size:,} bytes of {net.dtype}",
        f"{sum(work.values()):,} multiply-adds a row forwards; {per_row:,} bytes of values a row while training",
        f"loss {net.loss!r}; engine {net.engine}",
        *_engine(net, train),
    ]
    rule = "-" * (sum(widths[k] + 2 for k in columns) - 2)
    return "\n".join([line(titles), rule, *map(line, rows), rule, *tail])


def _engine(net: Model, train: Program) -> list[str]:
    """Of the native engine: the memory of a training step, and the steps that it leaves to NumPy."""
    if not uses_native(net.engine):
        return []
    plan = native.Native(train, 32, net.dtype, wrt=[p.value for p in train.parameters])
    outside = [f"in NumPy, called from C: {name}" for name in native.without_twin(train)]
    return [f"{plan.memory:,} bytes for a training step of 32 rows", *outside]
