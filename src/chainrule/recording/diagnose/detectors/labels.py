"""Labels that are probably wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....arrays import Array
from ....model.scoring import predict_rows
from ....training.callbacks.early_stopping import EarlyStopping
from ..case import Case
from ..evidence import Evidence
from ..finding import rows_of
from ..measure import Measure, labels_of
from ..suspicion import Cure, Suspicion

FOLDS = 3
FEWEST = 90  # rows
SURE = 0.5  # the share of rows with the clearest answers
WRONG = 0.03  # of these, when their labels are right
FAR = 8.0  # of a residual, in robust deviations


@dataclass(frozen=True, eq=False)
class Doubts:
    """Rows whose label contradicts a clear answer of networks that have not seen them.

    Parameters
    ----------
    train, held : arrays of bool
        One for each row.
    text : str
        How it was seen.
    """

    train: Array
    held: Array
    text: str


def suspicious(e: Evidence) -> list[Suspicion]:
    """Rows whose label contradicts a clear answer of networks that have not seen them."""
    if e.is_joint or e.failed or len(e.case.train) < FEWEST or e.learned < 0.1 or not e.has_held:
        return []
    doubts = _doubts(e)
    if doubts is None:
        return []
    rows = np.flatnonzero(doubts.train)
    text = (
        f"{len(rows)} labels of {len(doubts.train):,} training rows are suspicious: {doubts.text}. "
        f"Rows {rows_of(rows)}."
    )

    def cleaned(case: Case) -> Case:
        return case.changed(train=case.train.take(~doubts.train))

    def measure(m: Measure) -> Measure:
        places = np.linspace(0, len(doubts.held) - 1, len(m.held)).astype(int)
        words = "loss of the rows without doubt"
        return replace(m, held=m.held.take(~doubts.held[places]), words=words)

    cure = Cure("Correct them, or leave them out.", cleaned, measure=measure)
    advice = "Look at them."
    short = f"{len(rows)} labels in doubt"
    return [
        Suspicion("suspicious_labels", f"rows {rows_of(rows)}", text, (cure,), advice,
                  certain=True, harm=0.1, short=short)
    ]


def _doubts(e: Evidence) -> Doubts | None:
    case = e.case
    assert case.held is not None
    n = len(case.train)
    fold = np.arange(n) * 7919 % FOLDS
    answers: list[Any] = [None] * n
    of_held = []
    for k in range(FOLDS):
        rest, out = case.train.take(fold != k), case.train.take(fold == k)
        stop = EarlyStopping(patience=max(3, case.options.epochs // 5))
        part = case.changed(train=rest, held=out).with_options(callbacks=[stop])
        recorded = part.record()
        net = recorded.origin.net.twin(recorded.end.theta)
        for i, p in zip(np.flatnonzero(fold == k), np.asarray(predict_rows(net, out.given)), strict=True):
            answers[i] = p
        of_held.append(np.asarray(predict_rows(net, case.held.given)))
    p, q = np.asarray(answers), np.mean(of_held, axis=0)
    if not (np.isfinite(p).all() and np.isfinite(q).all()):
        return None
    labels = labels_of(case.train.y)
    if labels is not None and (p.ndim == 2):
        return _of_classes(p, q, labels, labels_of(case.held.y))
    if p.shape == np.shape(case.train.y):
        return _of_numbers(p, q, np.asarray(case.train.y, float), np.asarray(case.held.y, float))
    return None


def _of_classes(p: Array, q: Array, labels: Array, held: Array | None) -> Doubts | None:
    margin, answer = _clear(p)
    other, theirs = _clear(q)
    limit = np.quantile(margin, 1 - SURE)
    sure = margin >= limit
    wrong = sure & (answer != labels)
    share, surest = wrong.sum() / sure.sum(), margin >= np.quantile(margin, 1 - SURE / 2)
    at_top = float(np.mean(answer[surest] != labels[surest]))
    if wrong.sum() < 5 or share < WRONG or at_top < 0.6 * share or held is None:
        return None
    text = (
        f"networks that have not seen them contradict {100 * share:.0f} % of the labels even "
        "among the clearest half of the rows"
    )
    doubt = answer != labels
    doubt &= margin >= np.quantile(margin, 0.25)
    return Doubts(doubt, (theirs != held) & (other >= np.quantile(margin, 0.25)), text)


def _clear(p: Array) -> tuple[Array, Array]:
    """Return how clear each answer is, and its class."""
    if p.shape[1] == 1:
        return np.abs(p[:, 0] - 0.5), (p[:, 0] > 0.5).astype(int)
    top = np.sort(p, axis=1)
    return top[:, -1] - top[:, -2], p.argmax(axis=1)


def _of_numbers(p: Array, q: Array, y: Array, held: Array) -> Doubts | None:
    r, s = (np.abs(a - b).reshape(len(b), -1).max(axis=1) for a, b in ((p, y), (q, held)))
    usual = 1.4826 * np.median(r)
    far = r > FAR * usual
    if far.sum() < 2 or far.mean() > 0.2 or usual <= 0:
        return None
    text = f"they are more than {FAR:g} usual errors ({usual:.2g}) away from the answers"
    return Doubts(far, s > FAR * usual, text)


