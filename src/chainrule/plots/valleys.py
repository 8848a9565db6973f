"""Pictures of energy landscapes: trees of valleys, maps, paths of recalls, and capacities."""

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .canvas import COLORS, GRID, TEXT, caption, legend, one_panel, panels, pen
from .given import result_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Branch = tuple[int, ...]  # the leaves of a branch

MOST = 40  # leaves of a tree; more could not be read


class Valleys(Protocol):
    """A landscape, with the attributes that the tree needs."""

    @property
    def depths(self) -> Array: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def basins(self) -> Array: ...
    @property
    def exact(self) -> bool: ...
    @property
    def saddles(self) -> Array: ...


class Plane(Protocol):
    """A plane through a landscape, with the attributes that the map needs."""

    @property
    def across(self) -> Array: ...
    @property
    def up(self) -> Array: ...
    @property
    def energies(self) -> Array: ...
    @property
    def memories(self) -> Array: ...
    @property
    def path(self) -> Array: ...
    @property
    def shares(self) -> tuple[float, float]: ...


class Recall(Protocol):
    """A recall, with the attributes that the picture needs."""

    @property
    def states(self) -> Array: ...
    @property
    def energies(self) -> Array | None: ...
    @property
    def overlaps(self) -> Array: ...
    @property
    def ended(self) -> str: ...


class Capacity(Protocol):
    """A capacity scan with the attributes below, and `exact`, `overlap`, `recall` with bands."""

    @property
    def rule(self) -> str: ...
    @property
    def units(self) -> int: ...
    @property
    def loads(self) -> Array: ...
    @property
    def noise(self) -> float: ...
    @property
    def theory(self) -> dict[str, float]: ...


def valleys(landscape: Valleys, *, axes: "Axes | None" = None) -> "Figure":
    """Draw a landscape as a tree, with a leaf for each attractor at its energy.

    Two branches meet at the energy of the pass between them.

    Parameters
    ----------
    landscape : Landscape
        The result of `energy.landscape`. If it was sampled, it has no passes and the leaves are not
        joined.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture. The area of a dot is the share of its basin.

    Raises
    ------
    DataError
        There are more than 40 attractors.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = valleys(cr.energy.landscape(network))  # doctest: +SKIP
    """
    made_by = "energy.landscape(network)"
    result_of("valleys", landscape, made_by, "depths", "names", "basins", "exact")
    depths, names = landscape.depths, landscape.names
    if len(depths) > MOST:
        raise DataError(
            "valleys", f"at most {MOST} attractors", f"{len(depths)}", "See landscape.table()."
        )
    figure, panel = one_panel(axes, width=max(4.5, 0.45 * len(depths) + 1.5), height=4.6)
    joins = _joins(landscape.saddles) if landscape.exact else []
    place = _places(len(depths), joins)
    # the top of each branch
    at: dict[Branch, tuple[float, float]] = {}
    at |= {(k,): (place[k], depths[k]) for k in range(len(depths))}
    for left, right, height in joins:
        (x0, y0), (x1, y1) = at[left], at[right]
        panel.plot([x0, x0, x1, x1], [y0, height, height, y1], color="#888888", linewidth=1.2)
        at[left + right] = (x0 + x1) / 2, height
    share = landscape.basins / landscape.basins.sum()
    kinds = {"memory": 0, "inverse": 5, "mixture": 1, "other": 6}
    for word, color in kinds.items():
        some = [k for k, name in enumerate(names) if name.startswith(word)]
        if some:
            sizes = 12 + 600 * share[some]
            panel.scatter(
                place[some], depths[some], s=sizes, color=COLORS[color], label=word, zorder=3
            )
    panel.set_xticks(place, names, rotation=90, fontsize=8)
    panel.set_xlim(-0.7, len(depths) - 0.3)
    panel.grid(axis="y", color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    caption(panel, y="energy")
    handles, labels = panel.get_legend_handles_labels()
    box = panel.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9
    )
    for handle in box.legend_handles:
        handle.set_sizes([40])  # type: ignore[union-attr]
    return figure


def energy_map(plane: Plane, *, axes: "Axes | None" = None) -> "Figure":
    """Draw a plane through a large landscape, and the path of a recall.

    Energy is the shade, memories are points, and the path is a line.

    Parameters
    ----------
    plane : Plane
        The result of `energy.plane`.
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
    >>> figure = energy_map(cr.energy.plane(network, network.recall(state)))  # doctest: +SKIP
    """
    result_of("energy_map", plane, "energy.plane(network)", "across", "up", "energies", "memories")
    figure, panel = one_panel(axes, width=5.0, height=5.6)
    shade = panel.contourf(plane.across, plane.up, plane.energies, levels=14, cmap="Blues_r")
    bar = figure.colorbar(
        shade, ax=panel, label="energy", location="bottom", fraction=0.05, pad=0.02
    )
    bar.ax.locator_params(axis="x", nbins=5)
    panel.scatter(
        plane.memories[:, 0],
        plane.memories[:, 1],
        color=COLORS[1],
        s=45,
        edgecolor="white",
        zorder=4,
    )
    for k, (x, y) in enumerate(plane.memories[:12]):
        paper = {
            "boxstyle": "round,pad=0.15",
            "facecolor": "white",
            "edgecolor": "none",
            "alpha": 0.85,
        }
        panel.annotate(
            f"{k}",
            (x, y),
            xytext=(7, 6),
            textcoords="offset points",
            color=TEXT,
            fontsize=9,
            bbox=paper,
            zorder=6,
        )
    if len(plane.path):
        # a dark line on dark ground needs a rim
        panel.plot(*plane.path.T, color="white", linewidth=3.2, zorder=3)
        panel.plot(*plane.path.T, color="#111111", linewidth=1.4, zorder=3)
        panel.scatter(
            plane.path[-1, 0], plane.path[-1, 1], color="white", marker="X", s=95, zorder=5
        )
        panel.scatter(
            plane.path[-1, 0], plane.path[-1, 1], color="#111111", marker="x", s=36, zorder=5
        )
    panel.set_aspect("equal")
    panel.locator_params(nbins=5)
    across, up = (
        f"axis {k + 1} ({share:.0%} of the spread)" for k, share in enumerate(plane.shares)
    )
    caption(panel, x=across, y=up)
    return figure


def recall_path(recall: Recall) -> "Figure":
    """Draw a recall: energy and overlaps after each change.

    Parameters
    ----------
    recall : Recall
        The result of a network's `recall(state)`.

    Returns
    -------
    figure : Figure
        Two panels, or one if there is no energy.

    Raises
    ------
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = recall_path(network.recall(state))  # doctest: +SKIP
    """
    made_by = "network.recall(state)"
    result_of("recall_path", recall, made_by, "states", "energies", "overlaps", "ended")
    figure, axes = panels(1, 1 if recall.energies is None else 2, width=4.6, height=3.4)
    from matplotlib.ticker import MaxNLocator

    changes = np.arange(len(recall.states))
    if recall.energies is not None:
        axes[0].plot(changes, recall.energies, marker="o", markersize=3, **pen(0))
        caption(axes[0], title=recall.ended, x="changes", y="energy")
    alone = "o" if len(changes) == 1 else None
    for k, overlap in enumerate(recall.overlaps.T[:14]):
        name = f"memory {k}"
        axes[-1].plot(changes, overlap, label=name, linewidth=1.6, marker=alone, **pen(k))
    caption(axes[-1], x="changes", y="overlap")
    if recall.overlaps.shape[1]:
        legend(axes[-1])
    for panel in axes:
        panel.grid(color=GRID, linewidth=0.7)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    return figure


def capacity_curves(capacity: Capacity, *, axes: "Axes | None" = None) -> "Figure":
    """Draw the three criteria of a capacity scan with their 95 % bands, and the lines of theory.

    Parameters
    ----------
    capacity : Capacity
        The result of `energy.capacity`.
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
    >>> capacity = cr.energy.capacity("hebb", 200, [0.05, 0.1, 0.15])  # doctest: +SKIP
    >>> figure = capacity_curves(capacity)  # doctest: +SKIP
    """
    made_by = 'energy.capacity("hebb", N, loads)'
    result_of("capacity_curves", capacity, made_by, "loads", "noise", "theory", "exact_band")
    figure, panel = one_panel(axes, width=7.5, height=4.0)
    labels = {
        "exact": "fixed points",
        "overlap": "overlap after recall",
        "recall": f"back from {capacity.noise:.0%} noise",
    }
    for k, (name, label) in enumerate(labels.items()):
        low, high = getattr(capacity, f"{name}_band").T
        panel.fill_between(capacity.loads, low, high, color=COLORS[k], alpha=0.18, linewidth=0)
        panel.plot(
            capacity.loads, getattr(capacity, name), marker="o", markersize=4, label=label, **pen(k)
        )
    for k, (what, load) in enumerate(capacity.theory.items()):
        panel.axvline(
            load, color=TEXT, linewidth=1, linestyle=("--", ":")[k % 2], label=f"theory: {what}"
        )
    panel.grid(color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    caption(
        panel, title=f"{capacity.rule}, N = {capacity.units}", x="load M / N", y="fraction, overlap"
    )
    legend(panel)
    return figure


def _joins(saddles: Array) -> list[tuple[Branch, Branch, float]]:
    """Return which branches meet, lowest pass first: (leaves of one, of the other, height)."""
    branches: list[Branch] = [(k,) for k in range(len(saddles))]
    a, b = np.triu_indices(len(saddles), 1)
    joins = []
    for k in np.argsort(saddles[a, b], kind="stable"):
        left, right = (next(branch for branch in branches if leaf[k] in branch) for leaf in (a, b))
        if left is not right:
            joins.append((left, right, float(saddles[a[k], b[k]])))
            branches = [branch for branch in branches if branch not in (left, right)] + [
                left + right
            ]
    return joins


def _places(leaves: int, joins: list[tuple[Branch, Branch, float]]) -> Array:
    """Return the position of each leaf, such that no branches cross."""
    order = joins[-1][0] + joins[-1][1] if joins else tuple(range(leaves))
    place = np.empty(leaves)
    place[list(order)] = np.arange(leaves)
    return place
