"""What a recorded run says of itself: what it was made of, how it went, what to type next."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from ..engines.choice import check_engine, uses_native
from ..plots import html
from .samples import Walked, ends_of_epochs

WIDTH, NAME = 80, 12
SHOWN = 6  # epochs
ELSEWHERE = (
    "epochs",
    "optimizer",
    "resume",
    "validation_data",
    "verbose",
)  # or in a line of their own


class Overviewed:
    """A run that says what it is. Abstract: a Recording is one."""

    def __str__(self: Any) -> str:
        return "\n".join([head(self), *_lines(self), *_epochs(self), *_end(self)])

    def _repr_html_(self: Any) -> str:
        parts = [html.line(head(self)), html.code("\n".join(_lines(self)))]
        columns, rows = logged(self)
        if rows:
            parts.append(html.table(rows, columns, align="r"))
        return html.page(*parts, html.code("\n".join(_end(self))))


def counted(number: int, word: str) -> str:
    """Return a number and what it counts.

    Examples
    --------
    >>> counted(1, "step"), counted(1500, "step")
    ('1 step', '1,500 steps')
    """
    return f"{number:,} {word}{'s' * (number != 1)}"


def head(run: Walked) -> str:
    """Return a run in one line."""
    steps, epochs = run.last - run.first, len(run.history.as_dict().get("loss", ()))
    begins = "A recorded run" if run.parent is None else f"A branch from step {run.first:,} on"
    ended = "it failed" if run.recorded.error else run.history.stopped
    return f"{begins}: {counted(steps, 'step')} in {counted(epochs, 'epoch')}, {ended}"


def facts(run: Walked) -> list[tuple[str, str]]:
    """Return what a run was made of, by name."""
    origin = run.recorded.origin
    net, options = origin.net, origin.run.options
    found = []
    layers = getattr(net, "layers", None)
    if net is not None:
        what = ", ".join(map(repr, layers)) if layers is not None else repr(net)
        found.append(("network", f"{what}; {origin.start.theta.size:,} numbers, {net.dtype.name}"))
    if getattr(net, "loss", None) is not None:
        found.append(("loss", repr(net.loss)))
    found.append(("data", _rows(run)))
    clips, rule, constraints, average = origin.update.parts
    rules = (*clips, rule, *constraints, *(() if average is None else (average,)))
    found.append(("optimizer", ", ".join(map(repr, rules))))
    found.append(("options", ", ".join([*_options(options), f"seed={origin.start.seed}"])))
    if net is not None:
        native = uses_native(check_engine(getattr(net, "engine", None)))
        found.append(("engine", "native" if native else "reference"))
    return found


def logged(run: Walked) -> tuple[list[str], list[list[str]]]:
    """Return the header and some rows of a table of the epochs: the first, the best, the last."""
    columns = {name: values for name, values in run.history.as_dict().items() if len(values)}
    count = max(map(len, columns.values()), default=0)
    if not count:
        return [], []
    chosen = {*np.linspace(0, count - 1, min(SHOWN, count)).round().astype(int).tolist()}
    best = run.history.best_epoch
    chosen |= set() if best is None or best >= count else {best}
    ends, started = ends_of_epochs(run), run.recorded.origin.start.started
    rows = []
    for k in sorted(chosen):
        step = f"{int(ends[k]):,}" if k < len(ends) else ""
        numbers = [f"{v[k]:.4g}" if k < len(v) else "" for v in columns.values()]
        rows.append([f"{started + k + 1:,}", step, *numbers, "best" if k == best else ""])
    return ["epoch", "at step", *columns, ""], rows


def _lines(run: Walked) -> list[str]:
    lines = []
    for name, text in facts(run):
        lines += textwrap.wrap(
            text,
            WIDTH,
            initial_indent=f"  {name:{NAME}}",
            subsequent_indent=" " * (NAME + 2),
            break_on_hyphens=False,
        )
    return lines


def _epochs(run: Walked) -> list[str]:
    header, rows = logged(run)
    return ["", *aligned([header, *rows])] if rows else []


def _end(run: Walked) -> list[str]:
    """Return the snapshots, the error, and what to type next."""
    kept = run.recorded.snapshots
    budget = f" of at most {_megabytes(kept.budget)}" if kept.budget is not None else ""
    words = f"{counted(len(kept), 'snapshot')}, {_megabytes(kept.bytes)}{budget}"
    lines = ["", f"  {'kept':{NAME}}{words}"]
    if run.recorded.error is not None:
        lines += ["", *textwrap.wrap(str(run.recorded.error), WIDTH)]
    middle = (run.first + run.last) // 2
    return [
        *lines,
        "",
        f"Next: run.at(step={middle}), run.diagnose(), run.branch(at={middle}, ...)",
    ]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, its columns aligned right."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.rjust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows
    ]


def _rows(run: Walked) -> str:
    origin = run.recorded.origin
    source, validation = origin.run.source, origin.run.options.validation_data
    rows = counted(len(source), "row") if hasattr(source, "__len__") else "a stream of rows"
    if isinstance(validation, tuple):
        first = validation[0]
        one = next(iter(first.values())) if isinstance(first, dict) else first
        held = counted(len(one), "row") if hasattr(one, "__len__") else "others"
        return f"{rows}; {held} for validation"
    return rows


def _options(options: Any) -> list[str]:
    """Return the options that are not the usual ones, and the batch size."""
    usual, found = type(options)(), []
    for field in fields(options):
        value = getattr(options, field.name)
        if field.name in ELSEWHERE or (field.name != "batch_size" and value is None):
            continue
        if field.name == "callbacks":
            value = [c for c in options.callback_list() if not c.only_writes]
        if field.name != "batch_size" and (
            value is getattr(usual, field.name) or (isinstance(value, (tuple, list)) and not value)
        ):
            continue
        if isinstance(value, (int, float)) and value == getattr(usual, field.name) != 32:
            continue
        found.append(f"{field.name}={short(value)}")
    return found


def short(value: Any) -> str:
    """Return a setting in a few words: arrays by their shape, functions by their name."""
    if hasattr(value, "shape"):
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {short(v)}" for name, v in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        inner = ", ".join(map(short, value))
        return f"[{inner}]" if len(value) != 1 else inner
    text = value.__name__ if hasattr(value, "__name__") else repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.3g} MB"
