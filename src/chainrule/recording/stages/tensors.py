"""The named tensors of an objective's θ."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...graph.program import Program


class Tensor(NamedTuple):
    """One named tensor of θ.

    Parameters
    ----------
    symbol, path : str
        W1 and dense1/W.
    places : array of int
        The place in θ of each of its entries, in its shape.
    gradient : str
        The symbol of its gradient, dW1; for state, of the statistic that it follows.
    state : bool
        True if no optimizer moves it.
    """

    symbol: str
    path: str
    places: Array
    gradient: str
    state: bool = False


def tensors_of(objective: Any, size: int) -> list[Tensor]:
    """Return the named tensors of an objective.

    A Program names its own; another objective may have a method `tensors() -> {name: places}`.
    Without it all of θ is one tensor, `theta`.

    Parameters
    ----------
    objective : Objective
        That of the run.
    size : int
        The length of θ.
    """
    program = getattr(objective, "program", None)
    if isinstance(program, Program):
        return _of_program(program)
    named = getattr(objective, "tensors", None)
    places = named() if named is not None else {"theta": np.arange(size)}
    return [Tensor(name, "", where, f"d{name}") for name, where in places.items()]


def _of_program(program: Program) -> list[Tensor]:
    """Return parameters, then state, with their symbols and paths."""
    statistics = {move.state: program.values[move.value].symbol for move in program.moves}
    state = {p.path for p in program.state}
    found = []
    for p in program.params:
        symbol = program.values[p.value].symbol or p.path
        places = np.arange(p.where.start, p.where.stop).reshape(p.shape)
        gradient = statistics.get(p.path) or f"d{symbol}"
        found.append(Tensor(symbol, p.path, places, gradient, p.path in state))
    return found
