"""Labels of the MLPClassifier: classes, targets for the loss, and labels of outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import type_of_target, unique_labels

from ... import losses
from ...arrays import Array
from ...errors import DataError, ParameterError
from ...losses.base import Loss
from ...losses.kl_divergence import KLDivergence
from ...losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy

# The losses whose link gives probabilities.
PROBABILITIES = (SoftmaxCrossEntropy, SigmoidCrossEntropy, KLDivergence)


@dataclass(frozen=True)
class Classes:
    """The classes of one y, or of each column of y.

    Parameters
    ----------
    names : array, or list of arrays
        The sorted labels. A list has those of each column (scikit-learn: multiclass-multioutput).
    binarizer : LabelBinarizer, optional
        It turns labels into rows of 0 and 1; several columns have none.
    """

    names: Any
    binarizer: LabelBinarizer | None = None

    @classmethod
    def of(cls, y: Array) -> Classes:
        """Return the classes that occur in y.

        Raises
        ------
        DataError
            A column among several has one class only.
        """
        if y.ndim == 2 and type_of_target(y) == "multiclass-multioutput":
            return cls.of_columns(list(y.T))
        binarizer = LabelBinarizer().fit(y)
        return cls(binarizer.classes_, binarizer)

    @classmethod
    def of_columns(cls, columns: Sequence[Any]) -> Classes:
        """Return the classes of each column of y; each class must occur in these labels.

        Raises
        ------
        DataError
            A column has one class only.
        """
        classes = [np.unique(column) for column in columns]
        for k, found in enumerate(classes):
            if len(found) < 2:
                raise DataError(
                    f"y[:, {k}]",
                    "at least two classes",
                    f"{found.tolist()}",
                    "Leave this column out.",
                )
        return cls(classes)

    @property
    def several(self) -> bool:
        """True if each column of y has its own classes."""
        return isinstance(self.names, list)

    @property
    def kind(self) -> str:
        """The type of the targets in scikit-learn's words."""
        return "" if self.binarizer is None else str(self.binarizer.y_type_)

    # ---------------------------------------------------------------- checks

    def refuse_other(self, y: Array) -> None:
        """Raise ValueError unless y has exactly these classes: a warm start keeps its outputs."""
        classes: Any = [np.unique(column) for column in y.T] if self.several else unique_labels(y)
        if self.several:
            alike = len(classes) == len(self.names) and all(
                np.array_equal(a, b) for a, b in zip(classes, self.names, strict=True)
            )
        else:
            alike = set(classes) == set(self.names)
        if not alike:
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous "
                f"call to fit. Previously got {self.names}, `y` has {classes}"
            )

    def refuse_new(self, y: Array) -> None:
        """Raise ValueError for a class that is not among these."""
        if self.several and (y.ndim != 2 or y.shape[1] != len(self.names)):
            raise DataError(
                "y",
                f"{len(self.names)} columns",
                f"shape {y.shape}",
                "Give the columns of the first fit.",
            )
        pairs = (
            zip(y.T, self.names, strict=True) if self.several else [(unique_labels(y), self.names)]
        )
        for found, classes in pairs:
            if len(np.setdiff1d(found, classes)):
                raise ValueError(
                    f"`y` has classes not in `self.classes_`. `self.classes_` has {classes}. "
                    f"'y' has {np.unique(found)}."
                )

    # ---------------------------------------------------------------- labels to targets

    def encode(self, y: Array, dtype: Any, given: Any) -> Array:
        """Return targets for the loss.

        Parameters
        ----------
        y : array
            Labels.
        dtype : dtype
            The type of rows of numbers.
        given : Any
            The estimator's `loss`: a word or an object.

        Returns
        -------
        array
            Class numbers (N,), or (N, columns) for several columns; else rows with a number for
            each output.
        """
        loss = self.check_loss(given)
        if self.several:
            pairs = zip(self.names, y.T, strict=True)
            return np.column_stack([np.searchsorted(c, column) for c, column in pairs]).astype(
                np.int32
            )
        by_number = loss is not None and loss.target((0, 2), None)[1] == "index"
        if y.ndim == 1 and (by_number or (loss is None and self.kind == "multiclass")):
            return np.searchsorted(self.names, y).astype(np.int32)
        if by_number or (self.kind == "multiclass" and isinstance(loss, SigmoidCrossEntropy)):
            need = "SigmoidCrossEntropy" if by_number else "SoftmaxCrossEntropy"
            raise ParameterError(
                f"MLPClassifier(loss={loss!r})",
                f"{need} for {self.kind} targets",
                repr(loss),
                "Exchange it.",
            )
        rows: Any = self.binarizer
        return rows.transform(y).astype(dtype)  # type: ignore[no-any-return]

    def check_loss(self, given: Any) -> Loss | None:
        """Return the loss that was given as an object; None means the cross-entropy of the targets.

        Raises
        ------
        ParameterError
            A loss whose link gives no probabilities, or one that several columns cannot use.
        """
        loss = given if isinstance(given, Loss) else None
        if (
            loss is not None
            and not isinstance(loss, PROBABILITIES)
            and type(loss) in vars(losses).values()
        ):
            words = ", ".join(cls.__name__ for cls in PROBABILITIES)
            raise ParameterError(
                f"MLPClassifier(loss={loss!r})",
                f"a loss whose link gives probabilities: {words}",
                repr(loss),
                "A loss of your own is taken at its word.",
            )
        if loss is not None and self.several and loss.target((0, 2), None)[1] != "index":
            raise ParameterError(
                f"MLPClassifier(loss={loss!r})",
                "SoftmaxCrossEntropy for several columns of classes",
                repr(loss),
                "",
            )
        return loss

    def units(self, target: Array) -> tuple[Any, str]:
        """Return the number of outputs (a list for several columns) and their activation."""
        if self.several:
            return [len(classes) for classes in self.names], "softmax"
        if target.ndim == 1 or self.kind == "multiclass":
            return len(self.names), "softmax"
        return target.shape[1], "logistic"

    def weigh(self, class_weight: Any, y: Array, weights: Array | None) -> Array | None:
        """Return the weight of each row: its own weight times the weight of its class."""
        if class_weight is None:
            return weights
        if isinstance(class_weight, str):
            found = _balanced(y, weights)
        else:
            seen = y
            if not self.several and y.ndim == 1:  # a known class may be absent from these rows
                seen = np.concatenate([self.names, y])
            found = compute_sample_weight(class_weight, seen)[len(seen) - len(y) :]
        return found if weights is None else weights * found

    # ---------------------------------------------------------------- outputs to labels

    def split(self, p: Array) -> list[Array]:
        """Return the probabilities of each column of y."""
        return np.split(p, np.cumsum([len(classes) for classes in self.names])[:-1], axis=1)

    def numbers(self, p: Array, activation: str) -> Array:
        """Return the most likely class numbers, or yes and no, in the form of the targets."""
        if self.several:
            return np.column_stack([part.argmax(axis=1) for part in self.split(p)])
        found: Array = p.argmax(axis=1) if activation == "softmax" else p > 0.5
        return found

    def labels(self, p: Array, activation: str) -> Array:
        """Return the labels of these outputs."""
        if self.several:
            numbers = self.numbers(p, activation)
            return np.column_stack([c[k] for c, k in zip(self.names, numbers.T, strict=True)])
        if activation == "softmax":
            return self.names[p.argmax(axis=1)]  # type: ignore[no-any-return]
        rows: Any = self.binarizer
        labels: Array = rows.inverse_transform(p.ravel() if p.shape[1] == 1 else p)
        return labels


def _balanced(y: Array, weights: Array | None) -> Array:
    """Return Σ w / (K Σ w of the class) for each row, multiplied over the columns of y.

    A row of weight w counts as w rows here, too.
    """
    found: Array = np.ones(len(y))
    for column in y.reshape(len(y), -1).T:
        classes, which = np.unique(column, return_inverse=True)
        totals = np.bincount(which, weights=weights, minlength=len(classes))
        with np.errstate(divide="ignore"):
            shares = totals.sum() / (np.count_nonzero(totals) * totals)
        found *= np.where(totals > 0, shares, 0.0)[which]
    return found
