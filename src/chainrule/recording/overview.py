"""What a recorded run says of itself: what it was made of, how it went, what to type next."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..engines.choice import check_engine, uses_native
from ..plots import html, pages
from .storage import UNITS
from .views.samples import Walked, ends_of_epochs

WIDTH, NAME = 80, 12
SHOWN = 6  # epochs
ELSEWHERE = ("epochs", "optimizer", "resume", "validation_data", "verbose")  # or in other lines


class Overview(NamedTuple):
    """What a recording is; `print` shows it.

    Parameters
    ----------
    head : str
        The run in one line.
    facts : list of pairs
        What it was made of: names and texts.
    header, rows : lists of str
        A table of some epochs.
    kept : str
        What its snapshots need.
    notes : list of str
        Further sentences.
    """

    head: str
    facts: list[tuple[str, str]]
    header: list[str]
    rows: list[list[str]]
    kept: str
    notes: list[str]

    def __str__(self) -> str:
        table = ["", *aligned([self.header, *self.rows])] if self.rows else []
        notes = [line for note in self.notes for line in ("", *textwrap.wrap(note, WIDTH))]
        lines = [self.head, *self.lines(), *table, "", f"  {'kept':{NAME}}{self.kept}", *notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [html.line(self.head), html.code("\n".join(self.lines()))]
        if self.rows:
            parts.append(html.table(self.rows, self.header, align="r"))
        return html.page(*parts, html.line(f"kept: {self.kept}"), *map(html.line, self.notes))

    def lines(self) -> list[str]:
        """Return the facts, wrapped."""
        begin, below = "  {:" + str(NAME) + "}", " " * (NAME + 2)
        return [
            line
            for name, text in self.facts
            for line in textwrap.wrap(
                text,
                WIDTH,
                initial_indent=begin.format(name),
                subsequent_indent=below,
                break_on_hyphens=False,
            )
        ]


class Overviewed:
    """A run that says what it is. Abstract: a Recording is one."""

    def __str__(self: Any) -> str:
        middle = (self.first + self.last) // 2
        next_ = f"run.at(step={middle}), run.diagnose(), run.branch(at={middle}, ...)"
        return f"{overview(self)}\n\nNext: {next_}"

    def _repr_html_(self: Any) -> str:
        if not len(self.history):
            return overview(self)._repr_html_()
        seen = overview(self)
        about = Overview(seen.head, seen.facts, [], [], seen.kept, seen.notes)  # without its table
        return html.page(about._repr_html_(), pages.history(self.history))


def overview(run: Walked) -> Overview:
    """Return what a recorded run is."""
    recorded, logs = run.recorded, run.history.as_dict()
    origin, kept = recorded.origin, recorded.snapshots
    ended = "failed" if recorded.error else run.history.stopped
    begins = "A recorded run" if run.parent is None else f"A branch from step {run.first:,} on"
    earlier = origin.start.epoch - origin.start.started  # a branch has its parent's as well
    header, rows = epochs_shown(
        logs, run.history.best_epoch, origin.start.started, ends_of_epochs(run)
    )
    return Overview(
        f"{begins}: {how_long(run.last - run.first, logs, earlier)}, {ended}",
        _facts(run),
        header,
        rows,
        room(len(kept), kept.bytes, kept.budget),
        [] if recorded.error is None else [str(recorded.error)],
    )


def _facts(run: Walked) -> list[tuple[str, str]]:
    """Return what a run was made of, by name."""
    origin = run.recorded.origin
    net, options = origin.net, origin.run.options
    clips, rule, constraints, average = origin.update.parts
    rules = (*clips, rule, *constraints, *(() if average is None else (average,)))
    return [
        *of_network(net, origin.start.theta.size),
        ("data", _rows(run)),
        ("optimizer", ", ".join(map(repr, rules))),
        ("options", ", ".join([*_options(options), f"seed={origin.start.seed}"])),
        *of_engine(getattr(net, "engine", None)),
    ]


# ---- parts, also of a file that is read without its data


def counted(number: int, word: str) -> str:
    """Return a number and what it counts.

    Examples
    --------
    >>> counted(1, "step"), counted(1500, "step")
    ('1 step', '1,500 steps')
    """
    return f"{number:,} {word}{'s' * (number != 1)}"


def how_long(steps: int, logs: Mapping[str, Array], earlier: int = 0) -> str:
    """Return how many steps and epochs a run has; some of those logged were done earlier."""
    epochs = max(map(len, logs.values()), default=0) - earlier
    return f"{counted(steps, 'step')} in {counted(epochs, 'epoch')}"


def of_network(net: Any, size: int) -> list[tuple[str, str]]:
    """Return what a model is, and its loss."""
    if net is None:
        return []
    layers = getattr(net, "layers", None)
    what = ", ".join(map(repr, layers)) if layers is not None else repr(net)
    found = [("network", f"{what}; {size:,} numbers, {net.dtype.name}")]
    return [*found, *([] if getattr(net, "loss", None) is None else [("loss", repr(net.loss))])]


def of_engine(engine: Any) -> list[tuple[str, str]]:
    """Return which engine computes."""
    return [("engine", "native" if uses_native(check_engine(engine)) else "reference")]


def epochs_shown(
    logs: Mapping[str, Array], best: int | None, started: int, ends: Sequence[Any] | Array = ()
) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table of epochs: the first, the best, the last, others.

    Parameters
    ----------
    logs : dict of arrays
        What each epoch logged.
    best : int, optional
        The index of the best epoch.
    started : int
        The number of epochs before the first one.
    ends : sequence of int
        The step at the end of each epoch; empty if it is not known.
    """
    columns = {name: values for name, values in logs.items() if len(values)}
    count = max(map(len, columns.values()), default=0)
    if not count:
        return [], []
    chosen = {*np.linspace(0, count - 1, min(SHOWN, count)).round().astype(int).tolist()}
    chosen |= set() if best is None or best >= count else {best}
    rows = []
    for k in sorted(chosen):
        step = [f"{int(ends[k]):,}" if k < len(ends) else ""] if len(ends) else []
        numbers = [f"{v[k]:.4g}" if k < len(v) else "" for v in columns.values()]
        rows.append([f"{started + k + 1:,}", *step, *numbers, "best" if k == best else ""])
    return ["epoch", *(["at step"] if len(ends) else []), *columns, ""], rows


def room(count: int, size: int, budget: float | None) -> str:
    """Return how many snapshots there are, and what they need."""
    most = f" of at most {_size(budget)}" if budget is not None else ""
    return f"{counted(count, 'snapshot')}, {_size(size)}{most}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, its columns aligned right."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.rjust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows
    ]


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


def _rows(run: Walked) -> str:
    origin = run.recorded.origin
    source: Any = origin.run.source
    validation = origin.run.options.validation_data
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
    for name in (field.name for field in fields(options) if field.name not in ELSEWHERE):
        value, default = getattr(options, name), getattr(usual, name)
        if name == "callbacks":
            value = [c for c in options.callback_list() if not c.only_writes]
        none = value is None or (isinstance(value, (tuple, list)) and not value)
        same = none or (isinstance(value, (int, float)) and value == default)
        if name == "batch_size" or not same:
            found.append(f"{name}={short(value)}")
    return found


def _size(count: float) -> str:
    """Return a number of bytes in a unit that suits it."""
    unit, size = next(((u, n) for u, n in reversed(UNITS) if count >= n), UNITS[0])
    return f"{count / size:.3g} {unit}"
