"""Checks of what users give to pictures: a sentence instead of NumPy's message."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..settings import is_number


def a_named(value: Any) -> str:
    """Return what a value is, for a message: "a Network", "an int", "None"."""
    kind = type(value).__name__
    if value is None:
        return "None"
    return f"{'an' if kind[0] in 'aeiouAEIOU' or kind == 'ndarray' else 'a'} {kind}"


def as_numbers(where: str, value: Any, rule: str, remedy: str) -> Array:
    """Return an array of float64.

    Raises
    ------
    DataError
        Words, objects, complex numbers, or rows of different lengths.
    """
    got = a_named(value)
    try:
        array = np.asarray(value)
        if array.dtype.kind != "c":
            return array.astype(float)
        got = "complex numbers"
    except (TypeError, ValueError):
        if isinstance(value, (list, tuple, np.ndarray)):
            got += " that is not made of numbers in rows of one length"
    raise DataError(where, rule, got, remedy)


def by_name(where: str, value: Any, rule: str, remedy: str) -> Mapping[str, Any]:
    """Return a dict of arrays by name; a History is one too.

    Raises
    ------
    DataError
        Something else.
    """
    as_dict = getattr(value, "as_dict", None)
    value = as_dict() if callable(as_dict) else value
    if not isinstance(value, Mapping):
        raise DataError(where, rule, a_named(value), remedy)
    return value


def result_of(where: str, value: Any, made_by: str, *attributes: str) -> None:
    """Raise DataError unless a value has these attributes; `made_by` is the call that makes it."""
    if not all(hasattr(value, name) for name in attributes):
        raise DataError(where, f"the result of {made_by}", a_named(value), f"Call {made_by} first.")


def words(where: str, value: Any, count: int, what: str) -> list[str]:
    """Return titles or labels, `count` of them, as a list of str.

    Raises
    ------
    DataError
        Another number of them, or something else.
    """
    rule = f"{count} {what}"
    if not hasattr(value, "__len__") or not hasattr(value, "__iter__"):
        raise DataError(where, rule, a_named(value), "Give a list of words.")
    if len(value) != count:
        raise DataError(where, rule, f"{len(value)}", f"Give {count} words.")
    return [str(word) for word in value]


def as_function(where: str, value: Any, rule: str) -> Callable[[Any], Any]:
    """Return a function; of a network or an estimator its `predict`.

    Raises
    ------
    DataError
        Something that cannot be called.
    """
    predict = getattr(value, "predict", None)
    if callable(predict) or callable(value):
        return predict if callable(predict) else value  # type: ignore[no-any-return]
    raise DataError(where, rule, a_named(value), "Give net.predict, for example.")


def as_number(where: str, value: Any, rule: str, low: float) -> float:
    """Return a finite number above `low`.

    Raises
    ------
    ParameterError
        Something else.
    """
    if not is_number(value) or not low < value < float("inf"):
        raise ParameterError(where, rule, repr(value) if is_number(value) else a_named(value), "")
    return float(value)
