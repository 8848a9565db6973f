"""Recorded runs side by side: their losses, and the distance between their weights."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..arrays import Array
from .canvas import COLORS, TEXT, panels, pen
from .given import result_of
from .timelines import MOST, finish

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OTHERS = 5  # runs whose distances are drawn


class Apart(Protocol):
    """Where a run differs from the first, with the attributes that the picture needs."""

    @property
    def step(self) -> int | None: ...
    @property
    def steps(self) -> Array: ...
    @property
    def distances(self) -> Mapping[str, Array]: ...


class Compared(Protocol):
    """A comparison, with the attributes that the picture needs."""

    @property
    def runs(self) -> Mapping[str, Any]: ...
    @property
    def apart(self) -> Mapping[str, Apart]: ...
    @property
    def ends(self) -> Mapping[str, Array]: ...
    @property
    def losses(self) -> Mapping[str, Mapping[str, Array]]: ...


def comparison(found: Compared) -> "Figure":
    """Draw the losses of recorded runs over their steps, and how far their weights move apart.

    Parameters
    ----------
    found : Comparison
        The result of `chainrule.compare`.

    Returns
    -------
    figure : Figure
        One panel with the losses, and one for each further run with its distance from the first one
        layer by layer. A dotted line marks the first step that differs.

    Raises
    ------
    DataError
        Something else.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = comparison(cr.compare(run, run.branch(at=300)))  # doctest: +SKIP
    """
    result_of("comparison", found, "compare(run, other)", "runs", "apart", "ends", "losses")
    far = {name: apart for name, apart in found.apart.items() if apart.distances}
    shown = list(far)[:OTHERS]
    columns = min(1 + len(shown), 2)
    rows = -(-(1 + len(shown)) // columns)
    figure, axes = panels(rows, columns, width=6.0, height=3.6)
    for panel in axes[1 + len(shown) :]:
        panel.remove()
    _losses(axes[0], found)
    first = next(iter(found.runs))
    for panel, name in zip(axes[1:], shown, strict=False):
        _distances(panel, far[name], f"distance of {name} from {first}")
    return figure


def _losses(panel: "Axes", found: Compared) -> None:
    """Draw training and validation losses; what runs share is drawn once, by the first of them."""
    everything = []
    for k, (name, columns) in enumerate(found.losses.items()):
        for column, style in (("loss", "-"), ("val_loss", "--")):
            values = columns.get(column)
            if values is None or not len(values):
                continue
            at = found.ends[name][: len(values)]
            everything.append(values)
            words = name if column == "loss" else f"{name}, validation"
            alone: dict[str, Any] = {"marker": "o", "markersize": 5} if len(values) == 1 else {}
            color = COLORS[k % len(COLORS)]
            panel.plot(
                at,
                values,
                label=words,
                color=color,
                linestyle=style,
                linewidth=1.8,
                zorder=3 - 0.1 * k,
                **alone,
            )
    parted = sorted(
        {a.step for a in found.apart.values() if a.step is not None and a.step > a.steps[0]}
    )
    for k, step in enumerate(parted):
        label = None if k else "first difference"
        panel.axvline(step, color=TEXT, linewidth=1.0, linestyle=":", label=label)
    if not everything:
        say(panel, "no epoch was completed")
    finish(panel, np.concatenate(everything or [np.zeros(0)]), "loss of each epoch")


def _distances(panel: "Axes", apart: Apart, title: str) -> None:
    """Draw one line for each layer."""
    names = list(apart.distances)
    shown = sorted({round(k) for k in np.linspace(0, len(names) - 1, min(len(names), MOST))})
    alone = "o" if len(apart.steps) == 1 else None
    for k, place in enumerate(shown):
        values = apart.distances[names[place]]
        panel.plot(apart.steps, values, linewidth=1.5, label=names[place], marker=alone, **pen(k))
    if apart.step is not None and apart.step > apart.steps[0]:
        panel.axvline(apart.step, color=TEXT, linewidth=1, linestyle=":", label="first difference")
    finish(panel, np.zeros(0), f"{title},\nrelative to the size of the weights")
    panel.set_ylim(bottom=0)
    if not any(np.any(a != 0) for a in apart.distances.values()):
        say(panel, "equal at every step")


def say(panel: "Axes", words: str) -> None:
    """Write words into an empty panel."""
    place: dict[str, Any] = {"ha": "center", "va": "center", "transform": panel.transAxes}
    panel.text(0.5, 0.5, words, color=TEXT, fontsize=10, **place)
