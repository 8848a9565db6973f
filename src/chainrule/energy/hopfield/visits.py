"""Which unit moves when in one recall, with the numbers that decide: the visits of a recall."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from ... import random
from ...arrays import Array
from .asynchronous import FIRST, visits
from .couplings import Couplings
from .glauber import CHANCE, Temperature, temperature_at

ALL = -1  # the unit of a visit of all units at once


class Visit(NamedTuple):
    """One decision of a recall: one unit, or all at once, keep or change their value.

    Parameters
    ----------
    sweep : int
        The sweep, from 1.
    unit : int
        The unit; −1: all at once.
    field : float
        Σ w_ij s_j − θ_i of the unit, with the bits of the recall; NaN for all at once.
    changed : bool
        True if a value changed.
    T : float
        The temperature.
    """

    sweep: int
    unit: int
    field: float
    changed: bool
    T: float = 0.0


def cold_visits(c: Couplings, start: Array, order: str, seed: int, sweeps: int) -> Iterator[Visit]:
    """Yield the visits of an asynchronous recall at T = 0: the same sums as `settle`.

    Parameters
    ----------
    c : Couplings
        W and θ.
    start : array (N,)
        ±1; not changed.
    order, seed, sweeps
        As for `settle`.
    """
    s, done = start.copy(), 0
    exact = c.whole is not None and c.as_sent[0] is not None
    weights, cut, scale = c.weights, c.thresholds, 1
    if exact:  # sums over whole numbers have no rounding
        weights, cut, scale = np.rint(c.scale * c.weights), c.scale * c.thresholds, c.scale
    for k in count():
        some = min(FIRST << k, sweeps - done)
        if not some:
            return
        h = np.zeros(len(s))  # fields begin anew, as in every call of the engine
        for j, sign in enumerate(s):
            h += sign * weights[:, j]
        for sweep in range(done + 1, done + some + 1):
            moved = False
            for i in visits(order, seed, sweep - 1, 1, len(s))[0]:
                wanted = int(h[i] > cut[i]) - int(h[i] < cut[i])
                changes = wanted == -s[i]
                yield Visit(sweep, int(i), float((h[i] - cut[i]) / scale), bool(changes))
                if changes:
                    s[i] = wanted
                    h += 2 * wanted * weights[:, i]
                    moved = True
            if not moved:
                return
        done += some


def warm_visits(
    c: Couplings, start: Array, order: str, seed: int, sweeps: int, temperature: Temperature
) -> Iterator[Visit]:
    """Yield the visits of a recall at a temperature: the same numbers as `glauber`.

    Parameters
    ----------
    c : Couplings
        W and θ.
    start : array (N,)
        ±1; not changed.
    order, seed, sweeps, temperature
        As for `glauber`.
    """
    s, N = start[None].copy(), len(start)
    for sweep in range(sweeps):
        T, u = temperature_at(temperature, sweep + 1), chances(seed, sweep, N)
        before = s.copy()
        for unit in _units(order, seed, sweep, N):
            where: Any = slice(None) if unit == ALL else unit
            excess = c.excess(s, where)
            new = decided(s[:, where], excess, u[where], T)
            field = float("nan") if unit == ALL else float(excess[0])
            yield Visit(sweep + 1, unit, field, bool((new != s[:, where]).any()), T)
            s[:, where] = new
        if T == 0 and (s == before).all() and not callable(temperature):
            return


def chances(seed: int, sweep: int, N: int) -> Array:
    """Return the uniform numbers of one sweep (from 0) of a single state, (N,)."""
    u: Array = random.uniform((seed, sweep), random.SAMPLE, CHANCE, np.arange(1), N)[0]
    return u


def decided(s: Array, excess: Array, u: Array, T: float) -> Array:
    """Return the new values of units: 1 with probability σ(2 (h − θ) / T), or the sign at T = 0."""
    if T == 0:
        return np.where(excess == 0, s, np.sign(excess))
    return np.where(u < chance(excess, T), 1.0, -1.0)


def chance(excess: Array, T: float) -> Array:
    """P(s = 1) = 1 / (1 + exp(−2 (h − θ) / T))"""
    with np.errstate(over="ignore"):  # exp of a large number: the probability is 0
        p: Array = 1 / (1 + np.exp(-2 * excess / T))
    return p


def _units(order: str, seed: int, sweep: int, N: int) -> list[int]:
    """Return the units of a sweep in their order."""
    if order == "synchronous":
        return [ALL]
    if order == "fixed":
        return list(range(N))
    return [int(i) for i in random.permutation((seed, sweep), N)]
