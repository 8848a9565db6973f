"""Checks of the arrays that users give: rows, targets, weights, order."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from warnings import warn

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..settings import is_number
from .cells import check_finite

Order = Callable[[int, int], Any]
FEW = 2  # with at most this number of rows, every value normalizes to 0 or ±1


def as_array(name: str, given: Any) -> Array:
    """Return an array of numbers from lists, frames and anything with `__array__`."""
    if isinstance(given, type) or given is None:
        raise DataError(
            name, "an array of numbers", repr(given), "Give a NumPy array or nested lists."
        )
    if isinstance(given, Iterator):
        raise DataError(
            name,
            "an array, or a source with len and rows(indices)",
            f"a bare {type(given).__name__}",
            "It can be read once only: write list(...) of it, or a source.",
        )
    if isinstance(given, (str, os.PathLike)):
        remedy = 'Parquet files: write fit(cr.datasets.Parquet("folder/", x=[...], y="price")).'
        raise DataError(name, "an array of numbers", f"the name {str(given)!r}", remedy)
    if np.ma.is_masked(given):
        raise DataError(
            name,
            "a number in every place",
            "a masked array",
            "Fill it first, such as with .filled(0).",
        )
    try:
        array = np.asarray(given)
    except ValueError as ragged:
        if not isinstance(given, (list, tuple)):
            raise DataError(name, "an array", *_no_array(given)) from ragged
        raise DataError(
            name, "rows of equal length", "rows of different lengths", "Pad or cut them."
        ) from ragged
    except (RuntimeError, TypeError, OverflowError) as refused:
        # for example, a tensor of another library that is on a GPU or has a gradient
        why = f"{type(given).__name__}: {str(refused).rstrip('.')}"
        raise DataError(
            name, "an array of numbers", why, "Make a NumPy array of it first."
        ) from refused
    if array.dtype.kind == "O" and array.ndim == 0 and not is_number(given):
        raise DataError(name, "an array", *_no_array(given))
    if array.dtype.kind == "O":
        array = _floats(name, array)
    if array.dtype.kind not in "fiub":
        kind = "text" if array.dtype.kind in "US" else str(array.dtype)
        raise DataError(name, "numbers", kind, _remedy(name, array.dtype.kind))
    return array


def _no_array(given: Any) -> tuple[str, str]:
    """Describe something that is no array: what it is, and what to do."""
    if hasattr(given, "tocsr"):
        return f"a sparse {type(given).__name__}", "Write .toarray()."
    if callable(given) and not hasattr(given, "__iter__"):
        name = getattr(given, "__name__", type(given).__name__)
        return (
            f"the function {name}",
            f"fit({name}()) trains one epoch of its batches; an object with stream(epoch, start) "
            "gives them again.",
        )
    if hasattr(given, "arrays"):
        return f"a {type(given).__name__}", "Give its arrays: X, y = rows.arrays()."
    return (
        f"a {type(given).__name__}",
        "fit takes sources of rows and iter(...) of batches, without y; here give arrays.",
    )


def _floats(name: str, array: Array) -> Array:
    """Return Python objects as float64."""
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    kinds = sorted({type(v).__name__ for v in array.ravel()[:1000]})
    for at, value in np.ndenumerate(array):
        place, kind = f"{name}{list(at)}", type(value).__name__
        if kind in ("NAType", "NaTType"):
            remedy = "Fill it first, such as with .fillna(0), or leave out the row with .dropna()."
            raise DataError(name, "a number in every place", f"{value} at {place}", remedy)
        if isinstance(value, complex):
            raise DataError(name, "numbers", f"complex {value} at {place}", _remedy(name, "c"))
        try:
            float(value)
        except OverflowError:
            got = f"one of about {value.bit_length() * 0.30103:.0f} digits at {place}"
            remedy = "Take its logarithm, or divide it."
            raise DataError(name, "numbers that float64 can hold", got, remedy) from None
        except (TypeError, ValueError):
            continue  # words and other objects
    raise DataError(name, "numbers", f"objects ({', '.join(kinds)})", _remedy(name, "O"))


def _remedy(name: str, kind: str) -> str:
    """Return advice on how to turn values of this kind into numbers."""
    if kind == "c":
        return f"Give two columns, {name}.real and {name}.imag."
    if kind in "mM":
        since = f"{name} - {name}.min()" if kind == "M" else name
        return f'Count days: ({since}) / np.timedelta64(1, "D").'
    return _encode(name)


def _encode(name: str) -> str:
    """Return advice on how to turn words into numbers."""
    if name.startswith("y"):
        return (
            f"np.unique({name}, return_inverse=True) gives classes and their numbers; "
            "estimators.NetworkClassifier takes words."
        )
    return (
        "Encode words as numbers first. TableClassifier and TableRegressor of "
        "chainrule.estimators take words as they are."
    )


def check_rows(
    name: str, array: Array, dtype: np.dtype[Any] | None = None, *, least: int = 1
) -> Array:
    """Return the array if it has `least` rows, 0 or 1, and every number is finite in `dtype`."""
    if array.ndim == 0:
        raise DataError(name, "one row for each example", "a single number", f"Write [[{array}]].")
    if len(array) < least:
        raise DataError(
            name,
            "at least one row",
            f"an empty array of shape {array.shape}",
            "Check how it was loaded.",
        )
    check_finite(name, array, dtype)
    return array


def check_lengths(arrays: dict[str, Array | None]) -> None:
    """Raise DataError unless X, y and weights have the same number of rows."""
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    first, *others = lengths.items()
    for name, n in others:
        if n != first[1]:
            raise DataError(
                f"{name} has {n} rows but {first[0]} has {first[1]}. "
                f"Each row of {first[0]} needs one in {name}."
            )


def check_weights(
    weights: Any, n: int, where: str = "sample_weight", *, part: bool = False
) -> Array:
    """Return the weights: one finite number ≥ 0 for each row.

    At least one must be > 0, unless `part` is True, which means that other rows follow.
    """
    if isinstance(weights, Mapping):
        raise DataError(
            where, f"one number for each of the {n} rows", "a dict", "Give a flat array."
        )
    w = check_rows(where, as_array(where, weights)).astype(np.float64)
    if w.shape != (n,):
        raise DataError(
            where, f"one number for each of the {n} rows", f"shape {w.shape}", "Give a flat array."
        )
    if (w < 0).any() or not (part or w.any()):
        raise DataError(
            where,
            "numbers ≥ 0, not all 0",
            f"a smallest of {w.min():g}",
            "Weights say how much a row counts.",
        )
    check_sum(where, w)
    return w


def check_sum(where: str, weights: Array) -> None:
    """Raise DataError unless the weights have a finite sum, by which they are divided."""
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        got = f"{total} from weights up to {weights.max():g}"
        raise DataError(where, "weights with a sum that is finite", got, "Divide them by a number.")


def class_weights(class_weight: Any, labels: Array, where: str = "class_weight") -> Array:
    """Return the weight of each row from the weight of its class.

    "balanced": N / (K · rows of the class).
    """
    labels = labels[:, 0] if labels.shape[1:] == (1,) else labels
    if (
        labels.ndim == 2
        and ((labels == 0) | (labels == 1)).all()
        and (labels.sum(axis=1) == 1).all()
    ):
        labels = labels.argmax(axis=1)
    if labels.ndim != 1 or (labels != np.round(labels)).any():
        raise DataError(
            where,
            "class indices or one-hot rows as targets",
            f"targets of shape {labels.shape}",
            "Use sample_weight.",
        )
    classes, which, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if isinstance(class_weight, str) and class_weight == "balanced":
        return (len(labels) / (len(classes) * counts))[which]
    if not isinstance(class_weight, Mapping):
        raise DataError(
            where,
            '"balanced" or a dict {class: weight}',
            repr(class_weight),
            "Write {0: 1.0, 1: 3.0}.",
        )
    if unknown := [k for k in class_weight if k not in classes]:
        raise DataError(where, f"classes among {classes.tolist()}", repr(unknown[0]), "Remove it.")
    for k, weight in class_weight.items():
        if not is_number(weight) or weight < 0:
            raise DataError(
                f"{where}[{k!r}]",
                "a number ≥ 0",
                repr(weight),
                "Weights say how much a row counts.",
            )
    return np.array([float(class_weight.get(k, 1.0)) for k in classes.tolist()])[which]


def check_order(order: Any, n: int) -> Array:
    """Return the order of one epoch, after a check that it is an array of row numbers."""
    indices = np.asarray(order)
    if indices.ndim != 1 or indices.dtype.kind not in "iu" or len(indices) == 0:
        raise DataError(
            "order",
            "a flat array of row numbers",
            f"{indices.dtype} of shape {indices.shape}",
            "Return indices.",
        )
    if indices.min() < 0 or indices.max() >= n:
        raise DataError(
            "order",
            f"row numbers from 0 to {n - 1}",
            f"{indices.min()} to {indices.max()}",
            "Return indices.",
        )
    return indices


def warn_of_few(rows: int, usual: int, remedy: str) -> None:
    """Warn of a last batch that is too short for the mean and variance of BatchNorm."""
    if 0 < rows <= FEW < usual:
        warn_user(
            f"fit: a last batch of {rows} row{'s' * (rows > 1)}, beside batches of {usual}, is too "
            f"small for the mean and variance of BatchNorm and spoils its step. {remedy}."
        )


def warn_of_single_rows(rows: int, layer: str) -> None:
    """Warn of batches of one row, which have no mean and variance for this BatchNorm."""
    if rows == 1:
        warn_user(
            f"fit: batches of 1 row are too small for {layer}: the mean of one row is the row "
            "itself, so each output is beta, whatever the row holds. Write batch_size=32, or take "
            "LayerNorm() instead."
        )


def warn_user(message: str) -> None:
    """Warn with the line that called chainrule."""
    warn(message, stacklevel=_to_the_user())


def _to_the_user() -> int:
    """Return the stacklevel with which a warning names the line that called chainrule."""
    ours, frame, level = os.path.dirname(os.path.dirname(__file__)), sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(ours):
        frame, level = frame.f_back, level + 1
    return level
