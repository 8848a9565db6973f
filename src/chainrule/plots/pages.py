"""What notebooks show of results: curves, tables and colored numbers. Nothing else is installed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from . import html
from .svg.chart import BEYOND, curve
from .svg.elements import Drawing, document, number
from .training_curves import FRACTIONS, by_kind, is_logarithmic

POINTS = 500  # of a curve; more could not be seen
ROWS = 10  # of a table
GRAYS = 16  # shades of a state of real numbers


def history(run: Any) -> str:
    """Return curves and a table of a History: its first, best and last epochs, and some between."""
    columns: Mapping[str, Array] = run.as_dict()
    if not len(run):
        return html.page(html.line(repr(run)[1:-1]))
    last = len(run) - 1
    shown = {round(last * k / (ROWS - 2)) for k in range(ROWS - 1)} | {0, last}
    shown |= {run.best_epoch} if run.best_epoch is not None else set()
    rows = [
        [
            k + 1,
            *(f"{values[k]:.4g}" if k < len(values) else "" for values in columns.values()),
            "best" * (k == run.best_epoch),
        ]
        for k in sorted(shown)
    ]
    table = html.table(rows, ["epoch", *columns, ""], align="r")
    head = f"{len(run)} epoch{'s' if len(run) > 1 else ''}, {run.stopped}"
    return html.page(
        html.line(head), html.beside(*_charts(columns, run.best_epoch), width=440), table
    )


def watched(
    head: str,
    columns: Mapping[str, Array],
    epochs: int,
    lines: Sequence[str],
    best: int | None = None,
) -> str:
    """Return what a run shows while it trains: a line, its curves, and sentences below them.

    The columns may have fewer numbers than there are epochs; `best` is the index of an epoch.
    """
    notes = "".join(html.line(f"! {words}") for words in lines)
    charts = _charts(columns, best, epochs)
    return html.page(html.line(head), html.beside(*charts, width=440), notes)


def watched_epoch(head: str, at: Array, loss: Array, lines: Sequence[str]) -> str:
    """Return what a run shows in its first epoch: the loss so far against the part of the epoch."""
    notes = "".join(html.line(f"! {words}") for words in lines)
    drawn = len(at) > 1 and (np.abs(loss) < BEYOND).any()
    charts = (curve({"loss": (at, loss)}, y="loss so far"),) if drawn else ()
    return html.page(html.line(head), html.beside(*charts, width=440), notes)


def _charts(columns: Mapping[str, Array], best: int | None, epochs: int = 0) -> list[Drawing]:
    """Return a chart for each kind of quantity that has numbers."""
    finite = {name: values for name, values in columns.items() if (np.abs(values) < BEYOND).any()}
    kinds = by_kind("history", columns) if finite else {}
    return [
        _chart(kind, curves, best, epochs)
        for kind, curves in kinds.items()
        if not finite.keys().isdisjoint(curves)
    ]


def _chart(kind: str, curves: Mapping[str, Array], best: int | None, epochs: int = 0) -> Drawing:
    """Return the curves of one kind of quantity."""
    values = np.concatenate(list(curves.values()))
    values = values[np.isfinite(values)]
    share = kind in FRACTIONS and bool(values.size) and 0 <= values.min() <= values.max() <= 1
    return curve(
        {name: _thin(values, epochs) for name, values in curves.items()},
        y=kind.replace("_", " "),
        log=is_logarithmic(kind, curves),
        dashed=[name for name in curves if name.startswith("val_")],
        mark=None if best is None else (best + 1.0, "best epoch"),
        limits=(0.0, 1.0) if share else None,
    )


def _thin(heights: Array, epochs: int = 0) -> tuple[Array, Array]:
    """Return positions and heights of a curve, at most `POINTS` of them.

    If there are more epochs than heights, the heights are spread over them.
    """
    n = len(heights)
    shown = np.unique(np.linspace(0, n - 1, min(n, POINTS)).astype(int))
    if epochs > n > 1:
        return np.rint(1.0 + shown * ((epochs - 1) / (n - 1))), heights[shown]
    return shown + 1.0, heights[shown]


def learning_rates(found: Any) -> str:
    """Return the curve of a LearningRates, and its suggestion."""
    words = f"suggested, lr = {found.suggestion:.2g}"
    drawing = curve(
        {"loss": (np.asarray(found.lrs), np.asarray(found.losses))},
        x="learning rate",
        log_x=True,
        mark=(float(found.suggestion), words),
    )
    return html.page(drawing)


def explanation(found: Any, columns: int) -> str:
    """Return the contributions of an Explanation as a table with bars."""
    flat, shown = np.ravel(found.contributions), found.ranked(columns)
    most = max((abs(float(flat[k])) for k in shown), default=0.0)
    rows: list[tuple[Any, ...]] = [
        (
            found.names[k],
            found.cells[k],
            found.reference_cells[k],
            f"{flat[k]:+.4g}",
            html.bar(float(flat[k]), most),
        )
        for k in shown
    ]
    count, rest = found.rest(shown)
    if count:
        words = f"{count} other column{'s' * (count > 1)}"
        rows.append((words, "", "", f"{rest:+.4g}", html.bar(rest, most)))
    rows.append(("together", "", "", f"{found.difference:+.4g}", ""))
    title = f"{found.label} = {found.output:.4g}; for the reference row "
    title += f"{found.reference_output:.4g}"
    header = ("column", "value", "reference", "contribution", "")
    return html.page(html.table(rows, header, align="lllrl", title=title))


def cell(found: Any) -> str:
    """Return the pixels and weights of a Cell as colored numbers, and its sum."""
    patch, kernel, inside = found.patch, found.kernel, found.inside
    if inside.ndim == 1:
        patch, kernel, inside = patch[None], kernel[None], inside[None]
    channels = patch.shape[2]
    parts = []
    for c in range(min(channels, 4)):
        name = f" of channel {c}" if channels > 1 else ""
        pixels = html.line(f"pixels{name}") + html.grid(patch[..., c], inside)
        parts.append(pixels)
        parts.append(html.line(f"weights{name}") + html.grid(kernel[..., c]))
    head, *_ = found.text.split("\n")
    more = f" (and {channels - 4} more channels)" if channels > 4 else ""
    total = f"Σ pixel · weight {found.bias:+.4g} = {found.value:.6g}{more}"
    return html.page(html.line(head), html.beside(*parts), html.line(total))


def recall(found: Any) -> str:
    """Return the energy and the overlaps of a Recall, and its first and last state as pictures."""
    changes = np.arange(len(found.states), dtype=float)
    ends, parts = states(found.states[[0, -1]], ("start", "end")), []
    if found.energies is not None:
        parts.append(curve({"": (changes, found.energies)}, x="changes", y="energy"))
    overlaps = {f"memory {k}": (changes, m) for k, m in enumerate(found.overlaps.T[:7])}
    if overlaps:
        parts.append(curve(overlaps, x="changes", y="overlap", limits=(-1.0, 1.0)))
    head = html.line(repr(found)[1:-1])
    return html.page(head, ends, html.beside(*parts, width=440))


def states(rows: Array, names: tuple[str, ...]) -> Drawing:
    """Draw states as pictures side by side: ±1 or 0 and 1 black and white, others in gray.

    Squares are drawn as squares, other numbers of units as rows of at most 32.
    """
    units = rows.shape[1]
    side = math.isqrt(units)
    across = side if side**2 == units else min(units, 32)
    cell = max(3.0, min(14.0, 140 / across))
    wide, tall = across * cell, -(-units // across) * cell
    parts = []
    for k, (row, name) in enumerate(zip(_inks(rows), names, strict=True)):
        left = 12 + k * (max(wide, 40) + 20)
        for ink in sorted(set(row.tolist()) - {0}):
            path = " ".join(
                f"M{number(left + i % across * cell)} {number(28 + i // across * cell)}"
                f"h{number(cell)}v{number(cell)}h-{number(cell)}z"
                for i in np.flatnonzero(row == ink).tolist()
            )
            gray = f' fill-opacity="{number(ink / GRAYS)}"' if ink < GRAYS else ""
            parts.append(f'<path d="{path}" fill="#222222"{gray}/>')
        box = f'x="{number(left)}" y="28" width="{number(wide)}" height="{number(tall)}"'
        parts += [
            f'<text x="{number(left)}" y="20" fill="#222222">{name}</text>',
            f'<rect {box} fill="none" stroke="#AAAAAA"/>',
        ]
    width = 24 + len(names) * (max(wide, 40) + 20) - 20
    return document(width, tall + 40, f"states: {', '.join(names)}", parts)


def _inks(rows: Array) -> Array:
    """Return how dark each unit is drawn, from 0 to GRAYS; the largest number is the darkest."""
    if np.isin(rows, (-1, 0, 1)).all():
        return np.where(rows > 0, GRAYS, 0)
    values = np.nan_to_num(np.asarray(rows, float))
    low, high = float(values.min()), float(values.max())
    shades: Array = np.rint((values - low) / ((high - low) or 1.0) * GRAYS)
    return shades.astype(int)


def landscape(found: Any) -> str:
    """Return the deepest attractors of a Landscape: energy, share of the basin, name."""
    share = found.basins / found.basins.sum()
    shown = range(min(len(found.names), ROWS + 2))
    rows: list[tuple[Any, ...]] = [
        (
            f"{found.depths[k]:.6g}",
            f"{100 * share[k]:.2f} %",
            html.bar(float(share[k]), float(share.max())),
            found.names[k],
        )
        for k in shown
    ]
    left = len(found.names) - len(shown)
    if left:
        rows.append(("", f"{100 * share[len(shown) :].sum():.2f} %", "", f"{left} more"))
    header = ("energy", "basin", "", "name")
    return html.page(html.table(rows, header, align="rrll", title=repr(found)[1:-1]))


def capacity(found: Any) -> str:
    """Return the three criteria of a Capacity as curves, and its table."""
    names = {"exact": "fixed points", "overlap": "overlap", "recall": "back from noise"}
    curves = {words: (found.loads, getattr(found, name)) for name, words in names.items()}
    title = f"{found.rule}, N = {found.units}"
    drawing = curve(curves, x="load M / N", y="fraction, overlap", limits=(0.0, 1.0))
    return html.page(html.line(title), drawing, html.code(found.table()))


def worst(found: Any) -> str:
    """Return the rows of a Worst as a table."""
    numbers = zip(*found, strict=True)
    rows = [(r, f"{loss:.4g}", y, p, f"{q:.4f}") for r, loss, y, p, q in numbers][: 2 * ROWS]
    return html.page(
        html.table(rows, ("row", "loss", "label", "predicted", "probability"), align="r")
    )
