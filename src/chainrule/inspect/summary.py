"""A table of the layers of one network."""

from __future__ import annotations

import math

from ..engines import native
from ..engines.choice import uses_native
from ..graph.program import Program
from ..graph.text import Text
from ..model.model import Model
from ..plots import html
from .receptive_fields import receptive_fields


def multiply_adds(program: Program) -> dict[str, int]:
    """Return the multiply-adds of one row forward, by the layer's path."""
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


TITLES = ("layer", "output", "receptive field", "parameters", "multiply-adds")


def summary(net: Model) -> Text:
    """Return a table of the layers, then the size of θ, memory, loss and engine."""
    work = multiply_adds(net.programs.predict)
    rows, tail = _rows(net, work), _tail(net, work)
    columns = [k for k in range(5) if k != 2 or any(row[2] for row in rows)]
    widths = [max(len(row[k]) for row in [TITLES, *rows]) for k in range(5)]

    def line(row: tuple[str, ...]) -> str:
        return "  ".join(f"{row[k]:{'<' if k < 2 else '>'}{widths[k]}}" for k in columns).rstrip()

    rule = "-" * (sum(widths[k] + 2 for k in columns) - 2)
    text = "\n".join([line(TITLES), rule, *map(line, rows), rule, *tail])
    cells = [[row[k] for k in columns] for row in rows]
    table = html.table(cells, [TITLES[k] for k in columns], align="llr")
    return Text(text, html.page(table, *map(html.line, tail)))


def _rows(net: Model, work: dict[str, int]) -> list[tuple[str, ...]]:
    """Return one row of the table for the inputs, and one for each layer."""
    program, train = net.programs.predict, net.programs.train
    shapes: dict[str, str] = {}
    counts: dict[str, int] = {}
    for step in program.steps:
        v = program.values[step.output]
        if v.scope:
            shapes[v.scope] = v.shown
    for step in train.steps:  # dropout is only in this Program
        v = train.values[step.output]
        if v.scope:
            shapes.setdefault(v.scope, v.shown)
    for p in train.parameters:
        scope = p.path.rpartition("/")[0]
        counts[scope] = counts.get(scope, 0) + math.prod(p.shape)
    seen = receptive_fields(train) | receptive_fields(program)
    given = [
        program.values[i].shown for i in program.inputs.values() if program.values[i].kind == "row"
    ]
    rows: list[tuple[str, ...]] = [("input", ", ".join(given), "", "", "")]
    for scope in dict.fromkeys(train.values[s.output].scope for s in train.steps):
        if scope:
            own = [p.path for p in train.parameters if p.path.rpartition("/")[0] == scope]
            frozen = " frozen" if counts.get(scope) and set(own) <= set(net.frozen) else ""
            numbers = f"{counts.get(scope, 0):,}{frozen}", f"{work.get(scope, 0):,}"
            rows.append((scope, shapes.get(scope, ""), seen.get(scope, ""), *numbers))
    return rows


def _tail(net: Model, work: dict[str, int]) -> list[str]:
    """Return the lines below the table."""
    train = net.programs.train
    total = sum(math.prod(p.shape) for p in train.parameters)
    state = sum(math.prod(p.shape) for p in train.state)
    size = net.theta.itemsize
    per_row = sum(math.prod(v.shape[1:]) for v in train.values if v.kind == "row") * size
    return [
        f"{total:,} parameters"
        + (f" and {state:,} numbers of state" if state else "")
        + f", {(total + state) * size:,} bytes of {net.dtype}",
        f"{sum(work.values()):,} multiply-adds a row forwards; "
        f"{per_row:,} bytes of values a row while training",
        f"loss {net.loss!r}; engine {net.engine}",
        *_engine(net, train),
    ]


def _engine(net: Model, train: Program) -> list[str]:
    """Return what the native engine needs for a training step, and the steps left to NumPy."""
    if not uses_native(net.engine):
        return []
    plan = native.Native(train, 32, net.dtype, wrt=[p.value for p in train.parameters])
    outside = [f"in NumPy, called from C: {name}" for name in native.without_twin(train)]
    return [f"{plan.memory:,} bytes for a training step of 32 rows", *outside]
