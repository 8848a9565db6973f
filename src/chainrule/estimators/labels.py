"""Labels of any type: targets for a loss, and labels from outputs."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..losses.base import Loss
from ..losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ..ops.sigmoid import sigmoid
from ..ops.softmax import softmax

Link = Literal["softmax", "logistic", "identity", "other"]


def link_of(loss: Loss) -> Link:
    """Return the link of a loss; "other" means one that has nothing to do with classes."""
    if softmax in loss.refuses:
        return "softmax"
    if sigmoid in loss.refuses:
        return "logistic"
    return "other" if loss.refuses else "identity"


class Labels:
    """The labels of a classifier: one for each row, or a table of 0 and 1 with several.

    Parameters
    ----------
    y : array (N,) or (N, K)
        Labels, numbers or words, in which each class occurs.

    Raises
    ------
    DataError
        Fewer than two classes, or several labels for each row that are no table of 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> labels = Labels(np.array(["no", "yes", "no"]))
    >>> labels.numbers(np.array(["yes", "no"])), labels.loss()
    (array([1, 0], dtype=int32), SigmoidCrossEntropy())
    """

    def __init__(self, y: Array) -> None:
        try:
            check_classification_targets(y)
            kind = type_of_target(y, input_name="y")
            self.several = kind == "multilabel-indicator"
            self.classes: Array = np.arange(y.shape[1]) if self.several else np.unique(y)
        except TypeError:  # they cannot be sorted
            raise DataError(
                "y", "labels of one type", "several types", "Make all of them words."
            ) from None
        if kind == "multiclass-multioutput":
            raise DataError(
                "y",
                "one label for each row, or a table of 0 and 1",
                kind,
                "Fit one estimator for each column.",
            )
        if len(self.classes) < 2:
            raise DataError(
                "y", "at least two classes", "one class", "Give rows of another class as well."
            )

    def loss(self) -> Loss:
        """Return the cross-entropy that goes with these labels."""
        return (
            SigmoidCrossEntropy()
            if self.several or len(self.classes) == 2
            else SoftmaxCrossEntropy()
        )

    def units(self, loss: Loss) -> int:
        """Return the number of outputs: one for each class, or a single one for two classes."""
        alone = len(self.classes) == 2 and not self.several and link_of(loss) != "softmax"
        return 1 if alone else len(self.classes)

    def numbers(self, y: Array, where: str = "y") -> Array:
        """Return class numbers (N,); for several labels in each row the table itself."""
        if self.several:
            if y.ndim != 2 or y.shape[1] != len(self.classes) or not ((y == 0) | (y == 1)).all():
                raise DataError(
                    where,
                    f"a table of 0 and 1, {len(self.classes)} columns",
                    str(y.shape),
                    "Keep its form.",
                )
            return y
        known = set(self.classes.tolist())
        if y.ndim != 1 or (new := set(np.unique(y).tolist()) - known):
            got = str(y.shape) if y.ndim != 1 else f"{min(new, key=str)!r}"
            raise DataError(
                where,
                "classes among those of the first fit",
                got,
                "Name all of them at the first call.",
            )
        return np.searchsorted(self.classes, y).astype(np.int32)

    def targets(self, y: Array, loss: Loss, where: str = "y") -> Array:
        """Return targets for the loss: class numbers, or columns of 0 and 1, or of −1 and 1."""
        numbers, K, link = self.numbers(y, where), len(self.classes), link_of(loss)
        if link == "other":
            raise ParameterError(
                "loss", "a loss of classes", repr(loss), "Write SoftmaxCrossEntropy(), or Hinge()."
            )
        if self.several and link == "softmax":
            raise ParameterError(
                "loss",
                "SigmoidCrossEntropy() for several labels in each row",
                repr(loss),
                "Write loss=None.",
            )
        if link == "softmax" and loss.target((0, K), None)[1] == "index":
            return numbers
        table = (
            numbers if self.several or self.units(loss) == 1 else np.eye(K, dtype=np.int8)[numbers]
        )
        return table if link != "identity" else 2 * table.astype(np.int8) - 1

    def found(self, outputs: Array, loss: Loss) -> Array:
        """Return the labels of predictions: the most likely class, or every likely label.

        One of several labels is likely if its probability is above one half.
        """
        over = 0.0 if link_of(loss) == "identity" else 0.5
        if self.several:
            return (outputs > over).astype(int)
        best: Any = (
            (outputs[:, 0] > over).astype(int) if self.units(loss) == 1 else outputs.argmax(axis=1)
        )
        labels: Array = self.classes[best]
        return labels

    def probabilities(self, outputs: Array, loss: Loss) -> Array:
        """Return probabilities (N, K) from predictions; with one class out of K, rows sum to 1."""
        if self.units(loss) == 1:
            return np.hstack([1 - outputs, outputs])
        if self.several or link_of(loss) == "softmax":
            return outputs
        total = outputs.sum(axis=1, keepdims=True)  # of K yes-or-no questions
        return np.where(
            total > 0, outputs / np.where(total > 0, total, 1), 1 / len(self.classes)
        ).astype(outputs.dtype)
