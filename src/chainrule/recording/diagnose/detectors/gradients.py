"""Gradients that vanish or explode on their way back through the layers."""

from __future__ import annotations

import numpy as np

from ....layers.hard_sigmoid import HardSigmoid
from ....layers.relu import ReLU
from ....layers.sigmoid import Sigmoid
from ....layers.softsign import Softsign
from ....layers.tanh import Tanh
from ....optimizers.clipping import ClipGlobalNorm
from ..case import Case
from ..evidence import Evidence
from ..layers_changed import standard_start, with_activation, with_norm
from ..suspicion import Cure, Suspicion

VANISHED, EXPLODED = 3e-3, 1e2  # of a delta, first layer against last layer
FEWEST = 3  # layers with weights
CURVES = (Sigmoid, Tanh, HardSigmoid, Softsign)


def vanishing(e: Evidence) -> list[Suspicion]:
    """The delta of the first layer is a tiny share of that of the last one."""
    ratios, place = _ratios(e)
    if not ratios or max(ratios[: max(2, len(ratios) // 2)]) > VANISHED:
        return []
    ratio = float(np.median(ratios))
    text = (
        f"The gradients vanish on their way back: at {place[0]} they are {ratio:.1g} of what they "
        f"are at {place[1]}, through {place[2]} layers."
    )
    cures = (
        Cure(
            "Start again with weights that fit the activations: HeUniform() before ReLU(), "
            "GlorotUniform() before others.",
            _standard,
        ),
        Cure(
            "Take ReLU() with He's starting weights.",
            lambda c: c.with_layers(*standard_start(with_activation(c.layers, CURVES, ReLU()))),
        ),
        Cure(
            "Put BatchNorm() before each activation.",
            lambda c: c.with_layers(*with_norm(standard_start(c.layers))),
        ),
    )
    short = f"gradients at {place[0]} that are {ratio:.1g} of those at {place[1]}"
    return [Suspicion("vanishing_gradients", place[0], text, cures, short=short, best=True)]


def exploding(e: Evidence) -> list[Suspicion]:
    """The delta grows from layer to layer on its way back, or values do on their way forward."""
    ratios, place = _ratios(e)
    if not ratios:
        return []
    look = e.looks[0]
    out = list(look.outputs.values())
    grown = out[-1] / max(out[0], 1e-12) if np.isfinite(out).all() and out else np.inf
    ratio = ratios[0] if np.isfinite(ratios[0]) else np.inf
    if max(ratio, grown) < EXPLODED:
        return []
    if ratio >= EXPLODED:
        what = f"at {place[0]} they are {ratio:.1g} times what they are at {place[1]}"
    else:
        what = f"values grow {grown:.1g}-fold from {place[0]} to {place[1]}"
    text = f"The gradients explode through the {place[2]} layers before the first update: {what}."
    cures = (
        Cure(
            "Start again with weights that fit the activations: HeUniform() before ReLU(), "
            "GlorotUniform() before others.",
            _standard,
        ),
        Cure("Limit the gradient: optimizer=(ClipGlobalNorm(1), ...).", _clipped),
        Cure(
            "Put BatchNorm() before each activation.", lambda c: c.with_layers(*with_norm(c.layers))
        ),
    )
    short = f"gradients that explode through {place[2]} layers"
    return [Suspicion("exploding_gradients", place[0], text, cures, short=short, best=True)]


def _ratios(e: Evidence) -> tuple[list[float], tuple[str, str, int]]:
    """Return the delta of the first layer over that of the last one, look by look."""
    found: list[float] = []
    place = ("", "", 0)
    for look in e.looks:
        deltas = look.deltas
        if len(deltas) < FEWEST:
            return [], place
        names = list(deltas)
        first, last = deltas[names[0]], deltas[names[-1]]
        # a product with more units spreads a delta over more numbers
        found.append(first / last if last > 0 else 0.0 if first == 0 else np.inf)
        place = (names[0], names[-1], len(names))
    return found, place


def _standard(case: Case) -> Case:
    return case.with_layers(*standard_start(case.layers))


def _clipped(case: Case) -> Case:
    parts = case.options.update_parts()
    average = () if parts.average is None else (parts.average,)
    optimizer = (ClipGlobalNorm(1.0), *parts.clips, parts.rule, *parts.constraints, *average)
    return case.with_options(optimizer=optimizer)
