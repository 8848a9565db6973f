"""A network that learns its training rows by heart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....layers.dense import Dense
from ....layers.dropout import Dropout
from ....losses.penalty import L2
from ....training.callbacks.early_stopping import EarlyStopping
from ..case import Case
from ..evidence import Evidence
from ..layers_changed import each, last_dense
from ..measure import Measure
from ..suspicion import Cure, Suspicion

WORSE = 1.15  # the validation loss at the end, times its best one


def overfitting(e: Evidence) -> list[Suspicion]:
    """The validation loss rose while the loss fell."""
    loss, held = e.loss, e.val_loss
    n = min(len(loss), len(held))
    if not e.has_held or e.failed or n < 5 or len(e.measure.held) < 8:
        return []
    loss, held = loss[:n], held[:n]
    if not (np.isfinite(held).all() and np.isfinite(loss).all()):
        return []
    best = int(held.argmin())
    tail = max(1, min(5, n // 5))
    now = float(np.median(held[-tail:]))
    if now < WORSE * held[best] or held[best] <= 0 or best > 0.8 * n:
        return []
    if not np.median(loss[-tail:]) < 0.95 * loss[best] or now < 1.3 * np.median(loss[-tail:]):
        return []
    text = (
        f"The network learns its training rows by heart: the validation loss was {held[best]:.3g} "
        f"after epoch {best + 1} and is {held[-1]:.3g} after epoch {n}, while the loss fell from "
        f"{loss[best]:.3g} to {loss[-1]:.3g}."
    )
    stop = Cure(
        "Stop at the best epoch: callbacks=[EarlyStopping()].", _stopped, measure=_second_half
    )
    cures = (
        stop,
        Cure("Put Dropout(0.5) before the last layer.", _dropped),
        Cure("Give the weights a penalty: Dense(..., penalty=L2(1e-3)).", _penalized),
    )
    short = f"validation rose from {held[best]:.3g} to {held[-1]:.3g}"
    return [Suspicion("overfitting", "", text, cures, short=short)]


def _stopped(case: Case) -> Case:
    """Half of the validation rows choose the epoch, the others measure it."""
    assert case.held is not None
    chosen = case.held.take(np.arange(len(case.held)) % 2 == 0)
    patience = max(3, case.options.epochs // 10)
    callbacks = [*case.options.callback_list(), EarlyStopping(patience=patience)]
    return case.changed(held=chosen).with_options(callbacks=callbacks)


def _second_half(measure: Measure) -> Measure:
    held = measure.held
    return replace(measure, held=held.take(np.arange(len(held)) % 2 == 1))


def _dropped(case: Case) -> Case:
    k = last_dense(case.layers)
    if k is None or k == 0:
        return case
    return case.with_layers(*case.layers[:k], Dropout(0.5), *case.layers[k:], fresh=False)


def _penalized(case: Case) -> Case:
    return case.with_layers(
        *each(case.layers, lambda a: replace(a, penalty=L2(1e-3)) if isinstance(a, Dense) else a),
        fresh=False,
    )
