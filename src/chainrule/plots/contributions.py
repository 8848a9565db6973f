"""What each column contributed to one answer, as bars."""

from typing import TYPE_CHECKING

from .canvas import COLOURS, GRID, TEXT, caption, one_panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..inspect.explanation import Explanation


def contributions(
    explanation: "Explanation", *, columns: int = 12, axes: "Axes | None" = None
) -> "Figure":
    """Bars to the right for what raised the answer, to the left for what lowered it, the largest at the top.

    Parameters
    ----------
    explanation : Explanation
        What `inspect.explain` or `estimators.explain` returned.
    columns : int
        How many columns are named; the others are one bar.
    axes : Axes or None
        The panel to draw on; None: a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DependencyError
        Without matplotlib.

    Examples
    --------
    >>> figure = contributions(explanation)  # doctest: +SKIP
    """
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
        places, values, color=[COLOURS[0] if v > 0 else COLOURS[1] for v in values], height=0.7
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
    title = f"{explanation.label}: {explanation.output:.4g}, for the reference row {explanation.reference_output:.4g}"
    caption(panel, title=title, x="contribution")
    return figure
