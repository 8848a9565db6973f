"""Try the cures of suspicions; cures of causes are tried together too."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ...errors import ChainruleError
from .case import Case
from .evidence import Evidence
from .finding import Finding, Followed, Trial
from .suspicion import Cure, Suspicion
from .trial import Trials

ALIKE = 0.95  # of what a cure removes: a later one must remove more by this factor
Tried = tuple[Finding, Evidence | None]  # with the evidence of its confirmed trial


def tried(trials: Trials, suspicion: Suspicion) -> list[Tried]:
    """Return the finding with its first confirmed cure, if any is or if it is certain."""
    first: tuple[Cure, Trial] | None = None
    best: tuple[float, Cure, Trial, Evidence] | None = None  # with what it removes
    for cure in suspicion.cures:
        found = trials.of(cure)
        if found is None:
            continue
        trial, after = found
        first = first or (cure, trial)
        gain = _harm(trials, trial)
        # of cures that do nearly the same, the first one is the simplest
        if trial.confirmed and (best is None or ALIKE * gain > best[0]):
            best = gain, cure, trial, after
            if not suspicion.best:
                break
    if best is not None:
        _, cure, trial, after = best
        return [(_confirmed(trials, suspicion, cure, trial), after)]
    if not suspicion.certain:
        return []
    advice, shown = suspicion.advice, None
    if first is not None:
        cure, shown = first
        what = "This" if cure.advice == advice else f'The change "{cure.advice.rstrip(".")}"'
        advice = f"{advice} {what} was tried, and did not clearly help.".strip()
    made = Finding(
        suspicion.kind,
        suspicion.place,
        suspicion.text,
        advice,
        shown,
        (),
        suspicion.harm,
        rows=suspicion.rows,
    )
    return [(made, None)]


@dataclass(eq=False)
class Roots:
    """Causes that are not consequences of anything, tried alone and together.

    A cure may help only when another cause is gone, such as unscaled inputs with unscaled targets.

    Parameters
    ----------
    trials : Trials
        The runs.
    """

    trials: Trials
    cured: list[tuple[Suspicion, Cure]] = field(default_factory=list)
    doubted: list[Suspicion] = field(default_factory=list)

    def tried(self, suspicion: Suspicion) -> list[Tried]:
        """Return the findings that a suspicion leads to, the most certain first."""
        found = tried(self.trials, suspicion)
        if found and found[0][0].confirmed:
            own = next(c for c in suspicion.cures if c.advice == found[0][0].advice)
            after = found[0][1] if not self.cured else self._all(own) or found[0][1]
            self.cured.append((suspicion, own))
            # what did not help alone may help now
            doubted, self.doubted = self.doubted, []
            later = [more for other in doubted for more in self._on_top(other)]
            return [(found[0][0], after), *later]
        if not suspicion.cures or found:
            return found
        if self.cured:
            return self._on_top(suspicion)
        pair = [both for other in self.doubted for both in self._together(other, suspicion)]
        if not pair:
            self.doubted.append(suspicion)
        return pair

    def _all(self, cure: Cure) -> Evidence | None:
        """Return the evidence with this cure and all that were confirmed before."""
        found = self.trials.of(_joined(*(c for _, c in self.cured), cure), seeds=())
        return None if found is None else found[1]

    def _on_top(self, suspicion: Suspicion) -> list[Tried]:
        """Try the cures with all those that are confirmed; what counts is what they add."""
        ground, others = _joined(*(c for _, c in self.cured)), [s for s, _ in self.cured]
        for cure in suspicion.cures:
            found = self.trials.of(_joined(ground, cure), ground)
            if found is None or not found[0].confirmed:
                continue
            finding = _confirmed(self.trials, suspicion, cure, found[0])
            advice = f"{cure.advice} Alone it did not clearly help. It does after the advice for "
            advice += f"{_kinds(others)}, which both runs of the trial follow."
            harm = _harm(self.trials, found[0]) * self._left(ground)
            again = _followed(self.trials, _joined(ground, cure), ground)
            self.cured.append((suspicion, cure))
            return [(replace(finding, advice=advice, harm=harm, again=again), found[1])]
        self.doubted.append(suspicion)
        return []

    def _left(self, ground: Cure) -> float:
        """Return the share of the validation loss that these cures leave."""
        found = self.trials.of(ground, seeds=())
        return 1.0 if found is None else 1 - _harm(self.trials, found[0])

    def _together(self, one: Suspicion, other: Suspicion) -> list[Tried]:
        """Try two cures of which neither helps alone; both findings have the same trial."""
        cures = [s.cures[0] for s in (one, other)]
        both = _joined(*cures)
        found = self.trials.of(both)
        if found is None or not found[0].confirmed:
            return []
        made: list[Tried] = []
        for k, own in enumerate((other, one)):  # the later one is nearer to the loss
            rest = one if own is other else other
            finding = _confirmed(self.trials, own, both, found[0])
            advice = f"{own.cures[0].advice} Alone it did not clearly help. Together with the "
            advice += f"advice for {_kinds([rest])} it does, so the trial has both."
            harm = finding.harm - 1e-3 * k
            made.append((replace(finding, advice=advice, harm=harm), found[1]))
            self.cured.append((own, own.cures[0]))
        self.doubted.remove(one)
        return made


def _kinds(suspicions: list[Suspicion]) -> str:
    return " and ".join(s.kind.replace("_", " ") for s in suspicions)


def _joined(*cures: Cure) -> Cure:
    """Return all cures as one."""

    def change(case: Case) -> Case:
        for cure in cures:
            case = cure.change(case)
        return case

    measure = next((c.measure for c in reversed(cures) if c.measure is not None), None)
    return Cure(cures[-1].advice, change, max(c.need for c in cures), measure)


def _confirmed(trials: Trials, suspicion: Suspicion, cure: Cure, trial: Trial) -> Finding:
    return Finding(
        suspicion.kind,
        suspicion.place,
        suspicion.text,
        cure.advice,
        trial,
        harm=_harm(trials, trial),
        again=_followed(trials, cure),
        rows=suspicion.rows,
    )


def _followed(trials: Trials, cure: Cure, ground: Cure | None = None) -> Followed:
    def again(seed: int) -> tuple[float, float] | None:
        try:
            return trials.followed(cure, seed, ground)
        except ChainruleError:
            return None

    return again


def _harm(trials: Trials, trial: Trial) -> float:
    """Return the share of the validation loss that a cure removes; a failed run counts as large."""
    before, after = trial.validation
    if not np.isfinite(before):
        guess = trials.base.guess
        before = 10 * max(after, 0.0 if guess is None else guess[1])
    return float(np.clip((before - after) / max(abs(before), 1e-12), 0.0, 1.0))
