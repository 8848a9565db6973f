"""Hidden units that are dead or saturated."""

from __future__ import annotations

from ....layers.hard_sigmoid import HardSigmoid
from ....layers.leaky_relu import LeakyReLU
from ....layers.relu import ReLU
from ....layers.relu6 import ReLU6
from ....layers.sigmoid import Sigmoid
from ....layers.softsign import Softsign
from ....layers.tanh import Tanh
from ..case import Case
from ..evidence import Evidence
from ..layers_changed import standard_start, with_activation, with_norm
from ..look import CURVES as CURVED
from ..suspicion import Cure, Suspicion

DEAD, SATURATED = 0.4, 0.4  # shares of a layer
HALF = 0.5  # dead units that are a fault for sure
CORNERS, CURVES = (ReLU, ReLU6, HardSigmoid), (Sigmoid, Tanh, Softsign, HardSigmoid)


def dead_from_start(e: Evidence) -> list[Suspicion]:
    """Layers of which many units have slope 0 for every row before the first update."""
    return _dead(e, True)


def dead_later(e: Evidence) -> list[Suspicion]:
    """Layers of which many units have slope 0 for every row at the end: updates did it."""
    return _dead(e, False)


def _dead(e: Evidence, start: bool) -> list[Suspicion]:
    first, last = e.looks[0].units, e.looks[-1].units
    worst = max(zip(first, last, strict=True), key=lambda pair: pair[1].dead, default=None)
    if worst is None or worst[1].dead < DEAD or start != (worst[0].dead > 0.5 * worst[1].dead):
        return []
    end = worst[1]
    when = "from the start" if start else "at the end"
    text = (
        f"{end.scope}: {100 * end.dead:.0f} % of its units are dead {when}: their slope is 0 for "
        "every row, so they learn nothing."
    )
    cures = [
        Cure("Start again with He's starting weights, HeUniform(), and biases of 0.", _standard),
        Cure(
            "Take LeakyReLU() in its place.",
            lambda c: c.with_layers(*with_activation(c.layers, CORNERS, LeakyReLU()), fresh=False),
        ),
        Cure("Put BatchNorm() before it.", lambda c: c.with_layers(*with_norm(c.layers))),
    ]
    if not start:
        cures = cures[1:]
    short = f"{100 * end.dead:.0f} % dead units in {end.scope}"
    return [
        Suspicion(
            "dead_units",
            end.scope,
            text,
            tuple(cures),
            "Look at their weights and biases.",
            certain=start and end.dead >= HALF,
            harm=0.1,
            short=short,
            best=True,
        )
    ]


def saturated_from_start(e: Evidence) -> list[Suspicion]:
    """Layers of sigmoid or tanh units with almost no slope before the first update."""
    return _saturated(e, True)


def saturated_later(e: Evidence) -> list[Suspicion]:
    """Layers of sigmoid or tanh units that lost their slope early, or that never learned."""
    return _saturated(e, False)


def _saturated(e: Evidence, start: bool) -> list[Suspicion]:
    looks = [e.looks[0], e.looks[len(e.looks) // 2]] if e.learned > 0.5 else e.looks
    shares: dict[str, float] = {}
    for look in looks:
        for unit in look.units:
            if unit.op in (*CURVED, "hard_sigmoid"):
                shares[unit.scope] = max(shares.get(unit.scope, 0.0), unit.flat)
    scope = max(shares, key=lambda s: shares[s], default="")
    if not scope or shares[scope] < SATURATED:
        return []
    begin = next((u.flat for u in e.looks[0].units if u.scope == scope), 0.0)
    if start != (begin > 0.5 * shares[scope]):
        return []
    when = "from the start" if start else "early in the run"
    text = (
        f"{scope}: {100 * shares[scope]:.0f} % of its values are saturated {when}, with almost no "
        "slope, so the layers before it hardly learn."
    )
    cures = (
        Cure("Start again with smaller starting weights, GlorotUniform().", _standard),
        Cure("Put BatchNorm() before it.", lambda c: c.with_layers(*with_norm(c.layers))),
        Cure(
            "Take ReLU() in its place, with He's starting weights.",
            lambda c: c.with_layers(*standard_start(with_activation(c.layers, CURVES, ReLU()))),
        ),
    )
    short = f"{100 * shares[scope]:.0f} % saturated values in {scope}"
    return [Suspicion("saturated_units", scope, text, cures, short=short, best=True)]


def _standard(case: Case) -> Case:
    return case.with_layers(*standard_start(case.layers))
