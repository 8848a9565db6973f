"""The landscape of a network: its valleys, how wide they are, what lies in them, and the passes between them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import DataError, ParameterError
from ...settings import is_whole
from ..hopfield.asynchronous import settle
from ..hopfield.couplings import Couplings
from ..hopfield.hopfield import Hopfield
from ..hopfield.patterns import as_signs, spelled
from .every_state import MOST, all_energies, states_of, steepest
from .names import names_of
from .saddles import passes

TOGETHER = 16  # sampled starts that share their order of units
MANY = 2000  # valleys, above which the table of passes would be too large


@dataclass(frozen=True)
class Landscape:
    """What `landscape` returns. Attractors stand in the order of their energy, the deepest first.

    Parameters
    ----------
    energies : array (2ᴺ,) or None
        E of every state; bit i of a state's number is unit i. None where the network was sampled.
    attractors : array (A, N)
        The local minima, in the spelling of the network's patterns.
    depths : array (A,)
        Their energies.
    basins : array (A,)
        How many states run down to each; of a sample, how many of its starts ended there.
    names : list of str
        "memory 0", "inverse of 1", "mixture +0 −1 +2" or "other".
    exact : bool
        True: every state was looked at. False: a sample.
    _signs, _valley : array (A, N), array (2ᴺ,) or None
        The attractors as ±1; which one each state runs down to.
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

    def table(self) -> str:
        """One line an attractor: its energy, the share of its basin, its name."""
        share = self.basins / self.basins.sum()
        lines = [
            f"{E:12.6g} {100 * p:7.2f} %  {name}"
            for E, p, name in zip(self.depths, share, self.names, strict=True)
        ]
        return "\n".join(["      energy     basin  name", *lines])

    def index(self, state: Any) -> int:
        """The row of an attractor."""
        same = (
            self._signs == as_signs(state, "Landscape.index(state)", units=self._signs.shape[1])
        ).all(axis=1)
        if not same.any():
            raise DataError(
                "Landscape.index(state)",
                "an attractor",
                "another state",
                "See landscape.attractors.",
            )
        return int(np.argmax(same))

    @cached_property
    def saddles(self) -> Array:
        """The lowest height E that a path of single flips from one attractor to another must reach, (A, A)."""
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
        """How far one climbs from attractor a (row) to get to attractor b (column): saddle − E(a), (A, A).

        Between two memories x and y: `found.barriers[found.index(x), found.index(y)]`.
        """
        climb: Array = np.maximum(self.saddles - self.depths[:, None], 0.0)
        return climb


def landscape(
    network: Any, *, thresholds: Any = 0.0, starts: int | None = None, seed: int = 0
) -> Landscape:
    """Every valley of a small network, or a sample of a large one's.

    Up to 20 units: all 2ᴺ energies, every local minimum, and for each the number of states that run down to it by steepest
    descent. Local minima are just the fixed points of unit by unit updates. More units, or `starts`: recalls from random
    states (random order), and how many ended in each attractor.

    Parameters
    ----------
    network : Hopfield or array (N, N)
        A network, or symmetric weights.
    thresholds : float or array (N,)
        θ, beside weights; a network has its own.
    starts : int, optional
        How many random states to start from. By default all states up to 20 units, else 10,000 starts.
    seed : int
        Of the starts and orders.

    Returns
    -------
    landscape : Landscape
        Attractors, depths, basins and names; energies, saddles and barriers where every state was looked at.

    Raises
    ------
    ParameterError
        If the weights are not symmetric, or the diagonal is negative: then there need not be valleys at all.

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
    signs, memories = signs[order], network._patterns
    return Landscape(
        energies,
        spelled(signs, network._zero_one),
        depths[order],
        basins[order],
        names_of(signs, memories),
        valley is not None,
        signs,
        valley,
    )


def _ends(couplings: Couplings, starts: int, seed: int) -> Array:
    """Where random states settle; 16 at a time share their order of units, so that no order weighs much."""
    N = len(couplings.weights)
    u = random.uniform(
        (seed, 0), random.SAMPLE, random.path_hash("landscape"), np.arange(starts), N
    )
    signs = np.where(u < 0.5, 1.0, -1.0)
    seeds = random.words(
        (seed, 1),
        random.SAMPLE,
        random.path_hash("landscape"),
        np.arange(1),
        -(-starts // TOGETHER),
    )[0]
    for k, own in enumerate(seeds):
        some = slice(k * TOGETHER, (k + 1) * TOGETHER)
        signs[some] = settle(couplings, signs[some], seed=int(own)).signs
    return signs
