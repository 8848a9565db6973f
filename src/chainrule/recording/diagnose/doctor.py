"""Diagnose a run: look, suspect, try, report."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import numpy as np

from ...errors import ChainruleError
from ..moment import Visited
from ..recorded import Recorded
from .case import case_of
from .detectors import DETECTORS, Detector
from .diagnosis import Diagnosis
from .evidence import Evidence
from .finding import Finding, Followed, Trial, number
from .measure import measure_of
from .suspicion import Cure, Suspicion
from .trial import Make, Trials, cost

ALIKE = 0.95  # of what a cure removes: a later one must remove more by this factor
WORK = 1e10  # multiplications of one trial; longer runs are tried for fewer epochs
UPDATES = 60  # that a trial makes at least, if the run did


def diagnose(run: Visited, make: Make) -> Diagnosis:
    """Return what is wrong with a recorded run; see `Recording.diagnose`.

    Parameters
    ----------
    run : Recording
        The run.
    make : function
        A recording of what was recorded.
    """
    return Doctor(run, make).diagnosis()


def evidence_of(run: Visited, make: Make) -> tuple[Evidence, list[str]]:
    """Return the evidence of a run, or of a shorter one with validation rows; and what to say."""
    recorded: Recorded = run.recorded
    case, notes = case_of(recorded), []
    whole = Evidence(case, run, measure_of(case))
    work, options = cost(whole), recorded.origin.run.options
    watched = options.validation_data is not None or options.validation_fraction
    if work > WORK and case.options.epochs > 1:
        each = max(1, case.steps // case.options.epochs)
        epochs = max(1, int(case.options.epochs * WORK / work), -(-UPDATES // each))
        epochs = min(epochs, case.options.epochs)
        if epochs < run.recorded.end.epoch - run.recorded.origin.start.epoch:
            total = case.options.epochs
            notes.append(f"The run is long: {epochs} of its {total} epochs were tried.")
        case = case.with_options(epochs=epochs)
    elif watched or case.held is None:
        return whole, notes
    if not watched and case.held is not None:
        notes.append(
            f"The run had no validation rows, so {len(case.held):,} rows were held out: all numbers "
            "are of a run without them."
        )
    return Evidence(case, make(case.record()), measure_of(case)), notes


@dataclass(eq=False)
class Doctor:
    """One diagnosis.

    Parameters
    ----------
    run : Recording
        The run.
    make : function
        A recording of what was recorded.
    """

    run: Visited
    make: Make
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def diagnosis(self) -> Diagnosis:
        """Return the diagnosis, also of what is known when Ctrl-C ends it."""
        base, notes = evidence_of(self.run, self.make)
        self.notes += notes
        trials = Trials(base, self.make)
        try:
            with np.errstate(all="ignore"):
                self._look(trials)
        except KeyboardInterrupt:
            self.notes.append("Ctrl-C ended the diagnosis; this is what was known by then.")
        finally:
            _say("")
        self.findings.sort(key=lambda f: -(f.harm - (f.kind == "cannot_learn_one_batch") * 0.01))
        rows = len(base.case.train)
        summary = (
            f"{base.updates:,} updates on {rows:,} row{'s' * (rows != 1)}: loss "
            f"{number(base.first[0])} → {number(base.last[0])}"
        )
        if base.has_held:  # else its second numbers are those of the training rows again
            summary += f", validation {number(base.first[1])} → {number(base.last[1])}"
        if base.run.recorded.error is not None and not self.findings:
            self.notes.insert(0, f"It ended with an error: {base.run.recorded.error}")
        return Diagnosis(self.findings, summary, base.last, tuple(self.notes))

    # ---- the detectors, causes first

    def _look(self, trials: Trials) -> None:
        seen: list[tuple[Detector, Suspicion]] = []
        for k, detector in enumerate(DETECTORS):
            _say(f"diagnose: looking, {k + 1} of {len(DETECTORS)}")
            seen += [(detector, suspicion) for suspicion in detector.see(trials.base)]
        while seen:
            detector, suspicion = seen.pop(0)
            _say(f"diagnose: trying {suspicion.kind.replace('_', ' ')}")
            finding, after = self._tried(trials, suspicion)
            if finding is None:
                continue
            if after is not None:
                levels = range(1, detector.explains + 1)
                gone = [
                    pair
                    for pair in seen
                    if pair[0].explained in levels
                    and (_says_the_same(finding, pair[1]) or not _is_seen(pair, after))
                ]
                seen = [pair for pair in seen if pair not in gone]
                finding = _with(finding, gone)
            self.findings.append(finding)

    def _tried(
        self, trials: Trials, suspicion: Suspicion
    ) -> tuple[Finding | None, Evidence | None]:
        """Return the finding with its first confirmed cure, and the evidence of its trial."""
        first: tuple[Cure, Trial] | None = None
        best: tuple[float, Cure, Trial, Evidence] | None = None  # with what it removes
        for cure in suspicion.cures:
            tried = trials.of(cure)
            if tried is None:
                continue
            trial, after = tried
            first = first or (cure, trial)
            gain = _harm(trials, trial)
            # of cures that do nearly the same, the first one is the simplest
            if trial.confirmed and (best is None or ALIKE * gain > best[0]):
                best = gain, cure, trial, after
                if not suspicion.best:
                    break
        if best is not None:
            _, cure, trial, after = best
            return _confirmed(trials, suspicion, cure, trial), after
        if not suspicion.certain:
            return None, None
        advice, shown = suspicion.advice, None
        if first is not None:
            cure, shown = first
            what = "This" if cure.advice == advice else f'The change "{cure.advice.rstrip(".")}"'
            advice = f"{advice} {what} was tried, and did not clearly help.".strip()
        made = Finding(
            suspicion.kind, suspicion.place, suspicion.text, advice, shown, (), suspicion.harm
        )
        return made, None


def _confirmed(trials: Trials, suspicion: Suspicion, cure: Cure, trial: Trial) -> Finding:
    return Finding(
        suspicion.kind,
        suspicion.place,
        suspicion.text,
        cure.advice,
        trial,
        harm=_harm(trials, trial),
        again=_followed(trials, cure),
    )


def _followed(trials: Trials, cure: Cure) -> Followed:
    def again(seed: int) -> tuple[float, float] | None:
        try:
            return trials.followed(cure, seed)
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


def _says_the_same(finding: Finding, other: Suspicion) -> bool:
    """Return True for updates that are too small or large as a whole: that is the rate again."""
    return finding.kind.startswith("learning_rate") and other.kind.startswith("updates")


def _is_seen(pair: tuple[Detector, Suspicion], after: Evidence) -> bool:
    """Return True if a suspicion is also one of the run with a cure."""
    return any(found.kind == pair[1].kind for found in pair[0].see(after))


def _with(finding: Finding, gone: list[tuple[Detector, Suspicion]]) -> Finding:
    also = tuple(suspicion.short or suspicion.kind for _, suspicion in gone)
    return Finding(
        finding.kind,
        finding.place,
        finding.text,
        finding.advice,
        finding.trial,
        also,
        finding.harm,
        finding.again,
    )


def _say(words: str) -> None:
    """Show one line on a terminal; "" wipes it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{words}")
        sys.stderr.flush()
