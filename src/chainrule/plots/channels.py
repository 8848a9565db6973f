"""Channels as small pictures: the kernels of a convolution, and the feature maps of an image."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, ShapeError
from .canvas import TEXT, caption, one_panel, panels, two_sided
from .given import a_named, as_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAP = 1  # cells between two pictures


def kernels(W: Array, *, title: str = "", axes: "Axes | None" = None) -> "Figure":
    """Draw the weights of a convolution: orange is positive, blue negative, white 0.

    All kernels have one scale. With one channel they are side by side; with several, each column is
    a filter and each row a channel.

    Parameters
    ----------
    W : Array
        (k, k, C, filters), such as net.parameters["W1"]; or a Network, whose first convolution is
        drawn.
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
        W is not a set of kernels.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = kernels(net.parameters["W1"], title="conv2d1")  # doctest: +SKIP
    """
    rule, remedy = "W of shape (k, k, C, filters)", 'Take net.parameters["W1"].'
    if hasattr(W, "parameters"):
        W, title = _first(W, title)
    W = as_numbers("kernels", W, rule, remedy)
    if W.ndim != 4 or W.size == 0:
        raise ShapeError("kernels", rule, f"{W.shape}", remedy)
    channels, filters = W.shape[2:]
    across = _across(filters, W.shape[:2]) if channels == 1 else filters
    cells = np.moveaxis(W, (2, 3), (0, 1)).reshape(channels * filters, *W.shape[:2])
    figure, panel = _mosaic(cells, across, axes, signed=True)
    if channels > 1:
        _number(panel, W.shape[:2], channels, filters)
        caption(panel, title=title, x="filter", y="channel")
    else:
        caption(panel, title=title)
    return figure


def feature_maps(maps: Mapping[str, Array]) -> "Figure":
    """Draw the output of each layer for one image, channel by channel, one panel per layer.

    If all numbers are ≥ 0, black is the largest one of the layer. Otherwise orange is positive,
    blue negative and white 0.

    Parameters
    ----------
    maps : dict of Array
        The maps (H, W, C) of one image by layer, as `inspect.feature_maps` gives them.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DataError
        There are no maps.
    ShapeError
        A map is not (H, W, C).
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = feature_maps(inspect.feature_maps(net, X[0]))  # doctest: +SKIP
    """
    if not isinstance(maps, Mapping) or not maps:
        got = "none" if isinstance(maps, Mapping) else a_named(maps)
        raise DataError(
            "feature_maps",
            "a dict with the maps of at least one layer",
            got,
            "See inspect.feature_maps.",
        )
    layers = {
        name: as_numbers(f"feature_maps, {name}", a, "a map (H, W, C)", "See inspect.feature_maps.")
        for name, a in maps.items()
    }
    for name, a in layers.items():
        if a.ndim != 3 or a.size == 0:
            raise ShapeError(
                f"feature_maps, {name}",
                "a map (H, W, C)",
                f"{a.shape}",
                "Give the maps of one image.",
            )
    shapes = [_grid(a) for a in layers.values()]
    heights = [min(2.2, max(0.7, 7.5 * down / over)) for down, over in shapes]
    figure, axes = panels(len(layers), 1, width=7.5, height=float(np.mean(heights)) + 0.35)
    grid = figure.add_gridspec(len(layers), 1, height_ratios=heights)
    for k, (panel, (name, a)) in enumerate(zip(axes, layers.items(), strict=True)):
        panel.set_subplotspec(grid[k])
        _mosaic(
            np.moveaxis(a, 2, 0),
            _across(a.shape[2], a.shape[:2]),
            panel,
            signed=bool((a < 0).any()),
        )
        panel.set_anchor("W")
        panel.set_title(
            f"{name}  ({', '.join(map(str, a.shape))})", color=TEXT, fontsize=9, loc="left"
        )
    return figure


def _first(net: Any, title: str) -> tuple[Array, str]:
    """Return the kernels of a network's first convolution, and their title."""
    for symbol, W in net.parameters.items():
        if np.ndim(W) == 4:
            return W, title or symbol
    raise ShapeError(
        "kernels",
        "a network with a convolution of images",
        "none in this one",
        "plots.weight_histograms(net) draws the weights of any network.",
    )


def _across(count: int, size: tuple[int, ...], shape: float = 5.0) -> int:
    """Return how many pictures go in a row.

    The whole is about `shape` times as wide as high, and rows are as even as possible.
    """
    wish = math.sqrt(shape * count * size[0] / size[1])
    rows = max(1, round(count / max(wish, 1)))
    return -(-count // rows)


def _grid(a: Array) -> tuple[int, int]:
    """Return height and width of the mosaic of (H, W, C), in cells."""
    across = _across(a.shape[2], a.shape[:2])
    return -(-a.shape[2] // across) * (a.shape[0] + GAP), across * (a.shape[1] + GAP)


def sheet_of(cells: Array, across: int) -> Array:
    """Return pictures (M, h, w) in rows as one array, with NaN between them."""
    count, height, width = cells.shape
    down = -(-count // across)
    sheet = np.full((down * (height + GAP) - GAP, across * (width + GAP) - GAP), np.nan)
    for k, cell in enumerate(cells):
        row, column = k // across * (height + GAP), k % across * (width + GAP)
        sheet[row : row + height, column : column + width] = cell
    return sheet


def _mosaic(cells: Array, across: int, axes: "Axes | None", signed: bool) -> "tuple[Figure, Axes]":
    """Draw pictures (M, h, w) in rows, on one scale, with paper between them."""
    count, height, width = cells.shape
    sheet = sheet_of(cells, across)
    inches = min(0.3, 6.5 / max(sheet.shape[1], 1.6 * sheet.shape[0]))
    figure, panel = one_panel(
        axes,
        width=max(2.0, inches * sheet.shape[1] + 0.5),
        height=max(1.2, inches * sheet.shape[0] + 0.6),
    )
    seen = cells[np.isfinite(cells)]
    most = float(abs(seen).max()) if seen.any() else 1.0
    panel.imshow(
        sheet,
        cmap=two_sided() if signed else "gray_r",
        vmin=-most if signed else 0,
        vmax=most,
        interpolation="nearest",
    )
    from matplotlib.patches import Rectangle

    for k in range(count):  # a frame shows the edges of a white picture
        corner = k % across * (width + GAP) - 0.5, k // across * (height + GAP) - 0.5
        panel.add_patch(
            Rectangle(corner, width, height, fill=False, edgecolor="#BBBBBB", linewidth=0.6)
        )
    panel.set_xlim(-1, sheet.shape[1])
    panel.set_ylim(sheet.shape[0], -1)
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines[:].set_visible(False)
    return figure, panel


def _number(panel: "Axes", size: tuple[int, ...], channels: int, filters: int) -> None:
    """Number channels beside the rows and filters below the columns, as many as fit."""
    for set_ticks, count, cell in (
        (panel.set_yticks, channels, size[0]),
        (panel.set_xticks, filters, size[1]),
    ):
        shown = range(0, count, -(-count // 16))
        set_ticks([k * (cell + GAP) + (cell - 1) / 2 for k in shown], [str(k) for k in shown])
    panel.tick_params(length=0)
