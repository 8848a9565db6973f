"""A network that learns its training rows by heart."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

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

WORSE = 1.25  # the validation loss at the end, times its best one
RISE = 0.15  # of the loss of guessing
FAR = 0.1  # of the validation loss that a change of the network must remove


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
    end = float(np.median(loss[-tail:]))
    guess = np.inf if e.guess is None else e.guess[1]
    least = 0.0 if e.guess is None else RISE * guess
    rose = now > WORSE * held[best] > 0 and now - held[best] > least
    rose = rose and best < 0.8 * n and end < 0.95 * loss[best]
    apart = e.learned > 0.8 and now > 0.6 * guess and now > 3 * end
    if not (rose and now > 1.3 * end) and not apart:
        return []
    text = (
        f"The network learns its training rows by heart: the validation loss was {held[best]:.3g} "
        f"after epoch {best + 1} and is {held[-1]:.3g} after epoch {n}, while the loss fell from "
        f"{loss[best]:.3g} to {loss[-1]:.3g}."
    )
    if not rose:
        text = (
            f"The network learns its training rows by heart: the loss is {end:.3g}, but that of "
            f"validation rows is {now:.3g}, where guessing has {guess:.3g}."
        )
    stop = Cure(
        "Stop at the best epoch: callbacks=[EarlyStopping()]. (In the trial half of the validation "
        "rows chose the epoch, and the others measured it.)",
        _stopped,
        measure=_second_half,
    )
    cures = (
        stop,
        Cure("Put Dropout(0.5) before the last layer.", _dropped, FAR),
        *(
            Cure(
                f"Give the weights a penalty: Dense(..., penalty=L2({rate:g})).",
                partial(_penalized, rate=rate),
                FAR,
            )
            for rate in (1e-3, 1e-2, 1e-1)
        ),
    )
    short = f"rows learned by heart (loss {end:.3g}, validation {now:.3g})"
    return [Suspicion("overfitting", "", text, cures, short=short, best=not rose)]


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


def _penalized(case: Case, rate: float) -> Case:
    return case.with_layers(
        *each(case.layers, lambda a: replace(a, penalty=L2(rate)) if isinstance(a, Dense) else a),
        fresh=False,
    )
