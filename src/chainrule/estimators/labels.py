"""Labels of any type, the targets that a loss takes for them, and the way back."""

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
    """What turns outputs into predictions; "other" than these three says nothing about classes."""
    if softmax in loss.refuses:
        return "softmax"
    if sigmoid in loss.refuses:
        return "logistic"
    return "other" if loss.refuses else "identity"


class Labels:
    """The labels that there are: numbers or words, one for each row; or a table of 0 and 1, several a row.

    Parameters
    ----------
    y : array (N,) or (N, K)
        Labels in which each class occurs.

    Raises
    ------
    DataError
        Fewer than two classes, or several labels a row that are not a table of 0 and 1.

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
                "Fit one estimator a column.",
            )
        if len(self.classes) < 2:
            raise DataError(
                "y", "at least two classes", "one class", "A classifier has nothing to tell apart."
            )

    def loss(self) -> Loss:
        """The cross-entropy for them."""
        return (
            SigmoidCrossEntropy()
            if self.several or len(self.classes) == 2
            else SoftmaxCrossEntropy()
        )

    def units(self, loss: Loss) -> int:
        """How many outputs the loss needs: one a class, or one alone for two classes."""
        alone = len(self.classes) == 2 and not self.several and link_of(loss) != "softmax"
        return 1 if alone else len(self.classes)

    def numbers(self, y: Array) -> Array:
        """(N,) class numbers; of several labels a row the table itself."""
        if self.several:
            if y.ndim != 2 or y.shape[1] != len(self.classes) or not ((y == 0) | (y == 1)).all():
                raise DataError(
                    "y",
                    f"a table of 0 and 1, {len(self.classes)} columns",
                    str(y.shape),
                    "Keep its form.",
                )
            return y
        known = set(self.classes.tolist())
        if y.ndim != 1 or (new := set(np.unique(y).tolist()) - known):
            got = str(y.shape) if y.ndim != 1 else f"{min(new, key=str)!r}"
            raise DataError(
                "y",
                "classes among those of the first fit",
                got,
                "Name all of them at the first call.",
            )
        return np.searchsorted(self.classes, y).astype(np.int32)

    def targets(self, y: Array, loss: Loss) -> Array:
        """What the loss takes: class numbers, or 0 and 1, or −1 and 1, one column an output."""
        numbers, K, link = self.numbers(y), len(self.classes), link_of(loss)
        if link == "other":
            raise ParameterError(
                "loss", "a loss of classes", repr(loss), "Write SoftmaxCrossEntropy(), or Hinge()."
            )
        if self.several and link == "softmax":
            raise ParameterError(
                "loss",
                "SigmoidCrossEntropy() for several labels a row",
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
        """Predictions of the network to labels: the likeliest class, or all that are likelier than not."""
        over = 0.0 if link_of(loss) == "identity" else 0.5
        if self.several:
            return (outputs > over).astype(int)
        best: Any = (
            (outputs[:, 0] > over).astype(int) if self.units(loss) == 1 else outputs.argmax(axis=1)
        )
        labels: Array = self.classes[best]
        return labels

    def probabilities(self, outputs: Array, loss: Loss) -> Array:
        """Predictions of the network to (N, K) probabilities; one class out of K: rows sum to 1."""
        if self.units(loss) == 1:
            return np.hstack([1 - outputs, outputs])
        if self.several or link_of(loss) == "softmax":
            return outputs
        total = outputs.sum(axis=1, keepdims=True)  # K yes-or-no questions about one class
        return np.where(
            total > 0, outputs / np.where(total > 0, total, 1), 1 / len(self.classes)
        ).astype(outputs.dtype)
