"""Weights by name: the views into theta, what may be put there, what is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..data.checks import as_array, check_rows
from ..errors import ParameterError, ShapeError
from ..graph.program import Param, Program
from ..plots.named_arrays import Views
from ..settings import is_number
from ..training.updates import matches

SHOWN = 6  # paths that a representation names


class Transfer(NamedTuple):
    """The result of `take_weights`, as lists of paths."""

    matched: list[str]
    missing: list[str]
    left_over: list[str]

    def __repr__(self) -> str:
        lines = []
        for name, paths in self._asdict().items():
            more = len(paths) - SHOWN
            shown = [*paths[:SHOWN], *([f"... {more} more"] * (more > 0))]
            lines.append(f"{name} {len(paths)}" + (f": {', '.join(shown)}" if paths else ""))
        return f"<Transfer: {'; '.join(lines)}>"


def views(theta: Array, program: Program, params: tuple[Param, ...]) -> dict[str, Array]:
    """Return a view of each of these tensors by symbol: W1, b1, ..."""
    return Views({program.values[p.value].symbol: theta[p.where].reshape(p.shape) for p in params})


def put(theta: Array, program: Program, given: Mapping[str, Any]) -> None:
    """Put arrays, named by symbol or path, into theta.

    A wrong name or shape is an error, and then nothing has changed.
    """
    known = {name: p for p in program.params for name in (p.path, program.values[p.value].symbol)}
    ready = []
    for name, values in given.items():
        if name not in known:
            symbols = ", ".join(program.values[p.value].symbol for p in program.params)
            raise ParameterError(
                f"initial_weights[{name!r}]",
                f"one of {symbols}",
                repr(name),
                "Use a symbol or a path.",
            )
        array = check_rows(name, np.atleast_1d(as_array(name, values)), theta.dtype)
        if array.shape != known[name].shape:
            remedy = "Transpose it." if array.shape == known[name].shape[::-1] else "Reshape it."
            raise ShapeError(
                f"initial_weights[{name!r}]", f"shape {known[name].shape}", str(array.shape), remedy
            )
        ready.append((known[name].where, array))
    for where, array in ready:
        theta[where] = array.ravel()


def take(theta: Array, program: Program, other_theta: Array, other: Program) -> Transfer:
    """Copy the tensors that have the same path and shape in the other Program."""
    given = {p.path: p for p in other.params}
    matched, missing = [], []
    for p in program.params:
        if p.path in given and given[p.path].shape == p.shape:
            theta[p.where] = other_theta[given[p.path].where]
            matched.append(p.path)
        else:
            missing.append(p.path)
    return Transfer(matched, missing, [path for path in given if path not in matched])


def under(program: Program, path: str) -> set[str]:
    """Return the paths of the parameters of one layer."""
    if not isinstance(path, str):
        raise ParameterError(
            f"{path!r}: expected the path of a layer, such as 'dense1'. Give one after another."
        )
    found = {p.path for p in program.parameters if matches(p.path, path)}
    if not found:
        layers = dict.fromkeys(p.path.rpartition("/")[0] for p in program.parameters)
        raise ParameterError(
            f"{path!r}: there are no parameters under this path. "
            f"Layers with parameters: {', '.join(layers)}."
        )
    return found


def under_all(program: Program, paths: Iterable[str]) -> set[str]:
    """Return the paths of the parameters of several layers; a wrong path is an error."""
    return set().union(*(under(program, path) for path in paths))


def check_rates(program: Program, rates: Mapping[str, Any]) -> dict[str, float]:
    """Return the factors of the learning rate; the paths must exist."""
    if not isinstance(rates, Mapping):
        raise ParameterError(
            "scale_lr", "a dict {path: factor}", repr(rates), 'Write {"dense1": 0.1}.'
        )
    for path, factor in rates.items():
        under(program, path)
        if not is_number(factor) or factor < 0:
            raise ParameterError(
                f"scale_lr({path!r}): expected a factor ≥ 0, got {factor!r}. 0.1 is a tenth of lr."
            )
    return {path: float(factor) for path, factor in rates.items()}
