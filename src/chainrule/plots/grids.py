"""Grids: a confusion matrix, and images side by side."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array
from ..errors import DataError, ShapeError
from .canvas import COLORS, TEXT, caption, grid_of, one_panel, shades
from .given import as_numbers, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


REMEDY = "See metrics.confusion_matrix."


def confusion(
    matrix: Array, labels: Sequence[str] | None = None, *, axes: "Axes | None" = None
) -> "Figure":
    """Draw how often each class is predicted as each class; the shade is the fraction of the row.

    Parameters
    ----------
    matrix : Array
        Counts (K, K), one row per true class, as `metrics.confusion_matrix` gives them.
    labels : sequence of str or None
        Names of the K classes; by default their indices.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    ShapeError
        The matrix is not square, or there are not K labels.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = confusion([[9, 1], [0, 10]], ["cat", "dog"])  # doctest: +SKIP
    """
    counted = as_numbers("confusion", matrix, "a matrix of shape (K, K)", REMEDY)
    if not np.isfinite(counted).all():
        raise DataError("confusion", "finite counts", "NaN or infinity", REMEDY)
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ShapeError(
            "confusion",
            "a matrix of shape (K, K)",
            f"{matrix.shape}",
            REMEDY,
        )
    classes = len(matrix)
    names = [str(k) for k in range(classes)]
    if labels is not None:
        if hasattr(labels, "__len__") and not isinstance(labels, str) and len(labels) != classes:
            rule = f"{classes} labels, one per class"
            raise ShapeError("confusion", rule, f"{len(labels)}", "Name every class.")
        names = words("confusion", labels, classes, "labels, one per class")
    side = max(3.5, 1.5 + 0.42 * classes)
    figure, panel = one_panel(axes, width=side, height=side)
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    panel.imshow(share, cmap=shades("white", COLORS[0]), vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        shade = "white" if share[row, column] > 0.55 else TEXT if count else "#999999"
        panel.text(column, row, f"{count}", ha="center", va="center", color=shade, fontsize=9)
    slanted = max(len(name) for name in names) > 3
    panel.set_xticks(
        range(classes), names, rotation=45 if slanted else 0, ha="right" if slanted else "center"
    )
    panel.set_yticks(range(classes), names)
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
    caption(panel, x="predicted class", y="true class")
    return figure


def images(X: Array, titles: Sequence[str] | None = None, *, across: int = 8) -> "Figure":
    """Draw images side by side, each on its own scale; in gray images the largest number is black.

    Parameters
    ----------
    X : Array
        Images (N, H, W), (N, H, W, 1), (N, H, W, 3), or flat squares (N, D) with D = H².
    titles : sequence of str or None
        Text above each image.
    across : int
        Number of images in a row, ≥ 1.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    ShapeError
        X is not a set of images.
    DataError
        There are not N titles.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = images(X[:16], [f"{k}" for k in y[:16]])  # doctest: +SKIP
    """
    forms = "images (N, H, W), (N, H, W, 1), (N, H, W, 3) or (N, H²)"
    as_numbers("images", X, forms, "Put the number of images first.")
    X = np.asarray(X)
    side = math.isqrt(X.shape[1]) if X.ndim == 2 else 0
    squares = X.reshape(len(X), side, side) if X.ndim == 2 and side**2 == X.shape[1] else X
    if (
        squares.ndim not in (3, 4)
        or squares.size == 0
        or (squares.ndim == 4 and squares.shape[3] not in (1, 3))
    ):
        raise ShapeError("images", forms, f"{X.shape}", "Put the number of images first.")
    if titles is not None:
        titles = words("images", titles, len(squares), "titles, one per image")
    lines = [line for title in titles or [] for line in title.split("\n")]
    width = max(1.15, 0.08 * max(map(len, lines), default=0))  # inches: no title is cut off
    tall = 0 if titles is None else max(0.08 + 0.17 * (title.count("\n") + 1) for title in titles)
    figure, axes = grid_of(len(squares), width=width, height=1.15 + tall, across=across)
    for k, (panel, image) in enumerate(zip(axes, squares, strict=True)):
        gray = image.ndim == 2 or image.shape[2] == 1
        panel.imshow(
            image.reshape(image.shape[:2]) if gray else image,
            cmap="gray_r",
            interpolation="nearest",
        )
        panel.set_xticks([])
        panel.set_yticks([])
        panel.spines[:].set_visible(True)
        panel.spines[:].set_color("#AAAAAA")
        if titles is not None:
            panel.set_title(titles[k], color=TEXT, fontsize=9)
    return figure
