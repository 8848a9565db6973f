"""How much a recording stores, and how soon any of its steps is there again."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from ..plots import html
from .recorded import Recorded


class Storage(NamedTuple):
    """What a recording stores.

    Parameters
    ----------
    snapshots : int
        Whole states of the run.
    bytes : int
        What they need together.
    steps : int
        The most steps that are made again to reach any step.
    seconds : float
        About how long these took when they were trained.
    """

    snapshots: int
    bytes: int
    steps: int
    seconds: float

    @classmethod
    def of(cls, recorded: Recorded) -> Storage:
        """Return what a recording stores."""
        snapshots, first = recorded.snapshots, recorded.origin.start.step
        gaps = [b - a for a, b in pairwise([*snapshots.steps, recorded.last])]
        longest, all_steps = max(gaps, default=0), max(recorded.last - first, 1)
        return cls(len(snapshots), snapshots.bytes, longest, recorded.seconds * longest / all_steps)

    def _repr_html_(self) -> str:
        return html.page(html.line(str(self)))

    def __str__(self) -> str:
        unit, size = [(u, s) for u, s in UNITS if self.bytes >= s or s == 1][-1]
        return (
            f"{_many(self.snapshots, 'snapshot')}, {self.bytes / size:.3g} {unit}, any step within "
            f"{_many(max(self.steps, 0), 'step')} of replay (about {_time(self.seconds)})"
        )


UNITS = (("bytes", 1), ("kB", 10**3), ("MB", 10**6), ("GB", 10**9))


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
