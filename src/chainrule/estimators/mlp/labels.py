"""Labels of the MLPClassifier: which classes there are, targets as the loss takes them, and predictions as labels again."""

from __future__ import annotations

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

PROBABILITIES = (
    SoftmaxCrossEntropy,
    SigmoidCrossEntropy,
    KLDivergence,
)  # the losses whose link gives some


def several(est: Any) -> bool:
    """Whether each column of y has classes of its own (scikit-learn: multiclass-multioutput)."""
    return isinstance(est.classes_, list)


def learn(est: Any, y: Array, incremental: bool) -> None:
    """Remember the classes; where the weights stay, compare with those that are known."""
    if hasattr(est, "classes_") and (est.warm_start or incremental):
        classes = [np.unique(column) for column in y.T] if several(est) else unique_labels(y)
        if est.warm_start and not _alike(classes, est.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {est.classes_}, `y` has {classes}"
            )
        refuse_new(est, y)
    elif y.ndim == 2 and type_of_target(y) == "multiclass-multioutput":
        set_classes(est, [np.unique(column) for column in y.T])
    else:
        est._label_binarizer = LabelBinarizer().fit(y)
        est.classes_ = est._label_binarizer.classes_


def set_classes(est: Any, classes: list[Array]) -> None:
    """The classes of each column."""
    for k, found in enumerate(classes):
        if len(found) < 2:
            raise DataError(
                f"y[:, {k}]", "at least two classes", f"{found.tolist()}", "Leave this column out."
            )
    est.classes_ = classes


def _alike(now: Any, before: Any) -> bool:
    if isinstance(before, list):
        return len(now) == len(before) and all(
            np.array_equal(a, b) for a, b in zip(now, before, strict=True)
        )
    return set(now) == set(before)


def refuse_new(est: Any, y: Array) -> None:
    """Classes that were never seen cannot be told apart."""
    if several(est) and (y.ndim != 2 or y.shape[1] != len(est.classes_)):
        raise DataError(
            "y",
            f"{len(est.classes_)} columns",
            f"shape {y.shape}",
            "Give the columns of the first fit.",
        )
    parts = (
        zip(y.T, est.classes_, strict=True) if several(est) else [(unique_labels(y), est.classes_)]
    )
    for found, classes in parts:
        if len(np.setdiff1d(found, classes)):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {classes}. 'y' has {np.unique(found)}."
            )


def encode(est: Any, y: Array, dtype: Any) -> Array:
    """Class numbers (N,), or (N, columns) with several; else rows of numbers, one an output."""
    loss = check_loss(est)
    if several(est):
        return np.column_stack(
            [np.searchsorted(c, column) for c, column in zip(est.classes_, y.T, strict=True)]
        ).astype(np.int32)
    by_number = loss is not None and loss.target((0, 2), None)[1] == "index"
    kind = est._label_binarizer.y_type_
    if y.ndim == 1 and (by_number or (loss is None and kind == "multiclass")):
        return np.searchsorted(est.classes_, y).astype(np.int32)
    if by_number or (kind == "multiclass" and isinstance(loss, SigmoidCrossEntropy)):
        need = "SigmoidCrossEntropy" if by_number else "SoftmaxCrossEntropy"
        raise ParameterError(
            f"MLPClassifier(loss={loss!r})",
            f"{need} for {kind} targets",
            repr(loss),
            "Exchange it.",
        )
    return est._label_binarizer.transform(y).astype(dtype)  # type: ignore[no-any-return]


def check_loss(est: Any) -> Loss | None:
    """The loss that was given as an object; None: the cross-entropy that goes with the targets."""
    loss = est.loss if isinstance(est.loss, Loss) else None
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
    if loss is not None and several(est) and loss.target((0, 2), None)[1] != "index":
        raise ParameterError(
            f"MLPClassifier(loss={loss!r})",
            "SoftmaxCrossEntropy for several columns of classes",
            repr(loss),
            "",
        )
    return loss


def units(est: Any, target: Array) -> tuple[Any, str]:
    """Outputs, of each head where there are several, and their activation."""
    if several(est):
        return [len(classes) for classes in est.classes_], "softmax"
    if target.ndim == 1 or est._label_binarizer.y_type_ == "multiclass":
        return len(est.classes_), "softmax"
    return target.shape[1], "logistic"


def split(est: Any, p: Array) -> list[Array]:
    """The probabilities of each column of y."""
    return np.split(p, np.cumsum([len(classes) for classes in est.classes_])[:-1], axis=1)


def numbers(est: Any, p: Array) -> Array:
    """The most likely class numbers, or yes and no, in the form of the targets."""
    if several(est):
        return np.column_stack([part.argmax(axis=1) for part in split(est, p)])
    found: Array = p.argmax(axis=1) if est.out_activation_ == "softmax" else p > 0.5
    return found


def weigh(est: Any, y: Array, weights: Array | None) -> Array | None:
    """class_weight as weights of rows, times their own."""
    if est.class_weight is None:
        return weights
    if isinstance(est.class_weight, str):
        found = _balanced(y, weights)
    else:
        seen = y
        if not several(est) and y.ndim == 1:
            seen = np.concatenate(
                [est.classes_, y]
            )  # a class that is not among these rows is known all the same
        found = compute_sample_weight(est.class_weight, seen)[len(seen) - len(y) :]
    return found if weights is None else weights * found


def _balanced(y: Array, weights: Array | None) -> Array:
    """Σ w / (K Σ w of the class), multiplied over the columns of y: a weight is a number of rows here, too."""
    found: Array = np.ones(len(y))
    for column in y.reshape(len(y), -1).T:
        classes, which = np.unique(column, return_inverse=True)
        totals = np.bincount(which, weights=weights, minlength=len(classes))
        with np.errstate(divide="ignore"):
            shares = totals.sum() / (np.count_nonzero(totals) * totals)
        found *= np.where(totals > 0, shares, 0.0)[which]
    return found
