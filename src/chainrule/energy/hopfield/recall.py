"""The path of a recall, as data."""

from dataclasses import dataclass, field

from ...arrays import Array
from ...plots import pages


@dataclass(frozen=True)
class Recall:
    """The result of `network.recall(state)`: every state on the way, and how the recall ended.

    Parameters
    ----------
    state : array (N,)
        The last state, spelled as the network's patterns are.
    states : array (T + 1, N)
        The start and the state after each change. A change is one flip of an asynchronous recall,
        or one step of a synchronous one.
    energies : array (T + 1,) or None
        The energies of the states; None if the weights are not symmetric, since then there is none.
    overlaps : array (T + 1, M)
        m = ξ·s / N with each of the M patterns: 1 is the pattern itself, −1 its inverse.
    ended : str
        "fixed point"; "2-cycle" (synchronous only); "limit": the last sweep still changed units, or
        its temperature was above 0.
    sweeps : int
        The number of sweeps (synchronous: steps). The last one of a fixed point changed nothing.
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
        falls = ""
        if self.energies is not None:
            falls = f", E {self.energies[0]:.4g} -> {self.energies[-1]:.4g}"
        changes = len(self.states) - 1
        many = f"{changes} change{'s' * (changes != 1)}"
        within = f"{self.sweeps} sweep{'s' * (self.sweeps != 1)}"
        return f"<Recall: {self.ended} after {many} in {within}{falls}>"

    def _repr_html_(self) -> str:
        return pages.recall(self)
