"""Reading classes: class indices from every form of y and p."""

import numpy as np

from ..arrays import Array
from ..errors import DataError


def read_rows(where: str, y: Array, p: Array) -> tuple[Array, Array]:
    """Return y and p as finite numbers with equally many rows; (N, 1) becomes (N,)."""
    pair = []
    for name, value in (("y", y), ("p", p)):
        if isinstance(value, dict):
            remedy = f'Of several outputs say which, metrics={{"name": {where}}}.'
            raise DataError(
                where, f"{name} of one output", f"a dict with {', '.join(map(str, value))}", remedy
            )
        try:
            a = np.asarray(value)
        except ValueError:  # rows of different lengths
            a = np.array(None)
        if a.dtype.kind not in "biuf":
            raise DataError(
                where, f"{name} of numbers", f"{a.dtype} values", "Give class indices or numbers."
            )
        if a.ndim == 0 or a.size == 0:
            raise DataError(
                where,
                f"at least one row in {name}",
                f"shape {a.shape}",
                "Give targets y and predictions p.",
            )
        if not np.isfinite(a).all():
            raise DataError(
                where, f"finite {name}", "NaN or infinity", "Look where they come from."
            )
        pair.append(a[:, 0] if a.ndim == 2 and a.shape[1] == 1 else a)
    y, p = pair
    if len(y) != len(p):
        raise DataError(
            f"{where}: y has {len(y)} rows but p has {len(p)}. Each prediction needs one target."
        )
    return y, p


def read_classes(where: str, y: Array, p: Array) -> tuple[Array, Array, int]:
    """Return the true and the predicted class of each row, int64 (N,), and the number K."""
    y, p = read_rows(where, y, p)
    truth, wide = read_truth(where, y)
    if p.ndim == 2:
        predicted, classes = p.argmax(axis=1), p.shape[1]
        if truth.max() >= classes or wide not in (0, classes):
            raise DataError(
                where,
                f"classes 0 to {classes - 1}, as p has {classes} columns",
                f"{wide} columns in y" if wide else f"class {truth.max()} in y",
                "Do y and p belong together?",
            )
    elif p.ndim > 2:
        raise DataError(
            where,
            "p of shape (N,), (N, 1) or (N, K)",
            f"{p.shape}",
            "Give one row of numbers per example.",
        )
    elif y.min() < 0:
        predicted, classes = (p >= 0).astype(np.int64), 2
    elif p.dtype.kind == "f" and truth.max() <= 1:
        predicted, classes = (p >= 0.5).astype(np.int64), 2
    else:
        predicted = _indices(where, "p", p)
        classes = max(wide, int(truth.max()) + 1, int(predicted.max()) + 1, 2)
    return truth, predicted, classes


def read_truth(where: str, y: Array) -> tuple[Array, int]:
    """Return the class of each row of y, and the number of columns if y is one-hot, else 0."""
    if y.ndim == 1:
        return (y > 0).astype(np.int64) if y.min() < 0 and np.isin(y, (-1, 1)).all() else _indices(
            where, "y", y
        ), 0
    if y.ndim != 2 or y.min() < 0 or not np.allclose(y.sum(axis=1, dtype=float), 1):
        raise DataError(
            where,
            "y of class indices or one-hot rows",
            f"shape {y.shape}",
            "Each row must sum to 1.",
        )
    return y.argmax(axis=1), y.shape[1]


def _indices(where: str, name: str, a: Array) -> Array:
    """Return whole numbers from 0 on, as int64."""
    if a.min() < 0 or (a != np.floor(a)).any():
        wrong = a[(a < 0) | (a != np.floor(a))][0]
        raise DataError(
            where,
            f"{name} of class indices 0, 1, 2, ...",
            f"{wrong}",
            "Give indices or one column per class.",
        )
    return a.astype(np.int64)
