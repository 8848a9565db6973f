"""Recall at a finite temperature: a unit follows its field only with some probability."""

from collections.abc import Callable

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import ParameterError
from ...settings import is_number
from .couplings import Couplings

Temperature = float | Callable[[int], float]
"""T ≥ 0, or a function of the sweep number 1, 2, ... for annealing, such as a schedule."""

CHANCE = random.path_hash("hopfield/glauber")


def temperature_at(temperature: Temperature, sweep: int) -> float:
    """Return T of a sweep; raise ParameterError if it is not a number ≥ 0."""
    T = temperature(sweep) if callable(temperature) else temperature
    if not (is_number(T) and T >= 0):
        where, remedy = f"temperature of sweep {sweep}", "0 follows the fields strictly."
        raise ParameterError(where, "a number ≥ 0", f"{T!r}", remedy)
    return float(T)


def glauber(
    couplings: Couplings,
    signs: Array,
    *,
    order: str,
    temperature: Temperature,
    seed: int,
    sweeps: int,
) -> tuple[Array, bool, list[Array]]:
    """P(s_i = 1) = 1 / (1 + exp(−2 (h_i − θ_i) / T)), unit by unit or all at once.

    After many sweeps a state appears with probability ∝ exp(−E / T), if the units move one by one,
    the weights are symmetric and T is constant. The key (seed, sweep), the row and the unit decide
    each uniform number.

    Returns
    -------
    signs : array (P, N)
        The states after the last sweep.
    settled : bool
        True if the last sweep had T = 0 and changed nothing.
    path : list of array (N,)
        The first row at the start, and after each visit that changed it.
    """
    s, path, settled = signs.copy(), [signs[0].copy()], False
    P, N = s.shape
    for sweep in range(sweeps):
        T = temperature_at(temperature, sweep + 1)
        u = random.uniform((seed, sweep), random.SAMPLE, CHANCE, np.arange(P), N)
        before = s.copy()
        if order == "synchronous":
            visits = [slice(None)]
        else:
            fixed = order == "fixed"
            visits = list(np.arange(N) if fixed else random.permutation((seed, sweep), N))
        for i in visits:
            s[:, i] = _visit(couplings, s, u, i, T)
            if (s[0] != path[-1]).any():
                path.append(s[0].copy())
        settled = T == 0 and bool((s == before).all())
        if settled and not callable(temperature):
            break
    return s, settled, path


def _visit(c: Couplings, s: Array, u: Array, i: int | slice, T: float) -> Array:
    """Return the new values of unit i, or of all units."""
    excess = c.excess(s, i)
    if T == 0:
        return np.where(excess == 0, s[:, i], np.sign(excess))
    with np.errstate(over="ignore"):  # exp of a large number: the probability is 0
        return np.where(u[:, i] < 1 / (1 + np.exp(-2 * excess / T)), 1.0, -1.0)
