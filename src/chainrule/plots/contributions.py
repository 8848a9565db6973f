"""The contributions of columns to one answer, as bars."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ..arrays import Array
from ..errors import ParameterError
from ..settings import is_whole
from .canvas import COLORS, GRID, TEXT, caption, one_panel
from .given import result_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ATTRIBUTES = ("contributions", "output", "reference_output", "label", "names", "cells", "ranked")


class Explained(Protocol):
    """An explanation, with the attributes that the picture needs: numbers and names."""

    @property
    def contributions(self) -> Array: ...
    @property
    def output(self) -> float: ...
    @property
    def reference_output(self) -> float: ...
    @property
    def label(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def cells(self) -> Sequence[str]: ...
    def ranked(self, count: int | None = None) -> list[int]: ...
    def rest(self, shown: Sequence[int]) -> tuple[int, float]: ...


def contributions(
    explanation: Explained, *, columns: int = 12, axes: "Axes | None" = None
) -> "Figure":
    """Draw bars: to the right for columns that raised the answer, to the left for the others.

    The largest contribution is at the top.

    Parameters
    ----------
    explanation : Explanation
        The result of `inspect.explain` or `estimators.explain`.
    columns : int
        Number of columns that are named, ≥ 0. The others are one bar.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = contributions(explanation)  # doctest: +SKIP
    """
    result_of("contributions", explanation, "inspect.explain(net, row, reference)", *ATTRIBUTES)
    if not is_whole(columns) or columns < 0:
        raise ParameterError(f"contributions(columns={columns!r}): it must be a whole number ≥ 0.")
    shown = explanation.ranked(columns)
    flat = explanation.contributions.ravel()
    names = [f"{explanation.names[k]} = {explanation.cells[k]}" for k in shown]
    values = [float(flat[k]) for k in shown]
    count, rest = explanation.rest(shown)
    if count:
        names, values = [*names, f"{count} other column{'s' * (count > 1)}"], [*values, rest]
    names = [name if len(name) <= 40 else f"{name[:39]}…" for name in names]
    figure, panel = one_panel(axes, width=7.0, height=1.2 + 0.32 * max(len(values), 2))
    places = range(len(values))
    panel.barh(
        places, values, color=[COLORS[0] if v > 0 else COLORS[1] for v in values], height=0.7
    )
    span = max([abs(v) for v in values] or [1.0]) or 1.0
    for place, v in zip(places, values, strict=True):
        panel.text(
            v + (0.02 if v >= 0 else -0.02) * span,
            place,
            f"{v:+.3g}",
            va="center",
            fontsize=9,
            color=TEXT,
            ha="left" if v >= 0 else "right",
        )
    low, high = min([0.0, *values]), max([0.0, *values])
    panel.set_xlim(low - 0.3 * span * (low < 0), high + 0.25 * span * (high > 0) or span)
    panel.set_ylim(len(values) - 0.4, -0.6)
    panel.set_yticks(list(places), names, color=TEXT)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    panel.axvline(0, color=TEXT, linewidth=0.8)
    panel.xaxis.grid(True, color=GRID, linewidth=0.6)
    panel.set_axisbelow(True)
    title = f"{explanation.label}: {explanation.output:.4g}, "
    title += f"for the reference row {explanation.reference_output:.4g}"
    caption(panel, title=title, x="contribution")
    return figure
