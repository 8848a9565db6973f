"""The pictures of a film: what a network answers, its weights and its loss at one moment of a run.

A view draws what does not change once, and then shows the numbers of one moment after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..arrays import Array
from .canvas import COLORS, GRID, MARKERS, TEXT, caption, logarithmic, panels, shades, two_sided
from .channels import sheet_of
from .planes import plane_of, shares_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE = 101  # points along each side of a map
WIDTH, HEIGHT, DOTS = 12.6, 4.4, 80  # of a frame: inches, and dots per inch
ACROSS = 5  # pictures in a row
POINTS = 400  # rows that are drawn as points


class View(Protocol):
    """One panel of a film."""

    def points(self) -> Array | None:
        """Return the inputs whose predictions the view shows, if they are not the rows."""

    def begin(self, panel: Axes) -> None:
        """Draw what stays."""

    def show(self, numbers: Array) -> list[Artist]:
        """Put the numbers of one moment in; return what has to be drawn again, in this order."""


class Regions:
    """The classes of the plane, with the rows as points.

    Parameters
    ----------
    X : array, (N, 2)
        The rows.
    truth : array of int, (N,)
        Their classes.
    classes : int
        The number of classes, ≤ 7.
    signed : bool
        True if targets are −1 and 1.
    """

    def __init__(self, X: Array, truth: Array, classes: int, signed: bool) -> None:
        self.X, self.truth, self.classes, self.signed = X[:POINTS], truth[:POINTS], classes, signed
        self.across, self.up, self._points = _around(X)
        self._lines: list[Any] = []

    def points(self) -> Array:
        return self._points

    def begin(self, panel: Axes) -> None:
        self._panel = panel
        box = (self.across[0], self.across[-1], self.up[0], self.up[-1])
        blank = np.ones((SIDE, SIDE, 3))
        self._image = panel.imshow(
            blank, extent=box, origin="lower", aspect="auto", interpolation="bilinear"
        )
        self._rows = []
        for k in range(self.classes):
            own = self.X[self.truth == k]
            ink: dict[str, Any] = {
                "s": 20,
                "color": COLORS[k],
                "marker": MARKERS[k],
                "edgecolors": "white",
            }
            self._rows.append(panel.scatter(own[:, 0], own[:, 1], linewidths=0.6, **ink))
        caption(panel, title="classes", x="x₁", y="x₂")

    def show(self, numbers: Array) -> list[Artist]:
        share = shares_of(numbers, self.signed).reshape(SIDE, SIDE, self.classes)
        inks = [[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in COLORS[: self.classes]]
        self._image.set_data(1 - 0.45 * (1 - share @ np.array(inks)))
        for line in self._lines:
            line.remove()
        self._lines = []
        for k in range(self.classes if self.classes > 2 else 1):
            ahead = share[..., k] - np.delete(share, k, axis=2).max(axis=2)
            if ahead.min() < 0 < ahead.max():
                ink: dict[str, Any] = {"colors": TEXT, "linewidths": 1.2}
                self._lines.append(
                    self._panel.contour(self.across, self.up, ahead, levels=[0], **ink)
                )
        return [self._image, *self._lines, *self._rows]


class Field:
    """The output over the plane as a shade, with the targets of the rows as points of that shade.

    Parameters
    ----------
    X : array, (N, 2)
        The rows.
    y : array, (N,)
        Their targets.
    """

    def __init__(self, X: Array, y: Array) -> None:
        self.X, self.y = X[:POINTS], y[:POINTS]
        self.across, self.up, self._points = _around(X)

    def points(self) -> Array:
        return self._points

    def begin(self, panel: Axes) -> None:
        box = (self.across[0], self.across[-1], self.up[0], self.up[-1])
        low, high = _range(self.y)
        look: dict[str, Any] = {"cmap": "cividis", "vmin": low, "vmax": high}
        self._image = panel.imshow(
            np.full((SIDE, SIDE), low), extent=box, origin="lower", aspect="auto", **look
        )
        self._rows = panel.scatter(
            self.X[:, 0], self.X[:, 1], c=self.y, s=22, edgecolors="white", linewidths=0.7, **look
        )
        caption(panel, title="output, and targets as points", x="x₁", y="x₂")

    def show(self, numbers: Array) -> list[Artist]:
        self._image.set_data(numbers.reshape(SIDE, SIDE))
        return [self._image, self._rows]


class Curve:
    """The output of a network with one input, with the rows as points.

    Parameters
    ----------
    x, y : array, (N,)
        The rows and their targets.
    """

    def __init__(self, x: Array, y: Array) -> None:
        self.x, self.y = x[:POINTS], y[:POINTS]
        margin = 0.05 * float(np.ptp(x)) or 1.0
        self.at = np.linspace(x.min() - margin, x.max() + margin, 3 * SIDE)

    def points(self) -> Array:
        return self.at[:, None]

    def begin(self, panel: Axes) -> None:
        panel.plot(self.x, self.y, ".", color="#999999", markersize=5)
        low, high = _range(self.y)
        margin = 0.25 * (high - low)
        panel.set_ylim(low - margin, high + margin)
        panel.set_xlim(self.at[0], self.at[-1])
        panel.grid(color=GRID, linewidth=0.7)
        panel.set_axisbelow(True)
        (self._line,) = panel.plot([], [], color=COLORS[0], linewidth=2.2)
        caption(panel, title="output, and targets as points", x="x", y="y")

    def show(self, numbers: Array) -> list[Artist]:
        self._line.set_data(self.at, numbers.reshape(len(self.at), -1)[:, 0])
        return [self._line]


class Confusion:
    """How often each class is predicted as each class.

    Parameters
    ----------
    truth : array of int, (N,)
        The classes of the rows.
    classes : int
        The number of classes.
    rows : str
        What the rows are called.
    """

    def __init__(self, truth: Array, classes: int, rows: str) -> None:
        self.truth, self.classes, self.rows = truth, classes, rows
        self._texts: list[Any] = []

    def points(self) -> None:
        return None

    def begin(self, panel: Axes) -> None:
        self._panel = panel
        blank = np.zeros((self.classes, self.classes))
        self._image = panel.imshow(blank, cmap=shades("white", COLORS[0]), vmin=0, vmax=1)
        every = range(0, self.classes, -(-self.classes // 12))
        panel.set_xticks(list(every))
        panel.set_yticks(list(every))
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        if self.classes <= 12:
            middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8}
            self._texts = [
                panel.text(j, i, "", **middle)
                for i in range(self.classes)
                for j in range(self.classes)
            ]
        caption(panel, title=f"answers for {self.rows}", x="predicted class", y="true class")

    def show(self, numbers: Array) -> list[Artist]:
        """Draw the counts for the predicted classes (N,)."""
        counts = np.zeros((self.classes, self.classes), int)
        np.add.at(counts, (self.truth, numbers.astype(int)), 1)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        self._image.set_data(share)
        for text, count, part in zip(self._texts, counts.ravel(), share.ravel(), strict=False):
            text.set_text(f"{count}" if count else "")
            text.set_color("white" if part > 0.55 else TEXT)
        return [self._image, *self._texts]


class Scatter:
    """Predictions against targets; on the line they are equal.

    Parameters
    ----------
    y : array, (N, ...)
        The targets of the rows.
    title : str
        What is shown.
    """

    def __init__(self, y: Array, title: str = "predictions against targets") -> None:
        self.title = title
        flat = np.ravel(y).astype(float)
        self.some = np.linspace(0, flat.size - 1, min(flat.size, 3 * POINTS)).astype(int)
        self.y = flat[self.some]

    def points(self) -> None:
        return None

    def begin(self, panel: Axes) -> None:
        low, high = _range(self.y)
        margin = 0.15 * (high - low)
        ends = (low - margin, high + margin)
        panel.plot(ends, ends, color="#999999", linewidth=1)
        (self._dots,) = panel.plot([], [], ".", color=COLORS[0], markersize=4, alpha=0.6)
        panel.set(xlim=ends, ylim=ends)
        panel.set_aspect("equal")
        panel.grid(color=GRID, linewidth=0.7)
        panel.set_axisbelow(True)
        caption(panel, title=self.title, x="target", y="prediction")

    def show(self, numbers: Array) -> list[Artist]:
        flat = np.ravel(numbers)
        if flat.size > self.some[-1]:
            self._dots.set_data(self.y, flat[self.some])
        return [self._dots]


class Pictures:
    """Rows as pictures, each above what the model makes of it.

    Parameters
    ----------
    rows : array, (M, h, w)
        The pictures.
    title : str
        What is shown.
    """

    def __init__(self, rows: Array, title: str) -> None:
        self.rows, self.title = np.asarray(rows, float), title

    def points(self) -> None:
        return None

    def begin(self, panel: Axes) -> None:
        low, high = _range(self.rows)
        sheet = self._sheet(self.rows)
        self._image = panel.imshow(sheet, cmap="gray_r", vmin=low, vmax=high)
        _bare(panel)
        caption(panel, title=self.title)

    def show(self, numbers: Array) -> list[Artist]:
        self._image.set_data(self._sheet(numbers.reshape(self.rows.shape)))
        return [self._image]

    def _sheet(self, made: Array) -> Array:
        """Return a row of pictures, a row of what was made of them, and so on."""
        pairs = []
        for begin in range(0, len(self.rows), ACROSS):
            pairs += [a[begin : begin + ACROSS] for a in (self.rows, made)]
            pairs[-2:] = [_filled(part) for part in pairs[-2:]]
        return sheet_of(np.concatenate(pairs), ACROSS)


class Kernels:
    """Weights as pictures side by side: orange is positive, blue negative, white 0.

    Parameters
    ----------
    most : float
        The size of a weight that has the full color.
    title : str
        What they are.
    """

    def __init__(self, most: float, title: str) -> None:
        self.most, self.title = most, title

    def points(self) -> None:
        return None

    def begin(self, panel: Axes) -> None:
        self._panel = panel
        self._image: Any = None
        _bare(panel)
        caption(panel, title=self.title)

    def show(self, numbers: Array) -> list[Artist]:
        """Draw pictures (M, h, w)."""
        larger = max(1, round(12 / max(numbers.shape[1:])))  # so that gaps are thin
        numbers = np.kron(numbers, np.ones((1, larger, larger)))
        count, height, width = numbers.shape
        across = max(1, round(np.sqrt(count * (height + 1) / (width + 1))))
        sheet = sheet_of(numbers, -(-count // -(-count // across)))
        if self._image is None:
            colors = two_sided().with_extremes(bad="#A8A8A8")
            self._image = self._panel.imshow(
                sheet, cmap=colors, vmin=-self.most, vmax=self.most, interpolation="nearest"
            )
        self._image.set_data(sheet)
        return [self._image]


class Matrix:
    """One matrix of weights: orange is positive, blue negative, white 0.

    Parameters
    ----------
    most : float
        The size of a weight that has the full color.
    title : str
        Its name.
    """

    def __init__(self, most: float, title: str) -> None:
        self.most, self.title = most, title

    def points(self) -> None:
        return None

    def begin(self, panel: Axes) -> None:
        self._panel = panel
        self._image: Any = None
        panel.set_xticks([])
        panel.set_yticks([])
        panel.spines[:].set_visible(True)
        panel.spines[:].set_color("#AAAAAA")
        panel.set_title(self.title, color=TEXT, fontsize=9)

    def show(self, numbers: Array) -> list[Artist]:
        if self._image is None:
            look: dict[str, Any] = {"cmap": two_sided(), "vmin": -self.most, "vmax": self.most}
            self._image = self._panel.imshow(
                numbers, aspect="auto", interpolation="nearest", **look
            )
        self._image.set_data(numbers)
        return [self._image]


class LossLine:
    """The loss of the whole film in gray, with a dot at the moment that is shown.

    Parameters
    ----------
    steps, losses : array, (S,)
        The moments and the loss at each.
    title : str
        What the loss is.
    others : dict of pairs
        Further curves by name: steps and values.
    """

    def __init__(
        self,
        steps: Array,
        losses: Array,
        title: str,
        others: Mapping[str, tuple[Array, Array]] | None = None,
    ) -> None:
        self.steps, self.losses, self.title, self.others = steps, losses, title, dict(others or {})

    def points(self) -> None:
        return None

    def begin(self, panel: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        panel.plot(self.steps, self.losses, color="#C8C8C8", linewidth=1.2)
        for k, (name, (at, values)) in enumerate(self.others.items(), 1):
            panel.plot(at, values, "--", color=COLORS[k], linewidth=1.2, label=name)
        everything = [self.losses, *(values for _, values in self.others.values())]
        numbers = np.concatenate(everything)
        numbers = numbers[np.isfinite(numbers)]
        if numbers.size and numbers.min() > 0 and numbers.max() > 10 * numbers.min():
            logarithmic(panel, "y", numbers)
        panel.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
        panel.grid(color=GRID, linewidth=0.7)
        panel.set_axisbelow(True)
        (self._line,) = panel.plot([], [], color=COLORS[0], linewidth=2, label="training")
        (self._dot,) = panel.plot([], [], "o", color=COLORS[0], markersize=7, zorder=4)
        if self.others:
            panel.legend(frameon=False, labelcolor=TEXT, fontsize=9, loc="best")
        caption(panel, title=self.title, x="step")

    def show(self, numbers: Array) -> list[Artist]:
        """Draw the curve up to this moment, the k-th one."""
        k = int(numbers)
        self._line.set_data(self.steps[: k + 1], self.losses[: k + 1])
        self._dot.set_data(self.steps[k : k + 1], self.losses[k : k + 1])
        return [self._line, self._dot]


class Frames:
    """Draws one frame after the other on one figure.

    Parameters
    ----------
    answers : View
        The left panel.
    weights : sequence of View
        The panels in the middle, below each other.
    loss : View
        The right panel.
    """

    def __init__(self, answers: View, weights: Sequence[View], loss: View) -> None:
        self.views = (answers, *weights, loss)
        self.figure, self._axes = _three_columns(len(weights))
        for panel, view in zip(self._axes, self.views, strict=True):
            view.begin(panel)
            if not isinstance(view, (LossLine, Confusion)) and panel.get_xticks().size:
                panel.locator_params(axis="x", nbins=5)
            panel.title.set_fontsize(9)
        self._paper: Any = None
        self._title = self.figure.text(
            0.5, 0.985, "step", ha="center", va="top", fontsize=12, color=TEXT
        )

    def draw(self, numbers: Sequence[Array], title: str) -> Array:
        """Return the frame for these numbers, one array for each view, as pixels (h, w, 3)."""
        moving = [view.show(one) for view, one in zip(self.views, numbers, strict=True)]
        self._title.set_text(title)
        canvas: Any = self.figure.canvas
        if self._paper is None:  # what stays is drawn once
            for artist in (self._title, *(artist for some in moving for artist in some)):
                artist.set_animated(True)
            canvas.draw()
            self._paper = canvas.copy_from_bbox(self.figure.bbox)
        canvas.restore_region(self._paper)
        for panel, some in zip(self._axes, moving, strict=True):
            for artist in (*some, *panel.spines.values()):
                panel.draw_artist(artist)
        self.figure.draw_artist(self._title)
        pixels: Array = np.asarray(canvas.buffer_rgba())[..., :3].copy()
        return pixels


def _three_columns(weights: int) -> tuple[Figure, list[Axes]]:
    """Return a figure of three columns; the middle one has `weights` panels below each other."""
    figure, (spare,) = panels(width=WIDTH, height=HEIGHT)
    figure.set_layout_engine("none")  # what is drawn must not move from frame to frame
    figure.set_dpi(DOTS)
    spare.remove()
    low, high = 0.13, 0.84
    boxes = [(0.055, low, 0.27, high - low)]
    tall = (high - low + 0.07) / weights
    boxes += [(0.375, high - (k + 1) * tall + 0.07, 0.27, tall - 0.07) for k in range(weights)]
    boxes += [(0.71, low, 0.27, high - low)]
    axes = []
    for box in boxes:
        panel = figure.add_axes(box)
        panel.set_facecolor("white")
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(TEXT)
        panel.tick_params(which="both", colors=TEXT, labelsize=8)
        axes.append(panel)
    return figure, axes


def _around(X: Array) -> tuple[Array, Array, Array]:
    """Return positions along both axes around points, and all pairs of them."""
    low, high = X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    margin = np.maximum(0.12 * (high - low), 1e-3)
    return plane_of(low - margin, high + margin, SIDE)


def _range(values: Array) -> tuple[float, float]:
    """Return the lowest and the highest finite number, which differ."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _filled(row: Array) -> Array:
    """Return a row of pictures with empty places after the last one."""
    empty = np.full((ACROSS - len(row), *row.shape[1:]), np.nan)
    return np.concatenate([row, empty])


def _bare(panel: Axes) -> None:
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines[:].set_visible(False)
