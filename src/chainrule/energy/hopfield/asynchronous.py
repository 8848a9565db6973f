"""Asynchronous recall: one unit after another, until a whole sweep changes nothing."""

import os
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import numpy as np

from ... import random
from ...arrays import Array
from ...engines.choice import uses_native
from ...engines.native import available, orders
from ..native import hopfield
from .couplings import Couplings

FIRST = 4  # after these sweeps, states that have not settled continue with a longer list of orders


@dataclass(frozen=True)
class Settled:
    """The result of `settle`.

    Parameters
    ----------
    signs : array (P, N)
        The last states, ±1.
    settled : array (P,)
        False if the limit was reached first.
    sweeps : array (P,)
        The number of sweeps. The last one changed nothing if the state has settled.
    flips : array (T,)
        With `record`: the units of a single state in the order in which they flipped. Else empty.
    """

    signs: Array
    settled: Array
    sweeps: Array
    flips: Array


def settle(
    couplings: Couplings,
    signs: Array,
    *,
    order: str = "random",
    seed: int = 0,
    sweeps: int = 100,
    record: bool = False,
    engine: str | None = None,
) -> Settled:
    """s_i = sign(h_i − θ_i), unit by unit; a unit with h_i = θ_i keeps its value.

    Sweep k visits the units in the order of the key (seed, k), the same order for every state. So
    the result of a row does not depend on the other rows. Both engines give the same bits. With
    whole weights (see Couplings) every sum is exact, so these are also the bits of a plain loop
    over the same order. Other weights keep their fields in float64 and update them at each flip.

    Parameters
    ----------
    couplings : Couplings
        W and θ.
    signs : array (P, N)
        ±1; not changed.
    order : "random" or "fixed"
        A permutation for each sweep, or 0 to N − 1 in each.
    seed : int
        The seed of the permutations.
    sweeps : int
        The largest number of sweeps.
    record : bool
        True: return the flips; P must be 1.
    engine : "native", "reference" or None
        None: CHAINRULE_ENGINE, else the native engine if it is there.
    """
    P, N = signs.shape
    s, at = signs.astype(np.int16), np.arange(P)  # at: the states that still move
    settled, swept, flips = np.zeros(P, bool), np.zeros(P, np.int32), []
    chosen = engine or os.environ.get("CHAINRULE_ENGINE") or "native"
    run = _native if uses_native(chosen) and available() else _reference
    done = 0
    for k in count():
        some = min(FIRST << k, sweeps - done)
        if not some or not len(at):
            break
        moving = s[at]
        took, flipped = run(couplings, moving, visits(order, seed, done, some, N), some, record)
        s[at], swept[at], settled[at] = moving, done + np.where(took, took, some), took > 0
        flips.append(flipped)
        at, done = at[took == 0], done + some
    return Settled(s.astype(np.float64), settled, swept, np.concatenate(flips))


@lru_cache(maxsize=64)
def visits(order: str, seed: int, first: int, some: int, N: int) -> Array:
    """Return the orders of some sweeps, (sweeps, N); one row alone if all are the same."""
    if order == "fixed":
        return np.arange(N, dtype=np.int32)[None]
    if available():
        return orders(seed, first, some, N).reshape(some, N)
    return np.array([random.permutation((seed, first + k), N) for k in range(some)], np.int32)


def _native(
    c: Couplings, s: Array, visits: Array, sweeps: int, record: bool
) -> tuple[Array, Array]:
    """Sweep each state in place on s; return the sweeps until nothing moved (0: none) and flips."""
    P, N = s.shape
    receive, send = c.as_sent
    scale = c.scale if receive is not None else 1
    cut = np.ascontiguousarray(c.thresholds * scale, dtype=np.float64)
    took, flipped = np.zeros(P, np.int32), np.zeros(P, np.int64)
    flips = np.empty(sweeps * N, np.int32) if record else None
    hopfield(N, P, sweeps, receive, send, cut, visits, s, flips, flipped, took)
    return took, np.empty(0, np.int32) if flips is None else flips[: flipped[0]]


def _reference(
    c: Couplings, s: Array, visits: Array, sweeps: int, record: bool
) -> tuple[Array, Array]:
    """The same in NumPy: the definition."""
    weights, cut = c.weights, c.thresholds
    if c.whole is not None and c.as_sent[0] is not None:  # exact
        weights, cut = np.rint(c.scale * c.weights), c.scale * c.thresholds
    took, flips = np.zeros(len(s), np.int32), []
    for p, state in enumerate(s):
        h = np.zeros(len(state))
        for j, sign in enumerate(state):
            h += sign * weights[:, j]
        for k in range(sweeps):
            moved = False
            for i in visits[k % len(visits)]:
                wanted = int(h[i] > cut[i]) - int(h[i] < cut[i])
                if wanted == -state[i]:
                    state[i] = wanted
                    h += 2 * wanted * weights[:, i]
                    flips.append(i)
                    moved = True
            if not moved:
                took[p] = k + 1
                break
    return took, np.array(flips, np.int32)
