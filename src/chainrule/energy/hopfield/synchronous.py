"""Synchronous recall: all units move at once.

With symmetric weights it ends in a fixed point or in a cycle of two states.
"""

import numpy as np

from ...arrays import Array
from .couplings import Couplings


def step_all(couplings: Couplings, signs: Array) -> Array:
    """Return s(t + 1) = sign(h(t) − θ); a unit with h = θ keeps its value."""
    excess = couplings.excess(signs)
    return np.where(excess == 0, signs, np.sign(excess))


def settle_all(
    couplings: Couplings, signs: Array, *, steps: int = 100
) -> tuple[Array, Array, list[Array]]:
    """Step until every state is at rest or in a 2-cycle.

    Parameters
    ----------
    couplings : Couplings
        W and θ.
    signs : array (P, N)
        The states at the start, ±1.
    steps : int
        The largest number of steps.

    Returns
    -------
    signs : array (P, N)
        The last states.
    period : array (P,)
        1: a fixed point; 2: a 2-cycle; 0: neither within the limit.
    path : list of array (P, N)
        The start and the states after each step.
    """
    path = [signs]
    period = np.zeros(len(signs), int)
    for _ in range(steps):
        path.append(step_all(couplings, path[-1]))
        period = np.where((path[-1] == path[-2]).all(axis=1), 1, 0)
        if len(path) > 2:
            period[(period == 0) & (path[-1] == path[-3]).all(axis=1)] = 2
        if period.all():
            break
    return path[-1], period, path
