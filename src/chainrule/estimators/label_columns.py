"""Several columns of labels, each with classes of its own: targets, predictions, probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils.multiclass import type_of_target

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..layers import Dense, Heads
from ..losses.base import Loss
from ..losses.joint import JointLoss
from .labels import Labels, link_of


def has_columns(y: Array) -> bool:
    """Return True if y has several columns of classes, and is no table of 0 and 1."""
    return y.ndim == 2 and type_of_target(y, input_name="y") == "multiclass-multioutput"


class LabelColumns:
    """The labels of several columns. Each column has a head of the network and a loss of its own.

    Parameters
    ----------
    columns : sequence of arrays
        The labels of each column, numbers or words, in which each of its classes occurs.

    Raises
    ------
    DataError
        A column has one class only.

    Examples
    --------
    >>> import numpy as np
    >>> labels = LabelColumns([np.array(["a", "b", "c"]), np.array(["x", "y", "x"])])
    >>> labels.heads()
    Heads({'y0': Dense(3), 'y1': Dense(1)})
    """

    several = False

    def __init__(self, columns: Sequence[Any]) -> None:
        self.columns: list[Labels] = []
        for k, column in enumerate(columns):
            found = np.asarray(column)
            if len(np.unique(found)) < 2:
                got, rule = f"{np.unique(found).tolist()}", "at least two classes"
                raise DataError(f"y[:, {k}]", rule, got, "Leave this column out.")
            self.columns.append(Labels(found))

    @property
    def classes(self) -> list[Array]:
        """The labels of each column."""
        return [labels.classes for labels in self.columns]

    @property
    def names(self) -> list[str]:
        """The names of the outputs: y0, y1, ..."""
        return [f"y{k}" for k in range(len(self.columns))]

    def losses(self, given: Any) -> dict[str, Loss]:
        """Return the loss of each column: the given one, or the cross-entropy of its labels."""
        if isinstance(given, JointLoss):
            return {name: loss for name, _, loss in given.parts}
        if given is not None and link_of(given) not in ("softmax", "logistic"):
            rule = "SoftmaxCrossEntropy() or SigmoidCrossEntropy() for several columns of classes"
            raise ParameterError("loss", rule, repr(given), "Write loss=None.")
        pairs = zip(self.names, self.columns, strict=True)
        return {name: labels.loss() if given is None else given for name, labels in pairs}

    def heads(self, given: Any = None) -> Heads:
        """Return the output layers, for the given loss of each column."""
        losses = self.losses(given)
        pairs = zip(self.names, self.columns, strict=True)
        return Heads({name: Dense(labels.units(losses[name])) for name, labels in pairs})

    def targets(self, y: Array, loss: Any, where: str = "y") -> dict[str, Array]:
        """Return the targets of each output."""
        if y.ndim != 2 or y.shape[1] != len(self.columns):
            rule = f"{len(self.columns)} columns of labels"
            raise DataError(where, rule, f"shape {y.shape}", "Keep its form.")
        losses = self.losses(loss)
        return {
            name: labels.targets(column, losses[name], f"{where}[:, {k}]")
            for k, (name, labels, column) in enumerate(
                zip(self.names, self.columns, y.T, strict=True)
            )
        }

    def found(self, outputs: Mapping[str, Array], loss: Any) -> Array:
        """Return the most likely labels (N, K) of predictions."""
        losses = self.losses(loss)
        pairs = zip(self.names, self.columns, strict=True)
        return np.column_stack([c.found(outputs[name], losses[name]) for name, c in pairs])

    def probabilities(self, outputs: Mapping[str, Array], loss: Any) -> list[Array]:
        """Return the probabilities of the classes of each column, (N, n_classes) each."""
        losses = self.losses(loss)
        pairs = zip(self.names, self.columns, strict=True)
        return [c.probabilities(outputs[name], losses[name]) for name, c in pairs]

    def units(self, loss: Any) -> Heads:
        """Return the output layers, in place of the number of outputs of a single head."""
        return self.heads(loss)
