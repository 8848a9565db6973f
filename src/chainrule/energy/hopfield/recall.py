"""The path of a recall, as data."""

from dataclasses import dataclass, field

from ...arrays import Array


@dataclass(frozen=True)
class Recall:
    """What `network.recall(state)` returns: every state on the way and how it ended.

    Parameters
    ----------
    state : array (N,)
        The last state, in the spelling of the network's patterns.
    states : array (T + 1, N)
        The start and the state after each change: each flip of an asynchronous recall, each step of a synchronous one.
    energies : array (T + 1,) or None
        Their energies; None where the weights are not symmetric, since then there is none.
    overlaps : array (T + 1, M)
        m = ξ·s / N with each of the M patterns: 1 is the pattern itself, −1 its inverse.
    ended : str
        "fixed point"; "2-cycle" (synchronous only); "limit": still moving, or shaken by its temperature, after the last sweep.
    sweeps : int
        How many sweeps (synchronous: steps) it took; the last one of a fixed point changed nothing.
    flips : array (T,)
        Asynchronous at T = 0: the unit of each flip. Else empty.
    """

    state: Array
    states: Array
    energies: Array | None
    overlaps: Array
    ended: str
    sweeps: int
    flips: Array = field(repr=False)

    def __repr__(self) -> str:
        falls = (
            ""
            if self.energies is None
            else f", E {self.energies[0]:.4g} -> {self.energies[-1]:.4g}"
        )
        return f"<Recall: {self.ended} after {len(self.states) - 1} changes in {self.sweeps} sweeps{falls}>"
