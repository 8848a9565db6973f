"""What a recorded run shows of itself: tables, plots, a film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .loss_surface import SIDE, LossSurface, loss_surface
from .samples import MOMENTS
from .timeline import Timeline, timeline
from .weights_over_time import WeightsOverTime, weights_over_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Pictured:
    """A run that can be looked at. Abstract: a Recording is one."""

    def timeline(self: Any, moments: int = MOMENTS) -> Timeline:
        """Return loss, gradient norms, update sizes and dead units at some moments.

        Parameters
        ----------
        moments : int
            How many, at even distances, ≥ 2.

        Returns
        -------
        timeline : Timeline
            `print` shows a table, `plot` draws it.

        Raises
        ------
        DataError
            The run has no step.
        """
        return timeline(self, moments)

    def weights_over_time(
        self: Any, moments: int = MOMENTS
    ) -> WeightsOverTime:
        """Return how the numbers of each tensor spread at some moments; `plot` draws it.

        Parameters
        ----------
        moments : int
            How many, at even distances, ≥ 2.
        """
        return weights_over_time(self, moments)

    def loss_surface(
        self: Any,
        side: int = SIDE,
        rows: int | None = None,
        moments: int = MOMENTS,
    ) -> LossSurface:
        """Compute the loss around the path of the run, in its two main directions.

        Parameters
        ----------
        side : int
            Losses along each side of the grid, ≥ 3.
        rows : int, optional
            Training rows whose mean each loss is; by default as many as take some seconds.
        moments : int
            Points of the path, ≥ 2.

        Returns
        -------
        surface : LossSurface
            `plot` draws it.

        Raises
        ------
        DataError
            The run has no step, or no weight moved.
        """
        return loss_surface(self, side, rows, moments)
