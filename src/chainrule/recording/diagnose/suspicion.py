"""A suspicion: a fault that the numbers of a run suggest, and cures that can be tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...arrays import Array
from .case import Case
from .measure import Measure

CLEARLY = 0.05  # share of the validation loss that a cure must remove


@dataclass(frozen=True, eq=False)
class Cure:
    """One change that may help.

    Parameters
    ----------
    advice : str
        What to do, as a sentence.
    change : function
        The case with this change.
    need : float
        The share of the validation loss that it must remove to be confirmed.
    measure : function, optional
        How the result is measured, if not by the loss.
    """

    advice: str
    change: Callable[[Case], Case]
    need: float = CLEARLY
    measure: Callable[[Measure], Measure] | None = None


@dataclass(frozen=True, eq=False)
class Suspicion:
    """A fault that the numbers of a run suggest.

    Parameters
    ----------
    kind, place, text : str
        As in a Finding.
    cures : tuple of Cure
        Changes to try, the most likely one first.
    advice : str
        What to do if no cure was confirmed, for what is certain without a trial.
    certain : bool
        True: report it although no trial confirms it.
    harm : float
        How much it harms, from 0 to 1, if no trial says it.
    short : str
        A few words, for a finding that explains this one.
    best : bool
        True: try all cures and keep the best one; else the first one that helps.
    rows : array of int, optional
        The rows that it is about, as in a Finding.
    """

    kind: str
    place: str
    text: str
    cures: tuple[Cure, ...] = ()
    advice: str = ""
    certain: bool = False
    harm: float = 0.05
    short: str = ""
    best: bool = False
    rows: Array | None = None
