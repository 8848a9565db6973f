"""All 2ᴺ states of a small network: the energy of each, and the minimum that it descends to.

In state number k, unit i is 1 if bit i of k is set, else −1.
"""

import numpy as np

from ...arrays import Array
from ..hopfield.couplings import Couplings

MOST = 20  # units; each further unit doubles time and memory


def states_of(numbers: Array, units: int) -> Array:
    """Return the states with these numbers as rows of ±1."""
    bits = (np.asarray(numbers)[:, None] >> np.arange(units)) & 1
    return np.where(bits == 1, 1.0, -1.0)


def all_energies(couplings: Couplings) -> Array:
    """Return E of every state, (2ᴺ,).

    Each unit doubles the table: E(s, s_k) = E(s) − s_k (Σ w_kj s_j − θ_k).
    """
    W, scale = couplings.weights, 1
    if couplings.whole is not None:
        W, scale = couplings.whole, couplings.scale
    pairs, linear = np.zeros(1), np.zeros(1)
    for k, theta in enumerate(couplings.thresholds):
        field = np.zeros(1)  # Σ w_kj s_j over the units before k
        for w in W[k, :k]:
            field = np.concatenate([field - w, field + w])
        pairs = np.concatenate([pairs + field, pairs - field])
        if couplings.thresholds.any():
            linear = np.concatenate([linear - theta, linear + theta])
    energies: Array = linear - (np.trace(W) / 2 - pairs) / scale
    return energies


def steepest(energies: Array) -> Array:
    """Return, for every state, the number of the local minimum that steepest descent reaches.

    Each step flips the unit that lowers E most, or the first of several equal ones. The steps end
    when no flip lowers E.

    Parameters
    ----------
    energies : array (2ᴺ,)
        E of every state.
    """
    tiny = 1e-13 * float(np.abs(energies).max())  # a smaller difference is rounding
    numbers = np.arange(len(energies))
    best, towards = energies - tiny, numbers.copy()
    step = 1
    while step < len(energies):
        other = energies.reshape(-1, 2, step)[:, ::-1]
        lower = other < best.reshape(-1, 2, step)
        np.copyto(best.reshape(-1, 2, step), other, where=lower)
        flipped = numbers.reshape(-1, 2, step)[:, ::-1]
        np.copyto(towards.reshape(-1, 2, step), flipped, where=lower)
        step *= 2
    while not np.array_equal(further := towards[towards], towards):  # each pass doubles the steps
        towards = further
    return towards
