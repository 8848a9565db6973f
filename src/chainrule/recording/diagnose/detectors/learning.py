"""Does it learn at all: guessing, one batch, capacity."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ....arrays import Array
from ....layers.alpha_dropout import AlphaDropout
from ....layers.dropout import Dropout
from ....layers.gaussian_noise import GaussianNoise
from ....layers.spatial_dropout import SpatialDropout
from ....model.model import Model
from ....optimizers.adam import Adam
from ..case import Case, Rows
from ..evidence import CHEAP, Evidence, best_answers, cost
from ..layers_changed import deeper, each, narrowest, standard_start, wider, without
from ..measure import labels_of, loss_on
from ..suspicion import Cure, Suspicion
from .rate import with_rate

NOISE = (Dropout, AlphaDropout, SpatialDropout, GaussianNoise)
LONG, EPOCHS = 100, 5  # updates and epochs after which a loss should have moved
LEARNED = 0.1  # share of its loss of guessing that a batch must come below
NARROW, TINY = 4, 3  # units of a hidden layer
USUAL = 0.003  # learning rate
RARE = 4  # validation rows of a class
FINE = 0.1  # share of wrong classes among training rows: a simple network may be meant
LONGER = 4  # times as many epochs: does the same network learn them then?
FITTED = 0.9  # share of the loss of guessing that is removed: then the network is large enough


def guessing(e: Evidence) -> list[Suspicion]:
    """The loss, or the validation loss of every epoch, is that of guessing."""
    if e.guess is None or e.failed or e.updates < 30:
        return []
    train, held = e.guess
    if train < 1e-6:  # all targets are alike: there is nothing to learn
        return []
    stuck = e.last[0] > 0.97 * train
    val = e.val_loss if len(e.val_loss) else np.array([e.last[1]])
    rows = len(e.measure.held) if e.has_held else 0
    useless = rows >= 30 and _has_all_classes(e) and np.nanmin([*val, e.last[1]]) > 0.97 * held
    if not stuck and not useless:
        return []
    if stuck:
        how = "worse than" if e.last[0] > 1.03 * train else "that of"
        text = (
            f"The loss is {how} guessing: {e.last[0]:.3g} after {e.updates:,} updates, and "
            f"{train:.3g} for the best answer that does not look at the row."
        )
    else:
        text = (
            f"On validation rows it only guesses: their loss was never below {np.nanmin(val):.3g}, "
            f"and the best answer that does not look at the row has {held:.3g}."
        )
    advice = "See that row k of X belongs to y[k], and that X says something about y."
    long = e.updates >= LONG and e.case.options.epochs >= EPOCHS  # it had time to learn
    if stuck and not useless:
        advice = (
            f"Train for more epochs, or raise lr. If nothing helps: {advice[0].lower()}{advice[1:]}"
        )
    harm = 0.6 if useless or not e.has_held else 0.05
    return [
        Suspicion(
            "guessing",
            "",
            text,
            advice=advice,
            certain=useless or (stuck and long),
            harm=harm,
            short="a loss at the level of guessing",
        )
    ]


def _has_all_classes(e: Evidence) -> bool:
    """Return True if each class has validation rows enough to tell guessing from knowing."""
    labels = labels_of(e.measure.held.y)
    return labels is None or bool(np.unique(labels, return_counts=True)[1].min() >= RARE)


def one_batch(e: Evidence) -> list[Suspicion]:
    """Not even one batch can be learned, whatever the learning rate."""
    if e.guess is None or (e.learned > 0.3 and not _alike(e)):
        return []
    left, base = _one_batch(e, e.case)
    alike = _alike(e)
    if left < LEARNED * base and not alike:
        return []
    text = (
        f"All units of {alike} start with the same weights, so they stay alike and learn as one."
        if alike
        else f"The network cannot even learn one batch: after 300 updates on the same "
        f"{len(_batch(e.case).train)} rows its loss is {left:.3g} above the least, and that of "
        f"guessing {base:.3g}."
    )
    cures = []
    if e.case.frozen or any(not p.trainable for p in e.net.programs.train.parameters):
        cures.append(Cure("Let its layers learn: trainable=True, or net.thaw().", _thawed))
    cures += [
        Cure(
            "Start again with the usual weights: HeUniform() before ReLU(), else GlorotUniform().",
            lambda c: c.with_layers(*standard_start(c.layers)),
        ),
        Cure(
            "Leave out noise and dropout.",
            lambda c: c.with_layers(*without(c.layers, NOISE), fresh=False),
        ),
        Cure("Leave out the penalties.", _unpenalized),
    ]
    if _holds_back(e):
        advice = "Leave out clips, constraints and weight decay: optimizer=Adam()."
        cures.append(Cure(advice, lambda c: c.with_options(optimizer=Adam())))
    short = f"one batch that cannot be learned (its loss stays at {left:.3g})"
    advice = "Look for what cuts the way from the inputs to the loss."
    return [
        Suspicion(
            "cannot_learn_one_batch",
            "",
            text,
            tuple(cures),
            advice,
            certain=True,
            harm=0.5,
            short=short,
        )
    ]


def _holds_back(e: Evidence) -> bool:
    """Return True if the update list has more than a plain rule, so that it may be the reason."""
    parts = e.case.options.update_parts()
    return bool(parts.clips or parts.constraints) or hasattr(parts.rule, "weight_decay")


def _alike(e: Evidence) -> str:
    """Return the weights of a layer whose units all start alike; "" if there are none."""
    theta, program = e.run.at(step=e.start).theta, e.net.programs.train
    matrices = [p for p in program.parameters if len(p.shape) > 1]
    for p in matrices[:-1]:
        if p.shape[-1] == 1:
            continue
        W = theta[p.where].reshape(-1, p.shape[-1])
        if np.ptp(W, axis=1).max() == 0:
            return program.values[p.value].symbol
    return ""


def _batch(case: Case) -> Case:
    rows = case.train.take(
        np.linspace(0, len(case.train) - 1, min(16, len(case.train))).astype(int)
    )
    return case.changed(train=replace(rows, weights=None), held=None)


def _one_batch(e: Evidence, case: Case) -> tuple[float, float]:
    """Return the loss of one batch after training on it alone, and its loss of guessing.

    Both are counted from the loss of perfect answers.
    """
    small = _batch(case).with_options(epochs=300, batch_size=None, callbacks=(), order=None)
    tried = [small]
    if hasattr(e.rule, "lr"):
        tried += [with_rate(small, factor) for factor in (10, 100, 0.1)]
    if _holds_back(e) and e.lr is not None and 0 < 100 * e.lr < USUAL:
        tried.append(with_rate(small, USUAL / e.lr))
    if not _holds_back(e):
        tried += [small.with_options(optimizer=Adam(lr)) for lr in (0.03, 0.003)]
    best = np.inf
    for one in tried:
        recorded = one.record()
        net = recorded.origin.net.twin(recorded.end.theta)
        loss = loss_on(net, small.train.given, small.train.y)
        best = min(best, loss if np.isfinite(loss) else np.inf)
    rows = small.train
    base, least = best_answers(e, rows), best_answers(e, rows, _seen(e, case, rows))
    if base is None or least is None or base - least < 1e-3:  # there is nothing to learn
        return 0.0, 1.0
    return float(best) - least, max(base - least, 1e-6)


def _seen(e: Evidence, case: Case, rows: Rows) -> Array:
    """Return what the best answers may look at: which row it is, or for a simple network its x."""
    units, x = narrowest(case.layers), rows.x.get("x")
    if e.table is None or x is None or units is None or units > TINY:
        return np.eye(len(rows))
    scaled = np.asarray(x, float) - np.mean(x, axis=0)
    return np.asarray(scaled / np.maximum(scaled.std(axis=0), 1e-12))


def _thawed(case: Case) -> Case:
    def free(layer: Any) -> Any:
        return replace(layer, trainable=True) if hasattr(layer, "trainable") else layer

    return case.with_layers(*each(case.layers, free), fresh=False).changed(frozen=frozenset())


def _unpenalized(case: Case) -> Case:
    def bare(layer: Any) -> Any:
        return replace(layer, penalty=None) if getattr(layer, "penalty", None) else layer

    return case.with_layers(*each(case.layers, bare), fresh=False)


def capacity(e: Evidence) -> list[Suspicion]:
    """A narrow or linear network whose loss came to rest far above 0."""
    if e.failed or _is_copied(e):
        return []
    units = narrowest(e.case.layers)
    if units is None or units > NARROW or e.updates < 100 or e.learned > FITTED:
        return []
    if not _at_rest(e, 0.25 if units <= TINY else 0.08) or _is_fine(e, e.case, e.net):
        return []
    if cost(e) < CHEAP and _is_fine_later(e):
        return []
    need = 0.1 if units <= TINY else 0.25
    what = "is linear" if units == 0 else f"has a layer of {units} unit{'s' * (units > 1)}"
    text = (
        f"The network is too small: it {what}, and its loss came to rest at {e.last[0]:.3g}, on "
        "training rows too."
    )
    cures = [
        Cure(
            f"Take more units, such as Dense({k}) and an activation before the last layer.",
            partial(_wider, units=k),
            need,
        )
        for k in (16, 64)
    ]
    cures.append(
        Cure(
            "Take more layers and units, such as Dense(64), ReLU() twice before the last layer.",
            lambda c: c.with_layers(*deeper(c.layers)),
            need,
        )
    )
    short = f"a network that {what}"
    return [Suspicion("capacity_too_small", "", text, tuple(cures), short=short, best=True)]


def _is_fine(e: Evidence, case: Case, net: Model) -> bool:
    """Return True if nearly all training rows get their class."""
    if e.labels is None or e.is_joint:
        return False
    return replace(e.measure, of_classes=True).one(case, net, e.measure.train) < FINE


def _is_fine_later(e: Evidence) -> bool:
    """Return True if the same network does learn its training rows, with more time."""
    for case in (e.case, with_rate(e.case, 10)) if hasattr(e.rule, "lr") else (e.case,):
        recorded = case.with_options(epochs=LONGER * case.options.epochs, callbacks=()).record()
        if recorded.error is None:
            net = recorded.origin.net.twin(recorded.end.theta)
            base = e.first[0] if e.guess is None else e.guess[0]
            loss = e.measure.one(case, net, e.measure.train)
            if _is_fine(e, case, net) or base - loss > FITTED * (base - e.least):
                return True
    return False


def _wider(case: Case, units: int) -> Case:
    return case.with_layers(*wider(case.layers, units))


def _is_copied(e: Evidence) -> bool:
    """Return True if the targets are the inputs: then a narrow layer is the purpose."""
    x, y = e.case.train.x.get("x"), e.case.train.y
    return x is not None and np.shape(x) == np.shape(y) and bool(np.array_equal(x, y))


def _at_rest(e: Evidence, share: float) -> bool:
    """Return True if the last third of the epochs did no more than this share of the whole."""
    n = len(e.loss)
    if n < 6:
        return True
    third, few = n - n // 3, 3 if n >= 9 else 1  # epochs of a median
    then, now = np.median(e.loss[third - 1 : third - 1 + few]), np.median(e.loss[-few:])
    whole = max(share * abs(e.loss[0] - now), 0.01 * abs(e.loss[0]))
    return bool(abs(then - now) < max(whole, 1e-12))
