"""Lines: losses over epochs, activations with their derivatives, one number against another."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .canvas import COLORS, GRID, TEXT, caption, grid_of, legend, logarithmic, one_panel, pen
from .given import a_named, as_number, as_numbers, by_name
from .training_curves import kind_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def lines(
    curves: Mapping[str, Array | tuple[Array, Array]],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    log_x: bool = False,
    log_y: bool = False,
    axes: "Axes | None" = None,
) -> "Figure":
    """Draw one line for each entry.

    Parameters
    ----------
    curves : dict
        From a name to the heights (n,), drawn at 1 to n, or to a pair of positions and heights,
        (n,) each. NaN leaves a gap.
    title, x, y : str
        Title of the picture and labels of its two axes.
    log_x, log_y : bool
        True: a logarithmic axis, unless a number on it is not above 0.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DataError
        There is no curve, one has no points, or positions and heights differ in number.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> curves = {"SGD": [3, 2, 1], "Adam": ([1, 3], [2, 1])}
    >>> figure = lines(curves, x="epoch", y="loss")  # doctest: +SKIP
    """
    given = by_name("lines", curves, "curves by name", "Give a dict of arrays by name.")
    points = {name: _points(name, curve) for name, curve in given.items()}
    if not points:
        raise DataError("lines", "at least one curve", "none", "Give a dict of arrays by name.")
    figure, panel = one_panel(axes)
    from matplotlib.ticker import MaxNLocator

    for k, (name, (at, heights)) in enumerate(points.items()):
        panel.plot(
            at, heights, label=name, linewidth=1.8, marker="o" if len(at) == 1 else None, **pen(k)
        )
    everything = [np.concatenate([pair[i] for pair in points.values()]) for i in (0, 1)]
    for on, values, name in zip((log_x, log_y), everything, "xy", strict=True):
        if on and (values[np.isfinite(values)] > 0).all():
            logarithmic(panel, name, values)
    if not log_x and (everything[0] % 1 == 0).all():
        panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    panel.grid(color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    caption(panel, title=title, x=x, y=y)
    if len(points) > 1 or "" not in points:
        legend(panel, columns=1 + (len(points) - 1) // 14)
    return figure


def loss_curves(
    histories: Mapping[str, Array] | Array,
    *,
    log: bool = True,
    step: str = "epoch",
    axes: "Axes | None" = None,
) -> "Figure":
    """Draw the loss during training.

    Parameters
    ----------
    histories : dict of Array, Array, or History
        From a name to one loss per step, (n,), or a single curve. An example of a dict is
        {"training": history.loss, "validation": history.val_loss}. Of a History its losses are
        drawn; `training_curves` draws its metrics too.
    log : bool
        True: a logarithmic loss axis, if every loss is above 0.
    step : str
        The meaning of one entry: "epoch" or "step".
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DataError
        There is nothing to draw.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> curves = {"training": history.loss, "validation": history.val_loss}  # doctest: +SKIP
    >>> figure = loss_curves(curves)  # doctest: +SKIP
    """
    named = hasattr(histories, "as_dict") or isinstance(histories, Mapping)
    curves: dict[str, Any] = {"": histories}
    if named:
        curves = dict(by_name("loss_curves", histories, "", ""))
    if hasattr(histories, "as_dict"):  # of a History, the losses: metrics have another unit
        curves = {name: values for name, values in curves.items() if kind_of(name) == "loss"}
    return lines(curves, x=step, y="loss", log_y=log, axes=axes)


def learning_rates(
    lrs: Array, losses: Array, suggestion: float, *, axes: "Axes | None" = None
) -> "Figure":
    """Draw the loss while the learning rate grows, and the rate that the finder suggests.

    Parameters
    ----------
    lrs, losses : Array
        Rate of each step, above 0, and the loss there, (n,) each.
    suggestion : float
        Suggested rate, above 0.
    axes : Axes or None
        The panel to draw on; by default a new figure.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DataError
        There are no steps, or rates and losses differ in number.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = learning_rates([0.01, 0.1, 1.0], [2.0, 1.0, 3.0], 0.1)  # doctest: +SKIP
    """
    rule = "rates and losses (n,)"
    at = as_numbers("learning_rates", lrs, rule, "Write net.find_learning_rate(X, y).plot().")
    suggestion = as_number("learning_rates: suggestion", suggestion, "a number > 0", 0.0)
    figure = lines(
        {"": (np.atleast_1d(at), losses)}, x="learning rate", y="loss", log_x=True, axes=axes
    )
    panel = axes if axes is not None else figure.axes[0]
    panel.axvline(suggestion, color=COLORS[1], linewidth=1.8, linestyle="--")
    caption(panel, title=f"suggested: lr = {suggestion:.2g}", x="learning rate", y="loss")
    return figure


def activation_curves(
    functions: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]],
    *,
    reach: float = 4.0,
) -> "Figure":
    """Draw activations and their derivatives, one panel each, all on one scale.

    Where a derivative is near 0, no gradient passes.

    Parameters
    ----------
    functions : dict
        From a name to a function and its derivative. Both map an array (n,) to an array (n,).
    reach : float
        The panels show z from −reach to reach, reach > 0.

    Returns
    -------
    figure : Figure
        The picture.

    Raises
    ------
    DataError
        There are no functions.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> functions = {"tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2)}
    >>> figure = activation_curves(functions)  # doctest: +SKIP
    """
    rule, remedy = "functions by name", "Give name: (function, derivative)."
    functions = by_name("activation_curves", functions, rule, remedy)
    reach = as_number("activation_curves: reach", reach, "a number > 0", 0.0)
    if not functions:
        raise DataError(
            "activation_curves",
            "at least one function",
            "none",
            "Give name: (function, derivative).",
        )
    z = np.linspace(-reach, reach, 801)
    drawn = {name: _both(name, pair, z) for name, pair in functions.items()}
    figure, axes = grid_of(len(drawn), width=2.7, height=2.3)
    heights = np.concatenate([values for pair in drawn.values() for values in pair])
    # what grows without bound is cut off
    low, high = max(heights.min(), -1.5), min(heights.max(), 2.5)
    for panel, (name, (value, slope)) in zip(axes, drawn.items(), strict=True):
        (above,) = panel.plot(z, value, color=COLORS[0], linewidth=2)
        (below,) = panel.plot(z, slope, color=COLORS[1], linewidth=2, linestyle="--")
        panel.axhline(0, color=TEXT, linewidth=0.6)
        panel.axvline(0, color=TEXT, linewidth=0.6)
        panel.set_xlim(-reach, reach)
        panel.set_ylim(low - 0.1, high + 0.1)
        panel.grid(color=GRID, linewidth=0.7)
        caption(panel, title=name)
    figure.legend(
        [above, below],
        ["a = f(z)", "derivative ∂a/∂z"],
        loc="outside upper center",
        ncols=min(2, len(axes)),
        frameon=False,
        labelcolor=TEXT,
        fontsize=10,
    )
    return figure


def _both(name: str, pair: Any, z: Array) -> list[Array]:
    """Return the values of a function and of its derivative at z."""
    where, rule = f"activation_curves, {name!r}", "a function and its derivative"
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not all(map(callable, pair)):
        raise DataError(where, rule, a_named(pair), "Give name: (function, derivative).")
    values = [as_numbers(where, f(z), "arrays (n,)", "") for f in pair]
    if any(value.shape != z.shape for value in values):
        got = " and ".join(str(value.shape) for value in values)
        raise DataError(where, f"values of shape {z.shape}", got, "Both map (n,) to (n,).")
    return values


def _points(name: str, curve: Array | tuple[Array, Array]) -> tuple[Array, Array]:
    """Return positions and heights of a line, as floats."""
    pair = (
        curve
        if isinstance(curve, tuple) and len(curve) == 2 and np.ndim(curve[0]) == 1
        else (None, curve)
    )
    rule, remedy = "positions and heights of one shape (n,)", "Give one number per step."
    heights = as_numbers(f"the curve {name!r}", pair[1], rule, remedy)
    at = np.arange(1, heights.size + 1, dtype=float)
    if pair[0] is not None:
        at = as_numbers(f"the curve {name!r}", pair[0], rule, remedy)
    if heights.ndim != 1 or heights.size == 0 or at.shape != heights.shape:
        got = f"{at.shape} and {heights.shape}"
        raise DataError(
            f"the curve {name!r}",
            "positions and heights of one shape (n,)",
            got,
            "Give at least one point.",
        )
    return at, heights
