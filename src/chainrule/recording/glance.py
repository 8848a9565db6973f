"""A moment in a few lines: where it is, its batch, and by parameter the sizes of its update."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from ..arrays import Array
from ..graph.equations import pretty
from ..plots import html
from .stages.one_update import OneUpdate
from .stages.tensors import tensors_of
from .stages.words import indexed, number

ROWS = 12  # numbers of rows that are shown
WIDTH = 80


class Seen(Protocol):
    """A moment of a run."""

    @property
    def recording(self) -> Any: ...
    @property
    def step(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def state(self) -> Any: ...
    @property
    def has_update(self) -> bool: ...
    @property
    def update(self) -> OneUpdate: ...


class Glance(NamedTuple):
    """A moment in a few lines; `print` shows them.

    Parameters
    ----------
    head : str
        Where it is.
    batch : str
        Two lines: loss and rows of the update that follows; "" if none follows.
    header, rows : lists of str
        A table of the parameters.
    largest : str
        The entry with the largest gradient; "" if no update follows.
    """

    head: str
    batch: str
    header: list[str]
    rows: list[list[str]]
    largest: str

    def __str__(self) -> str:
        lines = [self.head, *([self.batch] if self.batch else []), ""]
        wide = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        gap = "  " if sum(wide) + 2 * (len(wide) - 1) <= WIDTH else " "
        for cells in (self.header, *self.rows):
            aligned = [
                cell.ljust(w) if k < 2 else cell.rjust(w)
                for k, (cell, w) in enumerate(zip(cells, wide, strict=True))
            ]
            lines.append(gap.join(aligned).rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        about = [html.line(words) for words in (self.head, *self.batch.split("\n")) if words]
        return html.page(*about, html.table(self.rows, self.header, align="llr"))


def glance(moment: Seen) -> Glance:
    """Return a moment in a few lines."""
    origin, last = moment.recording.recorded.origin, moment.recording.recorded.last
    what = "rows" if origin.run.stream is None else "batches"
    place = f"{moment.state.position:,} {what} into the next" if moment.state.position else ""
    epochs = f"{moment.epoch:,} epoch{'s' * (moment.epoch != 1)} done"
    head = f"Step {moment.step:,} of {last:,}: {', '.join(filter(None, (epochs, place)))}"
    theta = moment.state.theta
    named = tensors_of(origin.objective, theta.size)
    if not moment.has_update:
        rows = [[pretty(t.symbol), shape(t.places), size(theta[t.places])] for t in named]
        return Glance(f"{head}; the run ends here", "", ["", "shape", "norm"], rows, "")
    update = moment.update
    after = update.after
    rows, found = [], []
    for t in named:
        g, w = after.g[t.places], theta[t.places]
        moved = after.theta[t.places] - w
        cells = [pretty(t.symbol), shape(t.places), size(w), size(g), "", "", ""]
        if t.state:
            cells[3] = ""
        elif g.size and np.isfinite(g).all():
            at = np.unravel_index(int(np.argmax(np.abs(g))), g.shape)
            entry = indexed(t.gradient, at)
            cells[4:6] = [entry, number(g[at], 3)]
            found.append((abs(float(g[at])), entry))
        with np.errstate(all="ignore"):
            share = norm(moved) / norm(w) if norm(w) else np.nan
        percent = f"{100 * share:.2g}" if share < 0.995 else f"{100 * share:,.0f}"
        cells[6] = f"{percent} %" if np.isfinite(share) else "–"
        rows.append(cells)
    header = ["", "shape", "norm", "gradient", "largest entry", "", "update"]
    return Glance(head, _batch(update), header, rows, max(found, default=(0.0, ""))[1])


def norm(a: Array) -> float:
    """Return the Euclidean norm."""
    return float(np.linalg.norm(a.astype(np.float64).ravel()))


def size(a: Array) -> str:
    """Return the norm in words."""
    return number(norm(a), 3)


def shape(where: Any) -> str:
    """Return the shape of a tensor, given its places in θ."""
    return str(np.shape(where))


def _batch(update: OneUpdate) -> str:
    rows = update.rows
    words = f"The update that follows: loss {number(update.after.loss, 6)}"
    if rows is None:
        count = len(update.batch["c"]) if "c" in update.batch else 0
        return f"{words}, {count:,} row{'s' * (count != 1)}" if count else words
    numbers = np.asarray(rows).tolist()
    shown = ", ".join(f"{n}" for n in numbers[:ROWS])
    more = ", …" if len(numbers) > ROWS else ""
    return f"{words}\nIts {len(numbers)} row{'s' * (len(numbers) != 1)}: {shown}{more}"
