"""How the weights of a run spread while it went on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...plots import run_pages
from .layers import tensors
from .samples import MOMENTS, Walked, check_moments, spaced
from .text_table import text_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVELS = (0.0, 5.0, 25.0, 50.0, 75.0, 95.0, 100.0)  # percent
SINGLY = 8  # numbers of a tensor that are shown one by one


@dataclass(frozen=True, eq=False)
class WeightsOverTime:
    """The numbers of each tensor at some moments of a run.

    Parameters
    ----------
    steps : array of int, (S,)
        The moments: the number of updates done.
    levels : tuple of float
        The percentiles, in percent: 0 is the lowest number, 50 the median, 100 the highest.
    values : dict of arrays
        By symbol: the percentiles (S, 7); of a tensor of at most 8 numbers the numbers (S, size).
    shapes : dict of tuples
        The shape of each tensor.
    """

    steps: Array
    levels: tuple[float, ...]
    values: dict[str, Array]
    shapes: dict[str, tuple[int, ...]]

    def __repr__(self) -> str:
        return (
            f"<WeightsOverTime: {', '.join(self.values)} at {len(self.steps)} moments from step "
            f"{self.steps[0]:,} to {self.steps[-1]:,}>"
        )

    def shows_singly(self, name: str) -> bool:
        """Return True if `values` has the numbers of this tensor themselves."""
        return int(np.prod(self.shapes[name])) <= SINGLY

    def cells(self) -> tuple[list[str], list[list[str]]]:
        """Return the header and the lines of a table: each tensor at the first and last moment."""
        header = ["", "shape", f"lowest, step {self.steps[0]:,}", "median", "highest"]
        header += [f"lowest, step {self.steps[-1]:,}", "median", "highest"]
        lines = []
        for name, values in self.values.items():
            ends = [
                f"{number:.4g}"
                for row in (values[0], values[-1])
                for number in (row.min(), np.median(row), row.max())
            ]
            lines.append([name, " × ".join(map(str, self.shapes[name])), *ends])
        return header, lines

    def __str__(self) -> str:
        header, lines = self.cells()
        return text_table([header, *lines], left=2)

    def _repr_html_(self) -> str:
        return run_pages.rows(*self.cells())

    def plot(self, path: Any = None) -> Figure:
        """Draw it as a matplotlib figure; write it to `path`, if given."""
        from ... import plots

        figure = plots.weights_over_time(self)
        if path is not None:
            plots.save(figure, path)
        return figure


def weights_over_time(run: Walked, moments: int = MOMENTS) -> WeightsOverTime:
    """Return how the numbers of each tensor spread at some moments of a run.

    Parameters
    ----------
    run : Recording
        The run.
    moments : int
        How many, at even distances, ≥ 2.
    """
    steps = spaced(run.first, run.last, check_moments("weights_over_time(moments=...)", moments))
    net = run.recorded.origin.net
    found: dict[str, list[Array]] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    for step in steps:
        for name, a in tensors(net, run.state_at(step).theta).items():
            shapes[name] = a.shape
            flat = a.ravel().astype(float)
            row = flat if a.size <= SINGLY else np.percentile(flat, LEVELS)
            found.setdefault(name, []).append(row)
    if not found:
        raise DataError("weights_over_time", "a network with parameters", "none", "Add a layer.")
    return WeightsOverTime(
        np.array(steps), LEVELS, {name: np.array(a) for name, a in found.items()}, shapes
    )
