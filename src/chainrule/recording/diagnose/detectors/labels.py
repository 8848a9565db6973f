"""Labels that are probably wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .... import random
from ....arrays import Array
from ....model.scoring import predict_rows
from ....training.callbacks.early_stopping import EarlyStopping
from ..case import Case, Rows
from ..evidence import Evidence
from ..finding import rows_of
from ..measure import Measure, labels_of
from ..suspicion import Cure, Suspicion

FOLDS, TIMES = 3, 3
FEWEST, FEW, MOST = 90, 1000, 20_000  # rows; with few, networks are trained several times
WRONG = 0.03  # share of labels that are wrong however clear the answer is
CERTAIN = 3.0  # gain of log-likelihood by such a share
FAR, SPREAD = 6.0, 0.75  # of a residual, in usual ones and in deviations of y


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
    places = np.arange(len(e.case.train))
    if len(places) > MOST:
        places = np.linspace(0, len(places) - 1, MOST).astype(int)
    case = e.case.changed(train=e.case.train.take(places))
    more = len(e.case.train) / len(places)  # as many updates as with all rows
    doubts = _doubts(case.with_options(epochs=round(case.options.epochs * more)))
    if doubts is None:
        return []
    every = np.zeros(len(e.case.train), bool)
    every[places[doubts.train]] = True
    doubts = replace(doubts, train=every)
    rows = np.flatnonzero(doubts.train)
    rows = rows if e.case.places is None else e.case.places[rows]  # as the user counts them
    text = (
        f"{len(rows)} labels of {len(doubts.train):,} training rows are suspicious: {doubts.text}. "
        f"Rows {rows_of(rows)}."
    )

    def cleaned(case: Case) -> Case:
        return case.changed(train=case.train.take(~doubts.train))

    def measure(m: Measure) -> Measure:
        def sure(rows: Rows, doubtful: Array) -> Rows:
            places = np.linspace(0, len(doubtful) - 1, len(rows)).astype(int)
            return rows.take(~doubtful[places])

        train, held = sure(m.train, doubts.train), sure(m.held, doubts.held)
        return replace(m, train=train, held=held, words="loss of the rows not in doubt")

    cure = Cure("Correct them, or leave them out.", cleaned, measure=measure)
    advice = "Look at them."
    short = f"{len(rows)} labels in doubt"
    return [
        Suspicion(
            "suspicious_labels",
            f"rows {rows_of(rows)}",
            text,
            (cure,),
            advice,
            certain=e.labels is not None,
            harm=0.1,
            short=short,
            rows=rows,
        )
    ]


def _doubts(case: Case) -> Doubts | None:
    assert case.held is not None
    answers, of_held = [], []
    for time in range(TIMES if len(case.train) <= FEW else 1):
        p, q = _unseen(case, time)
        answers.append(p)
        of_held.append(q)
    p, q = np.mean(answers, axis=0), np.mean(of_held, axis=0)
    if not (np.isfinite(p).all() and np.isfinite(q).all()):
        return None
    labels = labels_of(case.train.y)
    if labels is not None and (p.ndim == 2):
        return _of_classes(p, q, labels, labels_of(case.held.y))
    if p.shape == np.shape(case.train.y):
        return _of_numbers(p, q, np.asarray(case.train.y, float), np.asarray(case.held.y, float))
    return None


def _unseen(case: Case, time: int) -> tuple[Array, Array]:
    """Return predictions of rows by networks that have not seen them."""
    assert case.held is not None
    n = len(case.train)
    fold = np.empty(n, int)
    fold[random.permutation((time, random.path_hash("folds")), n)] = np.arange(n) % FOLDS
    answers: list[Any] = [None] * n
    of_held = []
    for k in range(FOLDS):
        rest, out = case.train.take(fold != k), case.train.take(fold == k)
        stop = EarlyStopping(patience=max(3, case.options.epochs // 5))
        part = case.changed(train=rest, held=out, seed=case.seed + time)
        recorded = part.with_options(callbacks=[stop]).record()
        net = recorded.origin.net.twin(recorded.end.theta)
        predicted = np.asarray(predict_rows(net, out.given))
        for i, p in zip(np.flatnonzero(fold == k), predicted, strict=True):
            answers[i] = p
        of_held.append(np.asarray(predict_rows(net, case.held.given)))
    return np.asarray(answers), np.mean(of_held, axis=0)


def _of_classes(p: Array, q: Array, labels: Array, held: Array | None) -> Doubts | None:
    margin, answer = _clear(p)
    other, theirs = _clear(q)
    usual = float(np.bincount(labels - labels.min()).max()) / len(labels)
    if np.mean(answer == labels) < usual + 0.25 * (1 - usual):  # they know too little
        return None
    wrong = answer != labels
    share, gain = _floor(margin, wrong)
    top = float(np.mean(wrong[margin >= np.quantile(margin, 0.75)]))
    if share < WRONG or gain < CERTAIN or top < 0.5 * share:
        share = _plateau(wrong[np.argsort(margin)])
    if share < WRONG or held is None:
        return None
    text = (
        f"networks that have not seen them contradict about {100 * share:.0f} % of the labels, "
        "even where their answer is clear"
    )
    clear = np.quantile(margin, 0.25)
    return Doubts(wrong & (margin >= clear), (theirs != held) & (other >= clear), text)


def _plateau(wrong: Array) -> float:
    """Return the share of contradictions among the clearest half; 0 if it falls with clearness.

    Where classes overlap, contradictions gather among the rows whose answer is least clear.
    """
    half, quarter = len(wrong) // 2, 3 * len(wrong) // 4
    least, most, top = (float(w.mean()) for w in (wrong[:half], wrong[half:], wrong[quarter:]))
    even = most >= 0.35 * least and top >= 0.5 * most and least < 0.3
    return most if even and wrong[half:].sum() >= 5 else 0.0


def _floor(margin: Array, wrong: Array) -> tuple[float, float]:
    """Return the share of wrong labels that no margin explains, and its gain of log-likelihood.

    Where classes overlap, the chance of a contradiction falls as 1 / (1 + exp(a + b·margin)). With
    wrong labels it falls to their share r: r + (1 − r) / (1 + exp(a + b·margin)).
    """
    a, b = np.linspace(-2, 6, 33)[:, None, None], np.geomspace(0.02, 4, 24)[:, None]
    with np.errstate(over="ignore"):
        chance = 1 / (1 + np.exp(a + b * margin))
    best = {}
    for r in np.arange(0, 0.31, 0.01):
        p = np.clip(r + (1 - r) * chance, 1e-6, 1 - 1e-6)
        best[float(r)] = float((np.log(p) @ wrong + np.log(1 - p) @ ~wrong).max())
    share = max(best, key=lambda r: best[r])
    return share, best[share] - best[0.0]


def _clear(p: Array) -> tuple[Array, Array]:
    """Return how clear each answer is, as log odds of the first class and the second, and it."""
    if p.shape[1] == 1:
        p = np.concatenate([1 - p, p], axis=1)
    top = np.sort(np.clip(p, 1e-6, 1), axis=1)
    return np.log(top[:, -1] / top[:, -2]), p.argmax(axis=1)


def _of_numbers(p: Array, q: Array, y: Array, held: Array) -> Doubts | None:
    r, s = (np.abs(a - b).reshape(len(b), -1).max(axis=1) for a, b in ((p, y), (q, held)))
    usual = 1.4826 * float(np.median(r))
    spread = 1.4826 * float(np.median(np.abs(y - np.median(y, axis=0)), axis=0).max())
    limit = max(FAR * usual, SPREAD * spread)
    far = r > limit
    if far.sum() < 3 or not 0.01 < far.mean() < 0.2:
        return None
    text = f"they are more than {limit:.2g} away from the answers, where {usual:.2g} is usual"
    return Doubts(far, s > limit, text)
