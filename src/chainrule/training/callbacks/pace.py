"""How far a run is within its epoch, and how long the rest of the epoch will take."""

from dataclasses import dataclass

from .base import Run

LONG = 5.0  # seconds; what is left of shorter epochs is not worth a word


@dataclass(frozen=True)
class Place:
    """A place within an epoch.

    Parameters
    ----------
    part : float, optional
        The share of the epoch that is done, in [0, 1]; None if its length is not known.
    batches : int
        The batches of a stream that are done; 0 for rows with numbers.
    left : float, optional
        Seconds that are left of the epoch; None if they are not known.
    long : bool
        True if the epoch takes so long that this is worth showing.
    """

    part: float | None
    batches: int = 0
    left: float | None = None
    long: bool = False

    def words(self) -> str:
        """Return "42 % done, 00:35 left", or what is known of it."""
        if self.part is None:
            return f"{self.batches:,} batch{'es' * (self.batches != 1)} done"
        left = "" if self.left is None else f", {clock(self.left)} left"
        return f"{100 * self.part:.0f} % done{left}"

    def texts(self) -> tuple[str, ...]:
        """Return what follows "epoch 3/10" in a bar, from the longest text to the shortest."""
        if not self.long:
            return ("",)
        if self.part is None:
            return f" + {self.batches:,} batch{'es' * (self.batches != 1)}", ""
        part = f" + {100 * self.part:.0f} %"
        left = () if self.left is None else (f"{part} ({clock(self.left)} left)",)
        return (*left, part, "")


class Pace:
    """Watches how fast the epochs of one run pass.

    It is told the beginning and the end of epochs, unless many of them are made in one call; those
    take no time that is worth showing.
    """

    def __init__(self) -> None:
        self._epoch = -1
        self._begin, self._from = 0.0, 0.0  # when this epoch began, and at which part of it
        self._batches = 0  # of the last epoch of a stream

    def begin(self, run: Run, now: float) -> None:
        """Note the beginning of an epoch, or the moment at which it is seen first."""
        self._epoch, self._begin = run.epoch, now
        self._from = self._part(run) or 0.0

    def end(self, run: Run) -> None:
        """Note the number of batches of a stream, which says how long its next epoch will be."""
        self._batches = run.state.position

    def place(self, run: Run, now: float) -> Place:
        """Return where the run is within its epoch."""
        if run.epoch != self._epoch:
            self.begin(run, now)
        part, spent = self._part(run), now - self._begin
        batches = 0 if _rows(run) else run.state.position
        if part is None:
            return Place(None, batches, None, spent >= LONG)
        made = part - self._from
        left = spent * (1 - part) / made if made > 0 and part < 1 else None
        return Place(part, batches, left, left is not None and spent + left >= LONG)

    def _part(self, run: Run) -> float | None:
        length = _rows(run) or self._batches
        return min(run.state.position / length, 1.0) if length else None


def _rows(run: Run) -> int:
    """Return how many rows an epoch has; 0 for a stream."""
    return len(run.source) if hasattr(run.source, "__len__") else 0


def clock(seconds: float) -> str:
    """Return 95 seconds as `01:35`, and 5,000 as `1:23:20`."""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02d}:{s:02d}" if hours else f"{m:02d}:{s:02d}"
