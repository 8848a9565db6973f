"""All 2ᴺ states of a small network at once: energies, and where each state runs down to.

State number k has unit i at 1 where bit i of k is set, else at −1.
"""

import numpy as np

from ...arrays import Array
from ..hopfield.couplings import Couplings

MOST = 20  # units; every further one doubles time and memory


def states_of(numbers: Array, units: int) -> Array:
    """The states of these numbers as rows of ±1."""
    bits = (np.asarray(numbers)[:, None] >> np.arange(units)) & 1
    return np.where(bits == 1, 1.0, -1.0)


def all_energies(couplings: Couplings) -> Array:
    """E of every state, (2ᴺ,). Each unit doubles what there is: E(s, s_k) = E(s) − s_k (Σ w_kj s_j − θ_k)."""
    W, scale = (
        (couplings.weights, 1) if couplings.whole is None else (couplings.whole, couplings.scale)
    )
    pairs, linear = np.zeros(1), np.zeros(1)
    for k, theta in enumerate(couplings.thresholds):
        heard = np.zeros(1)  # Σ w_kj s_j over the units before k
        for w in W[k, :k]:
            heard = np.concatenate([heard - w, heard + w])
        pairs = np.concatenate([pairs + heard, pairs - heard])
        linear = (
            np.concatenate([linear - theta, linear + theta])
            if couplings.thresholds.any()
            else linear
        )
    energies: Array = linear - (np.trace(W) / 2 - pairs) / scale
    return energies


def steepest(energies: Array) -> Array:
    """For every state the number of the local minimum that it runs down to, by flipping the unit that lowers E most (the
    first of equals) as long as one does."""
    tiny = 1e-13 * float(np.abs(energies).max())  # rounding is no slope
    best, towards = energies - tiny, np.arange(len(energies))
    step = 1
    while step < len(energies):
        other = energies.reshape(-1, 2, step)[:, ::-1]
        lower = other < best.reshape(-1, 2, step)
        np.copyto(best.reshape(-1, 2, step), other, where=lower)
        np.copyto(
            towards.reshape(-1, 2, step),
            np.arange(len(energies)).reshape(-1, 2, step)[:, ::-1],
            where=lower,
        )
        step *= 2
    while not np.array_equal(further := towards[towards], towards):  # twice as far each time
        towards = further
    return towards
