"""Updates that are too small or too large for their weights, in single layers."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..case import Case
from ..evidence import Evidence
from ..layers_changed import standard_start
from ..suspicion import Cure, Suspicion
from .rate import with_rate

SMALL, LARGE, SHOCK = 1e-4, 0.05, 0.3
STILL, APART = 1e-3, 30.0  # a movement that is none, and how much farther another layer moved


def own_rates(e: Evidence) -> list[Suspicion]:
    """A layer with a learning rate of its own whose updates do not fit its weights."""
    return (too_small(e, own=True) + too_large(e, own=True)) if e.case.rates else []


def too_small(e: Evidence, own: bool = False) -> list[Suspicion]:
    """A layer whose updates are a tiny share of its weights."""
    if own != bool(e.case.rates):
        return []
    ratios = {n: r for n, r in e.ratios.items() if np.isfinite(r) and _moves(e, n)}
    if e.failed or not ratios:
        return []
    name = min(ratios, key=lambda n: ratios[n])
    if ratios[name] > SMALL or e.moved.get(name, 0.0) > 0.1:
        return []
    text = (
        f"The updates are too small for their weights: a typical update of {name} is "
        f"{ratios[name]:.1g} of its size, and {e.updates:,} of them moved it by "
        f"{100 * e.moved.get(name, 0.0):.2g} %."
    )
    cures = []
    if e.case.rates:
        cures.append(Cure("Take away the layer's own learning rate (scale_lr).", _plain_rates))
    cures.append(Cure("Start again with smaller weights: GlorotUniform() or HeUniform().", _start))
    if hasattr(e.rule, "lr") and not own:
        cures += [
            Cure(f"Raise the learning rate {f:g} times.", partial(with_rate, factor=f), 0.1)
            for f in (10, 100, 1000)
        ]
    short = f"updates of {name} that are {ratios[name]:.1g} of its size"
    others = max((e.moved.get(n, 0.0) for n in ratios if n != name), default=0.0)
    certain = e.moved.get(name, 0.0) < STILL < APART * STILL < others
    advice = "It learns nothing. Freeze it if that is meant, or raise its learning rate."
    return [
        Suspicion("updates_too_small", name, text, tuple(cures), advice, certain, 0.1, short, True)
    ]


def too_large(e: Evidence, own: bool = False) -> list[Suspicion]:
    """A layer whose updates are a large share of its weights."""
    if own != bool(e.case.rates):
        return []
    seen, limit = (e.largest, SHOCK) if own else (e.ratios, LARGE)
    ratios = {n: r for n, r in seen.items() if _moves(e, n)}
    if not ratios:
        return []
    name = max(ratios, key=lambda n: ratios[n])
    if ratios[name] < limit:
        return []
    text = (
        "The updates are too large for their weights: "
        f"{'one' if own else 'a typical'} update of {name} is "
        f"{100 * ratios[name]:.2g} % of its size."
    )
    cures = []
    if e.case.rates:
        cures.append(Cure("Take away the layer's own learning rate (scale_lr).", _plain_rates))
    cures.append(
        Cure("Start again with weights of the usual size: GlorotUniform() or HeUniform().", _start)
    )
    if hasattr(e.rule, "lr") and not own:
        cures += [
            Cure(f"Lower the learning rate {1 / f:g} times.", partial(with_rate, factor=f), 0.1)
            for f in (0.1, 0.01)
        ]
    short = f"updates of {name} that are {100 * ratios[name]:.2g} % of its size"
    return [Suspicion("updates_too_large", name, text, tuple(cures), short=short, best=True)]


def _moves(e: Evidence, name: str) -> bool:
    """Return True if the optimizer moves these weights."""
    program = e.net.programs.train
    update = e.run.recorded.origin.update
    by_name = {program.values[p.value].symbol: p for p in program.parameters}
    return name in by_name and update.moves_at(by_name[name].start)


def _plain_rates(case: Case) -> Case:
    return case.changed(rates={})


def _start(case: Case) -> Case:
    return case.with_layers(*standard_start(case.layers))
