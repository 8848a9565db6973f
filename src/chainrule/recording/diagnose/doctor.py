"""Diagnose a run: look, suspect, try, report."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace

import numpy as np

from ..moment import Visited
from ..recorded import Recorded
from .attempts import Roots, tried
from .case import case_of
from .detectors import DETECTORS, Detector
from .diagnosis import Diagnosis
from .evidence import Evidence, cost
from .finding import Finding, number
from .measure import measure_of
from .suspicion import Suspicion
from .trial import Make, Trials

WORK = 1e10  # multiplications of one trial; longer runs are tried for fewer epochs
UPDATES = 60  # that a trial makes at least, if the run did


def diagnose(run: Visited, make: Make, names: tuple[str, ...] = ()) -> Diagnosis:
    """Return what is wrong with a recorded run; see `Recording.diagnose`.

    Parameters
    ----------
    run : Recording
        The run.
    make : function
        A recording of what was recorded.
    names : tuple of str
        The names of the columns of X.
    """
    return Doctor(run, make, names).diagnosis()


def evidence_of(
    run: Visited, make: Make, names: tuple[str, ...] = ()
) -> tuple[Evidence, list[str]]:
    """Return the evidence of a run, or of a shorter one with validation rows; and what to say."""
    recorded: Recorded = run.recorded
    case, notes = case_of(recorded).named(names), []
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
    names : tuple of str
        The names of the columns of X.
    """

    run: Visited
    make: Make
    names: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def diagnosis(self) -> Diagnosis:
        """Return the diagnosis, also of what is known when Ctrl-C ends it."""
        base, notes = evidence_of(self.run, self.make, self.names)
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
        roots = Roots(trials)
        for k, detector in enumerate(DETECTORS):
            _say(f"diagnose: looking, {k + 1} of {len(DETECTORS)}")
            seen += [(detector, suspicion) for suspicion in detector.see(trials.base)]
        while seen:
            detector, suspicion = seen.pop(0)
            _say(f"diagnose: trying {suspicion.kind.replace('_', ' ')}")
            is_root = detector.explains == 2 and not detector.explained
            made = roots.tried(suspicion) if is_root else tried(trials, suspicion)
            for finding, after in made:
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


def _says_the_same(finding: Finding, other: Suspicion) -> bool:
    """Return True for updates that are too small or large as a whole, and units that they kill.

    That is the rate again. Units that were dead at the start come before the rate.
    """
    if finding.kind == "learning_rate_too_high" and other.kind == "dead_units":
        return True
    return finding.kind.startswith("learning_rate") and other.kind.startswith("updates")


def _is_seen(pair: tuple[Detector, Suspicion], after: Evidence) -> bool:
    """Return True if a suspicion is also one of the run with a cure."""
    return any(found.kind == pair[1].kind for found in pair[0].see(after))


def _with(finding: Finding, gone: list[tuple[Detector, Suspicion]]) -> Finding:
    also = tuple(suspicion.short or suspicion.kind for _, suspicion in gone)
    return replace(finding, also=also)


def _say(words: str) -> None:
    """Show one line on a terminal; "" wipes it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{words}")
        sys.stderr.flush()
