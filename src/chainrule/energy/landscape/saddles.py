"""The passes between valleys: the climb from one local minimum to another."""

import numpy as np

from ...arrays import Array


def passes(energies: Array, valley: Array, valleys: int) -> Array:
    """Return the lowest pass between each two valleys, (A, A); −∞ on the diagonal, ∞: no path.

    The height of a path of single flips is the energy of its highest state. Inside a valley each
    state has a path down to the minimum, so only steps from one valley into another count. First
    find the lowest of these steps for each two valleys, then the best chain of valleys.

    Parameters
    ----------
    energies : array (2ᴺ,)
        E of every state.
    valley : array (2ᴺ,)
        The valley of every state, 0 to A − 1.
    valleys : int
        The number of valleys, A.
    """
    lowest = np.full(valleys * valleys, np.inf)
    step = 1
    while step < len(energies):
        E, v = energies.reshape(-1, 2, step), valley.reshape(-1, 2, step)
        border = v[:, 0] != v[:, 1]
        np.minimum.at(
            lowest,
            v[:, 0][border] * valleys + v[:, 1][border],
            np.maximum(E[:, 0], E[:, 1])[border],
        )
        step *= 2
    height: Array = lowest.reshape(valleys, valleys)
    height = np.minimum(height, height.T)
    np.fill_diagonal(height, -np.inf)
    for k in range(valleys):  # Floyd & Warshall, with max instead of +
        height = np.minimum(height, np.maximum(height[:, k, None], height[k]))
    return height
