"""Histograms of activations and weights, one panel per array."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .canvas import COLORS, TEXT, caption, grid_of
from .given import as_numbers, by_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def activations(values: Mapping[str, Array]) -> "Figure":
    """Draw a histogram of every value of a network.

    Saturated units have their bars at the ends, dead units at 0.

    Parameters
    ----------
    values : dict of Array
        Arrays of any shapes by symbol, as `net.activations(X)` gives them.

    Returns
    -------
    figure : Figure
        One panel per value, with its mean and standard deviation.

    Raises
    ------
    DataError
        There are no values, or one is empty.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = activations(net.activations(X))  # doctest: +SKIP
    """
    return _histograms(values, COLORS[2])


def weight_histograms(parameters: Mapping[str, Array]) -> "Figure":
    """Draw a histogram of every parameter.

    Parameters
    ----------
    parameters : dict of Array
        Arrays of any shapes by symbol, as `net.parameters`; or the Network.

    Returns
    -------
    figure : Figure
        One panel per parameter, with its mean and standard deviation.

    Raises
    ------
    DataError
        There are no parameters, or one is empty.
    DependencyError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = weight_histograms(net.parameters)  # doctest: +SKIP
    """
    return _histograms(getattr(parameters, "parameters", parameters), COLORS[0])


def _histograms(values: Mapping[str, Array], color: str) -> "Figure":
    """Draw one panel per array; numbers that are not finite are counted in its title."""
    given = by_name("histograms", values, "arrays by name", "Give net.activations(X).")
    rule = "arrays with numbers in them"
    flat = {
        name: as_numbers(f"histograms, {name!r}", value, rule, "").ravel()
        for name, value in given.items()
    }
    if not flat or not all(value.size for value in flat.values()):
        raise DataError(
            "histograms", "arrays with numbers in them", "none" if not flat else "an empty one", ""
        )
    across = 4
    figure, axes = grid_of(len(flat), width=2.9, height=2.4, across=across)
    for k, (panel, (name, value)) in enumerate(zip(axes, flat.items(), strict=True)):
        finite = value[np.isfinite(value)]
        note = f"{value.size - finite.size} not finite"
        if finite.size:
            center, spread = finite.mean(), finite.std()
            half = max(0.5, abs(center) / 2)  # if all numbers are equal: one bar in the middle
            alike = np.ptp(finite) <= 1e-9 * half
            reach, bins = (
                ((center - half, center + half), 9)
                if alike
                else (None, min(40, 5 + int(finite.size**0.5)))
            )
            panel.hist(finite, bins=bins, range=reach, color=color)
            left, right = panel.get_xlim()
            if left < 0 < right:
                panel.axvline(0, color=TEXT, linewidth=0.8)
            numbers = f"mean {center:.2g}, sd {spread:.2g}".replace("-", "−")
            note = numbers if finite.size == value.size else f"{numbers}, {note}"
        panel.locator_params(axis="both", nbins=5)
        caption(panel, title=f"{name}\n{note}", y="" if k % across else "how many")
    return figure
