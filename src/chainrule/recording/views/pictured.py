"""What a recorded run shows of itself: tables, plots, a film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .film import FPS, FRAMES, Film, film
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

    def weights_over_time(self: Any, moments: int = MOMENTS) -> WeightsOverTime:
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

    def film(
        self: Any, path: Any, frames: int = FRAMES, fps: float = FPS, verbose: int | None = None
    ) -> Film:
        """Write a film of the run: answers, weights and loss as they moved.

        The answers are regions of classes for two inputs, the curve for one, pictures and their
        reconstructions for an autoencoder or an RBM, else counts of classes, or predictions against
        targets. Weights of pictures are shown as pictures. The first steps get more frames.

        Parameters
        ----------
        path : str or path
            A name that ends in .gif, or in .mp4 if the program ffmpeg is installed. A name without
            an ending is a folder for pictures: frame-0000.png, ...
        frames : int
            How many, ≥ 2; a short run has one for each step.
        fps : float
            Frames in a second, > 0 and ≤ 60. The last one stays for two seconds.
        verbose : int, optional
            0: silent; else a film that takes more than 5 seconds says how long.

        Returns
        -------
        film : Film
            A notebook shows it.

        Raises
        ------
        ParameterError
            Another ending, or a number out of its range.
        FileError
            The file cannot be written. Ctrl-C or an error leaves what was there before.
        DependencyError
            matplotlib, or for .mp4 ffmpeg, is not installed.
        """
        return film(self, path, frames, fps, verbose)

    def plot(self: Any, path: Any = None) -> Figure:
        """Draw the losses and metrics of the run; write the figure to `path`, if given.

        A run that failed in its first epoch has none of them: then its timeline is drawn.
        """
        if len(self.history):
            figure: Figure = self.history.plot(path)
            return figure
        return timeline(self).plot(path)
