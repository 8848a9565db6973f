"""The parameters of an RBM by name, and the weights with which it starts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...data.checks import as_array, check_rows
from ...errors import ParameterError, ShapeError
from ...plots.named_arrays import Views
from .units import Units

SPREAD = 0.01  # standard deviation of the starting weights


def views(units: Units, theta: Array) -> dict[str, Array]:
    """Return views into theta by name: W, b, c; with classes U and d as well."""
    w, D = units.split(theta), units.visible
    if not units.classes:
        return Views(W=w.W, b=w.b, c=w.c)
    return Views(W=w.W[:, :D], b=w.b[:D], c=w.c, U=w.W[:, D:], d=w.b[D:])


def starting(units: Units, seed: int, dtype: Any, given: Mapping[str, Any]) -> Array:
    """Return a new θ: W normal around 0, biases 0, then the given arrays.

    Parameters
    ----------
    units : Units
        The shape of θ.
    seed : int
        The seed of W.
    dtype : dtype
        The type of θ.
    given : mapping
        Arrays by name, as in `RBM(initial_weights=...)`.

    Raises
    ------
    ParameterError, ShapeError, DataError
        A name or an array that does not fit.
    """
    theta = np.zeros(units.size, dtype)
    rows, path = np.arange(units.hidden), random.path_hash("rbm/W")
    normal = random.normal((seed, 0), random.INIT, path, rows, units.width)
    units.split(theta).W[...] = SPREAD * normal
    put(views(units, theta), given)
    return theta


def put(into: Mapping[str, Array], given: Mapping[str, Any]) -> None:
    """Copy arrays by name. After a wrong name or shape nothing has changed.

    Parameters
    ----------
    into : mapping
        Views by name.
    given : mapping
        Arrays by name; not every name is needed.
    """
    ready = []
    for name, values in given.items():
        where = f"initial_weights[{name!r}]"
        if name not in into:
            raise ParameterError(
                where, f"one of {', '.join(into)}", repr(name), "Use one of these."
            )
        array = check_rows(name, np.atleast_1d(as_array(name, values)), into[name].dtype)
        shape = into[name].shape
        if array.shape != shape:
            turned = array.shape == shape[::-1]
            remedy = "Transpose it: W is (hidden, visible)." if turned else "Reshape it."
            raise ShapeError(where, f"shape {shape}", str(array.shape), remedy)
        ready.append((into[name], array))
    for view, array in ready:
        view[...] = array
