"""How a run went: loss, gradients, updates and dead units over its steps; the spread of weights."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .canvas import COLORS, GRID, TEXT, caption, grid_of, legend, logarithmic, panels, pen
from .given import a_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 10  # layers of a panel; more could not be told apart
TENSORS = 12  # panels of weights
USUAL = 1e-3  # a usual size of an update relative to its weights


class Timeline(Protocol):
    """A timeline, with the attributes that the picture needs."""

    @property
    def steps(self) -> Array: ...
    @property
    def losses(self) -> Array: ...
    @property
    def gradient_norms(self) -> Array: ...
    @property
    def gradients(self) -> Mapping[str, Array]: ...
    @property
    def ratios(self) -> Mapping[str, Array]: ...
    @property
    def dead(self) -> Mapping[str, Array]: ...
    @property
    def rows(self) -> str: ...
    @property
    def ends(self) -> Array: ...
    @property
    def epochs(self) -> Mapping[str, Array]: ...


class WeightsOverTime(Protocol):
    """The spread of weights, with the attributes that the picture needs."""

    @property
    def steps(self) -> Array: ...
    @property
    def values(self) -> Mapping[str, Array]: ...
    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]: ...
    def shows_singly(self, name: str) -> bool: ...


def measured(where: str, value: Any, method: str, *attributes: str, **options: Any) -> Any:
    """Return what is to be drawn: the value itself, or of a recorded run what its method returns.

    Raises
    ------
    DataError
        Something else.
    """
    if all(hasattr(value, name) for name in attributes):
        return value
    own = getattr(value, method, None)
    if callable(own) and hasattr(value, "recorded"):
        return own(**options)
    raise DataError(
        where, "a recorded run", a_named(value), "Make one: run = net.record(X, y, epochs=20)."
    )


def timeline(run: Any, *, moments: int = 60) -> "Figure":
    """Draw how a run went: loss, gradient norm, size of updates, dead units, over its steps.

    Parameters
    ----------
    run : Recording, or Timeline
        A recorded run, or the result of its `timeline()`.
    moments : int
        Of a recorded run: how many of its moments are measured, ≥ 2.

    Returns
    -------
    figure : Figure
        One panel for each. Sizes of updates are relative to the weights of their layer; around
        1/1000 is usual. A unit is dead if no gradient passes it for any of the rows in the title.

    Raises
    ------
    DataError
        Something else, or a run without a step.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = timeline(net.record(X, y, epochs=20))  # doctest: +SKIP
    """
    found: Timeline = measured(
        "timeline",
        run,
        "timeline",
        *("losses", "gradient_norms", "ratios", "dead"),
        moments=moments,
    )
    many = bool(found.dead) + 3
    figure, axes = panels(2, 2, width=5.6, height=3.3)
    for panel in axes[many:]:
        panel.remove()
    _losses(axes[0], found)
    total = {"whole network": found.gradient_norms}
    _by_layer(axes[1], found.steps, found.gradients, "norm of the gradient", total)
    _by_layer(axes[2], found.steps, found.ratios, "size of the update / size of the weights")
    ratios = np.concatenate([np.ravel(a) for a in found.ratios.values()] or [np.zeros(0)])
    ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    if ratios.size and ratios.min() / 10 < USUAL < ratios.max() * 10:
        axes[2].axhline(USUAL, color=TEXT, linewidth=0.8, linestyle=(0, (1, 2)), label="1/1000")
        legend(axes[2])
    if found.dead:
        _by_layer(axes[3], found.steps, found.dead, "share of dead units", percent=True)
        caption(axes[3], x="step", title=f"share of dead units, on {found.rows}")
    return figure


def _losses(panel: "Axes", found: Timeline) -> None:
    """Draw the losses of batches, and those of epochs at their ends."""
    alone = "o" if len(found.steps) == 1 else None
    panel.plot(
        found.steps, found.losses, color="#999999", linewidth=1, marker=alone, label="one batch"
    )
    for k, (name, values) in enumerate(found.epochs.items()):
        count = min(len(found.ends), len(values))
        if not count:
            continue
        style: dict[str, Any] = {
            "linestyle": "--" if name.startswith("val_") else "-",
            "color": COLORS[0],
        }
        words = {"loss": "epoch", "val_loss": "validation"}.get(name, name)
        mark: dict[str, Any] = (
            {"marker": "o" if k == 0 else "s", "markersize": 4} if count == 1 else {}
        )
        panel.plot(found.ends[:count], values[:count], linewidth=1.8, label=words, **style, **mark)
    everything = np.concatenate([found.losses, *found.epochs.values()])
    finish(panel, everything, "loss")


def _by_layer(
    panel: "Axes",
    steps: Array,
    curves: Mapping[str, Array],
    title: str,
    more: Mapping[str, Array] | None = None,
    *,
    percent: bool = False,
) -> None:
    """Draw one line for each layer; of very many layers some."""
    alone = "o" if len(steps) == 1 else None
    for name, values in (more or {}).items():
        if len(curves) != 1:
            panel.plot(steps, values, color=TEXT, linewidth=1.8, label=name, marker=alone)
    names = list(curves)
    shown = sorted({round(k) for k in np.linspace(0, len(names) - 1, min(len(names), MOST))})
    for k, place in enumerate(shown):
        panel.plot(
            steps, curves[names[place]], linewidth=1.3, label=names[place], marker=alone, **pen(k)
        )
    if len(shown) < len(names):
        title += f", {len(shown)} of {len(names)} layers"
    everything = [np.ravel(a) for a in [*curves.values(), *(more or {}).values()]]
    finish(panel, np.concatenate(everything or [np.zeros(0)]), title, percent=percent)


def finish(panel: "Axes", values: Array, title: str, *, percent: bool = False) -> None:
    """Add grid, captions and legend; a logarithmic axis where numbers span more than a decade."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    numbers = values[np.isfinite(values)]
    if percent:
        panel.set_ylim(-0.03, 1.03)
        panel.yaxis.set_major_formatter(PercentFormatter(1.0))
    elif numbers.size and (numbers >= 0).all():
        above = numbers[numbers > 0]
        if above.size and above.max() > 10 * above.min():
            logarithmic(panel, "y", above)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    panel.grid(color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    caption(panel, title=title, x="step")
    if panel.get_legend_handles_labels()[1]:
        legend(panel)


def weights_over_time(run: Any, *, moments: int = 60) -> "Figure":
    """Draw how the weights of each tensor spread while a run went on.

    The line is the median; half of the numbers are in the dark band, 90 % in the lighter one, all
    in the lightest. Of a tensor of few numbers each has its line.

    Parameters
    ----------
    run : Recording, or WeightsOverTime
        A recorded run, or the result of its `weights_over_time()`.
    moments : int
        Of a recorded run: how many of its moments are shown, ≥ 2.

    Returns
    -------
    figure : Figure
        One panel for each tensor; of more than 12 tensors, the first and the last ones.

    Raises
    ------
    DataError
        Something else.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = weights_over_time(net.record(X, y, epochs=20))  # doctest: +SKIP
    """
    found: WeightsOverTime = measured(
        "weights_over_time",
        run,
        "weights_over_time",
        *("steps", "values", "shapes", "shows_singly"),
        moments=moments,
    )
    names = list(found.values)
    if len(names) > TENSORS:
        names = [*names[: TENSORS // 2], *names[-TENSORS // 2 :]]
    figure, axes = grid_of(len(names), width=3.2, height=2.5)
    for k, (panel, name) in enumerate(zip(axes, names, strict=True)):
        values, shape = found.values[name], found.shapes[name]
        if found.shows_singly(name):
            _singly(panel, found.steps, values)
        else:
            _bands(panel, found.steps, values)
        size = " × ".join(map(str, shape)) or "1"
        _finish_weights(panel, f"{name}  ({size})", "step" if k >= len(names) - 4 else "")
    if all(map(found.shows_singly, names)):
        return figure
    figure.supxlabel(
        "line: median; dark: half of the numbers, light: 90 %, lightest: all of them",
        fontsize=9,
        color=TEXT,
    )
    return figure


def _singly(panel: "Axes", steps: Array, values: Array) -> None:
    for j, one in enumerate(values.T):
        panel.plot(steps, one, linewidth=1.3, marker="o" if len(steps) == 1 else None, **pen(j))


def _bands(panel: "Axes", steps: Array, values: Array) -> None:
    for low, shade in ((0, 0.15), (1, 0.25), (2, 0.45)):
        panel.fill_between(
            steps, values[:, low], values[:, -1 - low], color=COLORS[0], alpha=shade, linewidth=0
        )
    panel.plot(steps, values[:, 3], color=TEXT, linewidth=1.4)


def _finish_weights(panel: "Axes", title: str, x: str) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    panel.locator_params(axis="y", nbins=5)
    panel.grid(color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    caption(panel, title=title, x=x)
