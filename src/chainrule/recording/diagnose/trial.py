"""Try a cure: the same steps again with one change, also with other seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ...errors import ChainruleError
from ..moment import Visited
from ..recorded import Recorded
from .case import Case
from .evidence import CHEAP, Evidence, cost
from .finding import Trial
from .measure import Measure
from .suspicion import Cure

SEEDS = (101, 202)  # of the runs that must agree
Make = Callable[[Recorded], Visited]


@dataclass(eq=False)
class Trials:
    """Runs of one case and of its cures.

    Parameters
    ----------
    base : Evidence
        What is known of the case.
    make : function
        A recording of what was recorded.
    """

    base: Evidence
    make: Make
    _before: dict[int, Evidence] = field(default_factory=dict)
    runs: int = 0

    def evidence(self, case: Case, measure: Measure) -> Evidence:
        """Run a case, and return its evidence."""
        self.runs += 1
        return Evidence(case, self.make(case.record()), measure)

    def before(self, seed: int) -> Evidence:
        """Return the evidence of the case as it is, with this seed."""
        if seed not in self._before:
            case = self.base.case.changed(seed=seed)
            self._before[seed] = self.evidence(case, self.base.measure)
        return self._before[seed]

    def of(
        self, cure: Cure, ground: Cure | None = None, seeds: tuple[int, ...] = SEEDS
    ) -> tuple[Trial, Evidence] | None:
        """Try a cure; None if the network cannot be changed so.

        Parameters
        ----------
        cure : Cure
            The change.
        ground : Cure, optional
            The change that the run before has already; it is a part of `cure`.
        seeds : tuple of int
            Of the further runs that must agree.
        """
        measure = self._measure(cure)
        try:
            old = self.base if ground is None else self._grounded(ground, None)
            after = self.evidence(cure.change(self.base.case), measure)
            pair = numbers(old, measure), numbers(after, measure)
        except ChainruleError:
            return None
        good = self._is_better(pair[0][1], pair[1][1], cure.need, 1.0)
        other: list[tuple[float, float]] = []
        if good and cost(self.base) < CHEAP:
            for seed in seeds:
                other.append(self.followed(cure, seed, ground))
                good = good and self._is_better(other[-1][0], other[-1][1], cure.need / 2, 0.5)
                if not good:
                    break
        (loss_a, held_a), (loss_b, held_b) = pair
        trial = Trial(
            after.updates,
            (loss_a, loss_b),
            (held_a, held_b),
            measure.words,
            tuple(other),
            good,
            after.updates == old.updates,
        )
        return trial, after

    @property
    def least(self) -> float:
        """The smallest change of the loss that counts: a hundredth of the loss of guessing."""
        return 0.0 if self.base.guess is None else 0.01 * abs(self.base.guess[1])

    def _measure(self, cure: Cure) -> Measure:
        return self.base.measure if cure.measure is None else cure.measure(self.base.measure)

    def _is_better(self, before: float, after: float, need: float, share: float) -> bool:
        """Return True if a number is clearly better; a run that failed needs more than a number."""
        far = max(self.base.first[1], self.base.guess[1] if self.base.guess else 0.0)
        if not np.isfinite(before) and after > far:
            return False
        return is_better(before, after, need, share * self.least)

    def _grounded(self, ground: Cure, seed: int | None) -> Evidence:
        """Return the evidence with a change that is already confirmed."""
        case = self.base.case if seed is None else self.base.case.changed(seed=seed)
        return self.evidence(ground.change(case), self._measure(ground))

    def followed(self, cure: Cure, seed: int, ground: Cure | None = None) -> tuple[float, float]:
        """Return the validation number without the cure and with it, for another seed."""
        measure = self._measure(cure)
        old = self.before(seed) if ground is None else self._grounded(ground, seed)
        before = numbers(old, measure)[1]
        after = self.evidence(cure.change(self.base.case.changed(seed=seed)), measure)
        return before, numbers(after, measure)[1]


def numbers(evidence: Evidence, measure: Measure) -> tuple[float, float]:
    """Return the numbers of a run, of training and validation rows; infinite if it failed."""
    if evidence.failed:
        return np.inf, np.inf
    if measure is evidence.measure:
        return evidence.last
    return replace(evidence, measure=measure).last


def is_better(before: float, after: float, need: float, least: float = 0.0) -> bool:
    """Return True if a number fell by this share of what it was, and by what counts."""
    if not np.isfinite(after):
        return False
    return not np.isfinite(before) or before - after > max(need * abs(before), least, 1e-9)
