"""Recall at a finite temperature: units follow their fields only with a probability."""

from collections.abc import Callable

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import ParameterError
from ...settings import is_number
from .couplings import Couplings

Temperature = float | Callable[[int], float]
"""T ≥ 0, or a function of the sweep, which counts from 1 (any schedule of chainrule is one): annealing."""

CHANCE = random.path_hash("hopfield/glauber")


def temperature_at(temperature: Temperature, sweep: int) -> float:
    """T of a sweep, checked."""
    T = temperature(sweep) if callable(temperature) else temperature
    if not (is_number(T) and T >= 0):
        raise ParameterError(
            f"temperature of sweep {sweep}",
            "a number ≥ 0",
            f"{T!r}",
            "0 follows the fields strictly.",
        )
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

    After many sweeps states come up with the probability ∝ exp(−E / T) (unit by unit, symmetric weights, constant T).
    The uniform numbers have the key (seed, sweep), row and unit.

    Returns
    -------
    signs : array (P, N)
        The states after the last sweep.
    settled : bool
        Whether the last sweep had T = 0 and moved nothing.
    path : list of array (N,)
        The start of row 0, and row 0 after each visit that changed it.
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
            visits = list(
                np.arange(N) if order == "fixed" else random.permutation((seed, sweep), N)
            )
        for i in visits:
            s[:, i] = _visit(couplings, s, u, i, T)
            if (s[0] != path[-1]).any():
                path.append(s[0].copy())
        settled = T == 0 and bool((s == before).all())
        if settled and not callable(temperature):
            break
    return s, settled, path


def _visit(c: Couplings, s: Array, u: Array, i: int | slice, T: float) -> Array:
    """The new values of unit i, or of all units."""
    excess = c.excess(s, i)
    if T == 0:
        return np.where(excess == 0, s[:, i], np.sign(excess))
    with np.errstate(over="ignore"):  # exp of a large number: the probability is 0
        return np.where(u[:, i] < 1 / (1 + np.exp(-2 * excess / T)), 1.0, -1.0)
