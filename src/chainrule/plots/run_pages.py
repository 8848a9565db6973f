"""What notebooks show of recorded runs: facts, tables and curves. Nothing else is installed."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import html
from .svg.chart import BEYOND, curve
from .training_curves import is_logarithmic

LINES = 7  # curves of a chart


def timeline(found: Any) -> str:
    """Return the numbers of a Timeline as curves and as a table."""
    at = np.asarray(found.steps, float)
    epochs = {"loss": "epoch", "val_loss": "validation"}
    loss = {
        epochs.get(name, name): (found.ends[: len(a)], a[: len(found.ends)])
        for name, a in found.epochs.items()
    }
    loss["one batch"] = (at, found.losses)
    kinds = [
        ("loss", loss, None),
        ("norm of the gradient", {n: (at, a) for n, a in found.gradients.items()}, None),
        ("update / weights", {n: (at, a) for n, a in found.ratios.items()}, None),
        ("share of dead units", {n: (at, a) for n, a in found.dead.items()}, (0.0, 1.0)),
    ]
    charts = []
    for title, lines, limits in kinds:
        lines = {n: pair for n, pair in lines.items() if (np.abs(pair[1]) < BEYOND).any()}
        some = dict(list(lines.items())[:LINES])
        if some:
            log = is_logarithmic("loss", {n: a for n, (_, a) in some.items()}) and limits is None
            dashed = ["validation"]
            drawing = curve(some, x="step", y=title, log=log, dashed=dashed, limits=limits)
            charts.append(drawing)
    header, rows = found.cells()
    table = html.table(rows, header, align="r")
    return html.page(html.beside(*charts, width=440), table, *map(html.line, found.notes()))


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and texts as a table."""
    return html.page(html.table(list(pairs), align="l"))


def rows(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return lines of texts as a table; all columns but the first are numbers."""
    return html.page(html.table(lines, header, align="lr"))


def comparison(found: Any) -> str:
    """Return the sentences and the table of a Comparison, and the losses as curves."""
    curves = {
        name if column == "loss" else f"{name}, validation": (found.ends[name][: len(a)], a)
        for name, columns in found.losses.items()
        for column, a in columns.items()
        if column in ("loss", "val_loss") and (np.abs(a) < BEYOND).any()
    }
    parts = [html.line(words) for words in found.sentences()]
    if curves:
        dashed = [name for name in curves if name.endswith(", validation")]
        everything = {name: heights for name, (_, heights) in curves.items()}
        log = is_logarithmic("loss", everything)
        drawing = curve(curves, x="step", y="loss", log=log, dashed=dashed)
        parts.append(html.beside(drawing, width=520))
    header, rows = found.columns()
    parts.append(html.table(rows, header, align="lr"))
    return html.page(*parts, *map(html.line, found.notes()))
