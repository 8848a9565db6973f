"""One answer, column by column: how each moved it, as numbers, as text and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..graph.text import Text
from ..plots import pages

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAR = 24  # characters of the longest bar
SHOWN = 12  # columns that the text and the picture name


@dataclass(frozen=True, eq=False)
class Explanation:
    """Signed contributions to the difference between the answers for a row and for a reference row.

    output − reference_output = Σ contributions + remainder; the remainder is checked to be small.

    Parameters
    ----------
    contributions : array
        One number for each column (for each pixel of an image), of the row's shape.
    output, reference_output : float
        The answer for the row, and for the reference row.
    label : str
        The name of the answer: "p[2]", "P(setosa)", "price".
    names : sequence of str
        One name for each contribution.
    cells, reference_cells : sequence of str
        The values of both rows, as text.
    """

    contributions: Array
    output: float
    reference_output: float
    label: str
    names: Sequence[str]
    cells: Sequence[str]
    reference_cells: Sequence[str]

    @property
    def difference(self) -> float:
        """output − reference_output"""
        return self.output - self.reference_output

    @property
    def remainder(self) -> float:
        """The part of the difference that the contributions do not explain."""
        return self.difference - float(self.contributions.sum())

    def ranked(self, count: int | None = None) -> list[int]:
        """Return the columns by the size of their contribution, largest first.

        Columns that contribute nothing are left out.

        Parameters
        ----------
        count : int, optional
            The largest number of columns.
        """
        flat = self.contributions.ravel()
        order = np.argsort(-np.abs(flat), kind="stable")
        return [int(k) for k in order if flat[k] != 0][:count]

    def rest(self, shown: Sequence[int]) -> tuple[int, float]:
        """Return how many columns are not shown, and their contributions together."""
        flat = self.contributions.ravel()
        others = np.delete(flat, list(shown))
        return len(others), float(others.sum())

    def text(self, columns: int = SHOWN) -> str:
        """Return a bar chart made of characters.

        Parameters
        ----------
        columns : int
            How many columns to name; the others share one line.
        """
        flat, shown = self.contributions.ravel(), self.ranked(columns)
        labels = [f"{_short(self.names[k])} = {_short(self.cells[k])}" for k in shown]
        labels = [
            t
            if self.cells[k] == self.reference_cells[k]
            else f"{t} (not {_short(self.reference_cells[k])})"
            for t, k in zip(labels, shown, strict=True)
        ]
        values = [float(flat[k]) for k in shown]
        count, rest = self.rest(shown)
        if count:
            labels, values = [*labels, f"{count} other column{'s' * (count > 1)}"], [*values, rest]
        longest = max(map(abs, values), default=0.0) or 1.0
        numbers = [f"{v:+.4g}" for v in values]
        width, digits = max(map(len, labels), default=0), max(map(len, numbers), default=0)
        lines = [
            f"{self.label} = {self.output:.4g}; for the reference row {self.reference_output:.4g}"
        ]
        for t, n, v in zip(labels, numbers, values, strict=True):
            bar = ("+" if v > 0 else "-") * round(BAR * abs(v) / longest)
            lines.append(f"  {t:<{width}}  {n:>{digits}}  {bar}".rstrip())
        lines.append(f"  {'together':<{width}}  {f'{self.difference:+.4g}':>{digits}}")
        return Text("\n".join(lines))

    def plot(self, path: Any = None) -> Figure:
        """Draw a bar chart as a matplotlib figure; write it to `path` if one is given."""
        from .. import plots

        figure = plots.contributions(self)
        if path is not None:
            plots.save(figure, path)
        return figure

    def __str__(self) -> str:
        return str(self.text())

    def __repr__(self) -> str:
        return str(self.text())

    def _repr_html_(self) -> str:
        return pages.explanation(self, SHOWN)


def _short(text: str, limit: int = 28) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
