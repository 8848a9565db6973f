"""Checks of the outputs and targets of losses for classes."""

import numpy as np

from ..arrays import Array
from ..errors import DataError, ShapeError
from ..graph.program import Shape, shown
from ..graph.tape import Node


def check_scores(z: Node) -> None:
    """Raise ShapeError unless scores are (N, K) with K ≥ 2."""
    z.expect(2, "(N, K), one score per class", "Put Flatten() and Dense(K) at the end.")
    if z.shape[1] == 1:
        raise ShapeError(
            z.tape.where(),
            "at least two outputs, one per class",
            z.value.shown,
            "One output needs SigmoidCrossEntropy.",
        )


def check_numbers(y: Array) -> None:
    """Raise DataError unless y holds finite numbers."""
    if y.dtype.kind not in "fiub":
        raise DataError(
            "y",
            "class numbers",
            f"{y.dtype}",
            "Number them: classes, y = np.unique(y, return_inverse=True).",
        )
    if not np.isfinite(y).all():
        raise DataError("y", "finite numbers", "NaN or infinity", "Remove or fill these rows.")


def check_labels(y: Array, output: Shape) -> Array:
    """Return (N,) whole numbers from 0 to K − 1 as int32; they may come as floats."""
    K = output[-1]
    check_numbers(y)
    if y.ndim != 1:
        raise DataError(
            "y",
            f"class numbers (N,) or one row of {K} probabilities each",
            str(y.shape),
            "Reshape y.",
        )
    if (broken := y != np.floor(y.astype(float))).any():
        raise DataError(
            "y", "whole numbers as classes", f"{y[broken][0]}", "For numbers take SquaredError."
        )
    if len(y) and (y.min() < 0 or y.max() >= K):
        low = y.min() < 0
        wrong = int(y.min() if low else y.max())
        remedy = "Number the classes from 0." if low else f"Make the last layer Dense({wrong + 1})."
        if y.min() == 1 and wrong == K:  # 1 to K
            remedy += " Or, if they are numbered from 1, write y - 1."
        raise DataError(
            f"y has class {wrong} but the network has {K} outputs (classes 0 to {K - 1}). {remedy}"
        )
    return y.astype(np.int32)


def check_distributions(y: Array, output: Shape) -> Array:
    """Check and return rows of probabilities, (N, K)."""
    check_numbers(y)
    if y.shape[1:] != output[1:]:
        remedy = (
            "Write y.ravel() for class numbers."
            if y.shape[1:] == (1,)
            else "Each class needs one column."
        )
        raise DataError("y", f"class numbers (N,) or rows {shown(output)}", str(y.shape), remedy)
    if (y < 0).any():
        raise DataError("y", "probabilities ≥ 0", f"{y.min()}", "Normalize the rows.")
    sums = y.sum(axis=1, dtype=float)
    if (wrong := abs(sums - 1) > 1e-3).any():
        row = int(wrong.argmax())
        raise DataError(
            "y", "rows that sum to 1", f"{sums[row]:g} in row {row}", "Divide each row by its sum."
        )
    return y


def check_signs(y: Array) -> Array:
    """Return the targets of a hinge loss, which must be −1 or +1."""
    y = y.astype(np.int8) if y.dtype.kind == "b" else y
    if (wrong := (y != 1) & (y != -1)).any():
        remedy = (
            "Write 2 * y - 1." if ((y == 0) | (y == 1)).all() else "Hinge losses have two classes."
        )
        raise DataError("y", "targets -1 and +1", f"{y[wrong][0]}", remedy)
    return y


def check_range(z: Array, y: Array) -> None:
    """Raise DataError unless each class number has a column in z; NumPy would accept −1."""
    if y.size and (y.min() < 0 or y.max() >= z.shape[1]):
        wrong = int(y.min() if y.min() < 0 else y.max())
        raise DataError(
            "y", f"class numbers from 0 to {z.shape[1] - 1}", str(wrong), "Number classes from 0."
        )
