"""The real loss around the path of a run, in the plane that holds most of the path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, ParameterError
from ...plots import run_pages
from ...settings import is_whole
from .layers import tensors
from .samples import MOMENTS, Loss, Walked, check_moments, some_rows, spaced, updated, work_of_a_row
from .text_table import text_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 25  # losses along each side
WORK = 1e10  # multiply-adds of all losses of the grid, about
FEWEST = 400  # rows that a loss is the mean of, if there are so many
BYTES = 200_000_000  # of the path
MARGIN = 0.25  # of the path, on each side
NARROW = 0.6  # the shorter side is at least this part of the longer one


@dataclass(frozen=True, eq=False)
class LossSurface:
    """The loss of a run on a plane through its last weights.

    The plane is spanned by the two main directions d₁ and d₂ of the path: the first two right
    singular vectors of the rows θ(k) − θ(end). A point (a, b) is the network θ(end) + a d₁ + b d₂,
    so distances in the plane are distances between weights.

    Parameters
    ----------
    across, up : array, (S,)
        The positions of the grid.
    losses : array, (S, S)
        The loss at `up[i]`, `across[j]`. NaN where it is no number.
    path : array, (M, 2)
        The path of the run, projected onto the plane; it ends at (0, 0).
    steps : array of int, (M,)
        The steps of its points.
    shares : tuple of float
        The share of Σₖ |θ(k) − θ(end)|² along each of the two directions.
    end : float
        The loss at the end of the path.
    rows : str
        The rows whose mean the losses are.
    of_batch : bool
        True if BatchNorm takes its statistics from these rows.
    quantity : str
        What the loss is called.

    References
    ----------
    Li, Xu, Taylor, Studer & Goldstein, "Visualizing the loss landscape of neural nets",
    NeurIPS 2018, section 7.
    """

    across: Array
    up: Array
    losses: Array
    path: Array
    steps: Array
    shares: tuple[float, float]
    end: float
    rows: str
    of_batch: bool
    quantity: str = "loss"

    def __repr__(self) -> str:
        finite = self.losses[np.isfinite(self.losses)]
        low = f"{finite.min():.4g} to {finite.max():.4g}" if finite.size else "not finite"
        return (
            f"<LossSurface: {len(self.up)} × {len(self.across)} losses, {low}; {self.end:.4g} at "
            f"the end of the path; the plane holds {sum(self.shares):.0%} of it>"
        )

    def facts(self) -> list[tuple[str, str]]:
        """Return names and texts of what it found."""
        finite = self.losses[np.isfinite(self.losses)]
        low = f"{finite.min():.4g} to {finite.max():.4g}" if finite.size else "none is finite"
        first, second = self.shares
        of_batch = "; BatchNorm with their statistics" if self.of_batch else ""
        return [
            (self.quantity, f"{low} on the plane, {self.end:.4g} at the end of the path"),
            ("path", f"{len(self.path)} points, step {self.steps[0]:,} to {self.steps[-1]:,}"),
            ("in the plane", f"{first + second:.1%} of it: {first:.1%} and {second:.1%}"),
            ("grid", f"{len(self.across)} × {len(self.up)}"),
            ("on", f"{self.rows}{of_batch}"),
        ]

    def __str__(self) -> str:
        return text_table(self.facts(), left=2)

    def _repr_html_(self) -> str:
        return run_pages.facts(self.facts())

    def plot(self, path: Any = None) -> Figure:
        """Draw it as a matplotlib figure; write it to `path`, if given."""
        from ... import plots

        figure = plots.loss_surface(self)
        if path is not None:
            plots.save(figure, path)
        return figure


def loss_surface(
    run: Walked, side: int = SIDE, rows: int | None = None, moments: int = MOMENTS
) -> LossSurface:
    """Compute the loss around the path of a run, in its two main directions.

    Parameters
    ----------
    run : Recording
        The run.
    side : int
        Losses along each side of the grid, ≥ 3.
    rows : int, optional
        Training rows whose mean each loss is; by default as many as take some seconds.
    moments : int
        Points of the path.
    """
    for name, value, low in (("side", side, 3), ("rows", rows, 1)):
        if value is not None and (not is_whole(value) or value < low):
            rule = f"a whole number ≥ {low}"
            raise ParameterError(f"loss_surface({name}=...)", rule, repr(value), "")
    count = check_moments("loss_surface(moments=...)", moments)
    updated(run, "loss_surface")
    if rows is None:
        rows = max(FEWEST, int(WORK / (side * side * work_of_a_row(run))))
    loss = Loss(run, some_rows(run, rows))
    end = run.state_at(run.last).theta
    inside = np.zeros(end.size, bool)  # True at parameters: statistics have no directions
    for a in tensors(run.recorded.origin.net, flags := np.arange(end.size)).values():
        inside[a.ravel()] = True
    steps = spaced(run.first, run.last, max(min(count, BYTES // (8 * flags.size)), 3))
    away = np.array([run.state_at(step).theta[inside] for step in steps], float)
    away -= end[inside].astype(float)
    path, directions, shares = main_directions(away)
    across, up = _box(path, side)
    losses = np.empty((side, side))
    theta, last = end.copy(), end[inside].astype(float)
    for i, b in enumerate(up):
        for j, a in enumerate(across):
            theta[inside] = last + a * directions[0] + b * directions[1]
            losses[i, j] = loss(theta)
    losses[~np.isfinite(losses)] = np.nan
    return LossSurface(
        across,
        up,
        losses,
        path,
        np.array(steps),
        shares,
        loss(end),
        loss.rows.words,
        loss.of_batch,
        loss.name,
    )


def main_directions(away: Array) -> tuple[Array, Array, tuple[float, float]]:
    """Return a path in its two main directions (M, 2), these (2, P), and their shares.

    Parameters
    ----------
    away : array, (M, P)
        The points of the path, relative to its last one.

    Raises
    ------
    DataError
        The weights do not move.
    """
    squares, vectors = np.linalg.eigh(away @ away.T)
    squares, vectors = np.maximum(squares[::-1], 0), vectors[:, ::-1]
    if not squares[0] > 0:
        raise DataError("loss_surface", "weights that move", "the same ones", "Is all frozen?")
    directions = np.zeros((2, away.shape[1]))
    for k in range(2):
        if k < len(squares) and squares[k] > 1e-12 * squares[0]:
            directions[k] = vectors[:, k] @ away / np.sqrt(squares[k])
        else:  # a straight path: any other direction will do, such as along the largest weights
            other = np.sin(1.0 + np.arange(away.shape[1]))
            other -= (other @ directions[0]) * directions[0]
            directions[k] = other / (np.linalg.norm(other) or 1.0)
    directions *= np.where((away[0] @ directions.T) > 0, -1.0, 1.0)[:, None]  # it runs to the right
    path: Array = away @ directions.T
    first, second = (float(s / squares.sum()) for s in np.append(squares, 0.0)[:2])
    return path, directions, (first, second)


def _box(path: Array, side: int) -> tuple[Array, Array]:
    """Return the positions of a grid around a path; no side is much shorter than the other."""
    low, high = path.min(axis=0), path.max(axis=0)
    half = (high - low) * (0.5 + MARGIN)
    half = np.maximum(half, NARROW * half.max())
    middle = (low + high) / 2
    across, up = (np.linspace(middle[k] - half[k], middle[k] + half[k], side) for k in (0, 1))
    return across, up
