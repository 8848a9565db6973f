"""The curves of a run: each kind of quantity has its own panel and its own axis."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..settings import is_whole
from .canvas import COLORS, GRID, STYLES, TEXT, caption, grid_of, logarithmic
from .given import a_named, as_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# quantities between 0 and 1
FRACTIONS = ("top_k_accuracy", "accuracy", "f1", "precision", "recall", "roc_auc")
KNOWN = (*FRACTIONS, "mean_squared_error", "mean_absolute_error", "r2", "loss")


def training_curves(
    columns: "Mapping[str, Array]", *, best_epoch: int | None = None, step: str = "epoch"
) -> "Figure":
    """Draw what was watched during a run: losses in one panel, each kind of metric in another.

    Numbers of the validation rows are dashed, in the color of their training curve. Losses have a
    logarithmic axis if they are above 0 and change by more than a factor of 10; accuracies and
    other fractions have an axis from 0 to 1.

    Parameters
    ----------
    columns : dict of Array, or History
        From a name ("loss", "val_loss", "accuracy", ...) to one number per epoch, (n,). NaN leaves
        a gap. A History brings its best epoch.
    best_epoch : int or None
        The index of an epoch to mark, from 0.
    step : str
        The meaning of one entry.

    Returns
    -------
    figure : Figure
        One panel for each kind of quantity.

    Raises
    ------
    DataError
        Nothing was watched, or no epoch was run.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> columns = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.9]}
    >>> figure = training_curves(columns, best_epoch=1)  # doctest: +SKIP
    """
    if best_epoch is None:
        best_epoch = getattr(columns, "best_epoch", None)
    if best_epoch is not None and not is_whole(best_epoch):
        raise ParameterError(
            "training_curves: best_epoch", "an index or None", a_named(best_epoch), ""
        )
    kinds = by_kind("training_curves", columns)
    figure, axes = grid_of(len(kinds), width=4.4, height=3.3, across=2)
    for panel, (kind, curves) in zip(axes, kinds.items(), strict=True):
        _draw(panel, kind, curves, best_epoch)
        caption(panel, x=step, y=kind.replace("_", " "))
    return figure


def by_kind(where: str, columns: Any) -> dict[str, dict[str, Array]]:
    """Return the curves of a run as {kind: {name: numbers}}; losses come first.

    Raises
    ------
    DataError
        Not a dict of curves or a History, or no epoch was run.
    """
    columns = curves_of(columns)
    if not isinstance(columns, Mapping) or not columns:
        got = "none" if isinstance(columns, Mapping) else a_named(columns)
        raise DataError(where, "curves by name", got, "Give the History that `fit` returns.")
    kinds: dict[str, dict[str, Array]] = {}
    for name in sorted(columns, key=lambda name: kind_of(name) != "loss"):
        values = as_numbers(f"{where}, {name!r}", columns[name], "numbers (n,)", "")
        if values.ndim != 1:
            raise DataError(
                f"{where}, {name!r}", "numbers (n,)", f"shape {values.shape}", "One per epoch."
            )
        kinds.setdefault(kind_of(name), {})[name] = values
    if not any(values.size for curves in kinds.values() for values in curves.values()):
        raise DataError(where, "at least one epoch", "no epoch", "Train first: fit(epochs=10).")
    return kinds


def curves_of(columns: Any) -> Any:
    """Return the dict of a History, and anything else as it is."""
    as_dict = getattr(columns, "as_dict", None)
    return as_dict() if callable(as_dict) else columns


def kind_of(name: str) -> str:
    """Return what a name measures: "val_digit_accuracy" is an accuracy."""
    name = name.removeprefix("val_")
    return next((kind for kind in KNOWN if name == kind or name.endswith(f"_{kind}")), name)


def is_logarithmic(kind: str, curves: Mapping[str, Array]) -> bool:
    """True if these are losses above 0 that change by more than a factor of 10."""
    values = np.concatenate(list(curves.values()))
    values = values[np.isfinite(values)]
    if kind != "loss" or not values.size or values.min() <= 0:
        return False
    return bool(values.max() > 10 * (1 - 1e-9) * values.min())


def _draw(panel: "Axes", kind: str, curves: Mapping[str, Array], best_epoch: int | None) -> None:
    """Draw the curves of one kind."""
    from matplotlib.ticker import MaxNLocator

    own = list(dict.fromkeys(name.removeprefix("val_") for name in curves))
    for name, values in curves.items():
        panel.plot(
            np.arange(1, values.size + 1),
            values,
            label=name,
            linewidth=1.8,
            color=COLORS[own.index(name.removeprefix("val_")) % len(COLORS)],
            linestyle=STYLES[name.startswith("val_")],
            marker="o" if values.size == 1 else None,
            markerfacecolor="white" if name.startswith("val_") else None,
        )
    everything = np.concatenate(list(curves.values()))
    everything = everything[np.isfinite(everything)]
    if kind in FRACTIONS and everything.size and 0 <= everything.min() <= everything.max() <= 1:
        panel.set_ylim(-0.02, 1.02)
    if is_logarithmic(kind, curves):
        logarithmic(panel, "y", everything)
    if best_epoch is not None:
        words = f"best epoch, {best_epoch + 1}"
        panel.axvline(best_epoch + 1, color=TEXT, linewidth=1, linestyle=":", label=words)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if max(map(len, curves.values())) == 1:
        panel.set_xlim(0.5, 1.5)
    panel.yaxis.get_offset_text().set_horizontalalignment("right")  # the legend is on its right
    panel.grid(color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    widths = sorted(len(str(line.get_label())) for line in panel.get_lines())
    short = len(widths) <= 3 and sum(widths) <= 40
    panel.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        frameon=False,
        labelcolor=TEXT,
        fontsize=9,
        ncols=3 if short else 2 if sum(widths[-2:]) <= 44 else 1,
        columnspacing=1.2,
    )
