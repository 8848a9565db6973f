"""Maps of a plane: regions of classes, and the paths of optimizers."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array
from ..errors import DataError, ShapeError
from ..metrics.classes import read_classes
from .canvas import COLORS, MARKERS, TEXT, caption, legend, one_panel, pen
from .given import as_function, as_numbers, by_name, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE = 201  # points along each side of a map


def decision_regions(
    predict: Callable[[Array], Array],
    X: Array,
    y: Array,
    *,
    labels: Sequence[str] | None = None,
    title: str = "",
    axes: "Axes | None" = None,
) -> "Figure":
    """Draw the class that a network gives to every point of the plane, and its training points.

    Colors mix as the probabilities do. On the lines two classes are equally probable.

    Parameters
    ----------
    predict : callable
        Points (n, 2) -> probabilities (n, K), or (n, 1) for two classes; `net.predict` is one.
    X, y : Array
        Points (N, 2) and their classes, as the metrics take them; at most 7 classes.
    labels : sequence of str or None
        Names of the classes; by default their indices.
    title : str
        Title of the picture.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    ShapeError
        The points are not (N, 2).
    DataError
        y or the predictions are not classes of these points.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = decision_regions(net.predict, *cr.datasets.moons())  # doctest: +SKIP
    """
    predict = as_function("decision_regions", predict, "a function (n, 2) -> (n, K)")
    rule = "points X of shape (N, 2)"
    X = as_numbers("decision_regions", X, rule, "Choose two columns.")
    if X.ndim != 2 or X.shape[1] != 2 or len(X) == 0:
        raise ShapeError(
            "decision_regions", "points X of shape (N, 2)", f"{X.shape}", "Choose two columns."
        )
    truth, _, classes = read_classes("decision_regions", y, predict(X))
    names = [f"class {k}" for k in range(classes)]
    if classes > len(COLORS):
        raise DataError(
            "decision_regions",
            f"at most {len(COLORS)} classes",
            f"{classes}",
            "Draw fewer at a time.",
        )
    if labels is not None:
        names = words("decision_regions", labels, classes, "labels, one per class")
    if not np.isfinite(X).all():
        raise DataError("decision_regions", "finite points", "NaN or infinity", "Leave them out.")
    low, high = X.min(axis=0), X.max(axis=0)
    margin = np.maximum(0.12 * (high - low), 1e-3)
    across, up, plane = plane_of(low - margin, high + margin)
    share = shares_of(np.asarray(predict(plane), dtype=float), bool(np.min(y) < 0)).reshape(
        SIDE, SIDE, classes
    )

    figure, panel = one_panel(axes, width=5.5, height=4.2)
    inks = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in COLORS[:classes]])
    box = (across[0], across[-1], up[0], up[-1])
    panel.imshow(
        1 - 0.45 * (1 - share @ inks),
        extent=box,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
    )
    for k in range(classes if classes > 2 else 1):
        ahead = share[..., k] - np.delete(share, k, axis=2).max(axis=2)
        if ahead.min() < 0 < ahead.max():
            panel.contour(across, up, ahead, levels=[0], colors=TEXT, linewidths=1.2)
    for k in range(classes):
        own = X[truth == k]
        panel.scatter(
            own[:, 0],
            own[:, 1],
            s=26,
            color=COLORS[k],
            marker=MARKERS[k],
            edgecolors="white",
            linewidths=0.7,
            label=names[k],
        )
    caption(panel, title=title, x="x₁", y="x₂")
    legend(panel)
    return figure


def paths(
    f: Callable[[Array], Array],
    trajectories: Mapping[str, Array],
    bounds: tuple[float, float, float, float],
    *,
    title: str = "",
    axes: "Axes | None" = None,
) -> "Figure":
    """Draw the paths of optimizers on a surface: a ring at each start, a dot at each end.

    Parameters
    ----------
    f : callable
        Points (n, 2) -> heights (n,).
    trajectories : dict of Array
        From a name to the points that an optimizer visited, (steps, 2). NaN and infinity leave a
        gap.
    bounds : tuple of float
        Limits of the picture: left, right, bottom, top.
    title : str
        Title of the picture.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    ShapeError
        A path is not (steps, 2), or f does not give one height per point.
    DataError
        The bounds are not a rectangle.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> bowl = lambda p: (p**2).sum(axis=1)
    >>> figure = paths(bowl, {"SGD": [[1, 1], [0.5, 0.5]]}, (-2, 2, -2, 2))  # doctest: +SKIP
    """
    f = as_function("paths", f, "a function (n, 2) -> (n,)")
    rule = "bounds (left, right, bottom, top), left < right and bottom < top"
    edges = as_numbers("paths", bounds, rule, "Write (-2, 2, -2, 2).")
    if edges.shape != (4,) or not (edges[0] < edges[1] and edges[2] < edges[3]):
        raise DataError("paths", rule, f"{bounds}", "Write (-2, 2, -2, 2).")
    left, right, bottom, top = edges.tolist()
    across, up, plane = plane_of(np.array([left, bottom]), np.array([right, top]))
    heights = as_numbers("paths, f", f(plane), "heights (n,)", "Sum over the axis 1.")
    if not np.isfinite(heights).any():
        raise DataError("paths", "heights that are finite numbers", "none", "Check f.")
    if heights.shape != (len(plane),):
        raise ShapeError(
            "paths",
            f"heights of shape ({len(plane)},) from f",
            f"{heights.shape}",
            "Sum over the axis 1.",
        )
    shape, remedy = "points of shape (steps, 2)", "Give one row per step."
    given = by_name("paths", trajectories, "paths by name", "Give a dict of arrays (steps, 2).")
    walks = {
        name: as_numbers(f"paths, {name}", walk, shape, remedy) for name, walk in given.items()
    }
    for name, walk in walks.items():
        if walk.ndim != 2 or walk.shape[1] != 2 or len(walk) == 0:
            raise ShapeError(f"paths, {name}", shape, f"{walk.shape}", remedy)

    figure, panel = one_panel(axes, width=6.0, height=4.4)
    # even steps of the logarithm show the floor of a valley
    depth = np.log1p(heights - np.nanmin(heights)).reshape(SIDE, SIDE)
    panel.contourf(across, up, depth, levels=18, cmap="Greys", alpha=0.4)
    panel.contour(across, up, depth, levels=18, colors="#888888", linewidths=0.4)
    for k, (name, walk) in enumerate(walks.items()):
        panel.plot(walk[:, 0], walk[:, 1], label=name, linewidth=1.8, **pen(k))
        panel.plot(
            *walk[0],
            marker="o",
            markersize=7,
            markerfacecolor="white",
            markeredgecolor=TEXT,
            zorder=3,
        )
        panel.plot(
            *walk[-1],
            marker="o",
            markersize=6,
            color=pen(k)["color"],
            markeredgecolor="white",
            zorder=3,
        )
    panel.set_xlim(left, right)
    panel.set_ylim(bottom, top)
    caption(panel, title=title, x="θ₁", y="θ₂")
    if walks:
        legend(panel)
    return figure


def plane_of(low: Array, high: Array, side: int = SIDE) -> tuple[Array, Array, Array]:
    """Return `side` positions along each axis, and all pairs of them (side², 2)."""
    across, up = (np.linspace(low[i], high[i], side) for i in (0, 1))
    return across, up, np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)


def shares_of(p: Array, signed: bool) -> Array:
    """Return the share of each class at each point, (n, K) with rows that sum to 1.

    `signed` means one output between −1 and 1.
    """
    if p.ndim == 1 or p.shape[1] == 1:
        one = np.clip((p.reshape(-1) + 1) / 2 if signed else p.reshape(-1), 0, 1)
        return np.stack([1 - one, one], axis=1)
    positive = np.maximum(p, 1e-12)
    share: Array = positive / positive.sum(axis=1, keepdims=True)
    return share
