"""Maps over images (which pixels matter for a class), and the worst images of a network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..arrays import Array
from ..errors import DataError, ShapeError
from .canvas import TEXT, grid_of, two_sided
from .given import as_numbers, result_of, words
from .grids import images

if TYPE_CHECKING:
    from matplotlib.figure import Figure


FORMS = "images (N, H, W), (N, H, W, 1) or (N, H, W, 3)"
ATTRIBUTES = ("rows", "label", "predicted", "probability")


def heat(
    X: Array, maps: Array, titles: Sequence[str] | None = None, *, across: int = 4
) -> "Figure":
    """Draw maps over their images: orange where a map is positive, blue where it is negative.

    The image below is pale gray. Each map has its own scale. If a map has several channels, the
    number farthest from 0 is shown.

    Parameters
    ----------
    X : Array
        Images (N, H, W, C) with one or three channels, or (N, H, W); or one without N.
    maps : Array
        (N, H, W) or (N, H, W, C), as `inspect.saliency`, `occlusion` and `grad_cam` give them; or
        one without N.
    titles : sequence of str or None
        One line above each image.
    across : int
        Number of images in a row, ≥ 1.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    ShapeError
        Images and maps do not belong together.
    DataError
        There are not N titles, or a map is not finite.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = heat(X[:8], inspect.grad_cam(net, X[:8]))  # doctest: +SKIP
    """
    X = as_numbers("heat", X, FORMS, "Put the number of images first.")
    maps = as_numbers("heat", maps, "maps, one per image", "Give each image its map.")
    if X.ndim < 2:
        raise ShapeError("heat", FORMS, f"{X.shape}", "Put the number of images first.")
    if X.shape == maps.shape and X.ndim == 3 and X.shape[-1] in (1, 3):
        X, maps = X[None], maps[None]  # one image and its saliency
    elif X.shape[:2] == maps.shape and (X.ndim == 2 or X.shape[-1] in (1, 3)):
        X, maps = X[None], maps[None]
    if X.ndim not in (3, 4) or X.size == 0 or (X.ndim == 4 and X.shape[3] not in (1, 3)):
        raise ShapeError("heat", FORMS, f"{X.shape}", "Put the number of images first.")
    if maps.shape[:3] != X.shape[:3] or maps.ndim not in (3, 4):
        raise ShapeError(
            "heat",
            f"maps of shape {X.shape[:3]}, one per image",
            f"{maps.shape}",
            "Give each image its map.",
        )
    if titles is not None:
        titles = words("heat", titles, len(X), "titles, one per image")
    if not np.isfinite(maps).all():
        raise DataError("heat", "finite maps", "NaN or infinity", "Find out where they come from.")
    if maps.ndim == 4:
        strongest = abs(maps).argmax(axis=3)[..., None]
        maps = np.take_along_axis(maps, strongest, axis=3)[..., 0]
    paper = _paper(X)
    figure, axes = grid_of(len(X), width=1.7, height=1.7 if titles is None else 1.95, across=across)
    for k, panel in enumerate(axes):
        most = abs(maps[k]).max() or 1.0
        panel.imshow(paper[k], interpolation="nearest")
        panel.imshow(
            maps[k],
            cmap=two_sided(),
            vmin=-most,
            vmax=most,
            alpha=0.85 * abs(maps[k]) / most,
            interpolation="nearest",
        )
        panel.set_xticks([])
        panel.set_yticks([])
        panel.spines[:].set_visible(True)
        panel.spines[:].set_color("#AAAAAA")
        if titles is not None:
            panel.set_title(titles[k], color=TEXT, fontsize=9)
    return figure


class Worst(Protocol):
    """The worst rows of a data set, with the attributes that the picture needs."""

    @property
    def rows(self) -> Array: ...
    @property
    def label(self) -> Array: ...
    @property
    def predicted(self) -> Array: ...
    @property
    def probability(self) -> Array: ...


def worst(
    X: Array, found: Worst, *, names: Sequence[str] | None = None, across: int = 8
) -> "Figure":
    """Draw the images with the largest losses, and above each its label and its predicted class.

    Parameters
    ----------
    X : Array
        All images of the data set, in a form that `images` takes.
    found : Worst
        The result of `inspect.worst`.
    names : sequence of str or None
        Names of the classes; by default their numbers.
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
        A class has no name, or a row is not in X.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = worst(X, inspect.worst(net, X, y))  # doctest: +SKIP
    """
    result_of("worst", found, "inspect.worst(net, X, y)", *ATTRIBUTES)
    as_numbers("worst", X, "the images of the data set", "Give all images of the data set.")
    X = np.atleast_1d(X)
    if len(X) <= found.rows.max():
        raise DataError(
            "worst",
            f"the images of the data set, more than {found.rows.max()}",
            f"{len(X)}",
            "Give all images of the data set.",
        )
    classes = int(max(found.label.max(), found.predicted.max())) + 1
    called = [str(k) for k in range(classes)]
    if names is not None:
        count = len(names) if hasattr(names, "__len__") else classes
        called = words("worst", names, count, "names, one per class")
    if len(called) < classes:
        raise DataError(
            "worst", f"{classes} names, one per class", f"{len(called)}", "Name every class."
        )
    titles = [
        f"{called[given]}, seen as\n{called[taken]} ({p:.2f})"
        for given, taken, p in zip(found.label, found.predicted, found.probability, strict=True)
    ]
    return images(X[found.rows], titles, across=across)


def _paper(X: Array) -> Array:
    """Return images in pale gray (N, H, W, 3).

    With one channel the largest number is the darkest, like ink; with three it is the lightest.
    """
    gray = X.mean(axis=3) if X.ndim == 4 else X
    low, high = gray.min(axis=(1, 2), keepdims=True), gray.max(axis=(1, 2), keepdims=True)
    light = (gray - low) / np.where(high > low, high - low, 1)
    light = light if X.ndim == 4 and X.shape[3] == 3 else 1 - light
    return np.repeat(0.5 + 0.5 * light[..., None], 3, axis=3)
