"""Try a cure: the same steps again with one change, also with other seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ...errors import ChainruleError
from ..moment import Visited
from ..recorded import Recorded
from .case import Case
from .evidence import Evidence
from .finding import Trial
from .measure import Measure
from .suspicion import Cure

SEEDS = (101, 202)  # of the runs that must agree
CHEAP = 2e9  # multiplications of one run up to which other seeds are tried
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

    def of(self, cure: Cure) -> tuple[Trial, Evidence] | None:
        """Try a cure; None if the network cannot be changed so."""
        measure = self.base.measure if cure.measure is None else cure.measure(self.base.measure)
        try:
            after = self.evidence(cure.change(self.base.case), measure)
            pair = numbers(self.base, measure), numbers(after, measure)
        except ChainruleError:
            return None
        good = is_better(pair[0][1], pair[1][1], cure.need, self.least)
        seeds: list[tuple[float, float]] = []
        if good and cost(self.base) < CHEAP:
            for seed in SEEDS:
                seeds.append(self.followed(cure, seed))
                good = good and is_better(*seeds[-1], cure.need / 2, self.least / 2)
                if not good:
                    break
        (loss_a, held_a), (loss_b, held_b) = pair
        trial = Trial(
            after.updates,
            (loss_a, loss_b),
            (held_a, held_b),
            measure.words,
            tuple(seeds),
            good,
            after.updates == self.base.updates,
        )
        return trial, after

    @property
    def least(self) -> float:
        """The smallest change of the loss that counts: a hundredth of the loss of guessing."""
        return 0.0 if self.base.guess is None else 0.01 * abs(self.base.guess[1])

    def followed(self, cure: Cure, seed: int) -> tuple[float, float]:
        """Return the validation number without the cure and with it, for another seed."""
        measure = self.base.measure if cure.measure is None else cure.measure(self.base.measure)
        before = numbers(self.before(seed), measure)[1]
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


def cost(evidence: Evidence) -> float:
    """Return about how many multiplications a run makes."""
    case = evidence.case
    return float(3 * case.options.epochs * len(case.train) * evidence.work)
