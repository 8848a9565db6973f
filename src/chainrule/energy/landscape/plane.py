"""A large landscape as a map: a plane through the memories, the energy of the state nearest to each of its points, a path."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, ParameterError
from ...settings import is_whole
from ..hopfield.hopfield import Hopfield
from ..hopfield.patterns import as_signs


@dataclass(frozen=True)
class Plane:
    """What `plane` returns.

    Parameters
    ----------
    across, up : array (side,)
        The map's two coordinates, in units of √N.
    energies : array (side, side)
        E of the state sign(point): rows go up, columns go across.
    memories : array (M, 2)
        Where the memories lie.
    path : array (T + 1, 2)
        Where the recall went; empty without one.
    shares : tuple of float
        How much of the memories' spread each axis shows.
    """

    across: Array
    up: Array
    energies: Array
    memories: Array
    path: Array
    shares: tuple[float, float]


def plane(network: Hopfield, path: Any = None, *, side: int = 61) -> Plane:
    """The plane on which the memories and the two ends of the path spread most: their first two principal axes.

    Each point of the plane is a vector of N real numbers; its height is the energy of the signs of that vector, a state of the
    network. So valleys are where they belong, and what lies off the plane is not seen.

    Parameters
    ----------
    network : Hopfield
        With three or more different patterns, or fewer and a path.
    path : Recall or array (T + 1, N), optional
        A recall, or its states.
    side : int
        Points along each side, ≥ 2.

    Returns
    -------
    plane : Plane
        Coordinates, energies, memories and path.

    Raises
    ------
    ParameterError
        If side < 2, or the weights have no energy.
    DataError
        If memories and path have not three different points to lay a plane through.

    Examples
    --------
    >>> network = Hopfield().store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    >>> plane(network, network.recall([1, 1, -1, -1, -1, -1]), side=21).energies.shape
    (21, 21)
    """
    if not is_whole(side) or side < 2:
        raise ParameterError(f"plane(side={side!r}): side must be a whole number ≥ 2.")
    N = network.units
    memories = network._patterns
    states = np.zeros((0, N))
    if path is not None:
        states = as_signs(getattr(path, "states", path), "plane(path)", units=N)
    points = np.concatenate([memories, states[:1], states[-1:]])
    centre = points.mean(axis=0) if len(points) else np.zeros(N)
    _, spread, axes = np.linalg.svd(points - centre, full_matrices=False)
    if (spread > 1e-9).sum() < 2:
        raise DataError(
            "plane",
            "three states that no line goes through",
            "fewer",
            "Store more patterns, or give a path.",
        )
    axes = axes[:2]
    axes *= np.where(axes @ (points[0] - centre) < 0, -1.0, 1.0)[
        :, None
    ]  # the first memory is at the upper right
    onto = axes.T / np.sqrt(N)
    places = (np.concatenate([points, states]) - centre) @ onto
    line = np.linspace(-1.15, 1.15, side) * np.abs(places).max()
    heights = np.empty((side, side))
    for row, y in enumerate(line * np.sqrt(N)):
        signs = np.where(centre + line[:, None] * np.sqrt(N) * axes[0] + y * axes[1] < 0, -1.0, 1.0)
        heights[row] = network.couplings.energy(signs, "plane")
    share = spread[:2] ** 2 / (spread**2).sum()
    return Plane(
        line,
        line,
        heights,
        (memories - centre) @ onto,
        (states - centre) @ onto,
        (float(share[0]), float(share[1])),
    )
