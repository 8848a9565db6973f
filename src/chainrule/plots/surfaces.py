"""The loss around the path of a run, as a map."""

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .canvas import COLORS, TEXT, caption, one_panel, shades
from .timelines import measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEVELS = 14  # lines of equal loss


class Surface(Protocol):
    """A loss surface, with the attributes that the map needs."""

    @property
    def across(self) -> Array: ...
    @property
    def up(self) -> Array: ...
    @property
    def losses(self) -> Array: ...
    @property
    def path(self) -> Array: ...
    @property
    def steps(self) -> Array: ...
    @property
    def shares(self) -> tuple[float, float]: ...
    @property
    def end(self) -> float: ...
    @property
    def rows(self) -> str: ...
    @property
    def of_batch(self) -> bool: ...
    @property
    def quantity(self) -> str: ...


def loss_surface(run: Any, *, axes: "Axes | None" = None, **options: Any) -> "Figure":
    """Draw the real loss around the path of a run, in the two main directions of the path.

    The plane goes through the last weights. The title says how much of the path it holds; where
    that is little, the path ran outside of the plane, and its line is only a shadow.

    Parameters
    ----------
    run : Recording, or LossSurface
        A recorded run, or the result of its `loss_surface()`.
    axes : Axes or None
        The panel to draw on; by default a new figure.
    **options
        Of a recorded run: those of its `loss_surface`: side, rows, moments.

    Returns
    -------
    figure : Figure
        The map: lines of equal loss with their numbers, a ring where the run begins, a dot where it
        ends.

    Raises
    ------
    DataError
        Something else, or a run whose weights do not move.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = loss_surface(net.record(X, y, epochs=20), side=15)  # doctest: +SKIP
    """
    found: Surface = measured(
        "loss_surface",
        run,
        "loss_surface",
        *("across", "up", "losses", "path", "shares", "end"),
        **options,
    )
    heights = np.ma.masked_invalid(found.losses)
    if not heights.count():
        raise DataError("loss_surface", "losses that are finite numbers", "none", "Lower lr.")
    shape = float(np.ptp(found.up) / np.ptp(found.across))
    figure, panel = one_panel(axes, width=6.4, height=min(1.5 + 5.4 * shape, 7.4))
    levels = round_levels(heights.compressed())
    inks = shades("#5E9BC2", "#F7FAFC")(np.linspace(0, 1, len(levels) + 1))
    panel.contourf(found.across, found.up, heights, levels=levels, colors=inks, extend="both")
    lines = panel.contour(
        found.across, found.up, heights, levels=levels, colors="#5A6B78", linewidths=0.6
    )
    panel.clabel(lines, fmt=lambda v: f"{v:.3g}", fontsize=8, colors=TEXT, inline_spacing=2)
    _path(panel, found)
    panel.set_xlim(found.across[0], found.across[-1])
    panel.set_ylim(found.up[0], found.up[-1])
    panel.set_aspect("equal")
    first, second = found.shares
    of_batch = ", with their statistics in BatchNorm" if found.of_batch else ""
    title = f"{found.quantity} on {found.rows}{of_batch}\n"
    title += f"the plane holds {first + second:.1%} of the path"
    caption(
        panel,
        title=title,
        x=f"first main direction, {first:.1%} of the path",
        y=f"second main direction, {second:.1%}",
    )
    return figure


def round_levels(values: Array) -> list[float]:
    """Return up to 14 round numbers between the lowest and the highest of some numbers.

    Their distances grow as the numbers do where these are above 0 and span a factor of 4 or more.
    """
    from matplotlib.ticker import MaxNLocator

    low, high = float(values.min()), float(values.max())
    if low > 0 and high >= 4 * low:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for digits in ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1,)):
            levels = [d * 10.0**k for k in powers for d in digits]
            levels = [v for v in levels if low < v < high]
            if 2 <= len(levels) <= LEVELS:
                return levels
        return levels[:: -(-len(levels) // LEVELS)]
    if not high > low:
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    inside = [float(v) for v in MaxNLocator(LEVELS).tick_values(low, high) if low < v < high]
    return inside or [(low + high) / 2]


def _path(panel: "Axes", found: Surface) -> None:
    """Draw the path: a white rim, a line, a ring at its begin and a dot at its end."""
    panel.plot(*found.path.T, color="white", linewidth=3.4, zorder=4)
    panel.plot(*found.path.T, color=COLORS[1], linewidth=1.8, zorder=5)
    panel.plot(*found.path.T, ".", color=COLORS[1], markersize=5, zorder=5)
    begin, end = found.path[0], found.path[-1]
    ring: dict[str, Any] = {"marker": "o", "markeredgecolor": TEXT, "linestyle": "none"}
    panel.plot(*begin, markersize=9, markerfacecolor="white", zorder=6, **ring)
    panel.plot(*end, markersize=9, markerfacecolor=COLORS[1], zorder=6, **ring)
    paper: dict[str, Any] = {
        "boxstyle": "round,pad=0.2",
        "facecolor": "white",
        "edgecolor": "none",
        "alpha": 0.85,
    }
    words = (f"step {found.steps[0]:,}", f"step {found.steps[-1]:,}, loss {found.end:.4g}")
    near = max(len(found.path) // 4, 1)
    parts = found.path[: near + 1], found.path[-near - 1 :]
    for (x, y), text, part in zip((begin, end), words, parts, strict=True):
        below = part[:, 1].mean() >= y  # the words keep away from the path
        right = x > (found.across[0] + found.across[-1]) / 2
        panel.annotate(
            text,
            (x, y),
            xytext=(-4 if right else 4, -12 if below else 9),
            textcoords="offset points",
            color=TEXT,
            fontsize=9,
            ha="right" if right else "left",
            va="top" if below else "bottom",
            bbox=paper,
            zorder=7,
        )
