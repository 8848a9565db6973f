"""A large landscape as a map: energies on a plane through the memories, and a path on it."""

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
    """The result of `plane`.

    Parameters
    ----------
    across, up : array (side,)
        The two coordinates of the map, in units of √N.
    energies : array (side, side)
        E of the state sign(point), the nearest one: rows go up, columns go across.
    memories : array (M, 2)
        The places of the memories.
    path : array (T + 1, 2)
        The places of the recall; empty without a recall.
    shares : tuple of float
        The share of the memories' spread that each axis shows.
    """

    across: Array
    up: Array
    energies: Array
    memories: Array
    path: Array
    shares: tuple[float, float]

    def __repr__(self) -> str:
        size = f"{len(self.up)} × {len(self.across)} energies"
        shown = f"{sum(self.shares):.0%} of the spread of {len(self.memories)} memories"
        return f"<Plane: {size}, {shown}; draw it with plots.energy_map(plane)>"


def plane(network: Hopfield, path: Any = None, *, side: int = 61) -> Plane:
    """Map energies on the plane on which memories and the ends of the path spread most.

    These are the first two principal axes. Each point of the plane is a vector of N real numbers.
    Its height is the energy of the signs of that vector, which are a state of the network. So
    valleys appear at their places; states that lie off the plane do not appear.

    Parameters
    ----------
    network : Hopfield
        A network with three or more different patterns, or with fewer and a path.
    path : Recall or array (T + 1, N), optional
        A recall, or its states.
    side : int
        The number of points along each side, ≥ 2.

    Returns
    -------
    plane : Plane
        Coordinates, energies, memories and path.

    Raises
    ------
    ParameterError
        side < 2, or weights without an energy.
    DataError
        Memories and path that do not have three different points for a plane.

    Examples
    --------
    >>> network = Hopfield().store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    >>> plane(network, network.recall([1, 1, -1, -1, -1, -1]), side=21).energies.shape
    (21, 21)
    """
    if not is_whole(side) or side < 2:
        raise ParameterError(f"plane(side={side!r}): side must be a whole number ≥ 2.")
    N = network.units
    memories = network.stored.patterns
    states = np.zeros((0, N))
    if path is not None:
        states = as_signs(getattr(path, "states", path), "plane(path)", units=N)
    points = np.concatenate([memories, states[:1], states[-1:]])
    center = points.mean(axis=0) if len(points) else np.zeros(N)
    _, spread, axes = np.linalg.svd(points - center, full_matrices=False)
    if (spread > 1e-9).sum() < 2:
        remedy = "Store more patterns, or give a path."
        raise DataError("plane", "three states that are not on one line", "fewer", remedy)
    axes = axes[:2]
    # turn the axes so that the first memory is at the upper right
    axes *= np.where(axes @ (points[0] - center) < 0, -1.0, 1.0)[:, None]
    onto = axes.T / np.sqrt(N)
    places = (np.concatenate([points, states]) - center) @ onto
    line = np.linspace(-1.15, 1.15, side) * np.abs(places).max()
    heights = np.empty((side, side))
    for row, y in enumerate(line * np.sqrt(N)):
        vectors = center + line[:, None] * np.sqrt(N) * axes[0] + y * axes[1]
        signs = np.where(vectors < 0, -1.0, 1.0)
        heights[row] = network.couplings.energy(signs, "plane")
    share = spread[:2] ** 2 / (spread**2).sum()
    return Plane(
        line,
        line,
        heights,
        (memories - center) @ onto,
        (states - center) @ onto,
        (float(share[0]), float(share[1])),
    )
