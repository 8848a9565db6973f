"""The images that a network gets most wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..errors import ParameterError
from ..graph.program import Program
from ..losses.joint import JointLoss
from ..losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ..metrics.classes import read_classes
from ..model import scoring
from ..model.model import Model
from ..model.prepared import prepare_data
from ..ops.last import weighted_sum
from ..plots import pages
from ..settings import is_whole
from .scores import of_class

SHOWN = 16  # rows that a representation names


class Worst(NamedTuple):
    """Rows of a data set, the largest loss first; every array is (n,).

    Parameters
    ----------
    rows : array
        The numbers of the rows in the data set.
    loss : array
        The loss ℓ of each row, without penalties and weights.
    label, predicted : array
        The given class, and the predicted class.
    probability : array
        The probability of the predicted class; its score if the loss has no link.
    """

    rows: Array
    loss: Array
    label: Array
    predicted: Array
    probability: Array

    def __repr__(self) -> str:
        lines = ["   row      loss  label  predicted  probability"]
        for row, loss, label, predicted, p in list(zip(*self, strict=True))[:SHOWN]:
            lines.append(f"{row:6d}  {loss:8.4g}  {label:5d}  {predicted:9d}  {p:11.4f}")
        more = len(self.rows) - SHOWN
        return "\n".join(lines + [f"   ... {more} more"] * (more > 0))

    def _repr_html_(self) -> str:
        return pages.worst(self)


def worst(net: Model, X: Any, y: Any, n: int = 16, *, output: str | None = None) -> Worst:
    """Return the n rows with the largest loss ℓ: wrong labels, wrong answers and hard cases.

    Parameters
    ----------
    net : Network
        A network that predicts classes.
    X, y : arrays
        Rows and their classes, as for `fit`.
    n : int
        The number of rows, ≥ 1; fewer if there are fewer.
    output : str, optional
        The name of one of several outputs; only its loss counts.

    Returns
    -------
    worst : Worst
        .rows, .loss, .label, .predicted, .probability, each (n,). Rows of equal loss keep their
        order.

    Raises
    ------
    ParameterError
        n < 1, or an output that does not exist.
    DataError
        Targets that are not classes.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.SoftmaxCrossEntropy(), inputs=(2,))
    >>> found = worst(net, [[0.0, 5.0], [0.0, 1.0], [3.0, 0.0]], [1, 1, 1], n=2)
    >>> found.rows.tolist(), found.label.tolist(), found.predicted.tolist()
    ([2, 1], [1, 1], [0, 1])
    >>> found.loss.round(3)
    array([3.049, 0.313], dtype=float32)
    """
    if not is_whole(n) or n < 1:
        raise ParameterError(f"worst(n={n!r}): n must be a whole number ≥ 1.")
    joint = isinstance(net.loss, JointLoss)
    if joint and output not in net.loss.names:
        names = net.loss.names
        raise ParameterError(
            "worst",
            f"one of the outputs {', '.join(names)}",
            repr(output),
            f"Write output={names[0]!r}.",
        )
    if not joint and output is not None:
        raise ParameterError(
            f"worst(output={output!r}): this network has one output. Leave output= out."
        )
    data = prepare_data(net, X, y)
    p = scoring.predict(net, data.built, data.programs.predict, data.inputs)
    p = scoring.by_output(net, data.programs, p)
    target, p = (data.y[output], p[output]) if joint else (data.y, p)
    truth, predicted, _ = read_classes("worst", target, p)

    k = net.loss.names.index(output) if joint else 0
    # for several outputs one column each
    program = data.programs.table or loss_of_rows(data.programs.score)
    losses = scoring.predict(net, data.built, program, data.inputs | data.targets)
    losses = losses.reshape(len(data), -1)[:, k]
    net.adopt(data.built)
    rows = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:n]
    p, label, predicted = p.reshape(len(p), -1)[rows], truth[rows], predicted[rows]
    linked = isinstance(net.loss.parts[k][2] if joint else net.loss, SigmoidCrossEntropy)
    chosen = (
        p[np.arange(len(rows)), predicted] if p.shape[1] > 1 else of_class(p, predicted, linked)
    )
    return Worst(rows, losses[rows], label, predicted, chosen)


def loss_of_rows(score: Program) -> Program:
    """Return the score Program up to ℓ, one number a row; made once."""
    if "loss of rows" not in score.memory:
        l = next(s.inputs[0] for s in score.steps if s.op is weighted_sum)
        needed = {l}
        for step in reversed(score.steps):
            needed |= set(step.inputs) if step.output in needed else set()
        steps = tuple(s for s in score.steps if s.output in needed)
        inputs = {name: i for name, i in score.inputs.items() if i in needed}
        score.memory["loss of rows"] = replace(
            score, steps=steps, inputs=inputs, defaults={}, output=l
        )
    return score.memory["loss of rows"]  # type: ignore[no-any-return]
