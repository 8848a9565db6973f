"""A learning rate that is too high or too low."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np

from ..case import Case
from ..evidence import Evidence
from ..suspicion import Cure, Suspicion

BIG = 0.05  # an update of this share of its weights, again and again
SHOCK = 0.3  # one such update may end all learning
DEAD = 0.4  # share of the units of a layer
SMALL = 1e-3


def too_high(e: Evidence) -> list[Suspicion]:
    """The loss fails, rises or jumps, or updates are a large share of their weights."""
    if not hasattr(e.rule, "lr"):
        return []
    seen = _unrest(e)
    if not seen:
        return []
    name = f"lr={e.lr:g}" if e.lr else "the learning rate"
    text = f"The learning rate is too high ({name}): {seen}."
    cures = [_rate(e, factor, 0.2) for factor in (0.1, 0.01, 0.3, 0.001)]
    return [
        Suspicion(
            "learning_rate_too_high",
            "",
            text,
            tuple(cures),
            "Lower it.",
            certain=_is_wild(e),
            short=f"steps that are too long ({seen})",
            best=True,
        )
    ]


def _unrest(e: Evidence) -> str:
    """Return what shows that steps are too long; "" if nothing does."""
    loss = e.loss
    if e.failed:
        return "the loss became NaN or infinite"
    if not np.isfinite(e.last[0]):
        return "the loss at the end is not finite"
    base = e.first[0] if e.guess is None else max(e.guess[0], 1e-12)
    if e.last[0] > 1.2 * max(e.first[0], base):
        return f"the loss rose from {e.first[0]:.3g} to {e.last[0]:.3g}"
    if len(loss) >= 4:
        low = np.minimum.accumulate(loss)
        jumps = float(np.max(loss[2:] - low[1:-1]))
        if (
            jumps > 0.2 * base
            and loss[2:].max() > 1.5 * low[1:-1][int((loss[2:] - low[1:-1]).argmax())]
        ):
            return f"the loss of an epoch jumped up by {jumps:.2g}"
    if died := _killed(e):
        return died
    ratio = max(e.ratios.values(), default=0.0)
    if ratio > BIG:
        return f"a typical update is {100 * ratio:.0f} % of its weights"
    largest = max(e.largest.values(), default=0.0)
    if e.learned < 0.5 and largest > SHOCK:
        return f"single updates are up to {100 * largest:.0f} % of their weights"
    if e.learned < 0.02 and ratio > BIG / 5:
        return "the loss does not come below that of guessing, and updates are large"
    return ""


def _killed(e: Evidence) -> str:
    """Return what shows that long steps killed units that were alive; "" if they did not."""
    largest = max(e.largest.values(), default=0.0)
    pairs = list(zip(e.looks[0].units, e.looks[-1].units, strict=True))
    died = max(((b.dead, b.scope) for a, b in pairs if a.dead < 0.5 * b.dead), default=(0.0, ""))
    if largest < SHOCK or died[0] < DEAD:
        return ""
    return (
        f"updates of up to {100 * largest:.0f} % of their weights killed {100 * died[0]:.0f} % of "
        f"the units of {died[1]}"
    )


def _is_wild(e: Evidence) -> bool:
    """Return True if the loss of an epoch rose from half of that of guessing to above it."""
    if len(e.loss) < 4 or e.failed or e.guess is None or e.guess[0] <= 0:
        return False
    low = np.minimum.accumulate(e.loss)[1:-1]
    return bool((e.loss[2:][low < 0.5 * e.guess[0]] > e.guess[0]).any())


def too_low(e: Evidence) -> list[Suspicion]:
    """The weights hardly moved, and the loss was still falling evenly."""
    if not hasattr(e.rule, "lr") or e.failed:
        return []
    ratio = max(e.ratios.values(), default=0.0)
    far = max(e.moved.values(), default=0.0)
    if ratio > SMALL or far > 0.3 or not _still_falling(e):
        return []
    name = f"lr={e.lr:g}" if e.lr else "the learning rate"
    text = (
        f"The learning rate is too low ({name}): {e.updates:,} updates took the loss from "
        f"{e.first[0]:.3g} to {e.last[0]:.3g}, and a typical update is {ratio:.1g} of its weights."
    )
    cures = [_rate(e, factor, 0.25) for factor in (100, 1000, 10, 10000)]
    short = "weights that hardly move"
    return [Suspicion("learning_rate_too_low", "", text, tuple(cures), short=short, best=True)]


def _still_falling(e: Evidence) -> bool:
    """Return True if the second half of the run did nearly as much as the first, or nothing did."""
    loss = e.loss
    if len(loss) < 4:
        return e.last[0] > 0.7 * e.first[0]
    half = len(loss) // 2
    first, second = loss[0] - loss[half], loss[half] - loss[-1]
    little = loss[0] - loss[-1] < 0.05 * abs(loss[0])
    return bool(little or second > 0.35 * first)


def _rate(e: Evidence, factor: float, need: float) -> Cure:
    if e.lr:
        advice = f"{'Raise' if factor > 1 else 'Lower'} it to lr={e.lr * factor:.2g}."
    else:
        advice = f"Multiply it by {factor:g}."
    return Cure(advice, lambda case: with_rate(case, factor), need)


def with_rate(case: Case, factor: float) -> Case:
    """Return the case with its learning rate multiplied."""
    parts = case.options.update_parts()
    lr = getattr(parts.rule, "lr", None)
    if not isinstance(lr, (int, float)):
        return case.changed(rates=_all_rates(case, factor))
    rule = replace(cast(Any, parts.rule), lr=float(lr) * factor)
    average = () if parts.average is None else (parts.average,)
    return case.with_options(optimizer=(*parts.clips, rule, *parts.constraints, *average))


def _all_rates(case: Case, factor: float) -> dict[str, float]:
    """Return the factor for every parameter: a schedule stays as it is."""
    paths = {p.path for p in case.model.programs.train.parameters}
    return {path: factor * case.rates.get(path, 1.0) for path in paths}
