"""The landscape of a network: its valleys, their basins, what lies in them, and their passes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import DataError, ParameterError
from ...graph.text import Text
from ...plots import pages
from ...settings import is_whole
from ..hopfield.asynchronous import settle
from ..hopfield.couplings import Couplings
from ..hopfield.hopfield import Hopfield
from ..hopfield.patterns import as_signs, spelled
from .every_state import MOST, all_energies, states_of, steepest
from .names import names_of
from .saddles import passes

TOGETHER = 16  # sampled starts that share their order of units
MANY = 2000  # the most valleys for which a table of passes is made


@dataclass(frozen=True)
class Landscape:
    """The result of `landscape`. Attractors are sorted by their energy, the deepest first.

    Parameters
    ----------
    energies : array (2ᴺ,) or None
        E of every state; bit i of a state's number is unit i. None if the network was sampled.
    attractors : array (A, N)
        The local minima, in the spelling of the network's patterns.
    depths : array (A,)
        Their energies.
    basins : array (A,)
        The number of states that run down to each; in a sample, the number of starts.
    names : list of str
        "memory 0", "inverse of 1", "mixture +0 −1 +2" or "other".
    exact : bool
        True: every state was visited. False: a sample.
    _signs, _valley : array (A, N), array (2ᴺ,) or None
        The attractors as ±1; the number of the attractor of each state.
    """

    energies: Array | None
    attractors: Array
    depths: Array
    basins: Array
    names: list[str]
    exact: bool
    _signs: Array
    _valley: Array | None

    def __repr__(self) -> str:
        how = f"all {self.basins.sum()} states" if self.exact else f"{self.basins.sum()} starts"
        return f"<Landscape: {len(self.names)} attractors, {how}>"

    def _repr_html_(self) -> str:
        return pages.landscape(self)

    def table(self) -> str:
        """Return one line for each attractor: its energy, the share of its basin, its name."""
        share = self.basins / self.basins.sum()
        lines = [
            f"{E:12.6g} {100 * p:7.2f} %  {name}"
            for E, p, name in zip(self.depths, share, self.names, strict=True)
        ]
        return Text("\n".join(["      energy     basin  name", *lines]))

    def index(self, state: Any) -> int:
        """Return the row of an attractor; raise DataError for any other state."""
        where = "Landscape.index(state)"
        signs = as_signs(state, where, units=self._signs.shape[1])
        same = (self._signs == signs).all(axis=1)
        if not same.any():
            raise DataError(where, "an attractor", "another state", "See landscape.attractors.")
        return int(np.argmax(same))

    @cached_property
    def saddles(self) -> Array:
        """The height of the lowest pass between two attractors, (A, A).

        A path of single flips from one attractor to the other must reach this energy.
        """
        if self.energies is None or self._valley is None:
            raise ParameterError(
                f"Landscape.saddles: passes need every state, so a network of at most {MOST} units."
            )
        if len(self.names) > MANY:
            raise ParameterError(
                f"Landscape.saddles: at most {MANY} attractors, got {len(self.names)}."
            )
        return passes(self.energies, self._valley, len(self.names))

    @cached_property
    def barriers(self) -> Array:
        """The climb from attractor a (row) to attractor b (column): saddle − E(a), (A, A).

        Between two memories x and y: `found.barriers[found.index(x), found.index(y)]`.
        """
        climb: Array = np.maximum(self.saddles - self.depths[:, None], 0.0)
        return climb


def landscape(
    network: Any, *, thresholds: Any = 0.0, starts: int | None = None, seed: int = 0
) -> Landscape:
    """Find every valley of a small network, or sample the valleys of a large one.

    Up to 20 units: compute all 2ᴺ energies, find every local minimum, and count the states that run
    down to each by steepest descent. Local minima are exactly the fixed points of unit by unit
    updates. More units, or `starts`: recall random states in random order, and count how many
    ended in each attractor.

    Parameters
    ----------
    network : Hopfield or array (N, N)
        A network, or symmetric weights.
    thresholds : float or array (N,)
        θ, for plain weights; a network has its own.
    starts : int, optional
        The number of random states. Default: all states up to 20 units, else 10,000 starts.
    seed : int
        The seed of the starts and orders.

    Returns
    -------
    landscape : Landscape
        Attractors, depths, basins and names. If every state was visited also energies, saddles and
        barriers.

    Raises
    ------
    ParameterError
        Weights that are not symmetric or have a negative diagonal: there may be no valleys at all.

    Examples
    --------
    >>> valleys = landscape(Hopfield().store([[1, 1, 1, 1], [1, 1, -1, -1]]))
    >>> print(valleys.table())
          energy     basin  name
              -1   25.00 %  inverse of 0
              -1   25.00 %  memory 1
              -1   25.00 %  inverse of 1
              -1   25.00 %  memory 0
    """
    if not isinstance(network, Hopfield):
        network = Hopfield.from_weights(network, thresholds=thresholds)
    couplings: Couplings = network.couplings
    couplings.refuse_asymmetry("landscape")
    if (np.diag(couplings.weights) < 0).any():
        raise ParameterError(
            "landscape: w_ii must be ≥ 0, else a unit works against itself and E can rise."
        )
    if starts is not None and not (is_whole(starts) and starts >= 1):
        raise ParameterError(
            f"landscape(starts={starts!r}): starts must be a whole number ≥ 1, or None."
        )
    N = network.units
    energies = valley = None
    if starts is None and N <= MOST:
        energies = all_energies(couplings)
        found, valley, basins = np.unique(
            steepest(energies), return_inverse=True, return_counts=True
        )
        signs, depths = states_of(found, N), energies[found]
    else:
        ends = _ends(couplings, starts or 10_000, seed)
        signs, basins = np.unique(ends, axis=0, return_counts=True)
        depths = couplings.energy(signs, "landscape")
    order = np.lexsort((-basins, depths.round(12)))
    if valley is not None:
        valley = np.argsort(order)[valley.reshape(-1)]
    signs, stored = signs[order], network.stored
    return Landscape(
        energies,
        spelled(signs, stored.zero_one),
        depths[order],
        basins[order],
        names_of(signs, stored.patterns),
        valley is not None,
        signs,
        valley,
    )


def _ends(couplings: Couplings, starts: int, seed: int) -> Array:
    """Return the states in which random starts settle, ±1, (starts, N).

    16 starts at a time share their order of units, so that no order has much weight.
    """
    N, path = len(couplings.weights), random.path_hash("landscape")
    u = random.uniform((seed, 0), random.SAMPLE, path, np.arange(starts), N)
    signs = np.where(u < 0.5, 1.0, -1.0)
    blocks = -(-starts // TOGETHER)
    seeds = random.words((seed, 1), random.SAMPLE, path, np.arange(1), blocks)[0]
    for k, own in enumerate(seeds):
        some = slice(k * TOGETHER, (k + 1) * TOGETHER)
        signs[some] = settle(couplings, signs[some], seed=int(own)).signs
    return signs
