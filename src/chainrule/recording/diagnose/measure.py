"""How good a run is: the loss of the original case, on training and on validation rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...arrays import Array
from ...layers.identity import Identity
from ...losses.joint import JointLoss
from ...model.model import Model
from ...model.prepared import prepare_data, source_of
from ...model.scoring import predict_rows
from ...training.objective import ProgramObjective
from .case import Case, Rows

ROWS = 2000  # that are measured


@dataclass(frozen=True, eq=False)
class Measure:
    """The loss of the original case, for cases that were changed.

    So numbers before and after a change are of the same rows and of the same kind, although the
    changed network may have another loss, scaled targets or fewer columns.

    Parameters
    ----------
    loss : Loss
        The loss of the original case.
    train, held : Rows
        Rows of the original case; without validation rows both are the training rows.
    words : str
        What the number is.
    of_classes : bool
        True: the share of wrong classes, since the losses have no common scale.
    """

    loss: Any
    train: Rows
    held: Rows
    words: str = "loss"
    of_classes: bool = False

    def __call__(self, case: Case, net: Model) -> tuple[float, float]:
        """Return the numbers of training and validation rows."""
        with np.errstate(all="ignore"):
            return self.one(case, net, self.train), self.one(case, net, self.held)

    def one(self, case: Case, net: Model, rows: Rows) -> float:
        """Return the number of these rows."""
        x = rows.given if case.into is None else case.into(rows.given)
        if self.of_classes:
            return _wrong(predict_rows(net, x), rows.y, rows.weights)
        if case.loss is self.loss and case.back is None:
            return loss_on(net, x, rows.y, rows.weights)
        p = predict_rows(net, x)
        p = np.asarray(p if case.back is None else case.back(p), net.dtype)
        plain = type(net)(Identity(), loss=self.loss, dtype=net.dtype.name, engine=net.engine)
        return loss_on(plain, p, rows.y, rows.weights)

    def balanced(self) -> Measure:
        """Return the measure in which all classes count alike."""
        train, held = (_balanced(rows) for rows in (self.train, self.held))
        return replace(self, train=train, held=held, words="loss with all classes alike")


def measure_of(case: Case) -> Measure:
    """Return the measure of an original case."""
    train = case.train.sample(ROWS)
    held = train if case.held is None else case.held.sample(ROWS)
    return Measure(case.loss, replace(train, weights=None), replace(held, weights=None))


def loss_on(model: Model, x: Any, y: Any, weights: Array | None = None) -> float:
    """Return the mean loss of rows, without penalties and without randomness."""
    data = prepare_data(model, x, y, weights)
    program = data.programs.score
    batch = source_of(model, data).rows(slice(0, len(data)))
    batch |= {name: model.dtype.type(0) for name in program.defaults}
    objective = ProgramObjective(program, (), model.engine, model.threads)
    with np.errstate(all="ignore"):
        loss = objective.loss(model.theta_in(data.built), batch)
    summed = not isinstance(model.loss, JointLoss) and model.loss.reduction == "sum"
    return loss / (len(data) if summed else 1)


def labels_of(y: Any) -> Array | None:
    """Return class numbers from targets: whole numbers, 0 and 1, or one-hot rows; else None."""
    if not isinstance(y, np.ndarray) or not len(y):
        return None
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 1:
        whole = bool((y == np.floor(y)).all())
        few = len(np.unique(y[:5000])) <= max(2, min(50, len(y) // 4))
        return y.astype(int) if whole and few and y.min() >= -1 else None
    one_hot = y.ndim == 2 and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
    return y.argmax(axis=1) if one_hot else None


def _wrong(p: Any, y: Array, weights: Array | None = None) -> float:
    """Return the share of rows with a wrong class."""
    p, labels = np.asarray(p), labels_of(y)
    assert labels is not None
    if p.ndim == 1 or p.shape[1] == 1:
        low, high = np.unique(labels)[[0, -1]]
        p = p.reshape(len(p))
        spread = np.rint(p) if high - low > 1 else low + (p > (low + high) / 2)
        return float(np.average(spread != labels, weights=weights))
    return float(np.average(p.argmax(axis=1) != labels, weights=weights))


def _balanced(rows: Rows) -> Rows:
    labels = labels_of(rows.y)
    if labels is None:
        return rows
    _, index, count = np.unique(labels, return_inverse=True, return_counts=True)
    return replace(rows, weights=1.0 / count[index.reshape(-1)])
