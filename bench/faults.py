"""Test `net.diagnose` on planted faults, and on healthy set-ups.

    python bench/faults.py                        # every kind, and the healthy ones
    python bench/faults.py dead_units imbalance   # some kinds; "healthy" for the healthy ones
    python bench/faults.py --half open            # only the networks that detectors may be tried on
    python bench/faults.py --advice               # follow confirmed advice on five fresh seeds each
    python bench/faults.py check                  # prove that each fault is real, each twin fine

Twenty kinds, ten networks each (`planted`), forty healthy set-ups (`planted/healthy.py`). They
were written by someone who had not seen the detectors. A fault counts as found if the first or
second finding has its kind, or a synonym that the case accepts. A finding on a healthy set-up is a
false alarm. The goals: 90 % found, no alarm, and the validation loss better in 80 % of the runs
that follow confirmed advice.

The library warns by itself, when a fit begins, of some inputs and targets without scale and of
batches of BatchNorm that are too small. These warnings are not counted and not shown.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections import Counter
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from planted import KINDS, planted
from planted.healthy import healthy
from planted.measures import is_fine, proof
from planted.setups import train

FRESH = range(101, 106)  # seeds of the runs that follow advice


class Raised(NamedTuple):
    """What stands for the findings of a diagnosis that raised an error; it is never right."""

    kind: str
    trial: None = None


def diagnosed(case: Any) -> list[Any]:
    """Return the findings of a case, the most harmful first."""
    net, X, y, options = case.make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(net.diagnose(X, y, **options).findings)
        except Exception as error:
            return [Raised(f"raised {type(error).__name__}: {str(error)[:80]}")]


def followed(findings: list[Any]) -> list[bool]:
    """Return, for each confirmed piece of advice and fresh seed, whether it helped.

    `finding.followed(seed)` gives the validation loss without and with the advice, or None if it is
    nothing that can be tried.
    """
    better = []
    for finding in findings:
        if finding.trial is None or not getattr(finding.trial, "confirmed", True):
            continue
        for seed in FRESH:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    losses = finding.followed(seed)
                except Exception as error:
                    print(f"  following {finding.kind} raised {type(error).__name__}: {error}")
                    losses = 0.0, np.inf  # not better
            if losses is not None:
                before, after = (x if np.isfinite(x) else np.inf for x in losses)
                better.append(bool(after < before))
    return better


def run(kinds: list[str], half: str | None, advice: bool, verbose: bool) -> None:
    """Diagnose everything; print a table of what was found and what was said instead."""
    began, totals, helped = time.perf_counter(), [0, 0], Counter()
    print("| kind | found | first | said instead | seconds |\n|---|--:|--:|---|--:|")
    for kind in [k for k in KINDS if k in kinds]:
        start, found, first, all_, instead = time.perf_counter(), 0, 0, 0, Counter()
        for case in planted(half, kind):
            findings = diagnosed(case)
            said = [f.kind for f in findings[:2]]
            hit = bool(case.accepts & set(said))
            found, all_ = found + hit, all_ + 1
            first += bool(case.accepts & set(said[:1]))
            if not hit:
                instead[", ".join(said) or "nothing"] += 1
            if verbose:
                print(f"    {'yes' if hit else 'NO '} {case.name}: {', '.join(said) or 'nothing'}")
            if advice:
                better = followed(findings)
                helped.update(tries=len(better), better=sum(better))
                helped.update({f"{kind} tries": len(better), f"{kind} better": sum(better)})
        totals = [totals[0] + found, totals[1] + all_]
        other = "; ".join(f"{n} × {what}" for what, n in instead.most_common())
        seconds = time.perf_counter() - start
        print(f"| {kind} | {found}/{all_} | {first} | {other} | {seconds:.1f} |", flush=True)
    if totals[1]:
        print(f"\nfound: {totals[0]} of {totals[1]}, {totals[0] / totals[1]:.1%} (goal: 90 %)")
    if "healthy" in kinds:
        alarms(half)
    if advice:
        for kind in [k for k in KINDS if helped[f"{k} tries"]]:
            print(f"  {kind}: {helped[f'{kind} better']} of {helped[f'{kind} tries']} runs better")
        share = helped["better"] / max(helped["tries"], 1)
        print(
            f"advice followed: {helped['better']} of {helped['tries']} runs have a lower "
            f"validation loss, {share:.1%} (goal: 80 %)"
        )
    print(f"{time.perf_counter() - began:.0f} s")


def alarms(half: str | None) -> None:
    """Diagnose the healthy set-ups, and print each finding: it is a false alarm."""
    wrong, all_ = 0, 0
    for case in healthy(half):
        findings, all_ = diagnosed(case), all_ + 1
        wrong += bool(findings)
        if findings:
            print(f"  alarm, {case.name}: {', '.join(f.kind for f in findings)}")
    print(f"alarms: {wrong} of {all_} healthy set-ups (goal: 0)")


def check(kinds: list[str], verbose: bool) -> None:
    """Assert that each planted run is ill as it is said to be, and that its twin is fine."""
    failures, warned, slowest = [], Counter(), (0.0, "")
    for case in (c for k in KINDS if k in kinds for c in planted(kind=k)):
        start = time.perf_counter()
        ill = train(case.ill)
        slowest = max(slowest, (time.perf_counter() - start, f"{case.kind}, {case.name}"))
        well = train(case.well)
        # noise that invites overfitting, and rows of two moons that overlap, leave less to learn
        least = 0.3 if case.kind in ("overfitting", "imbalance") else 0.5
        real, text = proof(case.kind, ill, well)
        sick = is_fine(well, least, np.inf if case.kind == "imbalance" else 1.25)
        for message in ill.said:
            warned[case.kind, message[:60]] += 1
        if verbose or not real or sick:
            state = "ill " if real else "NOT ILL "
            print(f"{case.kind}, {case.name}: {state}{text}" + f"; TWIN: {sick}" * bool(sick))
        if not real or sick:
            failures.append(case.name)
    for case in healthy() if "healthy" in kinds else ():
        start = time.perf_counter()
        t = train(case.setup)
        slowest = max(slowest, (time.perf_counter() - start, case.name))
        sick = is_fine(t, case.least) or "; ".join(t.said)
        if verbose or sick:
            skill = f"skill {t.skill:.2f}, " if case.least is not None else ""
            print(f"healthy, {case.name}: {skill}loss {t.loss:.3g}", sick)
        if sick:
            failures.append(case.name)
    print(f"slowest training: {slowest[0]:.2f} s ({slowest[1]})")
    for (kind, message), n in warned.items():
        print(f"warned by the library, {n} × {kind}: {message} ...")
    assert not failures, f"{len(failures)} cases are not as they are said to be"
    print("every planted fault is real, every twin and every healthy set-up is fine")


def main() -> None:
    parser = argparse.ArgumentParser(description="Test diagnose on planted faults.")
    parser.add_argument("kinds", nargs="*", help='kinds, "healthy", or check and kinds')
    parser.add_argument("--half", choices=("open", "held"))
    parser.add_argument("--advice", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_intermixed_args()
    names = [k for k in given.kinds if k != "check"] or [*KINDS, "healthy"]
    if unknown := set(names) - {*KINDS, "healthy"}:
        sys.exit(f"unknown kinds: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    if given.kinds[:1] == ["check"]:
        check(names, given.verbose)
    else:
        run(names, given.half, given.advice, given.verbose)


if __name__ == "__main__":
    main()
