"""Shared code of all pictures: figures, panels, colors, captions and saving."""

from functools import partial
from io import BytesIO
from os import PathLike
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DependencyError, FileError, ParameterError
from ..settings import is_whole
from .given import a_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

# Okabe & Ito's colors, which readers of any color vision can distinguish; without their yellow,
# which is too pale for a line on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
STYLES = ("-", "--", ":")  # the eighth line has the first color again, dashed
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
TEXT, GRID = "#222222", "#DDDDDD"


def panels(
    rows: int = 1, columns: int = 1, *, width: float = 6.0, height: float = 4.0
) -> "tuple[Figure, list[Axes]]":
    """Make an empty figure.

    Parameters
    ----------
    rows, columns : int
        Numbers of panels, each ≥ 1.
    width, height : float
        Size of one panel in inches.

    Returns
    -------
    figure, axes : Figure, list of Axes
        The figure and its panels, row by row. As the last line of a notebook's cell, the figure is
        shown; `%matplotlib inline` is not needed.

    Raises
    ------
    DependencyError
        matplotlib is not installed.
    ParameterError
        A number of panels is below 1.

    Examples
    --------
    >>> figure, (left, right) = panels(1, 2)  # doctest: +SKIP
    """
    if not all(is_whole(n) and n >= 1 for n in (rows, columns)):
        raise ParameterError(
            f"panels({rows!r}, {columns!r}): rows and columns must be whole numbers ≥ 1."
        )
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise DependencyError(
            "plots need matplotlib. Install it: pip install 'chainrule[plot]'"
        ) from error
    figure = Figure(
        figsize=(columns * width, rows * height),
        layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08),
    )
    FigureCanvasAgg(figure)
    figure.set_facecolor("white")  # whatever the style: texts and lines are dark
    # Notebooks look for this name. It is no method of a subclass, so that a figure is pickled as a
    # plain Figure.
    vars(figure)["_repr_png_"] = partial(png, figure)
    axes = [figure.add_subplot(rows, columns, 1 + k) for k in range(rows * columns)]
    for panel in axes:
        panel.set_facecolor("white")
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(TEXT)
        panel.tick_params(which="both", colors=TEXT, labelsize=9)
    return figure, axes


def png(figure: "Figure") -> tuple[bytes, dict[str, int]]:
    """Return a figure as PNG with twice its dots, and the size at which a notebook shows it."""
    file = BytesIO()
    figure.savefig(file, format="png", dpi=2 * figure.dpi)
    width, height = (round(inches * figure.dpi) for inches in figure.get_size_inches())
    return file.getvalue(), {"width": width, "height": height}


def one_panel(
    axes: "Axes | None", *, width: float = 6.0, height: float = 4.0
) -> "tuple[Figure, Axes]":
    """Return the given panel and its figure, or new ones."""
    if axes is not None:
        if not hasattr(axes, "get_figure"):
            raise ParameterError(
                "axes", "a panel of matplotlib, or None", a_named(axes), "See plots.panels()."
            )
        return axes.get_figure(root=True), axes  # type: ignore[return-value]
    figure, (panel,) = panels(width=width, height=height)
    return figure, panel


def grid_of(
    count: int, *, width: float, height: float, across: int = 4
) -> "tuple[Figure, list[Axes]]":
    """Make `count` panels, at most `across` in a row; positions after the last stay empty."""
    if not is_whole(across) or across < 1:
        raise ParameterError(
            f"across={across!r}: the number of panels in a row must be a whole number ≥ 1."
        )
    columns = min(across, count)
    figure, axes = panels(-(-count // columns), columns, width=width, height=height)
    for panel in axes[count:]:
        panel.remove()
    return figure, axes[:count]


def pen(k: int) -> dict[str, Any]:
    """Return color and style of the k-th line."""
    return {
        "color": COLORS[k % len(COLORS)],
        "linestyle": STYLES[k // len(COLORS) % len(STYLES)],
    }


def shades(*colors: str) -> "Colormap":
    """Return a colormap from one color to the next, evenly."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", colors)


def two_sided() -> "Colormap":
    """Return a colormap for numbers around 0: blue below, white in the middle, orange above."""
    return shades(COLORS[0], "white", COLORS[1])


def caption(axes: "Axes", *, title: str = "", x: str = "", y: str = "") -> None:
    """Set title and axis labels in the size and color of all pictures."""
    axes.set_title(title, color=TEXT, fontsize=11)
    axes.set_xlabel(x, color=TEXT, fontsize=10)
    axes.set_ylabel(y, color=TEXT, fontsize=10)


def logarithmic(panel: "Axes", name: str, values: Array) -> None:
    """Make axis "x" or "y" logarithmic; within three decades it has plain numbers: 1, 2, 5."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    panel.set(**{f"{name}scale": "log"})
    axis: Axis = getattr(panel, f"{name}axis")
    values = values[np.isfinite(values)]
    if values.size and values.max() < 1000 * values.min():
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())


def legend(axes: "Axes", *, columns: int = 1) -> None:
    """Explain the colors, beside the panel so that nothing is hidden."""
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        frameon=False,
        labelcolor=TEXT,
        fontsize=9,
        ncols=columns,
        borderaxespad=0.0,
    )


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure as PNG (150 dots per inch) or SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        The result of a function of this package.
    path : path
        Name of the file, which ends in .png or .svg. An existing file is replaced.

    Raises
    ------
    ParameterError
        The name has another ending.
    FileError
        The file cannot be written.

    Examples
    --------
    >>> save(loss_curves({"training": [1.0, 0.5]}), "loss.png")  # doctest: +SKIP
    """
    from matplotlib import rc_context

    if not hasattr(figure, "savefig"):
        raise ParameterError(
            "save", "a figure and a path", a_named(figure), 'Write save(figure, "loss.png").'
        )
    if not isinstance(path, str | PathLike):
        raise ParameterError("save: path", "the name of a file", a_named(path), "loss.png is one.")
    kind = Path(path).suffix.lower()
    if kind not in (".png", ".svg"):
        raise ParameterError(
            f"save({str(path)!r}): the file must end in .png or .svg. Choose one of them."
        )
    drawn = BytesIO()
    metadata = {"Date": None} if kind == ".svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "chainrule", "axes.unicode_minus": True}):
        figure.savefig(drawn, format=kind[1:], dpi=150, metadata=metadata)
    try:
        _check_file(path)
        Path(path).write_bytes(drawn.getvalue())
    except FileError:
        raise
    except OSError as error:
        raise FileError(
            f"{path}: cannot be written ({error}). Make the folder or choose another."
        ) from error


def _check_file(path: str | Path) -> None:
    """Raise FileError if there is no plain file of this name, or one that may not be written."""
    if not Path(path).exists():
        return
    mode = Path(path).stat().st_mode
    if not S_ISREG(mode) or not mode & 0o222:
        got = "something else" if not S_ISREG(mode) else f"one of mode {S_IMODE(mode):04o}"
        raise FileError(str(path), "a file that may be written", got, "Choose another path.")
