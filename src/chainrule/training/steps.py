"""The interface between the loop and the steps of a run."""

from typing import Protocol

BUDGET = 0.05  # seconds after which `advance` returns, so that Ctrl-C and the progress bar work


class Steps(Protocol):
    """The steps of one run. `NumpySteps` makes them in NumPy, `NativeSteps` in C.

    All methods but `close` read and change the state of the run: θ, slots, counters and sums.
    """

    def begin_epoch(self) -> None:
        """Begin the current epoch of the run, at the current position."""

    def has_more(self) -> bool:
        """Return True if the epoch has a further batch."""

    def advance(self, k: int, budget: float = BUDGET) -> int:
        """Make up to k steps and return how many.

        Parameters
        ----------
        k : int
            0: no limit but the end of the epoch.
        budget : float
            Return after the step in which this number of seconds is over.

        Raises
        ------
        TrainingError
            A number is no longer finite; the step is undone.
        """

    def whole_epochs(self, budget: float = BUDGET) -> int:
        """Make several epochs in one call, if nothing in Python needs their ends.

        Returns
        -------
        int
            The number of steps; 0 if the epochs have to be made one by one.
        """

    def close(self) -> None:
        """End what works beside the steps; the run is over, or given up."""
