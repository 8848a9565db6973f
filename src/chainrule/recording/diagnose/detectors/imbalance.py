"""Classes of very different size that the loss ignores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....arrays import Array
from ....model.scoring import predict_rows
from ..case import Case
from ..evidence import CHEAP, Evidence, cost
from ..measure import labels_of
from ..suspicion import Cure, Suspicion

RARE = 6.0  # times as many rows of the most common class
FOUND = 0.6  # share of the rare rows that should be found
FOLDS = 3
MORE, LESS = 0.15, 0.05  # what class weights do: share of rare rows found, and of wrong answers
CERTAIN = 2.0  # standard deviations of the share of rare rows that are found
WRONG = "share of wrong answers with all classes alike"


def imbalance(e: Evidence) -> list[Suspicion]:
    """A rare class whose rows are not found."""
    labels = e.labels
    if labels is None or e.is_joint or e.case.train.weights is not None or e.failed:
        return []
    classes, count = np.unique(labels, return_counts=True)
    if len(classes) < 2 or count.max() < RARE * count.min() or count.min() < 3:
        return []
    rare = int(classes[count.argmin()])
    rows = e.case.train.take(np.flatnonzero(labels == rare)[:500])
    answers = _answers(np.asarray(predict_rows(e.net, rows.given)), classes)
    found = float(np.mean(answers == rare))
    if found > FOUND or not _weights_help(e, classes, rare):
        return []
    text = (
        f"The loss ignores that classes are of different size: class {rare} has {count.min():,} of "
        f"{len(labels):,} rows, and {100 * found:.0f} % of them are predicted as such."
    )
    cure = Cure('Give fit(class_weight="balanced").', _weighted, measure=lambda m: m.balanced())
    # a network that knows its rows by heart may have a better answer, and no better loss
    other = replace(cure, measure=lambda m: replace(m.balanced(), of_classes=True, words=WRONG))
    short = f"rare class {rare}"
    return [Suspicion("imbalance", f"class {rare}", text, (cure, other), short=short)]


def _weighted(case: Case) -> Case:
    return case.with_options(class_weight="balanced")


def _answers(p: Array, classes: Array) -> Array:
    """Return the predicted classes."""
    best: Array
    if p.ndim == 1 or p.shape[1] == 1:
        best = np.where(p.reshape(len(p)) > 0.5, classes[-1], classes[0])
    else:
        best = p.argmax(axis=1)
    return best


def _weights_help(e: Evidence, classes: Array, rare: int) -> bool:
    """Return True if class weights find more of the rare rows, among rows that were not learned.

    Where classes cannot be told apart, weights only make more rows look rare. So the share of wrong
    answers, with all classes alike, must come below that of guessing by more than chance.
    """
    assert e.labels is not None
    if cost(e) > CHEAP:
        return True
    wrong, found = [], []
    for case in (e.case, _weighted(e.case)):
        p = of_unseen(case)
        if p is None:
            return False
        right = _answers(p, classes) == e.labels
        recall = [float(right[e.labels == c].mean()) for c in classes]
        wrong.append(1 - float(np.mean(recall)))
        found.append(recall[list(classes).index(rare)])
    chance = 1 - 1 / len(classes)
    sure = 0.5 * CERTAIN * np.sqrt(0.25 / int((e.labels == rare).sum())) * 2 / len(classes)
    helps = found[1] > found[0] + MORE and wrong[1] < wrong[0] - LESS
    return bool(helps and wrong[1] < chance - max(0.1, sure))


def of_unseen(case: Case) -> Array | None:
    """Return predictions of rows by networks that have not seen them; None if one fails."""
    labels = labels_of(case.train.y)
    assert labels is not None
    order, fold = np.argsort(labels, kind="stable"), np.empty(len(labels), int)
    fold[order] = np.arange(len(labels)) % FOLDS  # each class is in all folds
    answers: list[tuple[Array, Array]] = []
    for k in range(FOLDS):
        rest, out = case.train.take(fold != k), case.train.take(fold == k)
        recorded = case.changed(train=rest, held=None).with_options(callbacks=()).record()
        if recorded.error is not None:
            return None
        net = recorded.origin.net.twin(recorded.end.theta)
        answers.append((np.flatnonzero(fold == k), np.asarray(predict_rows(net, out.given))))
    joined = np.concatenate([p for _, p in answers])
    return np.asarray(joined[np.argsort(np.concatenate([rows for rows, _ in answers]))])
