"""Weights by name: the views into theta, what may be put there, what stands still. The last four are methods of Network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..data.checks import as_array, check_rows
from ..errors import ParameterError, ShapeError
from ..graph.program import Param, Program
from ..settings import is_number
from ..training.updates import matches

if TYPE_CHECKING:
    from ..network import Network


class Transfer(NamedTuple):
    """What `take_weights` did, by path."""

    matched: list[str]
    missing: list[str]
    left_over: list[str]


def views(theta: Array, program: Program, params: tuple[Param, ...]) -> dict[str, Array]:
    """By symbol: W1, b1, ..."""
    return {program.values[p.value].symbol: theta[p.where].reshape(p.shape) for p in params}


def put(theta: Array, program: Program, given: Mapping[str, Any]) -> None:
    """Arrays by symbol or path. Strict: a wrong name or shape is an error, and then nothing has changed."""
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
        array = check_rows(name, np.atleast_1d(as_array(name, values)))
        if array.shape != known[name].shape:
            remedy = "Transpose it." if array.shape == known[name].shape[::-1] else "Reshape it."
            raise ShapeError(
                f"initial_weights[{name!r}]", f"shape {known[name].shape}", str(array.shape), remedy
            )
        ready.append((known[name].where, array))
    for where, array in ready:
        theta[where] = array.ravel()


def take(theta: Array, program: Program, their_theta: Array, their_program: Program) -> Transfer:
    """Copy what has the same path and shape."""
    theirs = {p.path: p for p in their_program.params}
    matched, missing = [], []
    for p in program.params:
        if p.path in theirs and theirs[p.path].shape == p.shape:
            theta[p.where] = their_theta[theirs[p.path].where]
            matched.append(p.path)
        else:
            missing.append(p.path)
    return Transfer(matched, missing, [path for path in theirs if path not in matched])


def under(program: Program, path: str) -> set[str]:
    """The parameters of one layer, by its path."""
    if not isinstance(path, str):
        raise ParameterError(
            f"{path!r}: expected the path of a layer, such as 'dense1'. Give one after another."
        )
    found = {p.path for p in program.parameters if matches(p.path, path)}
    if not found:
        layers = dict.fromkeys(p.path.rpartition("/")[0] for p in program.parameters)
        raise ParameterError(
            f"{path!r}: there are no parameters under this path. Layers with parameters: {', '.join(layers)}."
        )
    return found


def under_all(program: Program, paths: Iterable[str]) -> set[str]:
    """Of several layers; a wrong path is found before anything is done."""
    return set().union(*(under(program, path) for path in paths))


def check_rates(program: Program, rates: Mapping[str, Any]) -> dict[str, float]:
    """Factors of the learning rate, for layers that are there."""
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


def take_weights(net: Network, other: Network) -> Transfer:
    """Copy what has the same path and shape in another network: θ[p] ← θ'[p].

    Parameters
    ----------
    other : Network
        It stays as it is. A head with a `name` of its own is never taken by chance.

    Returns
    -------
    Transfer
        matched, missing (ours, not there or of another shape), left_over (theirs, not taken): lists of paths.

    Raises
    ------
    NotBuiltError
        One of the two has no weights yet.

    Examples
    --------
    >>> import chainrule as cr
    >>> def make(head, units):
    ...     return cr.Network(cr.Dense(8), cr.Dense(units, name=head), loss=cr.SquaredError(), inputs=(4,))
    >>> make("size", 1).take_weights(make("digit", 10)).matched
    ['dense1/W', 'dense1/b']
    """
    from ..network import Network

    if not isinstance(other, Network):
        raise ParameterError(
            "take_weights", "a Network", repr(other), "Read a file with Network.load(path)."
        )
    return take(net.theta, net.programs.train, other.theta, other.programs.train)


def freeze(net: Network, *paths: str) -> Network:
    """No optimiser moves the parameters under these paths, until `thaw`. Running statistics still follow the data.

    Parameters
    ----------
    *paths : str
        Of layers or parameters, as `summary` has them: "dense1", "dense1/W".

    Returns
    -------
    Network
        Itself.

    Raises
    ------
    ParameterError
        A path under which there are no parameters.
    NotBuiltError
        No shapes are known yet.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    >>> sorted(net.freeze("dense1").frozen)
    ['dense1/W', 'dense1/b']
    """
    net.frozen |= under_all(net.programs.train, paths)
    return net


def thaw(net: Network, *paths: str) -> Network:
    """The opposite of `freeze`; slots of thawed parameters start afresh.

    Parameters
    ----------
    *paths : str
        As for `freeze`.

    Returns
    -------
    Network
        Itself.

    Raises
    ------
    ParameterError, NotBuiltError
        As `freeze`.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    >>> sorted(net.freeze("dense1").thaw("dense1/b").frozen)
    ['dense1/W']
    """
    net.frozen -= under_all(net.programs.train, paths)
    return net


def scale_lr(net: Network, rates: Mapping[str, float]) -> Network:
    """Learning rates of layers: factor · lr for everything under a path, whatever the optimiser; files keep the factor.

    Parameters
    ----------
    rates : dict
        {path: factor ≥ 0}; 1 undoes it.

    Returns
    -------
    Network
        Itself.

    Raises
    ------
    ParameterError
        No dict, a path under which there are no parameters, a factor < 0.
    NotBuiltError
        No shapes are known yet.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    >>> net.scale_lr({"dense1": 0.1}).rates
    {'dense1': 0.1}
    """
    net.rates |= check_rates(net.programs.train, rates)
    return net
