"""The traveling salesman of 1985: a network whose states of low energy are tours."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import ParameterError, ShapeError
from ...settings import is_number, is_whole
from ..memories.real_rows import as_rows


@dataclass(frozen=True)
class Tours:
    """The result of `TourNetwork.solve`.

    Parameters
    ----------
    tours : array (starts, n)
        The city at each stop; −1 in the rows of starts that did not reach a tour.
    lengths : array (starts,)
        Lengths in the units of the cities; ∞ if there is no tour.
    valid : array (starts,)
        True if each city is at exactly one stop, and each stop has exactly one city.
    energies : array (steps, starts)
        E while the network settles, at every hundredth step.
    """

    tours: Array
    lengths: Array
    valid: Array
    energies: Array

    def __repr__(self) -> str:
        found = f"{int(self.valid.sum())} valid tours from {len(self.tours)} starts"
        shortest = f"; shortest {self.lengths.min():.4g}: see best" if self.valid.any() else ""
        return f"<Tours: {found}{shortest}>"

    @property
    def best(self) -> Array:
        """The shortest tour that was found (n,)."""
        found: Array = self.tours[int(np.argmin(self.lengths))]
        return found


class TourNetwork:
    """A network of n² units: V_xi is near 1 if city x is the i-th stop.

    E = ½A Σ_x Σ_{i≠j} V_xi V_xj + ½B Σ_i Σ_{x≠y} V_xi V_yi + ½C (ΣΣ V − m)²
    + ½D Σ_{x≠y} Σ_i d_xy V_xi (V_y,i+1 + V_y,i−1)
    is low if each city has one stop (A), each stop has one city (B), about n entries are 1 (C), and
    the tour is short (D). The units follow du/dt = −u/τ − ∂E/∂V with V = ½ (1 + tanh(u/u₀)). This
    lowers the sum of E and the term of the leak −u/τ.

    With the paper's numbers for ten cities (A = B = D = 500, C = 200, m = n + 5) only few starts
    reach a valid tour, as Wilson & Pawley found in 1988. With a smaller D and m most tours are
    valid, and longer. These are the defaults here.

    Parameters
    ----------
    A, B, C, D : float
        The weights of the four terms, > 0.
    surplus : float
        m − n ≥ 0. It compensates for the first two terms, which lower all units.
    u0 : float
        The width of the response, > 0: a smaller one is steeper.
    tau : float
        The time constant of the leak, > 0.
    step : float
        Δt of an Euler step, > 0.
    steps : int
        The number of Euler steps, ≥ 1.

    Raises
    ------
    ParameterError
        A setting outside its range.
    ShapeError
        Cities that are not (n, 2) or (n, d), n ≥ 3.

    References
    ----------
    Hopfield & Tank, "'Neural' computation of decisions in optimization problems", Biol. Cybernetics
    52 (1985), eqs. 8 and 10. Wilson & Pawley, "On the stability of the travelling salesman problem
    algorithm of Hopfield and Tank", Biol. Cybernetics 58 (1988).

    Examples
    --------
    >>> found = TourNetwork().solve([[0, 0], [0, 1], [1, 1], [1, 0]], starts=10)
    >>> float(found.lengths.min())
    4.0
    """

    def __init__(
        self,
        *,
        A: float = 500.0,
        B: float = 500.0,
        C: float = 200.0,
        D: float = 200.0,
        surplus: float = 2.0,
        u0: float = 0.02,
        tau: float = 1.0,
        step: float = 1e-5,
        steps: int = 3000,
    ) -> None:
        numbers = {"A": A, "B": B, "C": C, "D": D, "u0": u0, "tau": tau, "step": step}
        for name, value in numbers.items():
            if not (is_number(value) and value > 0):
                raise ParameterError(f"TourNetwork({name}={value!r}): {name} must be a number > 0.")
        if not (is_number(surplus) and surplus >= 0):
            raise ParameterError(f"TourNetwork(surplus={surplus!r}): surplus must be a number ≥ 0.")
        if not is_whole(steps) or steps < 1:
            raise ParameterError(f"TourNetwork(steps={steps!r}): steps must be a whole number ≥ 1.")
        self.A, self.B, self.C, self.D = A, B, C, D
        self.surplus, self.u0, self.tau, self.step, self.steps = surplus, u0, tau, step, steps

    def __repr__(self) -> str:
        numbers = f"A={self.A:g} B={self.B:g} C={self.C:g} D={self.D:g} surplus={self.surplus:g}"
        return f"<TourNetwork: {numbers}>"

    def solve(self, cities: Any, *, starts: int = 100, seed: int = 0) -> Tours:
        """Settle from many starts near V = 1/n.

        All units start equal except for a little noise, which chooses one of the equivalent tours.

        Parameters
        ----------
        cities : array (n, d)
            Their places. The map is scaled so that its longest side is 1.
        starts : int
            The number of starts, ≥ 1.
        seed : int
            The seed of the noise.
        """
        at = as_rows(cities, "TourNetwork.solve(cities)")
        n, side = len(at), float(np.ptp(at, axis=0).max())
        if n < 3 or side == 0:
            expected = "3 or more cities, not all at one place"
            raise ShapeError("TourNetwork.solve(cities)", expected, f"{n}", "Add cities.")
        if not is_whole(starts) or starts < 1:
            raise ParameterError(
                f"TourNetwork.solve(starts={starts!r}): starts must be a whole number ≥ 1."
            )
        d = np.sqrt(((at[:, None] - at) ** 2).sum(axis=-1))
        path = random.path_hash("tour")
        noise = random.uniform((seed, 0), random.SAMPLE, path, np.arange(starts), n * n)
        u = self.u0 * (np.arctanh(2 / n - 1) + 0.02 * (noise.reshape(starts, n, n) - 0.5))
        energies = []
        for k in range(self.steps):
            V = (1 + np.tanh(u / self.u0)) / 2
            if k % 100 == 0:
                energies.append(self.energy(V, d / side))
            u += self.step * (-u / self.tau - self.slope(V, d / side))
        energies.append(self.energy((1 + np.tanh(u / self.u0)) / 2, d / side))
        return _read(u > 0, d, np.array(energies))

    def energy(self, V: Array, d: Array) -> Array:
        """Return E of outputs V (starts, city, stop) with distances d (n, n): (starts,)."""
        city, stop, total = V.sum(axis=2), V.sum(axis=1), V.sum(axis=(1, 2))
        squares = (V * V).sum(axis=(1, 2))
        way = np.einsum("xy,sxi,syi->s", d, V, _neighbors(V))
        E: Array = (
            self.A / 2 * ((city**2).sum(axis=1) - squares)
            + self.B / 2 * ((stop**2).sum(axis=1) - squares)
            + self.C / 2 * (total - len(d) - self.surplus) ** 2
            + self.D / 2 * way
        )
        return E

    def slope(self, V: Array, d: Array) -> Array:
        """Return ∂E/∂V, with the shape of V."""
        city, stop = V.sum(axis=2, keepdims=True), V.sum(axis=1, keepdims=True)
        total = V.sum(axis=(1, 2), keepdims=True)
        g: Array = (
            self.A * (city - V)
            + self.B * (stop - V)
            + self.C * (total - len(d) - self.surplus)
            + self.D * np.matmul(d, _neighbors(V))
        )
        return g


def _neighbors(V: Array) -> Array:
    """Return V_y,i+1 + V_y,i−1: the stops before and after, in a circle."""
    both: Array = np.roll(V, -1, axis=2) + np.roll(V, 1, axis=2)
    return both


def _read(on: Array, d: Array, energies: Array) -> Tours:
    """Return the outputs as tours, with their lengths."""
    valid = (on.sum(axis=1) == 1).all(axis=1) & (on.sum(axis=2) == 1).all(axis=1)
    tours = np.where(valid[:, None], on.argmax(axis=1), -1)
    lengths = np.where(valid, d[tours, np.roll(tours, -1, axis=1)].sum(axis=1), np.inf)
    return Tours(tours, lengths, valid, energies)
